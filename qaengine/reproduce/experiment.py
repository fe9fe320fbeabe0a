"""What a table gives to training: examples, a network over them, and scores."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from torch import Tensor, nn

from qaengine.network.encoder import Encoder
from qaengine.reproduce.reader import Reader, Sentence
from qaengine.schema import Split
from qaengine.tree import Tree

E = TypeVar("E")


class Head(nn.Module, Generic[E]):
    """A reader with what a paper puts on top of it."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def loss(self, examples: Sequence[E]) -> Tensor:
        """Of a batch, in training; a number."""
        raise NotImplementedError

    def said(self, examples: Sequence[E]) -> Any:
        """What it answers to a batch, as the experiment scores it."""
        raise NotImplementedError


@dataclass
class Experiment(ABC, Generic[E]):
    """One encoder on one data set."""

    table: ClassVar[str]
    variant: str
    reads: str
    learns: str
    splits: dict[Split, list[E]]

    tunes: ClassVar[bool]
    """Whether word vectors that are given are trained, too."""

    @abstractmethod
    def sentences(self, example: E) -> Sequence[Sentence]:
        """What of an example is read."""

    def drawn(self, rng: random.Random) -> list[E]:
        """What is learnt in a round, in any order."""
        return list(self.splits["train"])

    @property
    def share(self) -> int:
        """So many examples count as one in a batch."""
        return 1

    @abstractmethod
    def head(self, reader: Reader) -> Head[E]:
        """The network, its weights as they begin."""

    @abstractmethod
    def score(self, examples: Sequence[E], said: Sequence[Any]) -> dict[str, float]:
        """Scores of what was said to batches of the examples, in order. The first one counts, and
        more is better."""


def fitting(encoder: type[Encoder], tree: Tree) -> Tree:
    """The tree as the encoder reads it."""
    return tree.binarised if encoder.binary_trees else tree


def some(examples: Sequence[E], limit: int | None) -> Sequence[E]:
    """All examples, or so many drawn from anywhere among them: the files are in an order."""
    if limit is None:
        return examples
    return random.Random(0).sample(examples, min(limit, len(examples)))


def lower(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)
