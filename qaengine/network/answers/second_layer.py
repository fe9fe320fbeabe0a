"""A second layer for texts: what the first read is read again, what it wrote is written on.

Beside the first layer, never in its way: it brings columns of its own to the table of parts, which
begin at nothing, so that a network that learnt without it says what it said. Deep recurrent
translators: Wu et al. 2016 (arXiv 1609.08144), section 3.1; the second look: its own attention.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.packed import run
from qaengine.network.transformer import NOTHING


class SecondLayer(nn.Module):
    """`below`: width of the states read; `written`: of what a step wrote and saw."""

    def __init__(self, below: int, written: int, width: int, columns: int, parts: int) -> None:
        super().__init__()
        self.reading = nn.GRU(below, width // 2, batch_first=True, bidirectional=True)
        self.writing = nn.GRU(written, width, batch_first=True)
        self.look = nn.Linear(width, width, bias=False)
        self.say = nn.Linear(2 * width, columns)
        self.table = nn.Parameter(torch.zeros(parts, columns))

    def keys(self, states: Float[Tensor, "b t x"], counts: Tensor) -> Float[Tensor, "b t w"]:
        """The words of the input, read once more; `counts` on the CPU."""
        again, _ = run(self.reading, states, counts)
        return again

    def forward(
        self,
        steps: Float[Tensor, "b l x"],
        state: Float[Tensor, "1 b w"] | None,
        keys: Float[Tensor, "b t w"],
        present: Bool[Tensor, "b t"],
    ) -> tuple[Float[Tensor, "b l c"], Float[Tensor, "1 b w"]]:
        """What l further steps want to say, and the state behind them (None: at the beginning)."""
        states, state = self.writing(steps, state)
        looked = torch.bmm(self.look(states), keys.transpose(1, 2)) * keys.shape[-1] ** -0.5
        weights = looked.masked_fill(~present.unsqueeze(1), NOTHING).softmax(-1)
        seen = torch.cat([states, torch.bmm(weights, keys)], -1)
        return torch.tanh(self.say(seen)), state
