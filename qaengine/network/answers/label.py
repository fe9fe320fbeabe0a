"""The answer module for labels: one of a closed set, a set for each task."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule, labels_by_task
from qaengine.network.closer import Gathered, closely_read
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class LabelAnswer(AnswerModule):
    """A softmax over the task's labels, from memory and the strongest features of the facts; where
    a task has a closer reading, from that."""

    kind = "label"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width = config.width
        self.hidden = nn.Linear(4 * width, 2 * width)
        counts = labels_by_task("label", vocabulary)
        self.closer = nn.ModuleDict(
            {
                task: Gathered(width, states, 2 * width)
                for task, states in closely_read(config, counts).items()
            }
        )
        self.dropout = nn.Dropout(config.deep_dropout)
        self.heads = nn.ModuleDict(
            {task: nn.Linear(2 * width, count) for task, count in counts.items()}
        )
        self.further = nn.ParameterDict(
            {
                schema.name: nn.Parameter(torch.zeros(2), requires_grad=False)
                for schema in vocabulary.tasks
                if schema.answer == "label" and schema.further in vocabulary.schemas
            }
        )
        """What the log odds of a further answer count for the first label's, and what is added
        where there is one: chosen on validation data (`qaengine.balance`), since of texts that
        were learnt by heart the one answer says what the other does."""

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        assert batch.gold is not None
        logits = self._logits(thought, batch.task)
        return F.cross_entropy(logits, batch.gold.answer["label"], reduction="none")

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Log probabilities of the task's labels, (b, labels)."""
        logits = self._logits(thought, batch.task)
        if thought.further is not None:
            weight, shift = self.further[batch.task].unbind()
            logits[thought.further.rows, 0] += weight * thought.further.logs + shift
        return {"labels": logits.log_softmax(-1)}

    def listens(self, task: str) -> bool:
        """Whether what is asked along with a task's questions counts for anything."""
        return task in self.further and bool(self.further[task].any())

    def _logits(self, thought: Thought, task: str) -> Float[Tensor, "b labels"]:
        if thought.closer is not None:
            read = self.dropout(thought.closer)
            weights = thought.episodes.weights
            known = self.closer[task](read, thought.present, weights, thought.question)
        else:
            known = self.hidden(self.dropout(thought.gist))
        logits: Tensor = self.heads[task](self.dropout(torch.relu(known)))
        return logits
