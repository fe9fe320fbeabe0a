"""The task that a TOML file and its JSON lines make."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Self

from qaengine.errors import DataError, unknown
from qaengine.plugin_api import Task
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine.task_file.description import Description
from qaengine.task_file.lines import Example, read_lines
from qaengine.task_file.scores import SCORES

MOST_REPORTED = 10
HELD_OUT = 10
"""Without a file for "valid", every tenth training example is held out for it."""

Examples = dict[Split, Sequence[Example]]


class FileTask(Task):
    """A task as a TOML file describes it; all of its files are read and checked at once."""

    def __init__(self, schema: TaskSchema, examples: Mapping[Split, Sequence[Example]]) -> None:
        self.schema = schema
        self._examples = examples

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The task of a TOML file.

        Raises `DataError` that names the file and what is wrong in it; of wrong lines the first
        ten, each with its file, its number and the reason.
        """
        path = Path(path)
        described = Description.read(path)
        wrong: list[str] = []
        examples: Examples = {
            split: read_lines(path.parent / name, described, wrong)
            for split, name in _files(described).items()
        }
        labels = described.labels or _collected(described, examples)
        wrong += _strangers(described, examples, labels)
        if wrong:
            raise DataError(_report(path, wrong))
        if "valid" not in examples:
            examples |= _parted(examples["train"], path)
        return cls(_schema(described, labels, path), examples)

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Triples of a split; there are no options.

        Where a line brings no question, one of the phrasings is drawn for "train"; else it is the
        usual one.
        """
        if split not in self._examples:
            raise DataError(
                f"The task {self.schema.name} has no {split} examples. "
                f'Add `{split} = "FILE.jsonl"` to its TOML file.'
            )
        rng = random.Random(0)
        phrasings = (self.schema.question, *self.schema.paraphrases)
        for example in self._examples[split]:
            if example.asked or split != "train":
                yield example.triple
            else:
                yield example.triple.model_copy(update={"question": rng.choice(phrasings)})

    def samples(self) -> Sequence[Triple]:
        """The first eight training examples."""
        return tuple(example.triple for example in self._examples["train"][:8])

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """By the kind of answer: accuracy (of tags, of each), F1 of spans, Pearson's r, chrF."""
        if self.schema.answer in SCORES:
            return SCORES[self.schema.answer][1](gold, said)
        return super().score(gold, said)


def _files(described: Description) -> dict[Split, str]:
    files: dict[Split, str] = {
        "train": described.train,
        "valid": described.valid,
        "test": described.test,
    }
    return {split: name for split, name in files.items() if name}


def _collected(described: Description, examples: Examples) -> tuple[str, ...]:
    every = chain.from_iterable(examples.values())
    return tuple(sorted({name for one in every for name in one.labels(described.answer)} - {""}))


def _strangers(
    described: Description, examples: Examples, labels: tuple[str, ...]
) -> Iterator[str]:
    """What is wrong with answers outside the labels. A task of untyped spans has none."""
    if not labels:
        return
    for one in chain.from_iterable(examples.values()):
        for name in one.labels(described.answer):
            if not name:
                yield f"{one.where}: a span has no type, and others have one"
                break
            if name not in labels:
                yield f"{one.where}: {unknown('label', name, labels).removesuffix('.')}"
                break


def _parted(train: Sequence[Example], path: Path) -> Examples:
    valid = train[HELD_OUT - 1 :: HELD_OUT]
    if not valid:
        raise DataError(
            f"{path.name}: {len(train)} examples are too few to hold every tenth out. "
            'Give ten or more, or name a file with `valid = "FILE.jsonl"`.'
        )
    kept = [one for place, one in enumerate(train, 1) if place % HELD_OUT]
    return {"train": kept, "valid": valid}


def _schema(described: Description, labels: tuple[str, ...], path: Path) -> TaskSchema:
    return TaskSchema(
        name=described.name,
        question=described.question,
        paraphrases=described.paraphrases,
        facts=described.facts,
        answer=described.answer,
        labels=labels,
        metric=SCORES[described.answer][0] if described.answer in SCORES else "accuracy",
        source=described.source or path.name,
        license=described.license,
    )


def _report(path: Path, wrong: Sequence[str]) -> str:
    more = len(wrong) - MOST_REPORTED
    lines = [*wrong[:MOST_REPORTED], *([f"and {more} more"] if more > 0 else [])]
    count = f"{len(wrong)} lines are" if len(wrong) > 1 else "1 line is"
    return "\n  ".join([f"{path.name}: {count} wrong. Correct them, or leave them out:", *lines])
