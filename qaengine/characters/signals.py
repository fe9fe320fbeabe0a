"""What the cells and gates of the network do at each character.

    i = sigmoid(W_i [x; h]), f = sigmoid(W_f [x; h]), o = sigmoid(W_o [x; h])
    c = f c + i tanh(W_g [x; h]), h = o tanh(c)

torch's LSTM keeps these to itself, so its equations are written out here, over its weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from qaengine.characters.network import CharacterLSTM, State

Signal = Literal["cell", "input", "forget", "output"]


class Signals(NamedTuple):
    """Each is (layers, streams, characters, width)."""

    cell: Tensor
    """tanh(c), from -1 to 1: what the cell holds, as much of it as an open gate lets out."""
    input: Tensor
    """i, from 0 (closed) to 1: how much of the new goes in."""
    forget: Tensor
    """f: how much of the old is kept."""
    output: Tensor
    """o: how much is let out."""


@torch.no_grad()
def signals(
    network: CharacterLSTM, numbers: Tensor, state: State | None = None
) -> tuple[Signals, State]:
    """Signals after each character of `numbers` (streams, characters), and the state at the end."""
    lstm = network.lstm
    if state is None:
        blank = torch.zeros(lstm.num_layers, len(numbers), lstm.hidden_size, device=numbers.device)
        state = (blank, blank)
    inputs, layers, ends = network.embedding(numbers), [], []
    for layer in range(lstm.num_layers):
        found, h, c = _layer(network, layer, inputs, state[0][layer], state[1][layer])
        layers.append(found)
        ends.append((h, c))
        inputs = found.output * found.cell  # h at each character
    return (
        Signals(*(torch.stack(one) for one in zip(*layers, strict=True))),
        (torch.stack([h for h, _ in ends]), torch.stack([c for _, c in ends])),
    )


def _layer(
    network: CharacterLSTM, layer: int, inputs: Tensor, h: Tensor, c: Tensor
) -> tuple[Signals, Tensor, Tensor]:
    weights: Sequence[Tensor] = network.lstm.all_weights[layer]
    of_input, of_state, bias, other_bias = weights
    given = inputs @ of_input.T + bias + other_bias  # (streams, characters, 4 width)
    steps = []
    for now in given.unbind(1):
        i, f, g, o = (now + h @ of_state.T).chunk(4, -1)
        i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
        c = f * c + i * g.tanh()
        h = o * c.tanh()
        steps.append((c.tanh(), i, f, o))
    return Signals(*(torch.stack(one, 1) for one in zip(*steps, strict=True))), h, c
