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
from qaengine.network.closer import closely_read
from qaengine.network.comparison import Comparison, Sides
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class ScoreAnswer(AnswerModule):
    """Chances of the steps 1 to 5: what memory and the words read make of the first and the last
    fact; where `compare` is set, what a comparison word by word makes of it; and such a comparison
    of what a closer reading says, where the task has one. `shares` says what each way counts."""

    kind = "score"

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        width = config.width
        tasks = [schema.name for schema in vocabulary.tasks if schema.answer == "score"]
        self.hidden = nn.Linear(4 * width, 2 * width)
        self.dropout = nn.Dropout(config.deep_dropout)
        self.out = nn.ModuleDict({task: nn.Linear(2 * width, STEPS) for task in tasks})
        self.comparison: Comparison | None = None
        if config.compare:
            self.comparison = Comparison(2 * width, config.compare, config.deep_dropout)
            self.compared = nn.Linear(self.comparison.features, width)
            self.steps = nn.ModuleDict({task: nn.Linear(width, STEPS) for task in tasks})
        self.closer = nn.ModuleDict(
            {
                task: CloselyCompared(states, width, config.deep_dropout)
                for task, states in closely_read(config, tasks).items()
            }
        )
        ways = {task: 1 + bool(config.compare) + (task in self.closer) for task in tasks}
        self.shares = nn.ParameterDict(
            {
                task: nn.Parameter(torch.full((count,), 1 / count), requires_grad=False)
                for task, count in ways.items()
            }
        )
        """Chosen on validation data (`qaengine.balance`): how well a way knows the training pairs
        by heart says nothing of what it is worth."""

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Kullback-Leibler divergence from the gold chances, and the error of the mean; of all
        ways their mean, so that none leaves the work to another."""
        assert batch.gold is not None
        ways = [_loss(batch.gold.answer["chances"], logs) for logs in self._ways(thought, batch)]
        return torch.stack(ways).mean(0)

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """Chances of the steps, (b, 5), and `ways`, (b, w, 5): those of each way."""
        ways = torch.stack(self._ways(thought, batch), 1).exp()
        shares = self.shares[batch.task]
        return {"chances": torch.einsum("w,bws->bs", shares / shares.sum(), ways), "ways": ways}

    def _ways(self, thought: Thought, batch: Batch) -> list[Float[Tensor, "b 5"]]:
        """Log probabilities of the steps, in each way."""
        assert thought.reading is not None
        one, other = thought.facts[:, 0], thought.facts[:, -1]
        features = [one * other, (one - other).abs(), thought.memory, thought.reading.summary]
        hidden = torch.relu(self.hidden(self.dropout(torch.cat(features, -1))))
        ways = [self.out[batch.task](self.dropout(hidden)).log_softmax(-1)]
        if self.comparison is not None:
            assert thought.sides is not None, "sentences are compared word by word"
            compared = torch.relu(self.compared(self.comparison(thought.sides)))
            ways.append(self.steps[batch.task](self.dropout(compared)).log_softmax(-1))
        if batch.task in self.closer:
            assert thought.sides is not None
            ways.append(self.closer[batch.task](thought.sides.again))
        return ways


class CloselyCompared(nn.Module):
    """Log probabilities of the steps, from the words of two sentences as a closer reading has
    them."""

    def __init__(self, states: int, width: int, dropout: float) -> None:
        """`states`: numbers a word; `width`: of what is made of the comparison."""
        super().__init__()
        self.comparison = Comparison(states, states // 2, dropout, reads=False)
        self.compared = nn.Linear(self.comparison.features, width)
        self.dropout = nn.Dropout(dropout)
        self.steps = nn.Linear(width, STEPS)

    def forward(self, sides: Sides) -> Float[Tensor, "b 5"]:
        compared = torch.relu(self.compared(self.comparison(sides)))
        steps: Tensor = self.steps(self.dropout(compared))
        return steps.log_softmax(-1)


def _loss(gold: Float[Tensor, "b 5"], logs: Float[Tensor, "b 5"]) -> Float[Tensor, " b"]:
    divergence = (torch.xlogy(gold, gold) - gold * logs).sum(-1)
    return divergence + 0.5 * (mean(logs.exp()) - mean(gold)) ** 2


def mean(chances: Float[Tensor, "b 5"]) -> Float[Tensor, " b"]:
    """The score that the chances of the steps make."""
    return chances @ torch.arange(1.0, STEPS + 1, device=chances.device, dtype=chances.dtype)
