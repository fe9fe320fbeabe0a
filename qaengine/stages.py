"""Training in stages: recipes one after the other, each beginning with the weights of the last.

    qaengine train recipes/default.toml

A TOML file of stages in order. Each trains in a folder of its own and resumes by itself, so that
a stage is what fits into a night, a lunch break or a lease of a machine.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import Field

from qaengine.averaging import averaged
from qaengine.checkpoint import FILES, load_checkpoint
from qaengine.errors import RecipeError
from qaengine.recipe import Recipe
from qaengine.schema import Frozen
from qaengine.toml_files import fitted, read_toml
from qaengine.train import train
from qaengine.training_state import NAME


class Stage(Frozen):
    """A recipe, and what is set otherwise."""

    recipe: str
    """Its file, beside the file of stages."""
    set: dict[str, Any] = {}
    mean: float = Field(default=1.0, gt=0, le=1)
    """Share of what it learnt in what the next stage begins with; the rest is what it began with
    itself, but for parts that were new to it."""


class Planned(NamedTuple):
    """A stage as it is trained."""

    recipe: Recipe
    mean: float


class Stages(Frozen):
    """What is trained one after the other."""

    name: str
    about: str = ""
    stages: tuple[Stage, ...] = Field(min_length=1)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The stages of a TOML file, None where the file is a recipe.

        Raises `RecipeError` for a file of stages that has a mistake.
        """
        try:
            content = read_toml(path, "recipe", RecipeError)
        except RecipeError:
            return None  # the reader of recipes says what is wrong
        if "stages" not in content:
            return None
        return fitted(cls, content, str(path), RecipeError)

    def planned(self, folder: Path, changes: Mapping[str, Any]) -> list[Planned]:
        """The stages in order, `changes` made in each; raises `RecipeError` at once for a recipe
        that is missing or wrong, and not after hours."""
        planned = [
            Planned(Recipe.read(folder / one.recipe).changed({**one.set, **changes}), one.mean)
            for one in self.stages
        ]
        for recipe, _ in planned:
            if recipe.vectors and not Path(recipe.vectors).exists():
                raise RecipeError(
                    f"The recipe {recipe.name!r} begins with word vectors, and there are none at "
                    f"{recipe.vectors}. Make them with recipes/word_vectors.py, or set vectors "
                    "to a file that exists."
                )
            for source in recipe.sources:
                if source.file and not Path(source.file).exists():
                    raise RecipeError(
                        f"The recipe {recipe.name!r} reads {source.file}, which does not exist. "
                        "Make it with recipes/silver.py, or leave the source out."
                    )
        return planned


def train_stages(
    planned: Sequence[Planned], folder: Path, *, start: Path | None = None, device: str = "auto"
) -> dict[str, Any]:
    """Trains the stages one after the other into `folder`, where the last one's checkpoint comes
    to stand; gives the metrics of its best round, without any mean. What was trained before is not
    trained again: a stage that was cut short goes on, one that has ended is passed over."""
    metrics: dict[str, Any] = {}
    for number, (recipe, mean) in enumerate(planned, start=1):
        out = folder / f"{number}-{recipe.name}"
        if not _ended(out, recipe):
            begun = (out / NAME).exists()
            train(recipe, out, resume=begun, start=start, device=device)
        metrics = json.loads((out / "metrics.json").read_text("utf-8"))
        start = _mean(start, out, mean)
    for name in (*FILES, "metrics.json"):
        where = start if start is not None and name in FILES else out
        shutil.copyfile(where / name, folder / name)
    return metrics


def _mean(before: Path | None, out: Path, share: float) -> Path:
    """Where the mean of a stage and what it began with stands."""
    if before is None or share == 1:
        return out
    if not (out / "mean" / FILES[-1]).exists():  # the weights are written last
        averaged(load_checkpoint(before), load_checkpoint(out), share).save(out / "mean")
    return out / "mean"


def _ended(out: Path, recipe: Recipe) -> bool:
    metrics = out / "metrics.jsonl"
    if not metrics.exists():
        return False
    *_, last = metrics.read_text("utf-8").splitlines()
    return bool(json.loads(last)["round"] >= recipe.training.rounds)
