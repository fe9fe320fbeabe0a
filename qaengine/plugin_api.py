"""The whole contract between qaengine and its plugins, on one screen. Imports no torch.

A plugin is a module with functions marked `@hookimpl`, announced by its package's
entry point in the group "qaengine". Built-in plugins use the same hooks.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

from qaengine.schema import Answer, Split, TaskSchema, Triple, Value

if TYPE_CHECKING:
    import typer

    from qaengine.network.answers.module import AnswerModule
    from qaengine.network.encoder import Encoder
    from qaengine.network.memory import Memory

PROJECT = "qaengine"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Task:
    """A task: a schema, examples, and one way to frame a question.

    The same `frame` serves training, evaluation and asking.
    """

    schema: TaskSchema

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Gold triples of a split; raises `DataError` where the data cannot be found or read."""
        raise NotImplementedError

    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Examples by what they share: a group's name, for scores and sampling, and the triples
        over one text. By default each example is a story of its own, in a group named as the task.
        """
        for triple in self.examples(split, **options):
            yield self.schema.name, (triple,)

    def varied(
        self, group: str, story: Sequence[Triple], rng: random.Random, **options: Any
    ) -> Sequence[Triple]:
        """A story in other words that leave it true, for training; by default as it is."""
        return story

    def samples(self) -> Sequence[Triple]:
        """A few gold triples of the task's own making: shown to users, run by `check_task`."""
        raise NotImplementedError

    def phrasings(self) -> Sequence[str]:
        """More ways in which people ask for this, beside those of the schema and the examples:
        the router learns to tell the task by them."""
        return ()

    def frame(self, input: Sequence[str], question: str) -> Triple:
        """A user's facts (sentences or tokens, as the schema has it) and question as a triple."""
        return Triple(input=tuple(input), question=question, task=self.schema.name)

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """Scores of the answers to a group of examples; None is an abstention. The first counts.

        By default the accuracy in percent, regardless of case.
        """
        right = (
            ("" if value is None else str(value)).lower() == (triple.answer or "").lower()
            for triple, value in zip(gold, said, strict=True)
        )
        return {"accuracy": 100 * sum(right) / max(len(gold), 1)}


@hookspec
def qaengine_tasks() -> Iterable[Task]:  # type: ignore[empty-body]
    """The tasks that this plugin brings."""


@hookspec
def qaengine_encoders() -> Iterable[type[Encoder]]:  # type: ignore[empty-body]
    """The encoder classes that this plugin brings, each with a `name`."""


@hookspec
def qaengine_memories() -> Iterable[type[Memory]]:  # type: ignore[empty-body]
    """The memory classes that this plugin brings, each with a `name`; a recipe names one:
    `[network] memory = "NAME"`."""


@hookspec
def qaengine_answers() -> Iterable[type[AnswerModule]]:  # type: ignore[empty-body]
    """The answer modules that this plugin brings, each with a `name` and the `kind` of answers that
    it gives; a recipe names one in place of the built-in: `[network.answers] tags = "NAME"`."""


@hookspec(firstresult=True)
def qaengine_route(triple: Triple, tasks: Sequence[TaskSchema]) -> str | None:
    """The name of the task that a question belongs to, or None to leave it to others."""


@hookspec
def qaengine_answered(triple: Triple, answer: Answer) -> None:
    """Called after each answer: for logging, statistics."""


@hookspec
def qaengine_commands(app: typer.Typer) -> None:
    """Add commands to the `qaengine` command line."""
