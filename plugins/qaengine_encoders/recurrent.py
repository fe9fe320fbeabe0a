"""Encoders by torch's own recurrent layers, over packed sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from torch import nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.packed import run

DEPTH_DROPOUT = 0.25
"""Between the layers of one network, never along time (Zaremba et al. 2014, arXiv 1409.2329)."""


class RecurrentEncoder(Encoder):
    """Reads a sentence in one direction or both, which share the width.

    A word's state joins the directions there; the summary joins their last states.
    """

    cell: ClassVar[Callable[..., nn.RNNBase]]
    directions: ClassVar[int] = 2
    layers: ClassVar[int] = 1

    def __init__(self, width: int) -> None:
        super().__init__(width)
        if width % self.directions:
            raise ValueError(f"two directions need an even width, not {width}")
        self.rnn = self.cell(
            width,
            width // self.directions,
            num_layers=self.layers,
            dropout=DEPTH_DROPOUT if self.layers > 1 else 0,
            batch_first=True,
            bidirectional=self.directions == 2,
        )

    def forward(self, sentences: Sentences) -> Encoded:
        padded, last = run(self.rnn, sentences.embedded, sentences.lengths)
        if isinstance(last, tuple):  # an LSTM's (hidden, cell)
            last = last[0]
        top = last[-self.directions :]  # (directions, n, d / directions)
        return Encoded(padded, top.transpose(0, 1).flatten(1))


class GRUEncoder(RecurrentEncoder):
    """GRU in both directions, half of the width each; the default.

    z_t     = sigmoid(W_z x_t + U_z h_{t-1} + b_z)
    r_t     = sigmoid(W_r x_t + U_r h_{t-1} + b_r)
    h_t     = z_t * h_{t-1} + (1 - z_t) * tanh(W x_t + b + r_t * (U h_{t-1} + c))
    state_t = [forward h_t; backward h_t]
    summary = [forward h_T; backward h_1]
    """

    name = "gru"
    paper = "Cho et al. 2014, arXiv 1406.1078"
    cell = nn.GRU


class LSTMEncoder(RecurrentEncoder):
    """LSTM, read forward; forget bias 1.

    i_t, f_t, o_t = sigmoid(W x_t + U h_{t-1} + b), a part each      b of f_t begins at 1
    c_t     = f_t * c_{t-1} + i_t * tanh(W_c x_t + U_c h_{t-1} + b_c)
    h_t     = o_t * tanh(c_t)
    state_t = h_t
    summary = h_T
    """

    name = "lstm"
    paper = "Hochreiter and Schmidhuber 1997, Neural Computation 9"
    cell = nn.LSTM
    directions = 1

    def __init__(self, width: int) -> None:
        super().__init__(width)
        for parameter, bias in self.rnn.named_parameters():
            if parameter.startswith("bias_ih"):  # gates in the order input, forget, cell, output
                size = self.rnn.hidden_size
                nn.init.ones_(bias[size : 2 * size])


class BiLSTMEncoder(LSTMEncoder):
    """LSTM in both directions, half of the width each; forget bias 1."""

    name = "bilstm"
    paper = "Graves and Schmidhuber 2005, Neural Networks 18"
    directions = 2


class LSTM2Encoder(LSTMEncoder):
    """Two layers of LSTM, read forward; forget bias 1, dropout between the layers only."""

    name = "lstm2"
    paper = "Zaremba et al. 2014, arXiv 1409.2329"
    layers = 2


class BiLSTM2Encoder(BiLSTMEncoder):
    """Two layers of LSTM in both directions; forget bias 1, dropout between the layers only."""

    name = "bilstm2"
    paper = "Graves et al. 2013, arXiv 1303.5778"
    layers = 2
