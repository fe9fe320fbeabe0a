"""Supervision of the gates: each pass a support, in whichever order; then enough."""

from __future__ import annotations

import pytest
import torch

from qaengine.batch import Gold
from qaengine.network.dynamic_memory_network import gate_loss
from qaengine.network.memory import Episodes

FACTS = 4


def episodes(*passes: int | None) -> Episodes:
    """Each pass puts all its weight on one fact, or on "enough" (None)."""
    weights = torch.full((1, len(passes), FACTS + 1), -1e4)
    for number, fact in enumerate(passes):
        weights[0, number, FACTS if fact is None else fact] = 0
    return Episodes(torch.zeros(1, 8), weights[..., :-1], weights[..., -1])


def gold(*supports: int, supervised: bool = True) -> Gold:
    mask = torch.zeros(1, FACTS, dtype=torch.bool)
    mask[0, list(supports)] = True
    return Gold({}, mask, torch.tensor([supervised]))


@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_perfect_gates_cost_nothing_in_any_order(order: tuple[int, int]) -> None:
    assert gate_loss(episodes(*order, None), gold(0, 2)).item() == 0


def test_question_without_support_wants_enough_at_once() -> None:
    assert gate_loss(episodes(None), gold()).item() == 0
    assert gate_loss(episodes(1), gold()).item() > 1


@pytest.mark.parametrize("passes", [(0, 0, None), (0, 1, None), (0, None, None), (0, 2, 2)])
def test_fault_costs(passes: tuple[int | None, ...]) -> None:
    assert gate_loss(episodes(*passes), gold(0, 2)).item() > 1


def test_passes_after_enough_are_free() -> None:
    assert gate_loss(episodes(0, None, 3, 3), gold(0)).item() == 0


def test_unknown_supports_teach_nothing() -> None:
    assert gate_loss(episodes(3, 3), gold(0, supervised=False)).item() == 0
