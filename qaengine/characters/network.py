"""The language model: what has been read so far says which character comes next.

A long short-term memory (Hochreiter and Schmidhuber 1997) with forget gates, in layers, as in
Karpathy, Johnson and Fei-Fei 2015 (arXiv:1506.02078), section 3.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qaengine.characters.recipe import Network

State = tuple[Tensor, Tensor]
"""What the layers output last, and their cells: (layers, streams, width) each."""
CHUNK = 256
"""Characters read at once where nothing is learnt: bounds memory."""


class CharacterLSTM(nn.Module):
    """Reads characters, and says after each how likely which one is next."""

    def __init__(self, sizes: Network, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, sizes.embedding)
        self.lstm = nn.LSTM(sizes.embedding, sizes.width, sizes.layers, batch_first=True)
        self.outputs = nn.Linear(sizes.width, characters)
        with torch.no_grad():  # to remember is where a memory begins (Jozefowicz et al. 2015)
            for layer in range(sizes.layers):
                getattr(self.lstm, f"bias_ih_l{layer}")[sizes.width : 2 * sizes.width] = 1.0

    def forward(self, numbers: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits of the next characters (streams, characters read, characters), and the state.

        `numbers` is (streams, characters read); a state of None is one that has read nothing.
        """
        read, state = self.lstm(self.embedding(numbers), state)
        return self.outputs(read), state


@torch.no_grad()
def bits_per_character(network: CharacterLSTM, numbers: Tensor, streams: int = 8) -> float:
    """How many bits a character of a text costs on the average: its -log2 likelihood given all
    before it, in so many stretches side by side, each of which begins with nothing read."""
    total, count, state = 0.0, 0, None
    rows = side_by_side(numbers, streams)
    for read, following in chunks(rows, CHUNK):
        logits, state = network(read, state)
        total += float(F.cross_entropy(logits.flatten(0, 1), following.flatten(), reduction="sum"))
        count += following.numel()
    return total / count / math.log(2)


def side_by_side(numbers: Tensor, streams: int) -> Tensor:
    """A text in stretches of equal length (streams, length); what is left over is dropped."""
    length = len(numbers) // streams
    return numbers[: streams * length].view(streams, length)


def chunks(rows: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Stretches piece by piece: the characters read, and those that follow each of them."""
    last = rows.shape[1] - 1
    for begin in range(0, last, steps):
        end = min(begin + steps, last)
        yield rows[:, begin:end], rows[:, begin + 1 : end + 1]
