"""DMN+ written down as published, to compare with (Xiong et al. 2016, arXiv 1603.01417).

Sentences by position encoding, a bidirectional GRU across the facts, an attention GRU as a loop
over the facts for each of three passes, untied memory updates with ReLU, one class an answer.
Every question brings its own facts; a batch is padded to its longest story and sentence. What does
not depend on the state is taken out of the loop, as a competent implementation would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qaengine.batch import Example


@dataclass(frozen=True)
class PlainBatch:
    """b questions of at most t words, each with its own f facts of at most s words; 0: padding."""

    facts: Tensor  # (b, f, s)
    questions: Tensor  # (b, t)
    answers: Tensor  # (b)
    supports: Tensor  # (b, passes) which fact each pass should attend to, or -1


class Plain:
    """Examples as padded tensors; words and answers are numbered once, before training."""

    def __init__(self, examples: Iterable[Example], passes: int = 3) -> None:
        self.passes = passes
        self.words: dict[str, int] = {"": 0}
        self.answers: dict[tuple[str, ...] | None, int] = {}
        for one in examples:
            for text in (*one.facts, one.question):
                for word in text:
                    self.words.setdefault(word.lower(), len(self.words))
            self.answers.setdefault(one.answer, len(self.answers))

    def collate(self, examples: Sequence[Example]) -> PlainBatch:
        """A batch, padded to its longest story and sentence."""
        most = max(len(one.facts) for one in examples)
        longest = max(len(fact) for one in examples for fact in one.facts)
        asked = max(len(one.question) for one in examples)
        empty = [0] * longest
        facts = [
            [*(self._row(fact, longest) for fact in one.facts), *[empty] * (most - len(one.facts))]
            for one in examples
        ]
        return PlainBatch(
            facts=torch.tensor(facts),
            questions=torch.tensor([self._row(one.question, asked) for one in examples]),
            answers=torch.tensor([self.answers[one.answer] for one in examples]),
            supports=torch.tensor([self._supports(one) for one in examples]),
        )

    def _row(self, words: Sequence[str], length: int) -> list[int]:
        numbers = [self.words[word.lower()] for word in words]
        return numbers + [0] * (length - len(numbers))

    def _supports(self, one: Example) -> list[int]:
        known = list(one.supports or ())[: self.passes]
        return known + [-1] * (self.passes - len(known))


class AttentionGRU(nn.Module):
    """A GRU whose update gate is the attention to a fact (equations 11 and 12 of the paper)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.of_fact = nn.Linear(width, 2 * width)
        self.of_state = nn.Linear(width, 2 * width, bias=False)

    def forward(self, facts: Tensor, gates: Tensor) -> Tensor:
        """facts (b, f, d), gates (b, f): the last state (b, d)."""
        state = torch.zeros_like(facts[:, 0])
        projected = self.of_fact(facts)
        for fact, gate in zip(projected.unbind(1), gates.unsqueeze(2).unbind(1), strict=True):
            reset, candidate = fact.chunk(2, dim=1)
            old_reset, old = self.of_state(state).chunk(2, dim=1)
            new = torch.tanh(candidate + torch.sigmoid(reset + old_reset) * old)
            state = gate * new + (1 - gate) * state
        return state


class PlainDMNPlus(nn.Module):
    """The network of the paper; `forward` gives the loss of a batch."""

    def __init__(self, words: int, answers: int, width: int, passes: int = 3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)
        self.question = nn.GRU(width, width, batch_first=True)
        self.fusion = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.interact, self.gate = nn.Linear(4 * width, width), nn.Linear(width, 1)
        self.attention = AttentionGRU(width)
        self.updates = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(passes))
        self.answer = nn.Linear(2 * width, answers)
        self.dropout = nn.Dropout(0.1)

    def forward(self, batch: PlainBatch) -> Tensor:
        facts, present = self._facts(batch.facts), (batch.facts != 0).any(2)
        question = self._question(batch.questions)
        memory, loss = question, facts.new_zeros(())
        for number, update in enumerate(self.updates):
            logits = self._logits(facts, question, memory).masked_fill(~present, -1e4)
            context = self.attention(facts, logits.softmax(1))
            memory = torch.relu(update(torch.cat([memory, context, question], 1)))
            loss = loss + _mean_known(logits, batch.supports[:, number])
        said = self.answer(self.dropout(torch.cat([memory, question], 1)))
        return loss + F.cross_entropy(said, batch.answers)

    def _facts(self, words: Tensor) -> Tensor:
        embedded = self.embedding(words)  # (b, f, s, d)
        encoded = (embedded * position_encoding(*embedded.shape[2:])).sum(2)
        states, _ = self.fusion(self.dropout(encoded))
        return torch.stack(states.chunk(2, dim=2)).sum(0)  # (b, f, d)

    def _question(self, words: Tensor) -> Tensor:
        states, _ = self.question(self.embedding(words))
        last = (words != 0).sum(1) - 1
        found: Tensor = states[torch.arange(len(words)), last]
        return found

    def _logits(self, facts: Tensor, question: Tensor, memory: Tensor) -> Tensor:
        q, m = question.unsqueeze(1), memory.unsqueeze(1)
        z = torch.cat([facts * q, facts * m, (facts - q).abs(), (facts - m).abs()], dim=2)
        logits: Tensor = self.gate(torch.tanh(self.interact(z))).squeeze(2)
        return logits


def position_encoding(words: int, width: int) -> Tensor:
    """Weights (words, width) of Sukhbaatar et al. 2015, section 4.1."""
    j = torch.arange(1, words + 1).unsqueeze(1) / words
    d = torch.arange(1, width + 1).unsqueeze(0) / width
    return (1 - j) - d * (1 - 2 * j)


def _mean_known(logits: Tensor, wanted: Tensor) -> Tensor:
    known = (wanted >= 0).sum().clamp(min=1)
    return F.cross_entropy(logits, wanted, ignore_index=-1, reduction="sum") / known
