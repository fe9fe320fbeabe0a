"""The answer module for texts as a recurrence: a GRU that looks back at the words and writes.

Attention as in Luong et al. 2015 (arXiv 1508.04025), each step fed with what the last one saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Parts
from qaengine.network.answers.beam import Writing
from qaengine.network.answers.module import labels_by_task
from qaengine.network.answers.second_layer import SecondLayer
from qaengine.network.answers.text import TextAnswer, copied, fed, mixed
from qaengine.network.closer import beside
from qaengine.network.config import NetworkConfig
from qaengine.network.late import Late
from qaengine.network.packed import run
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import Vocabulary


@dataclass(frozen=True)
class _Source:
    """What the decoder looks at: t words, s parts of words."""

    keys: Float[Tensor, "b t h"]
    present: Bool[Tensor, "b t"]
    unseen: Float[Tensor, "b t 1"]
    """Added to what is looked at: nothing where a word is, and without end where none is."""
    words: Float[Tensor, "b t d"]
    """Each word by itself: what it says is chosen by the word, whatever stands around it."""
    part_keys: Float[Tensor, "b s h"]
    parts: Parts
    question: Float[Tensor, "b d"]
    again: Float[Tensor, "b t w"] | None
    """What the second layer looks at, where there is one."""

    def repeated(self, times: int) -> _Source:
        """Each question `times` times, one after the other."""

        def again(tensor: Tensor) -> Tensor:
            return tensor.repeat_interleave(times, 0)

        return _Source(
            again(self.keys),
            again(self.present),
            again(self.unseen),
            again(self.words),
            again(self.part_keys),
            Parts(again(self.parts.ids), again(self.parts.words)),
            again(self.question),
            again(self.again) if self.again is not None else None,
        )


class _Products(NamedTuple):
    """A step's products with the writer's weights."""

    into: Late
    """What enters the recurrence, from what was looked at (b, h)."""
    on: Late
    """What the recurrence keeps of its state (b, h)."""
    look: Late


class RecurrentText(TextAnswer):
    """One layer, or two, beside what each word says by itself."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width, hidden = config.width, config.writer
        self.parts = nn.Embedding(len(vocabulary.parts), width)
        nn.init.normal_(self.parts.weight, std=width**-0.5)
        self.start = nn.Linear(4 * width, hidden)
        self.key = nn.Linear(width, hidden)
        self.around: nn.GRU | None = None
        if config.source:
            self.around = nn.GRU(2 * width, config.source, batch_first=True, bidirectional=True)
            self.seen_around = nn.Linear(2 * config.source, hidden, bias=False)
            nn.init.zeros_(self.seen_around.weight)  # a network that learnt without stays as it was
        self.part_key = nn.Linear(width, hidden)
        self.cell = nn.GRUCell(2 * width + hidden, hidden)
        self.look, self.point = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.write = nn.Linear(2 * hidden + width, width)
        if config.source:
            self.word = nn.Linear(width, width)
            self.named = nn.Parameter(torch.zeros(len(vocabulary.parts), width))
        self.second: SecondLayer | None = None
        if config.deeper:
            self.second = SecondLayer(
                2 * config.source,
                2 * hidden + width,
                config.deeper,
                config.deeper // 2,
                len(vocabulary.parts),
            )
        tasks = labels_by_task(self.kind, vocabulary)
        self.closer = beside(hidden + config.deeper, config, tasks)
        self.copies = nn.Linear(2 * hidden, 1)
        nn.init.constant_(self.copies.bias, -2.0)

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Smoothed negative log likelihood of the gold parts, their mean."""
        assert batch.gold is not None
        gold = batch.gold.answer["parts"]
        source, state = self._source(thought, batch), self._start(thought)
        embedded = self.dropout(self.parts(fed(gold)))
        context = torch.zeros_like(state)
        states, contexts, looks = [], [], []
        step = self._late(self._fed_in(embedded, source))
        for _ in range(embedded.shape[1]):
            state, context, weights = self._step(step, state, context, source)
            states.append(state)
            contexts.append(context)
            looks.append(weights)
        seen = torch.cat([torch.stack(states, 1), torch.stack(contexts, 1)], -1)
        looked_at = torch.stack(looks, 1) @ source.words
        features, _ = self.features(seen, embedded, looked_at, None, source)
        pointed = self.pointed(torch.stack(states, 1), source.part_keys, source.parts)
        return self.surprise(
            gold,
            torch.cat(features, -1),
            torch.cat(self.tables(), -1),
            self.copies(seen).squeeze(-1),
            copied(pointed, source.parts, gold),
        )

    def drafts(self, thought: Thought, batch: Batch) -> Writing:
        source, state = self._source(thought, batch), self._start(thought)
        return _Drafts(self, source.repeated(self.BEAM), state.repeat_interleave(self.BEAM, 0))

    def _source(self, thought: Thought, batch: Batch) -> _Source:
        assert batch.parts is not None
        assert thought.embedded is not None, "a text is written from words"
        facts, words = self.dropout(thought.facts), thought.embedded
        keys, again = self.key(facts), None
        if self.around is not None:
            states, _ = run(self.around, torch.cat([facts, words], -1), batch.fact_counts)
            keys = keys + self.seen_around(self.dropout(states))
            if self.second is not None:
                again = self.second.keys(self.dropout(states), batch.fact_counts)
        if thought.closer is not None:
            more = self.closer[batch.task](self.dropout(thought.closer))
            keys = keys + more[..., : keys.shape[-1]]
            again = again + more[..., keys.shape[-1] :] if again is not None else None
        rows = torch.arange(len(keys), device=keys.device).unsqueeze(1)
        part_keys = keys[rows, batch.parts.words] + self.part_key(self.parts(batch.parts.ids))
        return _Source(
            keys,
            thought.present,
            (~thought.present).unsqueeze(2).to(keys.dtype) * NOTHING,
            words,
            part_keys,
            batch.parts,
            thought.question,
            again,
        )

    def _start(self, thought: Thought) -> Float[Tensor, "b h"]:
        return torch.tanh(self.start(thought.gist))

    def _fed_in(self, words: Float[Tensor, "b l d"], source: _Source) -> Float[Tensor, "b l x"]:
        """What enters the recurrence that is known before it runs: parts and question."""
        question = source.question.unsqueeze(1).expand(-1, words.shape[1], -1)
        known = torch.cat([words, question], -1)
        weight = self.cell.weight_ih[:, : known.shape[-1]]
        return F.linear(known, weight, self.cell.bias_ih)

    def _late(self, fed_in: Float[Tensor, "b l x"]) -> _Products:
        """Of l steps in order, whose weights' gradients are taken once."""
        rows, sizes = fed_in.shape[0] * fed_in.shape[1], [fed_in.shape[0]] * fed_in.shape[1]
        assert self.look.bias is not None
        return _Products(
            Late(
                self.cell.weight_ih[:, -self.cell.hidden_size :],
                fed_in.transpose(0, 1).flatten(0, 1),
                sizes,
            ),
            Late(self.cell.weight_hh, self.cell.bias_hh.expand(rows, -1), sizes),
            Late(self.look.weight, self.look.bias.expand(rows, -1), sizes),
        )

    def _step(
        self, products: _Products, state: Tensor, context: Tensor, source: _Source
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One part further: state, what was looked at, and its weights."""
        size = state.shape[-1]
        new, old = products.into(context), products.on(state)
        reset, keep = torch.sigmoid(new[:, : 2 * size] + old[:, : 2 * size]).chunk(2, -1)
        candidate = torch.tanh(new[:, 2 * size :] + reset * old[:, 2 * size :])
        state = candidate + keep * (state - candidate)
        return state, *look_back(products.look(state), source)

    def features(
        self,
        seen: Float[Tensor, "b l two_h"],
        words: Float[Tensor, "b l d"],
        looked_at: Float[Tensor, "b l d"],
        above: Tensor | None,
        source: _Source,
    ) -> tuple[list[Float[Tensor, "b l _"]], Tensor | None]:
        """What a part is chosen by: what was read and written, beside it the word looked at
        (Nguyen and Chiang 2018, arXiv 1710.01329, section 4), and what the second layer says,
        whose state was `above` and is given anew."""
        steps = torch.cat([seen, words], -1)
        features = [self.dropout(torch.tanh(self.write(steps)))]
        if self.around is not None:
            looked_at = torch.tanh(looked_at)
            features.append(self.dropout(torch.tanh(self.word(looked_at)) + looked_at))
        if self.second is not None:
            assert source.again is not None
            said, above = self.second(self.dropout(steps), above, source.again, source.present)
            features.append(self.dropout(said))
        return features, above

    def tables(self) -> list[Float[Tensor, "v _"]]:
        """A row for each part, to be compared with each of the features."""
        tables = [self.parts.weight]
        if self.around is not None:
            tables.append(self.named)
        if self.second is not None:
            tables.append(self.second.table)
        return tables


class _Drafts(Writing):
    """Texts on their way, a row each: what the writer has read and written of them."""

    def __init__(self, module: RecurrentText, source: _Source, state: Tensor) -> None:
        self.module, self.source, self.state = module, source, state
        self.context = torch.zeros_like(state)
        self.above: Tensor | None = None

    def chances(
        self, parts: Int[Tensor, " n"]
    ) -> tuple[Float[Tensor, "n v"], Float[Tensor, "n t"]]:
        """Of the next part, written or copied."""
        module, source = self.module, self.source
        word = module.parts(parts)
        self.state = module.cell(torch.cat([word, source.question, self.context], -1), self.state)
        self.context, weights = look_back(module.look(self.state), source)
        seen = torch.cat([self.state, self.context], -1).unsqueeze(1)
        words = torch.bmm(weights.unsqueeze(1), source.words)
        features, self.above = module.features(seen, word.unsqueeze(1), words, self.above, source)
        logits: Tensor = module.bias
        for feature, table in zip(features, module.tables(), strict=True):
            logits = torch.addmm(logits, feature.squeeze(1), table.T)
        copying = torch.sigmoid(module.copies(seen).squeeze(1))
        pointed = module.pointed(self.state.unsqueeze(1), source.part_keys, source.parts)
        return mixed(logits, copying, pointed.squeeze(1), source.parts.ids), weights

    def keep(self, rows: Int[Tensor, " n"]) -> None:
        self.state, self.context = self.state[rows], self.context[rows]
        if self.above is not None:
            self.above = self.above[:, rows]


def look_back(
    asked: Float[Tensor, "b h"], source: _Source
) -> tuple[Float[Tensor, "b h"], Float[Tensor, "b t"]]:
    """What is looked at of the words, and how much at each."""
    scale = source.keys.shape[-1] ** -0.5
    looked = torch.baddbmm(source.unseen, source.keys, asked.unsqueeze(2), alpha=scale)
    weights = looked.squeeze(2).softmax(-1)
    return torch.bmm(weights.unsqueeze(1), source.keys).squeeze(1), weights
