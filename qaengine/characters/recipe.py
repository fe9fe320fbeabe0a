"""The recipe of a language model of characters: a TOML file of `kind = "characters"`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from qaengine.errors import RecipeError
from qaengine.schema import Frozen
from qaengine.toml_files import fitted, read_toml

KIND = "characters"


class Book(Frozen):
    """A text to learn from."""

    name: str
    data_set: str
    """Where it is found: see `qaengine.data`."""
    file: str
    """Its name there."""
    after: str = ""
    """The text begins after the line that holds this."""
    before: str = ""
    """And ends before this."""


class Network(Frozen):
    """Sizes."""

    embedding: int = Field(default=64, ge=1)
    width: int = Field(default=192, ge=1)
    """Cells of a layer."""
    layers: int = Field(default=2, ge=1)


class Training(Frozen):
    """How long, how fast, in what batches."""

    seed: int = 0
    rounds: int = Field(default=8, ge=1)
    """A round is once through the books; after it the state is saved."""
    streams: int = Field(default=32, ge=1)
    """Stretches of the books that are read side by side."""
    steps: int = Field(default=128, ge=1)
    """Characters of each stream between two changes of the weights."""
    learning_rate: float = Field(default=3e-3, gt=0)
    warmup: float = Field(default=0.02, ge=0, lt=1)
    clip: float = Field(default=1.0, gt=0)
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the products while training; bfloat16 is twice as fast on processors that have it."""


class CharacterRecipe(Frozen):
    """Everything that makes the weights what they are."""

    kind: Literal["characters"]
    name: str
    about: str = ""
    license: str = ""
    books: tuple[Book, ...] = Field(min_length=1)
    held_out: float = Field(default=0.05, gt=0, lt=0.5)
    """The share of each book that is for validation, and as much again, at its end, for tests."""
    least: int = Field(default=10, ge=1)
    """How often a character occurs in the books to be known."""
    network: Network = Network()
    training: Training = Training()

    @classmethod
    def read(cls, path: Path) -> CharacterRecipe:
        """A recipe from TOML; raises `RecipeError` naming the file and what is wrong in it."""
        content = read_toml(path, "recipe", RecipeError)
        return fitted(cls, content, f"The recipe {path}", RecipeError)

    def seeded(self, seed: int) -> CharacterRecipe:
        """The recipe with another seed."""
        return self.model_copy(update={"training": self.training.model_copy(update={"seed": seed})})


def is_of_characters(path: Path) -> bool:
    """Whether a file is such a recipe. What cannot be read is not: who reads it will say why."""
    try:
        return read_toml(path, "recipe", RecipeError).get("kind") == KIND
    except RecipeError:
        return False
