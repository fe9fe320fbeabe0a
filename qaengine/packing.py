"""Weights in fewer bytes: matrices as six bits a number and a scale a row, the rest as half floats.

A row of a table is a word, of other matrices what one feature is told from; 63 steps of its own
lose nothing that a task would notice (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

LARGE = 30_000
"""Numbers of a matrix from which on they are worth their scales."""

APART = ("router.", "asking.")
"""What decides where a question goes stays in half precision: a single threshold cuts it off."""
BYTE, SIX = 127, 31
"""Steps from zero to a row's largest number, of a byte (where four do not divide the width) and of
six bits."""


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As they are written."""
    written = {name: tensor.half() for name, tensor in weights.items()}
    for name, tensor in weights.items():
        large = tensor.dim() == 2 and tensor.numel() >= LARGE
        if large and not name.startswith(APART):
            rows, small = tensor.float(), tensor.shape[1] % 4 == 0
            steps = SIX if small else BYTE
            scale = (rows.abs().amax(dim=1, keepdim=True) / steps).clamp(min=1e-7).half()
            numbers = (rows / scale.float()).round().clamp(-steps, steps).to(torch.int8)
            written[name] = _joined(numbers) if small else numbers
            written[_scale(name)] = scale
    return written


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As the network takes them: `packed` undone, and what was never packed as it is."""
    floats = {
        name: (_parted(tensor) if tensor.dtype == torch.uint8 else tensor).float()
        for name, tensor in weights.items()
    }
    for name, tensor in weights.items():
        if tensor.dtype in (torch.int8, torch.uint8):
            floats[name] *= floats.pop(_scale(name))
    return floats


def _scale(name: str) -> str:
    """(n, 1): what the numbers of each of the matrix's rows are multiplied by."""
    return f"{name.removesuffix('.weight')}.scale"


def _joined(numbers: Int[Tensor, "n d"]) -> Int[Tensor, "n b"]:
    """Four numbers of six bits in three bytes, the first in the highest bits."""
    one, two, three, four = torch.unflatten(numbers.int() + SIX + 1, 1, (-1, 4)).unbind(2)
    joined = (one << 18) | (two << 12) | (three << 6) | four
    threes = torch.stack([joined >> 16, (joined >> 8) & 255, joined & 255], 2)
    return threes.flatten(1).to(torch.uint8)


def _parted(threes: Int[Tensor, "n b"]) -> Float[Tensor, "n d"]:
    high, middle, low = torch.unflatten(threes.int(), 1, (-1, 3)).unbind(2)
    joined = (high << 16) | (middle << 8) | low
    fours = torch.stack([joined >> 18, (joined >> 12) & 63, (joined >> 6) & 63, joined & 63], 2)
    return (fours.flatten(1) - (SIX + 1)).float()
