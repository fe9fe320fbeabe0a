"""Every built-in task keeps the contract, and `check_task` notices who does not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from qaengine.errors import DataError
from qaengine.plugin_api import Task
from qaengine.registry import BUILT_IN, Registry
from qaengine.schema import Split, TaskSchema, Triple
from qaengine.testing import check_task

TASKS = Registry(BUILT_IN, ()).tasks()
PUBLISHED = """\
1 Mary went to the garden.
2 John took the milk.
3 Where is Mary?\tgarden\t1
4 Mary went to the attic.
5 Where is Mary?\tattic\t4
"""


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_built_in_task(task: Task, tmp_path: Path) -> None:
    check_task(task, **_options(task, tmp_path))


def _options(task: Task, folder: Path) -> dict[str, Any]:
    """bAbI reads two stories in its published format."""
    if task.schema.name != "babi":
        return {}
    path = folder / "en-valid" / "qa1_train.txt"
    path.parent.mkdir()
    path.write_text(PUBLISHED * 2)
    return {"path": folder, "tasks": [1]}


@pytest.mark.data
def test_babi_on_its_data(data_folder: Path) -> None:
    check_task(TASKS["babi"], stories=300)


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_built_in_task_can_be_asked_in_other_words(task: Task) -> None:
    assert len(task.schema.paraphrases) >= 1


class Coins(Task):
    """How many coins does Ann have?"""

    schema = TaskSchema(
        name="coins",
        question="How many coins has Ann?",
        answer="words",
        source="made up",
        license="Apache-2.0",
    )

    def samples(self) -> Sequence[Triple]:
        return [told(f"Ann has {n} coins.", "Bob slept.", answer=n) for n in ("two", "three")]

    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        yield "coins", self.samples()[:1]


def told(*facts: str, answer: str | None = "two", task: str = "coins") -> Triple:
    return Triple(input=facts, question="How many coins has Ann?", answer=answer, task=task)


class NoSamples(Coins):
    def samples(self) -> Sequence[Triple]:
        return []


class Foreign(Coins):
    def samples(self) -> Sequence[Triple]:
        return [told("Ann slept.", task="other")]


class NoAnswer(Coins):
    def samples(self) -> Sequence[Triple]:
        return [told("Ann slept.", answer=None)]


class Blank(Coins):
    def samples(self) -> Sequence[Triple]:
        return [told("Ann slept.", " ")]


class Framed(Coins):
    def frame(self, input: Sequence[str], question: str) -> Triple:
        return super().frame([fact.lower() for fact in input], question)


class Labels(Coins):
    schema = Coins.schema.model_copy(update={"answer": "label"})


class OtherLabel(Coins):
    schema = Coins.schema.model_copy(update={"answer": "label", "labels": ("one", "two")})


class Twice(Coins):
    schema = Coins.schema.model_copy(update={"paraphrases": (Coins.schema.question,)})


class Apart(Coins):
    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        yield "coins", [told("Ann has two coins."), told("Ann has one coin.", "Ann slept.")]


class Fewer(Coins):
    def varied(
        self, group: str, story: Sequence[Triple], rng: random.Random, **options: Any
    ) -> Sequence[Triple]:
        return []


class Empty(Coins):
    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        return iter(())


def test_task_of_a_plugin_author_passes_before_it_is_installed() -> None:
    check_task(Coins())


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        (NoSamples, "gives none"),
        (Foreign, "sample 0 names the task 'other', not 'coins'"),
        (NoAnswer, "sample 0 has no answer"),
        (Blank, "an empty fact"),
        (Framed, r"frame\(\) makes of the text of sample 0"),
        (Labels, "need labels"),
        (OtherLabel, "'three' is not among the labels"),
        (Twice, "one question twice"),
        (Apart, "do not begin with the same facts"),
        (Fewer, r"varied\(\) changes"),
        (Empty, r"stories\('train'\) gives none"),
    ],
)
def test_fault_is_named(task: type[Task], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_task(task())


class Absent(Coins):
    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        raise DataError("The data are elsewhere.")


def test_missing_data_are_no_fault() -> None:
    check_task(Absent())
