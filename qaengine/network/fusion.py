"""Facts in the light of their neighbours (DMN+, Xiong et al. 2016, section 3.2)."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.config import Direction
from qaengine.network.packed import run
from qaengine.network.transformer import NOTHING, TransformerLayer


class Fusion(nn.Module):
    """A GRU across the facts: a fact with "he", "there" or "then" leans on those before it.

    "both" is the bidirectional input fusion layer of DMN+, "forward" reads as Kumar et al.
    2015, and "none" leaves each fact by itself.
    """

    def __init__(self, width: int, direction: Direction, layers: int, heads: int) -> None:
        super().__init__()
        self.direction = direction
        if direction != "none":
            self.rnn = nn.GRU(width, width, batch_first=True, bidirectional=direction == "both")
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Relate(width, heads) for _ in range(layers))

    def forward(
        self,
        facts: Float[Tensor, "b f d"],
        counts: Tensor,
        present: Bool[Tensor, "b f"],
        overlap: Float[Tensor, "b f f"],
    ) -> Float[Tensor, "b f d"]:
        """`overlap`: how much each two facts share."""
        if self.direction != "none":
            states, _ = run(self.rnn, facts, counts)
            if self.direction == "both":
                states = torch.stack(states.chunk(2, dim=-1)).sum(0)
            facts = facts + states
        for layer in self.layers:
            facts = layer(facts, present, overlap)
        return self.norm(facts)


class Relate(TransformerLayer):
    """Facts attend to each other, the more to those with which they share words: "A is north of
    B" learns what else is told of A and of B, which a path or a chain of sizes needs before the
    first gate can choose well."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, hidden=2 * width)
        self.sharing = nn.Parameter(torch.randn(heads))

    def forward(
        self,
        facts: Float[Tensor, "b f d"],
        present: Bool[Tensor, "b f"],
        overlap: Float[Tensor, "b f f"],
    ) -> Float[Tensor, "b f d"]:
        bias = overlap.unsqueeze(1) * self.sharing[:, None, None]
        bias = bias.masked_fill(~present[:, None, None, :], NOTHING)
        facts = facts + self.join(self.attend(self.project(self.before_attention(facts)), bias))
        mixed: Tensor = facts + self.mlp(self.before_mlp(facts))
        return mixed
