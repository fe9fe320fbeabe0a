"""Scores of a checkpoint on a task: what `qaengine evaluate` prints."""

from __future__ import annotations

import time
from itertools import chain
from typing import Any

from qaengine.batch import Example
from qaengine.engine import Engine
from qaengine.errors import DataError
from qaengine.registry import registry
from qaengine.schema import Frozen, Split
from qaengine.scoring import Outcome, Score, calibration_error, outcomes, summary
from qaengine.text import example


class Scores(Frozen):
    """A task's scores, in percent where not said otherwise."""

    task: str
    split: Split
    recipe: str
    metric: str
    questions: int
    score: float
    """Mean of the groups' accuracies."""
    passed: int
    """Groups with an accuracy above 95, as bAbI counts them."""
    evidence: float
    """Share of supporting facts among the k facts of highest weight; k: their number."""
    calibration_error: float
    """Mean gap between confidence and accuracy, in [0, 1]."""
    groups: dict[str, Score]
    seconds: float


def evaluate(
    engine: Engine, task: str, split: Split = "test", *, limit: int | None = None, **options: Any
) -> Scores:
    """Asks every question of a task's split (the first `limit` of each group).

    `options` go to the task's `stories`.
    """
    began = time.perf_counter()
    groups = gather(task, split, limit, **options)
    checkpoint = engine.checkpoint
    results: dict[str, list[Outcome]] = {
        name: outcomes(checkpoint.network, checkpoint.vocabulary, examples, engine.device)
        for name, examples in groups.items()
    }
    scores = {name: summary(some) for name, some in results.items()}
    everything = list(chain.from_iterable(results.values()))
    return Scores(
        task=task,
        split=split,
        recipe=checkpoint.config.recipe,
        metric=registry().task(task).schema.metric,
        questions=len(everything),
        score=sum(one.accuracy for one in scores.values()) / len(scores),
        passed=sum(one.accuracy > 95 for one in scores.values()),
        evidence=summary(everything).evidence,
        calibration_error=calibration_error(everything, checkpoint.config.temperature),
        groups=scores,
        seconds=time.perf_counter() - began,
    )


def gather(
    task: str, split: Split, limit: int | None = None, **options: Any
) -> dict[str, list[Example]]:
    """A split's examples by group; raises `DataError` where there are none."""
    groups: dict[str, list[Example]] = {}
    for name, story in registry().task(task).stories(split, **options):
        found = groups.setdefault(name, [])
        found += (example(triple) for triple in story)
    if not groups:
        raise DataError(f"The task {task!r} has no {split} examples.")
    return {name: examples[:limit] for name, examples in groups.items()}
