"""Words or facts as two vectors: their highest features, and their mean."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from qaengine.network.transformer import NOTHING


def pools(
    states: Float[Tensor, "*b t d"], present: Bool[Tensor, "*b t"]
) -> tuple[Float[Tensor, "*b d"], Float[Tensor, "*b d"]]:
    """The highest features and the mean of those that are present; zero where none is."""
    there = present.unsqueeze(-1)
    count = there.sum(-2)
    highest = states.masked_fill(~there, NOTHING).amax(-2)
    return torch.where(count > 0, highest, 0.0), (states * there).sum(-2) / count.clamp(min=1)
