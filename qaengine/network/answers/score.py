"""The answer module for scores: how two facts compare, on a scale of whole steps.

Tai et al. 2015 (arXiv 1503.00075), section 4.2: product and distance of two sentences, and a
distribution over the steps whose mean is the score.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import STEPS, Batch
from qaengine.network.answers.module import AnswerModule
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class ScoreAnswer(AnswerModule):
    """Chances of the steps 1 to 5, from the first two facts, the words read, and memory."""

    kind = "score"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width = config.width
        self.hidden = nn.Linear(4 * width, 2 * width)
        self.dropout = nn.Dropout(config.deep_dropout)
        self.out = nn.ModuleDict(
            {
                schema.name: nn.Linear(2 * width, STEPS)
                for schema in vocabulary.tasks
                if schema.answer == "score"
            }
        )

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Kullback-Leibler divergence from the gold chances, and the error of the mean."""
        assert batch.gold is not None
        gold = batch.gold.answer["chances"]
        logs = self._logs(thought, batch.task)
        divergence = (torch.xlogy(gold, gold) - gold * logs).sum(-1)
        return divergence + 0.5 * (mean(logs.exp()) - mean(gold)) ** 2

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Chances of the steps, (b, 5)."""
        return {"chances": self._logs(thought, batch.task).exp()}

    def _logs(self, thought: Thought, task: str) -> Float[Tensor, "b 5"]:
        assert thought.reading is not None
        one, other = thought.facts[:, 0], thought.facts[:, -1]
        features = [one * other, (one - other).abs(), thought.memory, thought.reading.summary]
        hidden = torch.relu(self.hidden(self.dropout(torch.cat(features, -1))))
        return self.out[task](self.dropout(hidden)).log_softmax(-1)


def mean(chances: Float[Tensor, "b 5"]) -> Float[Tensor, " b"]:
    """The score that the chances of the steps make."""
    return chances @ torch.arange(1.0, STEPS + 1, device=chances.device, dtype=chances.dtype)
