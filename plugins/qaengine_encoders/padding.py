"""What encoders do about the padding behind a sentence's end."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from qaengine.network.encoder import Sentences


def inside(sentences: Sentences) -> Bool[Tensor, "n t 1"]:
    """Where there are words, and not padding."""
    device = sentences.embedded.device
    places = torch.arange(sentences.embedded.shape[1], device=device)
    return (places < sentences.lengths.to(device)[:, None]).unsqueeze(-1)


def cut(values: Float[Tensor, "n t d"], within: Bool[Tensor, "n t 1"]) -> Float[Tensor, "n t d"]:
    """Zero behind each sentence's end."""
    return values.masked_fill(~within, 0)


def mean(values: Float[Tensor, "n t d"], within: Bool[Tensor, "n t 1"]) -> Float[Tensor, "n d"]:
    """The mean over each sentence's words."""
    return cut(values, within).sum(1) / within.sum(1)


def highest(values: Float[Tensor, "n t d"], within: Bool[Tensor, "n t 1"]) -> Float[Tensor, "n d"]:
    """Max over time: each feature's highest value in a sentence."""
    return values.masked_fill(~within, -torch.inf).amax(1)
