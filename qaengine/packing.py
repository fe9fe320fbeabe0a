"""Weights in fewer bytes: matrices as a byte a number and a scale a row, the rest as half floats.

A row of a table is a word, of other matrices what one feature is told from; 255 steps of its own
lose nothing that a task would notice (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

ROWS = "embedding.vectors.weight"
"""(n, d): the vectors made elsewhere."""
LARGE = 30_000
"""Numbers of a matrix from which on bytes are worth their scales."""

APART = ("router.", "asking.")
"""What decides where a question goes stays in half precision: a single threshold cuts it off."""


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As they are written."""
    written = {name: tensor.half() for name, tensor in weights.items()}
    for name, tensor in weights.items():
        large = tensor.dim() == 2 and tensor.numel() >= LARGE
        if large and not name.startswith(APART):
            rows = tensor.float()
            scale = (rows.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-7).half()
            written[name] = (rows / scale.float()).round().clamp(-127, 127).to(torch.int8)
            written[_scale(name)] = scale
    return written


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As the network takes them: `packed` undone, and what was never packed as it is."""
    floats = {name: tensor.float() for name, tensor in weights.items()}
    for name, tensor in weights.items():
        if tensor.dtype == torch.int8:
            floats[name] *= floats.pop(_scale(name))
    return floats


def _scale(name: str) -> str:
    """(n, 1): what the bytes of each of the matrix's rows are multiplied by."""
    return f"{name.removesuffix('.weight')}.scale"
