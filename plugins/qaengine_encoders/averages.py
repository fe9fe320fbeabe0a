"""Encoders that know which words a sentence has, and nothing of their order."""

from __future__ import annotations

from torch import nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine_encoders.padding import cut, inside, mean


class MeanEncoder(Encoder):
    """The mean of the words; nothing is learnt.

    state_t = x_t
    summary = 1/T sum_t x_t
    """

    name = "mean"
    paper = "Mitchell and Lapata 2010, Cognitive Science 34"

    def forward(self, sentences: Sentences) -> Encoded:
        within = inside(sentences)
        return Encoded(cut(sentences.embedded, within), mean(sentences.embedded, within))


class BagOfWordsEncoder(Encoder):
    """The mean of the words through a deep feed-forward network (deep averaging network).

        f(z)    = tanh(W_3 tanh(W_2 tanh(W_1 z + b_1) + b_2) + b_3)
        state_t = f(x_t)
        summary = f(1/T sum_t x_t)

    The paper has no states: a word's is what the network makes of that word alone.
    """

    name = "bag_of_words"
    paper = "Iyyer et al. 2015, ACL P15-1162"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        layers = [(nn.Linear(width, width), nn.Tanh()) for _ in range(3)]
        self.network = nn.Sequential(*(part for layer in layers for part in layer))

    def forward(self, sentences: Sentences) -> Encoded:
        within = inside(sentences)
        states = self.network(sentences.embedded)  # (n, t, d)
        summary = self.network(mean(sentences.embedded, within))  # (n, d)
        return Encoded(cut(states, within), summary)
