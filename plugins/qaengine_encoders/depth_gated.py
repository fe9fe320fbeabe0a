"""Two layers of LSTM whose memory cells are joined by a gate (Yao et al. 2015)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine_encoders.recurrence import Cell, State, recur
from qaengine_encoders.recurrent import DEPTH_DROPOUT


class DepthGatedCell(Cell):
    """An LSTM with peepholes that takes in the memory cell of the layer below, gated.

    Its input is [x_t; c_t of the layer below], its state (h_t, c_t).
    """

    parts = 2

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.word = nn.Linear(width, 5 * width)
        self.before = nn.Linear(width, 4 * width, bias=False)
        self.past = nn.Parameter(torch.zeros(3 * width))  # peepholes: forget, input, depth gate
        self.present = nn.Parameter(torch.zeros(width))  # output gate
        self.lower = nn.Parameter(torch.zeros(width))  # depth gate
        nn.init.ones_(self.word.bias[:width])  # forget gate

    def project(self, inputs: Float[Tensor, "n t two_d"]) -> Float[Tensor, "n t six_d"]:
        word, below = inputs.chunk(2, dim=-1)
        forget, enter, depth, leave, new = self.word(word).chunk(5, dim=-1)
        return torch.cat([forget, enter, depth + self.lower * below, leave, new, below], dim=-1)

    def forward(self, projected: Float[Tensor, "n six_d"], state: State, step: int) -> State:
        hidden, cell = state
        forget, enter, depth, leave, new, below = projected.chunk(6, dim=-1)
        forget_h, enter_h, leave_h, new_h = self.before(hidden).chunk(4, dim=-1)
        forget_c, enter_c, depth_c = (self.past * cell.repeat(1, 3)).chunk(3, dim=-1)
        kept = (forget + forget_h + forget_c).sigmoid() * cell
        added = (enter + enter_h + enter_c).sigmoid() * (new + new_h).tanh()
        lifted = (depth + depth_c).sigmoid() * below
        cell = kept + added + lifted
        return (leave + leave_h + self.present * cell).sigmoid() * cell.tanh(), cell


class DepthGatedEncoder(Encoder):
    """Two layers of LSTM; a gate lets the lower one's memory cell into the upper one's. Forward.

        f_t     = sigmoid(W_f x_t + U_f h_{t-1} + w_f * c_{t-1} + b_f)           b_f begins at 1
        i_t     = sigmoid(W_i x_t + U_i h_{t-1} + w_i * c_{t-1} + b_i)
        d_t     = sigmoid(W_d x_t + w_d * c_{t-1} + w_l * l_t + b_d)             the depth gate
        c_t     = f_t * c_{t-1} + i_t * tanh(W_c x_t + U_c h_{t-1} + b_c) + d_t * l_t
        o_t     = sigmoid(W_o x_t + U_o h_{t-1} + w_o * c_t + b_o)
        h_t     = o_t * tanh(c_t)

    x_t and l_t are h_t and c_t of the layer below; for the lowest the word and V x_t. The states
    are the upper layer's h_t, the summary is its last. Dropout on x_t of the upper layer only.
    """

    name = "depth_gated"
    paper = "Yao et al. 2015, arXiv 1508.03790"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.lift = nn.Linear(width, width, bias=False)
        self.lower, self.upper = DepthGatedCell(width), DepthGatedCell(width)
        self.dropout = nn.Dropout(DEPTH_DROPOUT)

    def forward(self, sentences: Sentences) -> Encoded:
        words = torch.cat([sentences.embedded, self.lift(sentences.embedded)], dim=-1)  # (n, t, 2d)
        (hidden, cells), _ = recur(self.lower, words, sentences)
        below = torch.cat([self.dropout(hidden), cells], dim=-1)  # (n, t, 2d)
        (states, _), (summary, _) = recur(self.upper, below, sentences)
        return Encoded(states, summary)
