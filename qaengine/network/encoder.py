"""What an encoder plugin takes and gives: the contract of the input module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn


@dataclass(frozen=True)
class Sentences:
    """Sentences as vectors of their words, padded at the end."""

    embedded: Float[Tensor, "n t d"]
    lengths: Int[Tensor, " n"]
    """Words of each sentence, at least 1; on the CPU, as packing wants it."""
    trees: None = None
    words: Sequence[Sequence[str]] | None = None
    """The words themselves, as written, for encoders that know words of their own."""


@dataclass(frozen=True)
class Encoded:
    """A vector for each word in its sentence, and one for the sentence."""

    states: Float[Tensor, "n t d"]
    summary: Float[Tensor, "n d"]


class Encoder(nn.Module, ABC):
    """Reads sentences of width d into states and summaries of the same width.

    What stands behind a sentence's length must not change what the encoder gives for it.
    """

    name: ClassVar[str]

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    @abstractmethod
    def forward(self, sentences: Sentences) -> Encoded:
        """Encode each sentence by itself; states behind its end are zero."""
