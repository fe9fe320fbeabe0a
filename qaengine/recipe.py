"""Recipes: what is trained, on what, how. A TOML file each in recipes/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field

from qaengine.errors import RecipeError, unknown
from qaengine.network.config import NetworkConfig
from qaengine.schema import Frozen
from qaengine.toml_files import fitted, read_toml


class Source(Frozen):
    """One task's part in a mixture."""

    task: str
    options: dict[str, Any] = {}
    """For the task's `stories`, train and valid alike."""
    file: str = ""
    """Prepared training stories in place of the task's own, as `recipes/silver.py` writes them;
    nothing is validated on them."""
    plain: bool = False
    """Whether each group is asked in the one question of its validation stories, in place of many
    phrasings: half the work for a transformer, which reads them, too. Of a file, "silver GROUP" is
    asked as GROUP is."""
    train_options: dict[str, Any] = {}
    """For training alone, before `options` of the same name."""
    valid_options: dict[str, Any] = {}
    """For validation alone, likewise."""
    copies: int = Field(default=0, ge=0)
    """How many varied copies of each training story are prepared, beside the story itself."""
    most: int = Field(default=0, ge=0)
    """The most stories of each group to prepare; 0: all."""
    vary: dict[str, Any] = {}
    """For the task's `varied`."""
    least: int = Field(default=0, ge=0)
    """In how many of this source's stories a word occurs to be known; 0: as the recipe says."""
    share: float = Field(default=1.0, gt=0)
    """Weight of this source's groups in the mixture, against the other sources'."""


class Training(Frozen):
    """How long, how fast, in what batches."""

    seed: int = 0
    rounds: int = Field(default=40, ge=1)
    """A round is `questions` questions drawn from the mixture; after it the state is saved."""
    questions: int = Field(default=18_000, ge=1)
    batch: int = Field(default=32, ge=1)
    facts: int = Field(default=3_000, ge=1)
    """The most facts, with padding, of a batch: bounds memory."""
    learning_rate: float = Field(default=1e-3, gt=0)
    settled: float = Field(default=0.05, ge=0)
    """Share of that rate for what an encoder learnt elsewhere ("pretrained-tuned")."""
    learns: tuple[str, ...] = ()
    """Beginnings of the names of the weights that learn, as "answers.text"; none: all of them. The
    others stay as they are, and so do the answers that rest on them alone."""
    warmup: float = Field(default=0.05, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    clip: float = Field(default=1.0, gt=0)
    precision: Literal["auto", "float", "bfloat16"] = "auto"
    """In which numbers products are taken; "auto": bfloat16 on a GPU, floats on a processor. One
    that knows bfloat16 (AVX-512 BF16, AMX) trains a transformer in two thirds of the time."""
    gates: float = Field(default=1.0, ge=0)
    """Weight of the supervision of gates beside the answers'."""
    focus: float = Field(default=1.0, ge=0)
    """How strongly groups of high loss are drawn more often; 0 draws all alike."""
    validate_every: int = Field(default=2, ge=1)
    """Rounds between validations."""
    validate_on: int = Field(default=1_000, ge=1)
    """The most questions of a group that validation asks."""
    patience: int = Field(default=1000, ge=1)
    """Validations without improvement before training ends early."""


class Recipe(Frozen):
    """Everything that makes a checkpoint what it is."""

    name: str
    about: str = ""
    network: NetworkConfig = NetworkConfig()
    sources: tuple[Source, ...] = Field(min_length=1)
    training: Training = Training()
    least: int = Field(default=1, ge=1)
    """In how many stories of the training text a word occurs to be known."""
    buckets: int = Field(default=4_096, ge=1)
    """Into how many the characters' n-grams are hashed."""
    parts: int = Field(default=4_000, ge=300)
    """Parts of words that texts are written with, at most."""
    vectors: str = ""
    """A file of word vectors to begin with, beside the data: see `qaengine.word_vectors`."""
    license: str = ""
    """Of the trained weights: what the data allow."""

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """A recipe from TOML; raises `RecipeError` naming the file and what is wrong in it."""
        return cls._checked(read_toml(path, "recipe", RecipeError), f"The recipe {path}")

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The recipe with other settings, named as in `{"network.passes": 1}`, in a list by number
        (`sources.0.copies`).

        Raises `RecipeError` for a setting that does not exist or a value that it cannot have.
        """
        content = self.model_dump(mode="json")
        for name, value in changes.items():
            if name not in _names(content):
                raise RecipeError(unknown("setting", name, _names(content)))
            *outer, last = name.split(".")
            table: Any = content
            for part in outer:
                table = table[int(part)] if isinstance(table, list) else table[part]
            table[last] = value
        return self._checked(content, "The changed recipe")

    def only(self, tasks: Sequence[str]) -> Self:
        """The recipe with these of its tasks alone; raises `RecipeError` for one it has not."""
        known = [source.task for source in self.sources]
        for task in tasks:
            if task not in known:
                raise RecipeError(unknown("task", task, known))
        kept = tuple(source for source in self.sources if source.task in tasks)
        return self.model_copy(update={"sources": kept})

    @classmethod
    def _checked(cls, content: Any, whose: str) -> Self:
        return fitted(cls, content, whose, RecipeError)


def _names(content: Any, prefix: str = "") -> list[str]:
    """The names of all settings; of tables and of what stands in them."""
    if isinstance(content, list):
        content = {str(number): one for number, one in enumerate(content)}
    if not isinstance(content, dict):
        return []
    found = [f"{prefix}{name}" for name in content]
    for name, value in content.items():
        found += _names(value, f"{prefix}{name}.")
    return found
