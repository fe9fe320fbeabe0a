"""The task `foreign`: questions that no task answers, from foreign.txt, so that they abstain."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from qaengine.errors import DataError
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.choices import written_out
from qaengine_tasks.question_type import QuestionType

MOST = 25
"""Ways of a line with choices that are used."""


@cache
def foreign_questions() -> tuple[str, ...]:
    """All lines of foreign.txt, each once, in their order, choices written out."""
    text = files("qaengine_tasks").joinpath("foreign.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(dict.fromkeys(told for line in lines for told in written_out(line, MOST)))


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
        rng = random.Random(0)
        for question in (*_own(split), *(_worldly() if split == "train" else ())):
            yield Triple(input=rng.choice(TEXTS), question=question, answer="", task="foreign")

    def phrasings(self) -> Sequence[str]:
        """Those of our own that are for training."""
        return _own("train")

    def samples(self) -> Sequence[Triple]:
        """Questions of our own."""
        return [
            Triple(input=TEXTS[0], question=question, answer="", task="foreign")
            for question in (self.schema.question, *self.schema.paraphrases)
        ]


def _own(split: Split) -> tuple[str, ...]:
    part = {"valid": (0,), "test": (1,), "train": range(2, 10)}[split]
    return tuple(one for number, one in enumerate(foreign_questions()) if number % 10 in part)


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
