"""What all experiments share: words into vectors, and an encoder over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.forest import Forest
from qaengine.tree import Tree
from qaengine.word_vectors import WordVectors

PAD, UNKNOWN = 0, 1
SPREAD = 0.05
"""Vectors that begin at random are uniform between this and its negative (Tai et al. 2015)."""


class Sentence(NamedTuple):
    """Words in lower case, and their tree for an encoder over trees; None is a chain."""

    words: tuple[str, ...]
    tree: Tree | None = None


class Known:
    """The words that have a vector: those of the training, and those that one is given for."""

    def __init__(
        self, trained: Iterable[str], given: WordVectors | None, size: float | None = None
    ) -> None:
        """`size` is the root mean square that vectors which are given are scaled to."""
        given_words = given.words if given else ()
        words = dict.fromkeys([*sorted(trained), *given_words])
        self.numbers = {word: number for number, word in enumerate(words, start=2)}
        self.given, self.size = given, size

    @property
    def vectored(self) -> float:
        """The share of words with a given vector."""
        return len(self.given.words) / len(self.numbers) if self.given and self.numbers else 0.0

    def embedding(self, width: int, tuned: bool) -> nn.Embedding:
        """A row for each word, and two for padding and for all others, which begins at zero.

        Fixed or `tuned`; of vectors that are given, or else of `width`.
        """
        width = self.given.width if self.given else width
        words = nn.Embedding(len(self.numbers) + 2, width, padding_idx=PAD, sparse=tuned)
        weight = words.weight.requires_grad_(tuned)
        with torch.no_grad():
            weight.uniform_(-SPREAD, SPREAD)
            weight[: UNKNOWN + 1] = 0
            if self.given and self.given.words:
                places = torch.tensor([self.numbers[word] for word in self.given.words])
                vectors = torch.from_numpy(self.given.vectors)
                if self.size is not None:
                    vectors = vectors * (self.size / vectors.square().mean().sqrt())
                weight[places] = vectors
        return words


class Reader(nn.Module):
    """Word vectors and an encoder. Vectors of another width than the encoder's pass a linear map,
    which encoders that keep gradients from the words leave as it began."""

    def __init__(self, known: Known, encoder: Encoder, tuned: bool, dropout: float = 0.0) -> None:
        super().__init__()
        self.known, self.encoder = known, encoder
        self.words = known.embedding(encoder.width, tuned)
        self.dropout = nn.Dropout(dropout)
        given = self.words.embedding_dim
        same = given == encoder.width
        self.project = nn.Identity() if same else nn.Linear(given, encoder.width, bias=False)

    def forward(self, sentences: Sequence[Sentence]) -> Encoded:
        numbers = [torch.tensor([self._number(word) for word in one.words]) for one in sentences]
        padded = pad_sequence(numbers, batch_first=True).to(self.words.weight.device)  # (n, t)
        embedded = self.project(self.dropout(self.words(padded)))  # (n, t, d)
        lengths = torch.tensor([len(one.words) for one in sentences])
        words = [one.words for one in sentences]
        given = Sentences(embedded, lengths, self._forest(sentences), words)
        encoded: Encoded = self.encoder(given)
        return encoded

    def _number(self, word: str) -> int:
        return self.known.numbers.get(word, UNKNOWN)

    def _forest(self, sentences: Sequence[Sentence]) -> Forest | None:
        trees = [one.tree for one in sentences if one.tree is not None]
        if not self.encoder.needs_trees or not trees:
            return None
        return Forest.of(trees, binary=False)  # they were binarised once, where that is wanted


def encoders_loss(encoded: Encoded, like: Tensor) -> Tensor:
    """The mean of the encoder's own loss, where it has one."""
    return like.new_zeros(()) if encoded.loss is None else encoded.loss.mean()
