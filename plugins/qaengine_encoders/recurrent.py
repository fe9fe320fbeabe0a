"""What the recurrent encoders share: both directions over packed sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from qaengine.network.encoder import Encoded, Encoder, Sentences


class RecurrentEncoder(Encoder):
    """Reads a sentence in both directions, half of the width each.

    A word's state joins both directions there; the summary joins their last states.
    """

    cell: ClassVar[Callable[..., nn.RNNBase]]

    def __init__(self, width: int) -> None:
        super().__init__(width)
        if width % 2:
            raise ValueError(f"two directions need an even width, not {width}")
        self.rnn = self.cell(width, width // 2, batch_first=True, bidirectional=True)

    def forward(self, sentences: Sentences) -> Encoded:
        packed = pack_padded_sequence(
            sentences.embedded, sentences.lengths, batch_first=True, enforce_sorted=False
        )
        states, last = self.rnn(packed)
        if isinstance(last, tuple):  # an LSTM's (hidden, cell)
            last = last[0]
        padded, _ = pad_packed_sequence(
            states, batch_first=True, total_length=sentences.embedded.shape[1]
        )
        return Encoded(padded, torch.cat([last[0], last[1]], dim=-1))


class GRUEncoder(RecurrentEncoder):
    name = "gru"
    cell = nn.GRU


class LSTMEncoder(RecurrentEncoder):
    name = "lstm"
    cell = nn.LSTM

    def __init__(self, width: int) -> None:
        super().__init__(width)
        for parameter, bias in self.rnn.named_parameters():
            if parameter.startswith("bias_ih"):  # gates in the order input, forget, cell, output
                size = self.rnn.hidden_size
                nn.init.ones_(bias[size : 2 * size])
