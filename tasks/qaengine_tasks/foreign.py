"""The task `foreign`: questions that no task answers, from foreign.txt, so that they abstain."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple

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

    A tenth of the questions, by their place in the list, is kept for validation, another for
    testing.
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
        rng = random.Random(0)
        for number, question in enumerate(foreign_questions()):
            text = rng.choice(TEXTS)
            if number % 10 in part:
                yield Triple(input=text, question=question, answer="", task="foreign")

    def samples(self) -> Sequence[Triple]:
        """Questions of our own."""
        return [
            Triple(input=TEXTS[0], question=question, answer="", task="foreign")
            for question in (self.schema.question, *self.schema.paraphrases)
        ]


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
