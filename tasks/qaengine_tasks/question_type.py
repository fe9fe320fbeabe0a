"""What kind of thing a question asks for: the six coarse classes of TREC (Li and Roth 2002).

    HUM:ind Who invented baseball ?

The published files are in latin-1. Only the coarse class before the colon is used.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qaengine.data import DATA_SETS, locate
from qaengine.errors import DataError
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.overlaps import bare
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.text_files import find

CLASSES = {
    "ABBR": "abbreviation",
    "ENTY": "entity",
    "DESC": "description",
    "HUM": "person",
    "LOC": "place",
    "NUM": "number",
}
"""The classes as the files write them, and as answers."""

ONE_IN = 10
"""Of so many training questions one is held out for validation."""


class Question(NamedTuple):
    """A classified question."""

    tokens: tuple[str, ...]
    answer: str

    @property
    def key(self) -> str:
        """What two questions that count as the same share."""
        return bare(" ".join(self.tokens))


class QuestionType(Phrased):
    """The kind of answer that a question wants.

    Questions: 4,900 train, 541 valid, 500 test. The published training set has 5,452; without the
    11 that stand in the test set, those whose letters and digits have a CRC-32 divisible by ten are
    valid. A question that stands there twice is thereby on one side only.
    """

    schema = TaskSchema(
        name="question_type",
        question="What is being asked for?",
        paraphrases=(
            "What type of question is this?",
            "What kind of answer does this question want?",
            "Which category does the question belong to?",
            "Does it ask for a person, a place, a number or something else?",
            "What sort of thing would answer it?",
            "Classify the question.",
            "Name the type of the expected answer.",
            "What does the asker want to know?",
            "Say what kind of thing the question is looking for.",
            "What must a good reply to this be: a number, a person, an entity?",
        ),
        facts="tokens",
        answer="label",
        labels=tuple(CLASSES.values()),
        source=DATA_SETS["trec_qc"].source,
        license=DATA_SETS["trec_qc"].license,
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Triples of a split; takes the options of `ask_questions`."""
        return ask_questions(split, **options)

    def samples(self) -> Sequence[Triple]:
        """Questions of our own, at least one of each class."""
        return SAMPLES


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [QuestionType()]


def ask_questions(split: Split, *, path: Path | str | None = None) -> Iterator[Triple]:
    """Triples of a split; `path` is the folder of the published files. Raises `DataError`."""
    read = _read_split(Path(path) if path is not None else locate("trec_qc"), split)
    for one, asked in zip(read, questions(QuestionType.schema, split), strict=False):
        yield _triple(one.tokens, asked, one.answer)


def _triple(tokens: tuple[str, ...], question: str, answer: str) -> Triple:
    return Triple(input=tokens, question=question, answer=answer, task="question_type")


def _read_split(folder: Path, split: Split) -> list[Question]:
    test = _read(find(folder, "test.txt", "TREC_10.label"))
    if split == "test":
        return test
    tested = {question.key for question in test}
    return [
        question
        for question in _read(find(folder, "train.txt", "train_5500.label"))
        if question.key not in tested and _is_held_out(question) == (split == "valid")
    ]


def _is_held_out(question: Question) -> bool:
    return zlib.crc32(question.key.encode()) % ONE_IN == 0


def _read(path: Path) -> list[Question]:
    found = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(_parse(line.strip("\r")))
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}: {error}. The line: {line[:100]!r}. "
                "Get the published file again."
            ) from None
    if not found:
        raise DataError(f"{path} holds no question. Get the published file again.")
    return found


def _parse(line: str) -> Question:
    name, _, text = line.partition(" ")
    coarse, colon, _ = name.partition(":")
    if coarse not in CLASSES or not colon:
        raise ValueError(f"a line is `CLASS:fine question`, CLASS one of {', '.join(CLASSES)}")
    tokens = tuple(token for token in text.split(" ") if token)
    if not tokens:
        raise ValueError("no question follows the class")
    return Question(tokens, CLASSES[coarse])


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("latin-1")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}. Get the published file again.") from None


def _sample(text: str, answer: str) -> Triple:
    return _triple(tuple(text.split()), QuestionType.schema.question, answer)


SAMPLES: tuple[Triple, ...] = (
    _sample("What do the letters KPH stand for ?", "abbreviation"),
    _sample("Which metal is used for bells ?", "entity"),
    _sample("Which animal sleeps standing ?", "entity"),
    _sample("Why do leaves turn red ?", "description"),
    _sample("Who painted the ceiling of this chapel ?", "person"),
    _sample("In which valley does the river begin ?", "place"),
    _sample("How many strings does a lute have ?", "number"),
    _sample("When was the bridge built ?", "number"),
)
