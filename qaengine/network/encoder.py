"""What an encoder plugin takes and gives: the contract of the input module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.network.forest import Forest


@dataclass(frozen=True)
class Sentences:
    """Sentences as vectors of their words, padded at the end."""

    embedded: Float[Tensor, "n t d"]
    lengths: Int[Tensor, " n"]
    """Words of each sentence, at least 1; on the CPU, as packing wants it."""
    trees: Forest | None = None
    """Their trees, for encoders with `needs_trees`; these read chains of words where it is None."""
    words: Sequence[Sequence[str]] | None = None
    """The words themselves, as written, for encoders that know words of their own."""


@dataclass(frozen=True)
class Encoded:
    """A vector for each word in its sentence, and one for the sentence."""

    states: Float[Tensor, "n t d"]
    summary: Float[Tensor, "n d"]
    nodes: Float[Tensor, "n m d"] | None = None
    """Of an encoder over trees: a vector for each node in its tree's own order, the root last;
    zero behind it."""
    loss: Float[Tensor, " n"] | None = None
    """A loss of the encoder's own for each sentence, in training, to be added to the answers'."""


class Encoder(nn.Module, ABC):
    """Reads sentences of width d into states and summaries of the same width.

    What stands behind a sentence's length must not change what the encoder gives for it.
    """

    name: ClassVar[str]
    paper: ClassVar[str] = ""
    """Authors, year, and where to find it, as `Cho et al. 2014, arXiv 1406.1078`."""
    needs_trees: ClassVar[bool] = False
    binary_trees: ClassVar[bool] = False
    """Whether those are binary: constituency trees, or dependency trees binarised."""
    reaches_words: ClassVar[bool] = True
    """Whether gradients reach the words' vectors through it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def settled(self) -> Iterable[nn.Parameter]:
        """Parameters that were trained elsewhere: they learn at a small share of the rate, lest
        they forget."""
        return ()

    @abstractmethod
    def forward(self, sentences: Sentences) -> Encoded:
        """Encode each sentence by itself; states behind its end are zero."""
