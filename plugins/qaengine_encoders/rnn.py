"""The simple recurrent network (Elman 1990)."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from qaengine_encoders.recurrence import Cell, CellEncoder, State


class ElmanCell(Cell):
    """h_t = tanh(W x_t + U h_{t-1} + b)"""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.word = nn.Linear(width, width)
        self.before = nn.Linear(width, width, bias=False)

    def project(self, inputs: Float[Tensor, "n t d"]) -> Float[Tensor, "n t d"]:
        return self.word(inputs)

    def forward(self, projected: Float[Tensor, "n d"], state: State, step: int) -> State:
        return ((projected + self.before(state[0])).tanh(),)


class RNNEncoder(CellEncoder):
    """A simple recurrent network, read forward.

    h_t     = tanh(W x_t + U h_{t-1} + b)
    state_t = h_t
    summary = h_T
    """

    name = "rnn"
    paper = "Elman 1990, Cognitive Science 14"
    cell = ElmanCell
