"""What every answer module does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.vocabulary import Vocabulary


class AnswerModule(nn.Module, ABC):
    """Turns a thought into an answer of one kind, for all tasks of that kind."""

    kind: ClassVar[str]
    name: ClassVar[str]
    """By which a recipe names a plugin's module; the built-in ones need none."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__()

    @abstractmethod
    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """How far the answers are from the gold ones."""

    @abstractmethod
    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """The answers as tensors, as the built-in module of the kind gives them:
        `qaengine.saying` puts them into words."""


def labels_by_task(kind: str, vocabulary: Vocabulary) -> dict[str, int]:
    """How many labels each task of a kind has."""
    return {schema.name: len(schema.labels) for schema in vocabulary.tasks if schema.answer == kind}
