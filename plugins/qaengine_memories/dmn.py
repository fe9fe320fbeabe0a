"""The episodic memories of the two Dynamic Memory Networks: gates that know no order."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.episodic_memory import EpisodicMemory


class DMNMemory(EpisodicMemory):
    """A GRU over the facts that moves as far as a gate opens, once a pass; a GRU as memory.

    g_i = softmax_i(w relu(W z_i + b_p)),  z_i = [f_i; f_i*q; f_i*m; |f_i - q|; |f_i - m|]
    h_i = g_i GRU(f_i, h_{i-1}) + (1 - g_i) h_{i-1}        the episode e is the last h
    m   = GRU([e; q], m)                                   m begins as q

    Facts, q and m enter z by linear maps. The paper's gates are sigmoids; these are normalised
    over the facts and "enough", which the paper's memory, too, attends to in order to end.
    """

    name = "dmn"
    paper = "Kumar et al. 2015, arXiv 1506.07285"
    ORDER = 0

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config.model_copy(update={"attention": "gru", "update": "gru"}))


class DMNPlusMemory(EpisodicMemory):
    """A GRU over the facts whose update gate is the attention; a matrix a pass as memory update.

    g_i = softmax_i(w relu(W z_i + b_p)),  z_i as in "dmn"
    r_i = sigmoid(W_r f_i + U_r h_{i-1})
    h_i = g_i tanh(W_h f_i + r_i * U_h h_{i-1}) + (1 - g_i) h_{i-1}
    m   = relu(W_p [m; e; q])                              e is the last h, m begins as q

    With `network.attention = "soft"` the paper's soft attention instead: e = sum_i g_i f_i.
    """

    name = "dmn_plus"
    paper = "Xiong et al. 2016, arXiv 1603.01417"
    ORDER = 0

    def __init__(self, config: NetworkConfig) -> None:
        attention = "soft" if config.attention == "soft" else "gru"
        super().__init__(config.model_copy(update={"attention": attention, "update": "relu"}))
        if attention == "gru":
            self.cell = _Candidate(config.width)


class _Candidate(nn.Module):
    """A GRU's state before its update gate, whose place the attention takes (equation 11)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.of_fact, self.of_state = nn.Linear(width, 2 * width), nn.Linear(width, 2 * width)

    def forward(
        self, fact: Float[Tensor, "b d"], state: Float[Tensor, "b d"]
    ) -> Float[Tensor, "b d"]:
        fact_reset, fact_new = self.of_fact(fact).chunk(2, -1)
        state_reset, state_new = self.of_state(state).chunk(2, -1)
        reset = torch.sigmoid(fact_reset + state_reset)
        return torch.tanh(fact_new + reset * state_new)
