"""Weights in fewer bytes come back as they were, but for what a byte cannot hold."""

from __future__ import annotations

import pytest
import torch

from qaengine.packing import CUT, FEW, LARGE, ROWS, packed, unpacked

WIDE = LARGE // 2


@pytest.mark.parametrize("name", ["embedding.words.weight", "answers.text.named"])
def test_rows_come_back_within_half_a_step(name: str) -> None:
    rows = torch.randn(50, LARGE // 50) * torch.logspace(-2, 2, 50).unsqueeze(1)
    back = unpacked(packed({name: rows}))[name]
    step = rows.abs().amax(dim=1, keepdim=True) / 127
    assert ((back - rows).abs() <= 0.51 * step).all()


def test_vectors_come_back_nearer_than_where_no_row_is_cut() -> None:
    rows = torch.randn(500, 96) * torch.logspace(-2, 2, 500).unsqueeze(1)
    back = unpacked(packed({ROWS: rows}))[ROWS]
    step = rows.abs().amax(dim=1, keepdim=True) / FEW
    uncut = (rows / step).round() * step
    whole, cut = ((one - rows).square().sum(1) for one in (uncut, back))
    assert (cut <= 1.01 * whole).all()  # the scale has half a float's precision
    assert cut.sum() < 0.95 * whole.sum()
    within = rows.abs() <= min(CUT) * FEW * step
    assert ((back - rows).abs() <= 0.51 * step)[within].all()


def test_a_large_matrix_has_a_byte_a_number_and_a_scale_a_row() -> None:
    weights = {ROWS: (2, WIDE), "gru.weight_hh_l0": (2, WIDE), "small.weight": (2, 5)}
    weights |= {"memory.bias": (LARGE,), "cube": (2, 2, WIDE), "router.hidden.weight": (2, WIDE)}
    written = packed({name: torch.randn(shape) for name, shape in weights.items()})
    assert {name: (one.dtype, tuple(one.shape)) for name, one in written.items()} == {
        ROWS: (torch.uint8, (2, WIDE // 2)),
        "embedding.vectors.scale": (torch.float16, (2, 1)),
        "gru.weight_hh_l0": (torch.int8, (2, WIDE)),
        "gru.weight_hh_l0.scale": (torch.float16, (2, 1)),
        "small.weight": (torch.float16, (2, 5)),
        "memory.bias": (torch.float16, (LARGE,)),
        "cube": (torch.float16, (2, 2, WIDE)),
        "router.hidden.weight": (torch.float16, (2, WIDE)),
    }


def test_vectors_of_odd_width_have_a_byte_a_number() -> None:
    rows = torch.randn(LARGE // 5, 5)
    written = packed({ROWS: rows})
    assert written[ROWS].dtype == torch.int8
    assert torch.allclose(unpacked(written)[ROWS], rows, atol=0.03)


@pytest.mark.parametrize("name", [ROWS, "answers.text.named"])
def test_a_row_of_nothing_stays_nothing(name: str) -> None:
    assert not unpacked(packed({name: torch.zeros(2, WIDE)}))[name].any()


@pytest.mark.parametrize("name", [ROWS, "answers.text.named"])
def test_packed_twice_is_packed_once(name: str) -> None:
    """A checkpoint that is loaded and saved again does not drift."""
    once = packed({name: torch.randn(400, 96) * torch.logspace(-2, 2, 400).unsqueeze(1)})
    again = packed(unpacked(once))
    assert all(torch.equal(again[name], one) for name, one in once.items())


def test_what_was_never_packed_is_taken_as_it_is() -> None:
    rows = torch.randn(2, WIDE)
    assert torch.equal(unpacked({ROWS: rows})[ROWS], rows)
    assert torch.equal(unpacked({ROWS: rows.half()})[ROWS], rows.half().float())
