"""Weights in fewer bytes: half precision, and tables with a row a word as one byte a number.

Tables are most of a checkpoint, and a scale a row and 255 steps lose nothing that a task would
notice (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

ROWS = "embedding.vectors.weight"
"""(n, d): the vectors made elsewhere."""
TABLES = (
    *(ROWS, "embedding.words.weight", "embedding.ngrams.weight", "embedding.affixes.weight"),
    *("answers.text.parts.weight", "answers.text.named", "answers.text.second.table"),
)
"""(n, d) each: a row a word, n-gram or part of a word."""


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As they are written."""
    halves = {name: tensor.half() for name, tensor in weights.items()}
    for name in TABLES:
        if name in halves:
            rows = weights[name].float()
            scale = (rows.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-7).half()
            halves[name] = (rows / scale.float()).round().clamp(-127, 127).to(torch.int8)
            halves[_scale(name)] = scale
    return halves


def unpacked(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """As the network takes them: `packed` undone, and what was never packed as it is."""
    floats = {name: tensor.float() for name, tensor in weights.items()}
    for name in TABLES:
        if name in floats and _scale(name) in floats:
            floats[name] *= floats.pop(_scale(name))
    return floats


def _scale(name: str) -> str:
    """(n, 1): what the bytes of each of the table's rows are multiplied by."""
    return f"{name.removesuffix('.weight')}.scale"
