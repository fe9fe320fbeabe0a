"""What the layers share in which facts, words or parts attend to each other (Vaswani et al. 2017,
arXiv 1706.03762)."""

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
        self, projected: Float[Tensor, "b r three_d"], bias: Float[Tensor, "b heads #r r"]
    ) -> Float[Tensor, "b r d"]:
        """Attention of all heads; `projected` holds queries, keys and values side by side."""
        split = torch.unflatten(projected, -1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4).flatten(1, 2)
        attended, _ = attend(query, key, value, bias.flatten(0, 1))
        return together(attended, self.heads)


def attend(
    query: Float[Tensor, "n l e"],
    key: Float[Tensor, "n t e"],
    value: Float[Tensor, "n t e"],
    bias: Float[Tensor, "#n #l #t"],
) -> tuple[Float[Tensor, "n l e"], Float[Tensor, "n l t"]]:
    """What is seen, and how much of it where."""
    # on a CPU, with a bias, half as slow again by scaled_dot_product_attention
    scale = query.shape[-1] ** -0.5
    weights = torch.baddbmm(bias, query, key.transpose(1, 2), alpha=scale).softmax(-1)
    return torch.bmm(weights, value), weights


def apart(tensor: Float[Tensor, "b l d"], heads: int) -> Float[Tensor, "n l e"]:
    """Each head's share, n = b * heads."""
    return torch.unflatten(tensor, -1, (heads, -1)).transpose(1, 2).flatten(0, 1)


def together(tensor: Float[Tensor, "n l e"], heads: int) -> Float[Tensor, "b l d"]:
    """The heads' shares side by side again."""
    return torch.unflatten(tensor, 0, (-1, heads)).transpose(1, 2).flatten(2)
