"""Answers a file of questions: JSON lines in, JSON lines out, resumable.

A line is `{"input": text or list of facts, "question": text, "task": name, if wanted}`. Its line in
the out file is the `Answer` as JSON, or `{"line": number, "error": reason}` where the engine
refuses the question. Answers that the out file already holds are kept; the rest is answered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from qaengine.errors import DataError, InputError, QAEngineError
from qaengine.schema import Frozen

if TYPE_CHECKING:
    from qaengine.engine import Engine

CHUNK = 512
"""Questions answered, and written, at a time."""
COMPLAINTS = 10
"""Wrong lines that an error tells of."""


class Question(Frozen):
    input: str | tuple[str, ...]
    question: str
    task: str | None = None


class Line(NamedTuple):
    number: int
    """Counted from 1, blank lines included."""
    question: Question


def count_questions(path: Path) -> int:
    """The questions in a file; raises `DataError` with file, line and reason of wrong lines."""
    complaints: list[str] = []
    total = 0
    for number, raw in _raw_lines(path):
        try:
            _parse(raw)
        except ValueError as error:
            complaints.append(f"{path}, line {number}: {_reason(error)}")
        total += 1
    if complaints:
        more = len(complaints) - COMPLAINTS
        tail = [f"and {more} more wrong lines"] if more > 0 else []
        raise DataError("\n".join([*complaints[:COMPLAINTS], *tail]))
    return total


def count_answers(out: Path, questions: Path) -> int:
    """The answers that an earlier run left, after cutting off a line that it wrote half.

    Raises `InputError`, and changes nothing, where the file holds anything else.
    """
    if not out.exists():
        return 0
    content = out.read_bytes()
    whole = content.rfind(b"\n") + 1
    done, rest = content[:whole].splitlines(), content[whole:]
    answered = next(islice(_lines(questions), len(done) - 1, None), None) if done else None
    if (done and not _answers_it(done[-1], answered)) or rest[:1] not in (b"", b"{"):
        raise InputError(
            f"{out} holds something else than answers to {questions}: delete it, or name another."
        )
    os.truncate(out, whole)
    return len(done)


def answer_file(engine: Engine, questions: Path, out: Path, skip: int = 0) -> Iterator[int]:
    """Appends the answers of all questions after the first `skip` to `out`.

    Yields the number of refused questions after each chunk of up to `CHUNK` questions.
    """
    lines = islice(_lines(questions), skip, None)
    with out.open("a", encoding="utf-8") as sink:
        while chunk := list(islice(lines, CHUNK)):
            answers = [answer for part in _by_task(chunk) for answer in _answer(engine, part)]
            sink.write("".join(answer + "\n" for answer in answers))
            sink.flush()
            yield sum(answer.startswith('{"line"') for answer in answers)


def _by_task(chunk: Sequence[Line]) -> Iterator[list[Line]]:
    for _, lines in groupby(chunk, key=lambda line: line.question.task):
        yield list(lines)


def _answer(engine: Engine, lines: Sequence[Line]) -> list[str]:
    """Answers lines of one task; where the engine refuses one, each is asked by itself."""
    pairs = [(line.question.input, line.question.question) for line in lines]
    try:
        answers = engine.ask_many(pairs, task=lines[0].question.task)
        return [answer.model_dump_json() for answer in answers]
    except QAEngineError as error:
        if len(lines) == 1:
            return [json.dumps({"line": lines[0].number, "error": str(error)})]
        return [answer for line in lines for answer in _answer(engine, [line])]


def _answers_it(raw: bytes, line: Line | None) -> bool:
    try:
        answer = json.loads(raw)
        if "error" in answer:
            return line is not None and answer["line"] == line.number
        return line is not None and answer["triple"]["question"] == line.question.question
    except (ValueError, KeyError, TypeError):
        return False


def _lines(path: Path) -> Iterator[Line]:
    for number, raw in _raw_lines(path):
        yield Line(number, _parse(raw))


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    yield number, raw
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def _parse(raw: bytes) -> Question:
    question = Question.model_validate_json(raw.decode("utf-8-sig"))
    texts = [question.input] if isinstance(question.input, str) else question.input
    if not any(text.strip() for text in texts):
        raise ValueError("input is empty")
    if not question.question.strip():
        raise ValueError("question is empty")
    return question


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return ": ".join([*map(str, first["loc"][:1]), first["msg"]])
    return str(error)
