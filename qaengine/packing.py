"""Weights in fewer bytes: matrices as a byte a number and a scale a row, the rest as half floats.

A row of a table is a word, of other matrices what one feature is told from; 255 steps of its own
lose nothing that a task would notice, and of vectors made elsewhere neither do 15
(docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

ROWS = "embedding.vectors.weight"
"""(n, d): the vectors made elsewhere, half a byte a number where d is even."""
LARGE = 30_000
"""Numbers of a matrix from which on bytes are worth their scales."""

APART = ("router.", "asking.")
"""What decides where a question goes stays in half precision: a single threshold cuts it off."""
STEPS, FEW = 127, 7
"""From zero to a row's largest number, in a byte and in half of one."""
CUT = (1.0, 0.9, 0.8, 0.7, 0.6)
"""Where few steps may end, as shares of that number: finer for many is worth more than exact for
the largest; each row takes what is nearest to it."""


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As they are written."""
    written = {name: tensor.half() for name, tensor in weights.items()}
    for name, tensor in weights.items():
        large = tensor.dim() == 2 and tensor.numel() >= LARGE
        if large and not name.startswith(APART):
            rows = tensor.float()
            if name == ROWS and rows.shape[1] % 2 == 0:
                numbers, written[_scale(name)] = _nearest(rows)
                written[name] = _paired(numbers)
            else:
                written[_scale(name)] = _steps(rows, STEPS)
                written[name] = _numbers(rows, written[_scale(name)], STEPS)
    return written


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As the network takes them: `packed` undone, and what was never packed as it is."""
    floats = {
        name: (_apart(tensor) if tensor.dtype == torch.uint8 else tensor).float()
        for name, tensor in weights.items()
    }
    for name, tensor in weights.items():
        if tensor.dtype in (torch.int8, torch.uint8):
            floats[name] *= floats.pop(_scale(name))
    return floats


def _scale(name: str) -> str:
    """(n, 1): what the numbers of each of the matrix's rows are multiplied by."""
    return f"{name.removesuffix('.weight')}.scale"


def _steps(rows: Float[Tensor, "n d"], steps: int, cut: float = 1.0) -> Float[Tensor, "n 1"]:
    return (cut * rows.abs().amax(dim=1, keepdim=True) / steps).clamp(min=1e-7).half()


def _numbers(
    rows: Float[Tensor, "n d"], scale: Float[Tensor, "n 1"], steps: int
) -> Int[Tensor, "n d"]:
    return (rows / scale.float()).round().clamp(-steps, steps).to(torch.int8)


def _nearest(rows: Float[Tensor, "n d"]) -> tuple[Int[Tensor, "n d"], Float[Tensor, "n 1"]]:
    """Few steps a row, ending where the squared error is least."""
    scales = torch.stack([_steps(rows, FEW, cut) for cut in CUT])  # (c, n, 1)
    errors = [
        (_numbers(rows, scale, FEW) * scale.float() - rows).square().sum(1) for scale in scales
    ]
    least = torch.stack(errors).argmin(0)  # (n): of equals the first, which cuts nothing
    scale = scales[least, torch.arange(len(rows), device=rows.device)]
    return _numbers(rows, scale, FEW), scale


def _paired(numbers: Int[Tensor, "n d"]) -> Int[Tensor, "n half_d"]:
    """Two numbers a byte, the first in its upper half."""
    halves = (numbers + FEW + 1).to(torch.uint8)
    return halves[:, ::2] * 16 + halves[:, 1::2]


def _apart(pairs: Int[Tensor, "n half_d"]) -> Int[Tensor, "n d"]:
    halves = torch.stack([pairs // 16, pairs % 16], -1).flatten(1)
    return halves.to(torch.int8) - (FEW + 1)
