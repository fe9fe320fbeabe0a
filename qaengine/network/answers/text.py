"""The answer module for texts: a GRU that looks back at the words and writes parts of words.

Attention as in Luong et al. 2015 (arXiv 1508.04025), each step fed with what the last one saw;
parts of the input's words may be copied (See et al. 2017, arXiv 1704.04368); beam search.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Parts
from qaengine.network.answers.label import pools
from qaengine.network.answers.module import AnswerModule
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import END, Vocabulary

START = 1
"""The part that stands before the first; never written."""


@dataclass(frozen=True)
class _Source:
    """What the decoder looks at: t words, s parts of words."""

    keys: Float[Tensor, "b t h"]
    present: Bool[Tensor, "b t"]
    part_keys: Float[Tensor, "b s h"]
    parts: Parts
    question: Float[Tensor, "b d"]

    def repeated(self, times: int) -> _Source:
        """Each question `times` times, one after the other."""

        def again(tensor: Tensor) -> Tensor:
            return tensor.repeat_interleave(times, 0)

        return _Source(
            again(self.keys),
            again(self.present),
            again(self.part_keys),
            Parts(again(self.parts.ids), again(self.parts.words)),
            again(self.question),
        )


class TextAnswer(AnswerModule):
    """Writes a text part by part; the question says in which language."""

    kind = "text"
    BEAM = 4
    SMOOTHING = 0.1

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width, hidden = config.width, config.writer
        self.parts = nn.Embedding(len(vocabulary.parts), width)
        nn.init.normal_(self.parts.weight, std=width**-0.5)
        self.start = nn.Linear(4 * width, hidden)
        self.key = nn.Linear(width, hidden)
        self.part_key = nn.Linear(width, hidden)
        self.cell = nn.GRUCell(2 * width + hidden, hidden)
        self.look, self.point = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.write = nn.Linear(2 * hidden + width, width)
        self.bias = nn.Parameter(torch.zeros(len(vocabulary.parts)))
        self.copies = nn.Linear(2 * hidden, 1)
        nn.init.constant_(self.copies.bias, -2.0)
        self.dropout = nn.Dropout(config.deep_dropout)

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Smoothed negative log likelihood of the gold parts, their mean."""
        assert batch.gold is not None
        gold = batch.gold.answer["parts"]
        source, state = self._source(thought, batch), self._start(thought)
        fed = F.pad(gold[:, :-1].clamp(min=0), (1, 0), value=START)
        embedded = self.dropout(self.parts(fed))
        context = torch.zeros_like(state)
        states, contexts = [], []
        for word in embedded.unbind(1):
            state, context, _ = self._step(word, state, context, source)
            states.append(state)
            contexts.append(context)
        generated, copying, pointed = self._said(
            torch.stack(states, 1), torch.stack(contexts, 1), embedded, source
        )
        wanted = gold.clamp(min=0).unsqueeze(-1)
        by_word = generated.gather(-1, wanted).squeeze(-1)
        by_copy = (pointed * (source.parts.ids.unsqueeze(1) == wanted)).sum(-1)
        chance = (F.logsigmoid(-copying) + by_word).exp() + copying.sigmoid() * by_copy
        smooth = (1 - self.SMOOTHING) * chance.clamp(min=1e-9).log()
        smooth = smooth + self.SMOOTHING * generated.mean(-1)
        mask = gold >= 0
        return -(smooth * mask).sum(1) / mask.sum(1)

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """The best text that a beam finds: `parts` (b, l), END behind it; `attention` (b, l, t);
        `likelihood` (b), the geometric mean over its parts."""
        return self._beam(self._source(thought, batch), self._start(thought))

    def _source(self, thought: Thought, batch: Batch) -> _Source:
        assert batch.parts is not None
        keys = self.key(self.dropout(thought.facts))
        rows = torch.arange(len(keys), device=keys.device).unsqueeze(1)
        part_keys = keys[rows, batch.parts.words] + self.part_key(self.parts(batch.parts.ids))
        return _Source(keys, thought.present, part_keys, batch.parts, thought.question)

    def _start(self, thought: Thought) -> Float[Tensor, "b h"]:
        known = torch.cat([thought.memory, thought.question, *pools(thought)], -1)
        return torch.tanh(self.start(known))

    def _step(
        self, word: Tensor, state: Tensor, context: Tensor, source: _Source
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One part further: state, what was looked at, and its weights."""
        state = self.cell(torch.cat([word, source.question, context], -1), state)
        looked = torch.einsum("bh,bth->bt", self.look(state), source.keys)
        looked = looked * source.keys.shape[-1] ** -0.5
        weights = looked.masked_fill(~source.present, NOTHING).softmax(-1)
        return state, torch.einsum("bt,bth->bh", weights, source.keys), weights

    def _said(
        self, states: Tensor, contexts: Tensor, words: Tensor, source: _Source
    ) -> tuple[Tensor, Tensor, Tensor]:
        """For l steps: log probabilities of parts (b, l, v), the logit of copying (b, l), and
        which part would be copied (b, l, s)."""
        seen = torch.cat([states, contexts], -1)
        features = self.dropout(torch.tanh(self.write(torch.cat([seen, words], -1))))
        generated = (features @ self.parts.weight.T + self.bias).log_softmax(-1)
        pointed = torch.einsum("blh,bsh->bls", self.point(states), source.part_keys)
        pointed = pointed * states.shape[-1] ** -0.5
        behind = (source.parts.ids == END).unsqueeze(1)
        pointed = pointed.masked_fill(behind, NOTHING).softmax(-1)
        return generated, self.copies(seen).squeeze(-1), pointed

    def _beam(self, source: _Source, state: Tensor) -> dict[str, Tensor]:
        questions, beam = len(state), self.BEAM
        source = source.repeated(beam)
        state = state.repeat_interleave(beam, 0)
        context = torch.zeros_like(state)
        word = torch.full((questions * beam,), START, device=state.device)
        total = state.new_full((questions, beam), NOTHING)
        total[:, 0] = 0.0
        ended = torch.zeros_like(total, dtype=torch.bool)
        lengths = torch.zeros_like(total)
        written = word.new_zeros(questions * beam, 0)
        attention = state.new_zeros(questions * beam, 0, source.keys.shape[1])
        base = torch.arange(questions, device=state.device).unsqueeze(1) * beam
        for _ in range(2 * source.keys.shape[1] + 20):
            embedded = self.parts(word)
            state, context, weights = self._step(embedded, state, context, source)
            logs = self._mixed(state, context, embedded, source).view(questions, beam, -1)
            logs = logs.masked_fill(ended.unsqueeze(-1), NOTHING)
            logs[..., END] = logs[..., END].masked_fill(ended, 0.0)
            scores = total.unsqueeze(-1) + logs
            grown = (lengths + ~ended).unsqueeze(-1)
            _, best = (scores / grown).flatten(1).topk(beam, dim=-1)
            origin, part = best // logs.shape[-1], best % logs.shape[-1]
            total = scores.flatten(1).gather(1, best)
            lengths = grown.squeeze(-1).gather(1, origin)
            ended = ended.gather(1, origin) | (part == END)
            rows, word = (base + origin).flatten(), part.flatten()
            state, context = state[rows], context[rows]
            written = torch.cat([written[rows], word.unsqueeze(1)], 1)
            attention = torch.cat([attention[rows], weights[rows].unsqueeze(1)], 1)
            if bool(ended.all()):
                break
        best = (total / lengths).argmax(-1)
        rows = base.squeeze(1) + best
        likelihood = (total / lengths).amax(-1).exp()
        return {"parts": written[rows], "attention": attention[rows], "likelihood": likelihood}

    def _mixed(
        self, state: Tensor, context: Tensor, word: Tensor, source: _Source
    ) -> Float[Tensor, "b v"]:
        """Log probabilities of the next part, written or copied."""
        generated, copying, pointed = self._said(
            state.unsqueeze(1), context.unsqueeze(1), word.unsqueeze(1), source
        )
        chances = torch.sigmoid(-copying) * generated.squeeze(1).exp()
        copied = torch.sigmoid(copying) * pointed.squeeze(1)
        chances = chances.scatter_add(1, source.parts.ids, copied)
        chances[:, START] = 0.0
        return chances.clamp(min=1e-12).log()


def trimmed(parts: Int[Tensor, " l"]) -> list[int]:
    """The parts before the end."""
    ids: list[int] = parts.tolist()
    return ids[: ids.index(END)] if END in ids else ids
