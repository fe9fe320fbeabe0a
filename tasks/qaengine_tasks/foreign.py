"""The task `foreign`: questions that no task answers, from foreign.txt, so that they abstain."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from qaengine.errors import DataError
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.question_type import QuestionType

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


@cache
def foreign_questions() -> tuple[str, ...]:
    """All lines of foreign.txt, each once, in their order, with "(a|b)" written out as both."""
    text = files("qaengine_tasks").joinpath("foreign.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(dict.fromkeys(told for line in lines for told in _expanded(line)))


def _expanded(line: str) -> Iterator[str]:
    """The line with each way to choose among its alternatives."""
    fixed_and_choices = _CHOICE.split(line)
    parts = [
        part.split("|") if index % 2 else [part] for index, part in enumerate(fixed_and_choices)
    ]
    return ("".join(chosen) for chosen in product(*parts))


class Foreign(Task):
    """Asks a text for what nobody here learnt to tell; the answer is that nothing tells it.

    A tenth of our own questions, by their place in the list, is kept for validation, another for
    testing. Where the data of `question_type` are at hand, its training questions, which want to
    know something of the world, are foreign questions, too.
    """

    schema = TaskSchema(
        name="foreign",
        question="How do planes stay in the air?",
        paraphrases=("Compose a haiku.", "How are you today?"),
        answer="words",
        source="our own",
        license="Apache-2.0",
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Each question once, about one of a few texts."""
        part = {"valid": (0,), "test": (1,), "train": range(2, 10)}[split]
        own = [one for number, one in enumerate(foreign_questions()) if number % 10 in part]
        rng = random.Random(0)
        for question in (*own, *(_worldly() if split == "train" else ())):
            yield Triple(input=rng.choice(TEXTS), question=question, answer="", task="foreign")

    def samples(self) -> Sequence[Triple]:
        """Questions of our own."""
        return [
            Triple(input=TEXTS[0], question=question, answer="", task="foreign")
            for question in (self.schema.question, *self.schema.paraphrases)
        ]


def _worldly() -> Iterator[str]:
    """Questions about the world, of another task's training data; none where these are missing."""
    try:
        for triple in QuestionType().examples("train"):
            yield triple.text
    except DataError:
        return


TEXTS = (
    ("Nora went to the cellar.", "She took the lamp there."),
    ("The soup was cold and the waiter was rude.",),
    ("Two boys are playing chess in the park.", "Two boys are at a board."),
    ("Schools should start later.", "Pupils would sleep more.", "They would learn better."),
    ("Lena's brother moved to Oslo last year.",),
)


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Foreign()]
