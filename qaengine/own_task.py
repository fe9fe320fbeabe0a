"""Teaches a checkpoint one more task, and has it rehearse those that it knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qaengine.checkpoint import load_config
from qaengine.errors import DataError
from qaengine.recipe import Recipe, Source, Training
from qaengine.registry import registry
from qaengine.task_file import FileTask

REHEARSED = 500
"""Stories of each group of a known task that are rehearsed."""
NO_NEW_WORDS = 10**9


def recipe_for(task: FileTask, start: Path) -> tuple[Recipe, list[str]]:
    """How to teach a task to the weights of `start`; and the known tasks that cannot be rehearsed,
    since their data are not on this machine."""
    config = load_config(start)
    known = [schema.name for schema in config.tasks if schema.name != task.schema.name]
    found = [name for name in known if _has_data(name)]
    rehearsed = tuple(
        Source(task=name, most=REHEARSED, share=1 / len(found), least=NO_NEW_WORDS)
        for name in found
    )
    recipe = Recipe(
        name=task.schema.name,
        about=f"{task.schema.name}, taught to the weights of {config.recipe}.",
        network=config.network,
        sources=(Source(task=task.schema.name, least=2), *rehearsed),
        training=Training(
            rounds=10, questions=4_000, learning_rate=4e-4, validate_every=1, validate_on=100
        ),
        license=task.schema.license,
    )
    return recipe, [name for name in known if name not in found]


def _has_data(name: str) -> bool:
    if name not in registry().tasks():
        return False
    try:
        next(iter(registry().task(name).stories("train")), None)
    except DataError:
        return False
    return True


def changes(folder: Path) -> dict[str, tuple[float, float]]:
    """For each group on validation data: what counts, before and after the training."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").open(encoding="utf-8")]
    before: dict[str, Any] = lines[0]["valid"]
    after: dict[str, Any] = json.loads((folder / "metrics.json").read_text("utf-8"))["valid"]
    return {
        group: (next(iter(before[group].values())), next(iter(one.values())))
        for group, one in after.items()
    }
