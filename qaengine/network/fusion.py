"""Facts in the light of their neighbours (DMN+, Xiong et al. 2016, section 3.2)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from qaengine.network.config import Direction


class Fusion(nn.Module):
    """A GRU across the facts: a fact with "he", "there" or "then" leans on those before it.

    "both" is the bidirectional input fusion layer of DMN+, "forward" reads as Kumar et al.
    2015, and "none" leaves each fact by itself.
    """

    def __init__(self, width: int, direction: Direction) -> None:
        super().__init__()
        self.direction = direction
        if direction != "none":
            self.rnn = nn.GRU(width, width, batch_first=True, bidirectional=direction == "both")
        self.norm = nn.LayerNorm(width)

    def forward(self, facts: Float[Tensor, "b f d"], counts: Tensor) -> Float[Tensor, "b f d"]:
        if self.direction == "none":
            return self.norm(facts)
        packed = pack_padded_sequence(facts, counts, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(
            self.rnn(packed)[0], batch_first=True, total_length=facts.shape[1]
        )
        if self.direction == "both":
            states = torch.stack(states.chunk(2, dim=-1)).sum(0)
        return self.norm(facts + states)
