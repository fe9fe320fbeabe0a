"""Scores of a checkpoint on a task: what `qaengine evaluate` prints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import chain
from statistics import mean
from typing import Any

from qaengine.engine import Engine
from qaengine.errors import DataError, InputError
from qaengine.registry import registry
from qaengine.schema import Frozen, Split, Triple
from qaengine.scoring import Outcome, calibration_chance, calibration_error, outcomes, summary
from qaengine.text import example
from qaengine.values import value_of


class Scores(Frozen):
    """A task's scores, in percent where not said otherwise."""

    task: str
    split: Split
    recipe: str
    metric: str
    questions: int
    score: float
    """Mean of the groups' first scores."""
    passed: int
    """Groups with an accuracy above 95, as bAbI counts them."""
    evidence: float
    """Share of supporting facts among the k facts of highest weight; k: their number."""
    calibration_error: float
    """Mean gap between confidence and accuracy, in [0, 1]."""
    calibration_chance: float
    """The gap that so many questions show by chance, with a confidence that is true."""
    groups: dict[str, dict[str, float]]
    """What counts for the task first; then questions, accuracy, and evidence where supports are
    known."""
    seconds: float


def evaluate(
    engine: Engine, task: str, split: Split = "test", *, limit: int | None = None, **options: Any
) -> Scores:
    """Asks every question of a task's split (the first `limit` of each group).

    `options` go to the task's `stories`. Raises `InputError` for a task that the weights don't
    know.
    """
    began = time.perf_counter()
    groups = gather(task, split, limit, **options)
    if task not in {schema.name for schema in engine.tasks}:
        known = ", ".join(schema.name for schema in engine.tasks)
        raise InputError(f"The loaded weights don't know the task {task!r}. They know: {known}.")
    results = {name: _asked(engine, task, triples) for name, triples in groups.items()}
    scores = {name: _scores(task, groups[name], *results[name]) for name in groups}
    calibration = engine.checkpoint.calibration(task)
    everything = list(chain.from_iterable(some for some, _ in results.values()))
    return Scores(
        task=task,
        split=split,
        recipe=engine.checkpoint.config.recipe,
        metric=registry().task(task).schema.metric,
        questions=len(everything),
        score=mean(next(iter(one.values())) for one in scores.values()),
        passed=sum(one["accuracy"] > 95 for one in scores.values()),
        evidence=summary(everything).evidence,
        calibration_error=calibration_error(everything, calibration),
        calibration_chance=calibration_chance(everything, calibration),
        groups=scores,
        seconds=time.perf_counter() - began,
    )


def _asked(engine: Engine, task: str, triples: Sequence[Triple]) -> tuple[list[Outcome], list[Any]]:
    """What became of each question, and the answers as data."""
    checkpoint = engine.checkpoint
    schema = checkpoint.vocabulary.schemas[task]
    examples = [example(triple, schema) for triple in triples]
    found = outcomes(checkpoint.network, checkpoint.vocabulary, examples, engine.device)
    values = [
        value_of(one.said, triple, asked, schema)
        for one, triple, asked in zip(found, triples, examples, strict=True)
    ]
    return found, values


def _scores(
    task: str, triples: Sequence[Triple], found: Sequence[Outcome], values: Sequence[Any]
) -> dict[str, float]:
    one = summary(found)
    own = registry().task(task).score(triples, values)
    supported = {"evidence": one.evidence} if any(result.wanted for result in found) else {}
    accuracy = {} if "accuracy" in own else {"accuracy": one.accuracy}
    return {**own, "questions": len(found), **accuracy, **supported}


def gather(
    task: str, split: Split, limit: int | None = None, **options: Any
) -> dict[str, list[Triple]]:
    """A split's triples by group; raises `DataError` where there are none."""
    groups: dict[str, list[Triple]] = {}
    for name, story in registry().task(task).stories(split, **options):
        groups.setdefault(name, []).extend(story)
    if not groups:
        raise DataError(f"The task {task!r} has no {split} examples.")
    return {name: triples[:limit] for name, triples in groups.items()}
