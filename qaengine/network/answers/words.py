"""The answer module: words, each generated from a small vocabulary or copied from what was read.

See et al. 2017 (arXiv 1704.04368) mix the two by a learnt switch; here one softmax holds both.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import END, Vocabulary


class WordsAnswer(AnswerModule):
    """A GRU that emits one word a step and ends itself."""

    kind = "words"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width, outputs = config.width, len(vocabulary.outputs)
        self.most = config.longest_answer
        self.start = nn.Linear(2 * width, width)
        self.cell = nn.GRUCell(2 * width, width)
        self.look = nn.Linear(width, width)
        self.generate = nn.Linear(2 * width, width)
        self.copy = nn.Linear(width, width)
        self.outputs = nn.Embedding(outputs, width)
        nn.init.normal_(self.outputs.weight, std=width**-0.5)
        self.dropout = nn.Dropout(config.dropout)

    def begin(self, memory: Tensor, summary: Tensor) -> tuple[Tensor, Tensor]:
        """State and input before the first word."""
        return torch.tanh(self.start(torch.cat([memory, summary], -1))), torch.zeros_like(memory)

    def step(
        self, state: Tensor, last: Tensor, words: Tensor, readable: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One word further: the new state, log probabilities (b, v + r), and how much each word
        read was looked at (b, r)."""
        looked = torch.einsum("bd,brd->br", self.look(state), words) * words.shape[-1] ** -0.5
        weights = looked.masked_fill(~readable, NOTHING).softmax(-1)
        context = torch.einsum("br,brd->bd", weights, words)
        state = self.cell(torch.cat([last, context], -1), state)
        features = self.dropout(self.generate(torch.cat([state, context], -1)))
        generated = features @ self.outputs.weight.T
        copied = torch.einsum("bd,brd->br", self.copy(state), words) * words.shape[-1] ** -0.5
        copied = copied.masked_fill(~readable, NOTHING)
        return state, torch.cat([generated, copied], -1).log_softmax(-1), weights

    def fed(
        self, output: Int[Tensor, " b"], same: Bool[Tensor, "b r"], words: Tensor
    ) -> Float[Tensor, "b d"]:
        """An emitted word as the next step's input: its embedding and its places in the text."""
        generated = self.outputs(output.clamp(min=0)) * (output >= 0).unsqueeze(-1)
        share = same / same.sum(-1, keepdim=True).clamp(min=1)
        return generated + torch.einsum("br,brd->bd", share.to(words.dtype), words)

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Negative log likelihood of each gold answer, by whichever way it can be said."""
        assert batch.gold is not None
        assert thought.reading is not None
        gold, reading = batch.gold.answer, thought.reading
        words, identity, readable = reading.words, reading.identity, reading.page.present
        start = self.begin(thought.memory, reading.summary)
        (state, last), total = start, words.new_zeros(len(words))
        for place in range(gold["mask"].shape[1]):
            state, log_probabilities, _ = self.step(state, last, words, readable)
            output, said = gold["outputs"][:, place], gold["identity"][:, place]
            same = (identity == said.unsqueeze(1)) & readable
            ways = torch.cat([_one_hot(output, self.outputs.num_embeddings), same], -1)
            likelihood = log_probabilities.masked_fill(~ways, NOTHING).logsumexp(-1)
            # an answer that was not read can't be said: nothing to learn from it here
            learnable = gold["mask"][:, place] & ways.any(-1)
            total = total - likelihood * learnable
            last = self.fed(output, same, words)
        return total

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """The likeliest word at each step, until all have ended or as many as may be are out.

        Of l items: `outputs` (b, l), an item's number in the answer vocabulary or -1; `identity`
        (b, l) then names the copied word; `log_probabilities` (b, l); `first` (b, v + r), the log
        probabilities of the first item: v words of the vocabulary, then the r words read; and
        `source` (b, r), the chance that an item was copied from each of these, or was said of
        itself while it looked there, the most over the items.
        """
        assert thought.reading is not None
        words, identity = thought.reading.words, thought.reading.identity
        known, readable = thought.reading.known, thought.reading.page.present
        start = self.begin(thought.memory, thought.reading.summary)
        state, last = start
        outputs, copies, likelihoods = [], [], []
        first: Tensor | None = None
        vocabulary = self.outputs.num_embeddings
        ended = torch.zeros(len(words), dtype=torch.bool, device=words.device)
        source = torch.zeros(identity.shape, dtype=words.dtype, device=words.device)
        for _ in range(self.most):
            state, log_probabilities, weights = self.step(state, last, words, readable)
            copied = log_probabilities[:, vocabulary:].exp()
            weights = copied + (1 - copied.sum(1, keepdim=True)) * weights
            log_probabilities = _merged(log_probabilities, identity, known, readable, vocabulary)
            first = log_probabilities if first is None else first
            likelihood, choice = log_probabilities.max(-1)
            place = (choice - vocabulary).clamp(min=0).unsqueeze(1)
            is_copy = choice >= vocabulary
            output = torch.where(is_copy, -1, choice)
            said = torch.where(is_copy, identity.gather(1, place).squeeze(1), -1)
            outputs.append(torch.where(ended, END, output))
            copies.append(torch.where(ended, -1, said))
            likelihoods.append(likelihood.masked_fill(ended, 0.0))
            ended = ended | (output == END)
            source = torch.maximum(source, weights * ~ended.unsqueeze(1))
            if bool(ended.all()):
                break
            same = (identity == said.unsqueeze(1)) & readable & is_copy.unsqueeze(1)
            both = torch.where(is_copy, known.gather(1, place).squeeze(1), choice)
            last = self.fed(both, same, words)
        assert first is not None
        return {
            "outputs": torch.stack(outputs, 1),
            "identity": torch.stack(copies, 1),
            "log_probabilities": torch.stack(likelihoods, 1),
            "first": first,
            "source": source,
        }


def _one_hot(output: Int[Tensor, " b"], size: int) -> Bool[Tensor, "b v"]:
    return output.unsqueeze(1) == torch.arange(size, device=output.device)


def _merged(
    log_probabilities: Float[Tensor, "b v_r"],
    identity: Int[Tensor, "b r"],
    known: Int[Tensor, "b r"],
    readable: Bool[Tensor, "b r"],
    vocabulary: int,
) -> Float[Tensor, "b v_r"]:
    """Adds up all ways to say a word that was read, at its first place; the others get next to
    nothing."""
    generated, copied = log_probabilities[:, :vocabulary], log_probabilities[:, vocabulary:]
    same = (identity.unsqueeze(2) == identity.unsqueeze(1)) & readable.unsqueeze(1)
    total = copied.unsqueeze(1).masked_fill(~same, NOTHING).logsumexp(-1)
    places = torch.arange(identity.shape[1], device=identity.device)
    counted = (same.to(torch.uint8).argmax(2) == places) & readable
    also = generated.gather(1, known.clamp(min=0)).masked_fill(known < 0, NOTHING)
    total = torch.logaddexp(total, also).masked_fill(~counted, NOTHING)
    elsewhere = torch.where(counted & (known >= 0), known, vocabulary)
    moved = torch.zeros_like(generated, dtype=torch.bool)
    moved = nn.functional.pad(moved, (0, 1)).scatter(1, elsewhere, True)[:, :vocabulary]
    return torch.cat([generated.masked_fill(moved, NOTHING), total], -1)
