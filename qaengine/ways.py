"""What each way to a score counts beside the others: chosen on validation data.

Stacking: Wolpert 1992, "Stacked Generalization", with shares that none may fall below nothing with
(Breiman 1996, "Stacked Regressions").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from statistics import mean
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qaengine.batch import Example
from qaengine.network.answers.score import mean as mean_step
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.scoring import batched, correlation
from qaengine.vocabulary import Vocabulary

TENTHS = 10
"""Into which shares are cut."""


class Ways(NamedTuple):
    """Of n questions, the scores that each way tells, and the gold ones."""

    said: Float[Tensor, "w n"]
    gold: Float[Tensor, " n"]

    def worth(self, shares: Sequence[float]) -> float:
        """Pearson's r of the scores that these shares make."""
        return correlation(torch.tensor(shares) @ self.said, self.gold)


def ways_of(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Sequence[Example],
    device: torch.device,
) -> Ways:
    """Asks each question in every way."""
    said: dict[int, Tensor] = {}
    for numbered, batch in batched(network, vocabulary, examples):
        ways = network.reply(batch.to(device)).decoded["ways"].cpu()
        scores = mean_step(ways.flatten(0, 1)).view(ways.shape[:2])
        said |= zip((number for number, _ in numbered), scores, strict=True)
    gold = torch.tensor([float((one.answer or ("0",))[0]) for one in examples])
    return Ways(torch.stack([said[number] for number in range(len(examples))], 1), gold)


def share_out(groups: Sequence[Ways]) -> tuple[float, ...]:
    """The shares of the best mean r; of equals those that are most alike."""
    count = len(groups[0].said)

    def worth(shares: tuple[float, ...]) -> tuple[float, float]:
        unlike = sum((share - 1 / count) ** 2 for share in shares)
        return round(mean(one.worth(shares) for one in groups), 4), -unlike

    return max(_tenths(count), key=worth)


def _tenths(count: int) -> Iterator[tuple[float, ...]]:
    """All that add up to one."""
    for shares in product(range(TENTHS + 1), repeat=count):
        if sum(shares) == TENTHS:
            yield tuple(share / TENTHS for share in shares)
