"""What the layers share in which facts or words attend to each other (Vaswani et al. 2017)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

NOTHING = -1e4
"""The log of no weight at all."""


class TransformerLayer(nn.Module):
    """The parts of a transformer layer that is normalised first; a subclass puts them together."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))

    def attend(
        self, projected: Float[Tensor, "b r three_d"], bias: Float[Tensor, "b heads r r"]
    ) -> Float[Tensor, "b r d"]:
        """Attention of all heads; `projected` holds queries, keys and values side by side."""
        split = torch.unflatten(projected, -1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4).flatten(1, 2)  # (b * heads, r, d / heads)
        # on a CPU, with a bias, half as slow again by scaled_dot_product_attention
        scale = query.shape[-1] ** -0.5
        weights = torch.baddbmm(bias.flatten(0, 1), query, key.transpose(1, 2), alpha=scale)
        attended = torch.bmm(weights.softmax(-1), value)
        return torch.unflatten(attended, 0, (-1, self.heads)).transpose(1, 2).flatten(2)
