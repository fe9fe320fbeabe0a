"""What a memory plugin takes and gives: the contract of what stands between facts and answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.transformer import NOTHING

ENOUGH = 0.5
"""A question whose "enough" weighs so much makes no further pass."""


@dataclass(frozen=True)
class Episodes:
    """What the passes left behind; p passes over f facts."""

    memory: Float[Tensor, "b d"]
    log_gates: Float[Tensor, "b p f"]
    """Log of each pass's attention; with the log of "enough" it sums to 1."""
    log_enough: Float[Tensor, "b p"]
    """Log of each pass's weight on "enough": no further fact is needed."""

    @cached_property
    def weights(self) -> Float[Tensor, "b p f"]:
        """Attention of each pass, zero for those after "enough" was the likeliest."""
        enough = self.log_enough.exp()
        needed = (enough < ENOUGH).to(enough.dtype).cumprod(dim=1)
        return self.log_gates.exp() * needed.unsqueeze(-1)


class Memory(nn.Module, ABC):
    """Goes over the facts pass by pass, with the question in mind.

    Facts that are not `present` must not change what it gives, and no pass attends to them.
    """

    name: ClassVar[str]
    paper: ClassVar[str] = ""
    """Authors, year, and where to find it, as `Graves et al. 2014, arXiv 1410.5401`."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.width, self.passes = config.width, config.passes

    @abstractmethod
    def forward(
        self,
        facts: Float[Tensor, "b f d"],
        present: Bool[Tensor, "b f"],
        overlap: Float[Tensor, "b f f"],
        question: Float[Tensor, "b d"],
        passes: int | None = None,
        *,
        may_end: bool = True,
    ) -> Episodes:
        """`overlap`: how much each two facts share; `passes`: fewer than the most, when a batch is
        known to need no more; `may_end`: whether "enough" ends them where nobody learns.

        `begin` makes what gathers and ends the passes.
        """

    def begin(
        self,
        start: Float[Tensor, "b d"],
        present: Bool[Tensor, "b f"],
        passes: int | None,
        may_end: bool,
    ) -> Passes:
        """No pass yet; `start` is the memory before the first one, the rest as in `forward`."""
        most = self.passes if passes is None else min(passes, self.passes)
        return Passes(start, present, most, ends=may_end and not self.training)


class Passes:
    """What the passes gave so far; a question that has enough makes no further one.

    While a network learns, every pass is asked for.
    """

    def __init__(
        self, start: Float[Tensor, "b d"], present: Bool[Tensor, "b f"], most: int, *, ends: bool
    ) -> None:
        """`start`: the memory before the first pass; `ends`: whether "enough" ends them."""
        self.memory, self.most, self._present, self._ends = start, most, present, ends
        self.ended = torch.zeros(len(start), 1, dtype=torch.bool, device=start.device)
        self._gates: list[Tensor] = []
        self._enoughs: list[Tensor] = []

    def add(
        self,
        log_gates: Float[Tensor, "b f"],
        log_enough: Float[Tensor, " b"],
        memory: Float[Tensor, "b d"],
    ) -> bool:
        """Takes a pass in, and says whether any question needs another."""
        self.memory = torch.where(self.ended, self.memory, memory)
        self._gates.append(log_gates.masked_fill(self.ended, NOTHING))
        self._enoughs.append(log_enough.masked_fill(self.ended.squeeze(1), 0.0))
        if not self._ends:
            return True
        self.ended = self.ended | (log_enough.exp() >= ENOUGH).unsqueeze(1)
        return not bool(self.ended.all())

    def episodes(self) -> Episodes:
        """All passes, with nothing but "enough" in those that nobody needed."""
        nothing = self.memory.new_full(self._present.shape, NOTHING)
        enough = self.memory.new_zeros(len(nothing))
        return Episodes(
            self.memory,
            _stacked(self._gates, nothing, self.most),
            _stacked(self._enoughs, enough, self.most),
        )


def _stacked(made: list[Tensor], filler: Tensor, most: int) -> Tensor:
    """(b, p, ...), filled up to the most passes."""
    if not most:
        return filler.new_zeros(len(filler), 0, *filler.shape[1:])
    return torch.stack(made + [filler] * (most - len(made)), 1)
