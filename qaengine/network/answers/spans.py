"""The answer module for spans: from which fact to which, and of what type; nested ones too.

Each pair of a first and a last fact is scored (biaffine: Dozat and Manning 2017, arXiv 1611.01734;
for nested names Yu et al. 2020, arXiv 2005.07150).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule, labels_by_task
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class SpansAnswer(AnswerModule):
    """Whether a span of a type goes from a fact to another, each decided by itself."""

    kind = "spans"
    JOINED = 96
    LENGTHS = 16
    """Lengths told apart; longer spans are alike."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width = config.width
        self.first = nn.Linear(2 * width, self.JOINED)
        self.last = nn.Linear(2 * width, self.JOINED)
        self.dropout = nn.Dropout(config.deep_dropout)
        counts = labels_by_task("spans", vocabulary)
        self.heads = nn.ModuleDict(
            {task: _Pairs(self.JOINED, max(count, 1)) for task, count in counts.items()}
        )

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """The sum over all spans, by the number of facts."""
        assert batch.gold is not None
        logits, gold = self._logits(thought, batch.task), batch.gold.answer["spans"]
        losses = F.binary_cross_entropy_with_logits(logits, gold.to(logits.dtype), reduction="none")
        losses = losses * possible(thought.present).unsqueeze(-1)
        return losses.flatten(1).sum(1) / thought.present.sum(1)

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Probabilities of spans, (b, f, f, types)."""
        chances = self._logits(thought, batch.task).sigmoid()
        return {"spans": chances * possible(thought.present).unsqueeze(-1)}

    def _logits(self, thought: Thought, task: str) -> Float[Tensor, "b f f types"]:
        memory = thought.memory.unsqueeze(1).expand_as(thought.facts)
        known = self.dropout(torch.cat([thought.facts, memory], -1))
        first = self.dropout(torch.relu(self.first(known)))
        last = self.dropout(torch.relu(self.last(known)))
        logits: Tensor = self.heads[task](first, last)
        return logits


class _Pairs(nn.Module):
    """A biaffine score for each pair and type, with one for its length."""

    def __init__(self, joined: int, types: int) -> None:
        super().__init__()
        self.both = nn.Parameter(torch.randn(types, joined, joined) * joined**-1.0)
        self.first, self.last = nn.Linear(joined, types), nn.Linear(joined, types)
        self.length = nn.Embedding(SpansAnswer.LENGTHS, types)
        nn.init.constant_(self.length.weight, -2.0)

    def forward(
        self, first: Float[Tensor, "b f j"], last: Float[Tensor, "b f j"]
    ) -> Float[Tensor, "b f f types"]:
        pairs = torch.einsum("bij,cjk,blk->bilc", first, self.both, last)
        pairs = pairs + self.first(first).unsqueeze(2) + self.last(last).unsqueeze(1)
        places = torch.arange(first.shape[1], device=first.device)
        lengths = (places - places.unsqueeze(1)).clamp(0, SpansAnswer.LENGTHS - 1)
        logits: Tensor = pairs + self.length(lengths)
        return logits


def possible(present: Bool[Tensor, "b f"]) -> Bool[Tensor, "b f f"]:
    """Pairs of a first and a last fact in order."""
    facts = present.shape[1]
    upper = torch.ones(facts, facts, dtype=torch.bool, device=present.device).triu()
    return upper & present.unsqueeze(1) & present.unsqueeze(2)
