"""Encoders that see some words in a row at a time, and keep each feature's highest value."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine_encoders.padding import cut, highest, inside

WINDOW = 5
REGIONS = (3, 4, 5)


class Windows(nn.Module):
    """A linear map of the `size` words around each word; zero vectors stand beyond the ends."""

    def __init__(self, width: int, features: int, size: int) -> None:
        super().__init__()
        self.around = ((size - 1) // 2, size // 2)
        self.linear = nn.Conv1d(width, features, size)

    def forward(self, words: Float[Tensor, "n t d"]) -> Float[Tensor, "n t f"]:
        padded = nn.functional.pad(words.transpose(1, 2), self.around)
        return self.linear(padded).transpose(1, 2)


class WindowEncoder(Encoder):
    """Five words at a time through one layer, then the maximum over time (SENNA).

    h_t     = tanh(W [x_{t-2}; ...; x_{t+2}] + b)
    state_t = h_t
    summary = max_t h_t, feature by feature
    """

    name = "window"
    paper = "Collobert et al. 2011, arXiv 1103.0398"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.windows = Windows(width, width, WINDOW)

    def forward(self, sentences: Sentences) -> Encoded:
        within = inside(sentences)
        states = self.windows(cut(sentences.embedded, within)).tanh()  # (n, t, d)
        return Encoded(cut(states, within), highest(states, within))


class KimEncoder(Encoder):
    """Filters over 3, 4 and 5 words, a third of the width each.

        h_t^r   = relu(W^r [x_{t-(r-1)/2}; ...; x_{t+r/2}] + b^r)   r = 3, 4, 5; halves rounded down
        state_t = [h_t^3; h_t^4; h_t^5]
        summary = max_t state_t, feature by feature

    Filters may hang over the ends, so that every word has a state and no sentence is too short;
    those of the paper stay within.
    """

    paper = "Kim 2014, arXiv 1408.5882"
    channels: ClassVar[int] = 1

    def __init__(self, width: int) -> None:
        super().__init__(width)
        shares = [len(range(start, width, len(REGIONS))) for start in range(len(REGIONS))]
        self.filters = nn.ModuleList(
            Windows(self.channels * width, share, size)
            for share, size in zip(shares, REGIONS, strict=True)
        )

    def forward(self, sentences: Sentences) -> Encoded:
        within = inside(sentences)
        seen = self.seen(cut(sentences.embedded, within))
        states = torch.cat([windows(seen) for windows in self.filters], dim=-1).relu()  # (n, t, d)
        return Encoded(cut(states, within), highest(states, within))

    @abstractmethod
    def seen(self, words: Float[Tensor, "n t d"]) -> Float[Tensor, "n t i"]:
        """The channels that the filters read, side by side."""


class StaticCNNEncoder(KimEncoder):
    """Filters over 3, 4 and 5 words, which do not tune the words' vectors; maximum over time."""

    name = "cnn_static"
    reaches_words = False

    def seen(self, words: Float[Tensor, "n t d"]) -> Float[Tensor, "n t d"]:
        return words.detach()


class NonStaticCNNEncoder(KimEncoder):
    """Filters over 3, 4 and 5 words, which tune the words' vectors; maximum over time."""

    name = "cnn_nonstatic"

    def seen(self, words: Float[Tensor, "n t d"]) -> Float[Tensor, "n t d"]:
        return words


class MultichannelCNNEncoder(KimEncoder):
    """Filters over 3, 4 and 5 words in two channels, of which one tunes the words' vectors.

    A filter adds up what it finds in both. Both show the words as they now are: the paper's
    static channel keeps the vectors from before training, which an encoder does not get.
    """

    name = "cnn_multichannel"
    channels = 2

    def seen(self, words: Float[Tensor, "n t d"]) -> Float[Tensor, "n t two_d"]:
        return torch.cat([words, words.detach()], dim=-1)
