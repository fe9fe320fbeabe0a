"""Weights in fewer bytes: half precision, and given word vectors as one byte a number.

What was learnt keeps half precision. The vectors that were made elsewhere are most of a
checkpoint, and a scale a row and 255 steps lose nothing that a task would notice (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

ROWS = "embedding.vectors.weight"
"""(n, d): the vectors made elsewhere."""
SCALE = "embedding.vectors.scale"
"""(n, 1): what the bytes of each row are multiplied by."""


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As they are written."""
    halves = {name: tensor.half() for name, tensor in weights.items()}
    if ROWS in halves:
        rows = weights[ROWS].float()
        scale = (rows.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-7).half()
        halves[ROWS] = (rows / scale.float()).round().clamp(-127, 127).to(torch.int8)
        halves[SCALE] = scale
    return halves


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As the network takes them: `packed` undone, and what was never packed as it is."""
    floats = {name: tensor.float() for name, tensor in weights.items()}
    if SCALE in floats and ROWS in floats:
        floats[ROWS] *= floats.pop(SCALE)
    return floats
