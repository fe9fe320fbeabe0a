"""Weights in fewer bytes come back as they were, but for what a byte cannot hold."""

from __future__ import annotations

import pytest
import torch

from qaengine.packing import LARGE, ROWS, packed, unpacked

WIDE = LARGE // 2


@pytest.mark.parametrize("name", [ROWS, "closer.spans.read.weight_ih_l0", "answers.text.named"])
def test_rows_come_back_within_half_a_step(name: str) -> None:
    rows = torch.randn(50, LARGE // 50) * torch.logspace(-2, 2, 50).unsqueeze(1)
    back = unpacked(packed({name: rows}))[name]
    step = rows.abs().amax(dim=1, keepdim=True) / 127
    assert ((back - rows).abs() <= 0.51 * step).all()


def test_a_large_matrix_has_a_byte_a_number_and_a_scale_a_row() -> None:
    weights = {ROWS: (2, WIDE), "gru.weight_hh_l0": (2, WIDE), "small.weight": (2, 5)}
    weights |= {"memory.bias": (LARGE,), "cube": (2, 2, WIDE), "router.hidden.weight": (2, WIDE)}
    written = packed({name: torch.randn(shape) for name, shape in weights.items()})
    assert {name: (one.dtype, tuple(one.shape)) for name, one in written.items()} == {
        ROWS: (torch.int8, (2, WIDE)),
        "embedding.vectors.scale": (torch.float16, (2, 1)),
        "gru.weight_hh_l0": (torch.int8, (2, WIDE)),
        "gru.weight_hh_l0.scale": (torch.float16, (2, 1)),
        "small.weight": (torch.float16, (2, 5)),
        "memory.bias": (torch.float16, (LARGE,)),
        "cube": (torch.float16, (2, 2, WIDE)),
        "router.hidden.weight": (torch.float16, (2, WIDE)),
    }


def test_a_row_of_nothing_stays_nothing() -> None:
    assert not unpacked(packed({ROWS: torch.zeros(2, WIDE)}))[ROWS].any()


def test_packed_twice_is_packed_once() -> None:
    """A checkpoint that is loaded and saved again does not drift."""
    once = packed({ROWS: torch.randn(2, WIDE)})
    again = packed(unpacked(once))
    assert all(torch.equal(again[name], one) for name, one in once.items())


def test_what_was_never_packed_is_taken_as_it_is() -> None:
    rows = torch.randn(2, WIDE)
    assert torch.equal(unpacked({ROWS: rows})[ROWS], rows)
    assert torch.equal(unpacked({ROWS: rows.half()})[ROWS], rows.half().float())
