"""The clockwork RNN: modules that tick at different rates (Koutnik et al. 2014)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine_encoders.recurrence import Cell, CellEncoder, State

PERIODS = (1, 2, 4, 8)
"""In words; the quickest module stands first."""


class ClockworkCell(Cell):
    """Only modules whose period divides the step change; they see the slower ones, not the
    quicker ones."""

    slower: Tensor

    def __init__(self, width: int) -> None:
        super().__init__(width)
        if width % len(PERIODS):
            raise ValueError(f"{len(PERIODS)} modules need a width that they share, not {width}")
        self.size = width // len(PERIODS)
        self.word = nn.Linear(width, width)
        self.before = nn.Linear(width, width, bias=False)
        periods = torch.tensor(PERIODS).repeat_interleave(self.size)
        self.register_buffer("slower", periods >= periods[:, None], persistent=False)

    def project(self, inputs: Float[Tensor, "n t d"]) -> Float[Tensor, "n t d"]:
        return self.word(inputs)

    def forward(self, projected: Float[Tensor, "n d"], state: State, step: int) -> State:
        # each period divides the next, so those that tick stand at the front
        ticking = self.size * sum(step % period == 0 for period in PERIODS)
        weight = (self.before.weight * self.slower)[:ticking]
        new = (projected[:, :ticking] + nn.functional.linear(state[0], weight)).tanh()
        return (torch.cat([new, state[0][:, ticking:]], dim=1),)


class ClockworkEncoder(CellEncoder):
    """A recurrent network in four modules that change every 1, 2, 4 and 8 words, read forward.

        h_t^i   = tanh(W^i x_t + sum_{j >= i} U^ij h_{t-1}^j + b^i)   if t mod 2^i = 0
        h_t^i   = h_{t-1}^i                                           otherwise
        state_t = [h_t^0; h_t^1; h_t^2; h_t^3]
        summary = state_T

    Words are counted from t = 0, so that every module reads the first one.
    """

    name = "clockwork"
    paper = "Koutnik et al. 2014, arXiv 1402.3511"
    cell = ClockworkCell
