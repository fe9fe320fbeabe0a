"""What the network has made of a question before it answers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from qaengine.network.comparison import Sides
from qaengine.network.memory import Episodes
from qaengine.network.pooling import pools
from qaengine.network.reading import Page


@dataclass(frozen=True)
class Reading:
    """The words of the question and of the facts read; r at most."""

    page: Page
    words: Float[Tensor, "b r d"]
    identity: Int[Tensor, "b r"]
    """The words that could be copied."""
    known: Int[Tensor, "b r"]
    """Each word's number in the answer vocabulary, or -1."""
    summary: Float[Tensor, "b d"]


@dataclass(frozen=True)
class Odds:
    """How likely the span in question answers what k questions of a batch had asked along."""

    rows: Int[Tensor, " k"]
    logs: Float[Tensor, " k"]


@dataclass(frozen=True)
class Thought:
    """Everything up to the first word of the answer."""

    question: Float[Tensor, "b d"]
    facts: Float[Tensor, "b f d"]
    present: Bool[Tensor, "b f"]
    episodes: Episodes
    read: Bool[Tensor, "b f"]
    """The facts whose words are read."""
    reading: Reading | None
    """None where the facts are words themselves."""
    embedded: Float[Tensor, "b f d"] | None = None
    """Where the facts are words: these by themselves, before anything around them was read."""
    sides: Sides | None = None
    """Where the first and the last fact are compared: the words of both, in and out of their
    sentences."""
    closer: Float[Tensor, "b f w"] | None = None
    """Where the facts are words: these as a closer reading has them, for tasks that want one."""
    encoder_loss: Float[Tensor, ""] | None = None
    """A loss of the encoder's own in training, the mean over the sentences."""
    further: Odds | None = None
    """What questions that were asked along say."""

    @property
    def memory(self) -> Float[Tensor, "b d"]:
        return self.episodes.memory

    @property
    def gist(self) -> Float[Tensor, "b four_d"]:
        """Memory, question, and the facts' highest features and mean."""
        pooled = pools(self.facts, self.present)
        return torch.cat([self.memory, self.question, *pooled], -1)
