"""The answer module for tags: a label for each fact."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule, labels_by_task
from qaengine.network.closer import closely_read
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class TagsAnswer(AnswerModule):
    """A softmax over the task's tags at each fact, in the light of memory; where a task has a
    closer reading, from that."""

    kind = "tags"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width, counts = config.width, labels_by_task("tags", vocabulary)
        self.fact, self.memory = nn.Linear(width, 2 * width), nn.Linear(width, 2 * width)
        self.closer = nn.ModuleDict(
            {
                task: nn.Linear(states, 2 * width)
                for task, states in closely_read(config, counts).items()
            }
        )
        self.dropout = nn.Dropout(config.deep_dropout)
        self.heads = nn.ModuleDict(
            {task: nn.Linear(2 * width, count) for task, count in counts.items()}
        )

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """The mean over the facts."""
        assert batch.gold is not None
        logits, gold = self._logits(thought, batch.task), batch.gold.answer["tags"]
        return -(gold * logits.log_softmax(-1)).sum((1, 2)) / gold.sum((1, 2))

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Log probabilities of the tags, (b, f, tags)."""
        return {"tags": self._logits(thought, batch.task).log_softmax(-1)}

    def _logits(self, thought: Thought, task: str) -> Float[Tensor, "b f tags"]:
        if thought.closer is not None:
            known = self.closer[task](self.dropout(thought.closer))
        else:
            known = self.fact(self.dropout(thought.facts))
            known = known + self.memory(thought.memory).unsqueeze(1)
        logits: Tensor = self.heads[task](self.dropout(torch.relu(known)))
        return logits
