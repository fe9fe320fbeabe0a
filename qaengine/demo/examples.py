"""Examples for the page: the installed tasks' own samples, in the words of a user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qaengine.engine import FOREIGN, Engine
from qaengine.registry import registry
from qaengine.render import written
from qaengine.schema import FactUnit, TaskSchema, Triple
from qaengine.text import sentences, words


class Example(NamedTuple):
    """What a user might type."""

    input: str
    question: str


def examples(engine: Engine) -> dict[str, list[Example]]:
    """By task, for the tasks that the weights know and that bring samples; what no task answers
    comes last."""
    installed = registry().tasks()
    found = {}
    for schema in sorted(engine.tasks, key=lambda schema: schema.name == FOREIGN):
        task = installed.get(schema.name)
        samples = [example_of(triple, schema.facts) for triple in task.samples()] if task else []
        if samples:
            found[schema.name] = samples
    return found


def example_of(triple: Triple, facts: FactUnit) -> Example:
    """A sample as text: without blanks before punctuation, where it is split the same."""
    split, spaced = (words if facts == "tokens" else sentences), " ".join(triple.input)
    text = written(triple.input)
    return Example(text if split(text) == split(spaced) else spaced, triple.question)


def title(task: str) -> str:
    """What a task is called on the page."""
    return "none of these" if task == FOREIGN else task.replace("_", " ")


def choices(tasks: Sequence[TaskSchema]) -> list[tuple[str, str]]:
    """The tasks to choose from; first of all none."""
    named = [(title(schema.name), schema.name) for schema in tasks if schema.name != FOREIGN]
    return [("work it out", ""), *named]


def untrained(engine: Engine) -> list[str]:
    """Installed tasks that the weights do not know; what no task answers is none."""
    known = {FOREIGN, *(schema.name for schema in engine.tasks)}
    return [name for name in registry().tasks() if name not in known]
