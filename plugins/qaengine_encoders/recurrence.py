"""The driver of hand-written recurrent cells: a loop over the words, all sentences at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine_encoders.padding import cut, inside

State = tuple[Tensor, ...]
"""The vectors (n, d) that a cell keeps; the first is its output."""


class Cell(nn.Module, ABC):
    """One step in time of width d, for n sentences at once."""

    parts: ClassVar[int] = 1
    """Vectors in its state."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    @abstractmethod
    def project(self, inputs: Float[Tensor, "n t i"]) -> Float[Tensor, "n t p"]:
        """What does not depend on the state, for all steps in one product."""

    @abstractmethod
    def forward(self, projected: Float[Tensor, "n p"], state: State, step: int) -> State:
        """The state after the word `step`, counted from 0, out of the one before it."""


def recur(
    cell: Cell, inputs: Float[Tensor, "n t i"], sentences: Sentences, *, backwards: bool = False
) -> tuple[State, State]:
    """Each part of the state after every word (n, t, d), zero behind the end; and the last state
    (n, d). Backwards, the last state is the one after the first word."""
    within = inside(sentences)
    places = _mirrored(within) if backwards else None
    projected = cell.project(inputs if places is None else _at(inputs, places))
    start = inputs.new_zeros(len(inputs), cell.width)
    state: State = (start,) * cell.parts
    states = []
    # backwards, a slice a step would cost the square of the steps; unbind costs them once
    for step, (given, there) in enumerate(zip(projected.unbind(1), within.unbind(1), strict=True)):
        after = cell(given, state, step)
        state = tuple(torch.where(there, *pair) for pair in zip(after, state, strict=True))
        states.append(state)
    parts = [torch.stack(part, dim=1) for part in zip(*states, strict=True)]
    if places is not None:
        parts = [_at(part, places) for part in parts]
    return tuple(cut(part, within) for part in parts), state


def _mirrored(within: Tensor) -> Int[Tensor, "n t"]:
    """Places that turn each sentence round, and leave the padding behind it where it is."""
    places = torch.arange(within.shape[1], device=within.device)
    return torch.where(within[..., 0], within.sum(1) - 1 - places, places)


def _at(values: Float[Tensor, "n t d"], places: Int[Tensor, "n t"]) -> Float[Tensor, "n t d"]:
    return values.gather(1, places.unsqueeze(-1).expand_as(values))


class CellEncoder(Encoder):
    """Reads forward with one cell: its outputs are the states, the last one is the summary."""

    cell: ClassVar[type[Cell]]

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.recurrence = self.cell(width)

    def forward(self, sentences: Sentences) -> Encoded:
        states, last = recur(self.recurrence, sentences.embedded, sentences)
        return Encoded(states[0], last[0])
