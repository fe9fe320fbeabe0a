"""Two sentences compared word by word."""

from __future__ import annotations

import torch
from torch import Tensor

from qaengine.network.comparison import Comparison, Sides

WIDTH = 6
LENGTHS = torch.tensor([[4, 2], [3, 5]])


def words(longest: int = 5) -> Tensor:
    torch.manual_seed(1)
    return torch.nn.functional.pad(torch.randn(2, 2, 5, WIDTH), (0, 0, 0, longest - 5))


def comparison() -> Comparison:
    torch.manual_seed(0)
    return Comparison(WIDTH, 8, 0.5).eval()


def test_either_sentence_may_come_first() -> None:
    compare = comparison()
    there = compare(Sides(words(), LENGTHS))
    back = compare(Sides(words().flip(1), LENGTHS.flip(1)))
    assert there.shape == (2, compare.features)
    assert torch.allclose(there, back, atol=1e-6)


def test_what_stands_behind_a_sentence_does_not_matter() -> None:
    compare, dirty = comparison(), words(7)
    for row in range(2):
        for side in range(2):
            dirty[row, side, LENGTHS[row, side] :] = 9.0
    assert torch.allclose(
        compare(Sides(words(), LENGTHS)), compare(Sides(dirty, LENGTHS)), atol=1e-6
    )


def test_equal_sentences_have_no_distance() -> None:
    compare, same = comparison(), words()
    same[:, 1] = same[:, 0]
    equal = LENGTHS[:, :1].expand(2, 2)
    product, distance = compare(Sides(same, equal)).chunk(2, -1)
    assert not distance.any()
    assert bool((product >= 0).all())
