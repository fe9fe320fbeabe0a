"""Weights in fewer bytes come back as they were, but for what a byte cannot hold."""

from __future__ import annotations

import pytest
import torch

from qaengine.packing import ROWS, TABLES, packed, unpacked


@pytest.mark.parametrize("table", TABLES)
def test_rows_come_back_within_half_a_step(table: str) -> None:
    rows = torch.randn(50, 12) * torch.logspace(-2, 2, 50).unsqueeze(1)
    back = unpacked(packed({table: rows}))[table]
    step = rows.abs().amax(dim=1, keepdim=True) / 127
    assert ((back - rows).abs() <= 0.51 * step).all()


def test_a_row_is_a_byte_a_number_and_its_scale() -> None:
    written = packed({ROWS: torch.randn(3, 96), "memory.bias": torch.randn(4)})
    assert {name: (one.dtype, tuple(one.shape)) for name, one in written.items()} == {
        ROWS: (torch.int8, (3, 96)),
        "embedding.vectors.scale": (torch.float16, (3, 1)),
        "memory.bias": (torch.float16, (4,)),
    }


def test_a_row_of_nothing_stays_nothing() -> None:
    assert not unpacked(packed({ROWS: torch.zeros(2, 5)}))[ROWS].any()


def test_what_was_never_packed_is_taken_as_it_is() -> None:
    rows = torch.randn(4, 5)
    assert torch.equal(unpacked({ROWS: rows})[ROWS], rows)
    assert torch.equal(unpacked({ROWS: rows.half()})[ROWS], rows.half().float())
