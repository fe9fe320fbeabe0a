"""When a pair is answered yes: from its own answer, and from that of the question asked along.

"Is [Ida] coreferent with [her]?" is asked along with "Who does "her" refer to?" (`Triple.further`).
How much the one counts beside the other is what makes the validation answers likeliest (stacking:
Wolpert 1992); from where on it is a yes, what gives the best F1 there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from qaengine.batch import Example
from qaengine.metrics import f1
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.scoring import batched
from qaengine.vocabulary import Vocabulary

SHIFTS = tuple(0.2 * step for step in range(-8, 13))
"""Tried as additions to log odds: of a pair, and around what is likeliest of a further answer."""


@dataclass(frozen=True)
class Pairs:
    """Log odds of n questions with two labels: of the first one, and of what was asked along."""

    own: Tensor  # (n)
    further: Tensor  # (n) 0 where nothing was asked along
    asked: Tensor  # (n) bool: whether something was
    gold: Tensor  # (n) bool: whether the first label is right

    def odds(self, shift: float, weight: float = 0.0, more: float = 0.0) -> Tensor:
        """Those of the first label, with the further answers counted in."""
        return self.own + shift + (weight * self.further + more) * self.asked


def measure(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Sequence[Example],
    device: torch.device,
) -> Pairs:
    """Asks each pair, and by itself what is asked along."""
    count, first = len(examples), vocabulary.schemas[examples[0].task].labels[:1]
    own, further, asked = torch.zeros(count), torch.zeros(count), torch.zeros(count).bool()
    for numbered, read in batched(network, vocabulary, examples):
        numbers, batch = torch.tensor([number for number, _ in numbered]), read.to(device)
        labels = network.reply(replace(batch, further=None)).decoded["labels"]
        own[numbers] = (labels[:, 0] - labels[:, 1]).cpu()
        said = network.further(batch)
        if said is not None:
            rows = numbers[said.rows.cpu()]
            further[rows], asked[rows] = said.logs.cpu(), True
    gold = torch.tensor([example.answer == first for example in examples])
    return Pairs(own, further, asked, gold)


def weigh(groups: Sequence[Pairs]) -> tuple[float, float, float]:
    """What is best added to the log odds of each pair; by what those of a further answer are
    multiplied, and what is added where there is one."""
    weight, likeliest = _likeliest(groups)
    more = [likeliest + one for one in SHIFTS] if weight else [0.0]

    def worth(chosen: tuple[float, float]) -> tuple[float, float]:
        shift, further = chosen
        scores = [_f1(one.odds(shift, weight, further) > 0, one.gold) for one in groups]
        return sum(scores), -abs(shift) - abs(further - likeliest)

    shift, further = max(product(SHIFTS, more), key=worth)
    return round(shift, 2), weight, round(further, 2)


def _likeliest(groups: Sequence[Pairs]) -> tuple[float, float]:
    """By a logistic regression on the pairs that have a further answer: what its log odds count
    beside their own, and what is added; nothing where none has, or where it tells nothing."""
    own, further, gold = (
        torch.cat([getattr(one, name)[one.asked] for one in groups]).double()
        for name in ("own", "further", "gold")
    )
    if not len(own):
        return 0.0, 0.0
    start = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    fitted = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([fitted], max_iter=100, line_search_fn="strong_wolfe")

    def surprise() -> float:
        optimizer.zero_grad()
        odds = fitted[0] * own + fitted[1] * further + fitted[2]
        loss = F.binary_cross_entropy_with_logits(odds, gold, reduction="sum")
        loss = loss + ((fitted - start)[:2] ** 2).sum()  # near to none where pairs are few
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimizer.step(surprise)  # type: ignore[no-untyped-call]
    first, second, third = map(float, fitted.detach())
    weight = round(max(second, 0.0) / max(first, 0.1), 2)
    return weight, third / max(first, 0.1) if weight else 0.0


def _f1(said: Tensor, gold: Tensor) -> float:
    return f1(int((said & gold).sum()), int(said.sum()), int(gold.sum()))
