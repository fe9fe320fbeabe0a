"""Training text that a dev or test set asks about: counted, printed, and none but the published."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from qaengine.plugin_api import Task
from qaengine.schema import Split, Triple
from qaengine_tasks.overlaps import bare
from qaengine_tasks.question_type import QuestionType
from qaengine_tasks.relatedness import Relatedness
from qaengine_tasks.sentiment import Sentiment

Texts = dict[str, set[tuple[str, ...]]]

TASKS: tuple[tuple[Task, str, dict[str, Any]], ...] = (
    (Sentiment(), "sst", {"phrases": True, "least_words": 1}),
    (QuestionType(), "trec_qc", {}),
    (Relatedness(), "", {}),
)
"""Each task, the folder that it reads, and the options that give it most training text."""

PUBLISHED = {("cool",), ("heyarnold",), ("no",), ("whatsnext",)}
"""Sentences of SST that stand in train, and in dev or test: kept, as in every published figure."""


def test_letters_and_digits_count_alone() -> None:
    assert bare("It's  9 O'Clock\u00a0!") == bare("its 9 o_clock") == "its9oclock"


@pytest.mark.data
def test_training_text_stands_in_no_dev_or_test_set(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = texts(data_folder, "train")
    held_out = {
        f"{group} {split}": some
        for split in ("valid", "test")
        for group, some in texts(data_folder, split).items()  # type: ignore[arg-type]
    }
    shared = {
        (group, other): train[group] & held_out[other] for group in train for other in held_out
    }
    with capsys.disabled():
        print("\ndistinct training texts that stand in a dev or test set:")
        for group, some in train.items():
            row = {other: len(shared[group, other]) for other in held_out}
            named = ", ".join(f"{count} in {other}" for other, count in row.items() if count)
            print(f"  {group} ({len(some)}): {named or 'none'}")
    assert set().union(*shared.values()) == PUBLISHED


def texts(data_folder: Path, split: Split) -> Texts:
    """The distinct texts of each group of each task."""
    found: Texts = defaultdict(set)
    for task, folder, options in TASKS:
        for group, story in task.stories(split, path=data_folder / folder, **options):
            found[group].update(key(triple) for triple in story)
    return found


def key(triple: Triple) -> tuple[str, ...]:
    """Letters and digits of the text; of a pair, in either order."""
    if triple.task == "relatedness":
        return tuple(sorted(map(bare, triple.input)))
    return (bare(triple.text),)
