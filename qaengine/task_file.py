"""A task of one's own without Python: a TOML file beside JSON lines of triples.

    name = "colours"                  {"input": "The sky is blue.", "answer": "blue"}
    question = "Which colour is it?"  {"input": ["Red", "is", "it"], "answer": "red"}
    answer = "label"
    facts = "tokens"
    train = "colours.jsonl"

A line may bring its own "question", and the "supports" of its answer: numbers of facts, from 0.
Tags are joined by blanks; spans are the input with brackets around them, as [Berlin LOCATION].
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, ValidationError

from qaengine.brackets import parse_brackets
from qaengine.errors import DataError, InputError
from qaengine.inputs import Checked, check
from qaengine.plugin_api import Task
from qaengine.schema import AnswerKind, Frozen, Span, Spans, Split, TaskSchema, Triple, Value
from qaengine.task_scores import SCORES
from qaengine.text import clean

MOST_REPORTED = 10
HELD_OUT = 10
"""Where no file is named for "valid", every tenth training example is held out for it."""
LOWEST, HIGHEST = 1.0, 5.0
"""The scale of scores."""


class Description(Frozen):
    """What the TOML file says. Files are relative to its folder."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    question: str = Field(pattern=r"\S")
    paraphrases: tuple[str, ...] = ()
    answer: AnswerKind
    facts: Literal["sentences", "tokens"] = "sentences"
    labels: tuple[str, ...] = ()
    """By default those of the data."""
    train: str
    valid: str = ""
    test: str = ""
    source: str = ""
    license: str = "not stated"


class Line(Frozen):
    """A line of a JSONL file."""

    input: str | list[str]
    question: str | None = None
    """By default one of the task's phrasings."""
    answer: str | float
    supports: tuple[int, ...] = ()


class Example(NamedTuple):
    """A checked line: a triple, and whether the line brought the question."""

    triple: Triple
    asked: bool


class FileTask(Task):
    """A task as a TOML file describes it. All of its files are read and checked at once."""

    def __init__(self, schema: TaskSchema, examples: dict[Split, tuple[Example, ...]]) -> None:
        self.schema = schema
        self._examples = examples

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The task of a TOML file.

        Raises `DataError` that names the file and what is wrong in it, or all wrong lines of the
        JSONL files, at most ten in words.
        """
        path = Path(path)
        description = _description(path)
        named = {"train": description.train, "valid": description.valid, "test": description.test}
        wrong: list[str] = []
        examples: dict[Split, tuple[Example, ...]] = {
            split: tuple(_examples(path.parent / named[split], description, wrong))
            for split in ("train", "valid", "test")
            if named[split]
        }
        if wrong:
            raise _all_wrong(wrong)
        if not examples.get("valid", (True,)) or not examples["train"]:
            raise DataError(f"{path.name}: a file of examples is empty. A line is a triple.")
        if "valid" not in examples:
            examples |= _held_out(examples["train"], path)
        return cls(_schema(description, path, examples), examples)

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Triples of a split. Where a line brings no question, it is drawn for "train"; else it is
        the usual one. There are no options."""
        if split not in self._examples:
            raise DataError(
                f'The task {self.schema.name} has no file for "{split}". '
                f'Add `{split} = "FILE.jsonl"` to its TOML file.'
            )
        rng = random.Random(0)
        phrasings = (self.schema.question, *self.schema.paraphrases)
        for triple, asked in self._examples[split]:
            question = rng.choice(phrasings) if split == "train" else self.schema.question
            yield triple if asked else triple.model_copy(update={"question": question})

    def samples(self) -> Sequence[Triple]:
        """The first eight training examples."""
        return tuple(triple for triple, _ in self._examples["train"][:8])

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """By the kind of answer: accuracy (of tags by fact), F1 of spans, Pearson's r, chrF."""
        if self.schema.answer in SCORES:
            _, measure = SCORES[self.schema.answer]
            return measure(gold, said)
        return super().score(gold, said)


# -- the TOML file ---------------------------------------------------------------------------


def _description(path: Path) -> Description:
    try:
        described = Description.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise DataError(f"The task file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"The task file {path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise DataError(f"The task file {path} is wrong at {_first(error)}.") from None
    if reason := _impossible(described):
        raise DataError(f"The task file {path} is wrong: {reason}.")
    return described


def _impossible(described: Description) -> str:
    """What does not go together; "" if all does."""
    kind = described.answer
    if kind in ("tags", "text") and described.facts != "tokens":
        return f'answers of the kind "{kind}" need facts = "tokens"'
    if described.labels and kind not in ("label", "tags", "spans"):
        return f'answers of the kind "{kind}" take no labels'
    if kind in ("tags", "spans") and any(len(label.split()) != 1 for label in described.labels):
        return f"a label of {kind} is one word"
    if not all(text.strip() for text in described.paraphrases):
        return "a paraphrase is empty"
    return ""


def _schema(
    described: Description, path: Path, examples: dict[Split, tuple[Example, ...]]
) -> TaskSchema:
    kind = described.answer
    triples = (triple for split in examples.values() for triple, _ in split)
    metric, _ = SCORES.get(kind, ("accuracy", None))
    return TaskSchema(
        name=described.name,
        question=described.question,
        paraphrases=tuple(dict.fromkeys(described.paraphrases)),
        facts=described.facts,
        answer=kind,
        labels=described.labels
        or tuple(sorted({label for t in triples for label in _labels(kind, t)})),
        metric=metric,
        source=described.source or path.name,
        license=described.license,
    )


def _labels(kind: AnswerKind, triple: Triple) -> Iterable[str]:
    """The labels, tags or types in a gold answer."""
    if kind == "label":
        return [triple.answer or ""]
    if kind == "tags":
        return (triple.answer or "").split(" ")
    if isinstance(triple.value, Spans):
        return [span.type for span in triple.value.spans if span.type]
    return []
