"""Which task a question belongs to, from its words alone."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Router(nn.Module):
    """A layer over what a question's words are on average, and at their strongest.

    It learns apart from the rest, on each question once (`qaengine.routing`).
    """

    HIDDEN = 128

    def __init__(self, features: int, routes: Iterable[str]) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.hidden = nn.Linear(features, self.HIDDEN)
        self.dropout = nn.Dropout(0.3)
        self.heads = nn.ModuleDict({route: nn.Linear(self.HIDDEN, 1) for route in routes})

    def forward(self, asked: Float[Tensor, "b x"]) -> Float[Tensor, "b routes"]:
        """Log probabilities of the routes."""
        hidden = self.dropout(torch.relu(self.hidden(self.dropout(self.norm(asked)))))
        return torch.cat([head(hidden) for head in self.heads.values()], -1).log_softmax(-1)


def pooled(words: Float[Tensor, "b t d"], present: Tensor) -> Float[Tensor, "b two_d"]:
    """The mean of the words that are present (b, t), and their highest features; zero for none."""
    there = present.unsqueeze(-1)
    count = there.sum(1)
    mean = (words * there).sum(1) / count.clamp(min=1)
    highest = words.masked_fill(~there, -torch.inf).amax(1)
    return torch.cat([mean, torch.where(count > 0, highest, 0.0)], -1)
