"""The answer module for labels: one of a closed set, a set for each task."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule, labels_by_task
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import Vocabulary


class LabelAnswer(AnswerModule):
    """A softmax over the task's labels, from memory and the strongest features of the facts."""

    kind = "label"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width = config.width
        self.hidden = nn.Linear(4 * width, 2 * width)
        self.dropout = nn.Dropout(config.deep_dropout)
        self.heads = nn.ModuleDict(
            {
                task: nn.Linear(2 * width, count)
                for task, count in labels_by_task("label", vocabulary).items()
            }
        )

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        assert batch.gold is not None
        logits = self._logits(thought, batch.task)
        return F.cross_entropy(logits, batch.gold.answer["label"], reduction="none")

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Log probabilities of the task's labels, (b, labels)."""
        return {"labels": self._logits(thought, batch.task).log_softmax(-1)}

    def _logits(self, thought: Thought, task: str) -> Float[Tensor, "b labels"]:
        pooled = torch.cat([thought.memory, thought.question, *pools(thought)], -1)
        hidden = self.dropout(torch.relu(self.hidden(self.dropout(pooled))))
        logits: Tensor = self.heads[task](hidden)
        return logits


def pools(thought: Thought) -> tuple[Float[Tensor, "b d"], Float[Tensor, "b d"]]:
    """The facts' highest features, and their mean."""
    present = thought.present.unsqueeze(-1)
    highest = thought.facts.masked_fill(~present, NOTHING).amax(1)
    mean = (thought.facts * present).sum(1) / present.sum(1)
    return highest, mean
