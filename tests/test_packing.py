"""Weights in fewer bytes come back as they were, but for what a byte cannot hold."""

from __future__ import annotations

import pytest
import torch

from qaengine.packing import BYTE, LARGE, SIX, packed, unpacked

ROWS = "embedding.vectors.weight"
WIDE = LARGE // 2


@pytest.mark.parametrize(("width", "steps"), [(LARGE // 50, SIX), (LARGE // 50 + 2, BYTE)])
def test_rows_come_back_within_half_a_step(width: int, steps: int) -> None:
    rows = torch.randn(50, width) * torch.logspace(-2, 2, 50).unsqueeze(1)
    back = unpacked(packed({"gru.weight_hh_l0": rows}))["gru.weight_hh_l0"]
    step = rows.abs().amax(dim=1, keepdim=True) / steps
    assert ((back - rows).abs() <= 0.51 * step).all()


def test_every_step_of_six_bits_comes_back_in_its_place() -> None:
    """Also beside every other."""
    steps = torch.arange(-SIX, SIX + 1.0)
    both = torch.cartesian_prod(steps, steps).flatten().repeat(4)
    rows = torch.stack([both.roll(shift) for shift in range(4)])
    rows = torch.nn.functional.pad(rows, (0, -rows.shape[1] % 4))
    assert torch.allclose(unpacked(packed({ROWS: rows}))[ROWS], rows, atol=0.01)


def test_a_large_matrix_has_six_bits_a_number_and_a_scale_a_row() -> None:
    weights = {ROWS: (2, WIDE), "gru.weight_hh_l0": (2, WIDE), "small.weight": (2, 5)}
    weights |= {"memory.bias": (LARGE,), "cube": (2, 2, WIDE), "router.hidden.weight": (2, WIDE)}
    written = packed({name: torch.randn(shape) for name, shape in weights.items()})
    assert {name: (one.dtype, tuple(one.shape)) for name, one in written.items()} == {
        ROWS: (torch.uint8, (2, WIDE // 4 * 3)),
        "embedding.vectors.scale": (torch.float16, (2, 1)),
        "gru.weight_hh_l0": (torch.uint8, (2, WIDE // 4 * 3)),
        "gru.weight_hh_l0.scale": (torch.float16, (2, 1)),
        "small.weight": (torch.float16, (2, 5)),
        "memory.bias": (torch.float16, (LARGE,)),
        "cube": (torch.float16, (2, 2, WIDE)),
        "router.hidden.weight": (torch.float16, (2, WIDE)),
    }


def test_rows_of_no_multiple_of_four_numbers_have_a_byte_each() -> None:
    rows = torch.randn(LARGE // 6, 6)
    written = packed({ROWS: rows})
    assert written[ROWS].dtype == torch.int8
    assert torch.allclose(unpacked(written)[ROWS], rows, atol=0.03)


@pytest.mark.parametrize("width", [WIDE, WIDE + 2])
def test_a_row_of_nothing_stays_nothing(width: int) -> None:
    assert not unpacked(packed({ROWS: torch.zeros(2, width)}))[ROWS].any()


@pytest.mark.parametrize("width", [96, 98])
def test_packed_twice_is_packed_once(width: int) -> None:
    """A checkpoint that is loaded and saved again does not drift."""
    once = packed({ROWS: torch.randn(400, width) * torch.logspace(-2, 2, 400).unsqueeze(1)})
    again = packed(unpacked(once))
    assert all(torch.equal(again[name], one) for name, one in once.items())


def test_what_was_never_packed_is_taken_as_it_is() -> None:
    rows = torch.randn(2, WIDE)
    assert torch.equal(unpacked({ROWS: rows})[ROWS], rows)
    assert torch.equal(unpacked({ROWS: rows.half()})[ROWS], rows.half().float())
