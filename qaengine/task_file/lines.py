"""JSON lines as triples, each checked as what a user asks is checked."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from qaengine.errors import DataError, QAEngineError
from qaengine.inputs import Checked, check
from qaengine.schema import AnswerKind, Frozen, Spans, Triple
from qaengine.task_file.brackets import parse_brackets
from qaengine.task_file.description import Description
from qaengine.text import clean

LOWEST, HIGHEST = 1.0, 5.0
"""The scale of scores."""
_UNITS = {"tokens": "word", "sentences": "sentence"}


class Line(Frozen):
    """What a line holds."""

    input: str | tuple[str, ...]
    question: str | None = None
    """By default one of the task's phrasings."""
    answer: str | float
    supports: tuple[int, ...] = ()


class Example(NamedTuple):
    """A line that is right."""

    triple: Triple
    asked: bool
    """Whether the line brought the question."""
    where: str
    """File and line."""

    def labels(self, kind: AnswerKind) -> Sequence[str]:
        """The answer, its tags, or its spans' types ("" for none); nothing of other kinds."""
        answer = self.triple.answer or ""
        if isinstance(self.triple.value, Spans):
            return [span.type for span in self.triple.value.spans]
        return {"label": [answer], "tags": answer.split(" ")}.get(kind, [])


def read_lines(path: Path, described: Description, wrong: list[str]) -> list[Example]:
    """The examples of a JSONL file; what is wrong in its lines is added to `wrong`.

    Raises `DataError` where the file cannot be read, or holds no line.
    """
    try:
        lines = path.read_bytes().removeprefix(BOM_UTF8).split(b"\n")
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}. Name it relative to the task file."
        ) from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise DataError(
            f'{path} is empty. A line is a triple: {{"input": "...", "answer": "..."}}.'
        )
    found = []
    for number, line in numbered:
        where = f"{path.name}, line {number}"
        try:
            found.append(_example(line, described, where))
        except (ValueError, QAEngineError) as error:
            wrong.append(f"{where}: {_reason(error)}")
    return found


def _example(line: bytes, described: Description, where: str) -> Example:
    content = Line.model_validate_json(line, strict=True)
    given = content.input if isinstance(content.input, str) else list(content.input)
    asked = check(given, described.question if content.question is None else content.question)
    facts = asked.tokens() if described.facts == "tokens" else asked.facts
    answer, value = _answer(content.answer, described, asked, facts)
    triple = Triple(
        input=facts,
        question=asked.question,
        answer=answer,
        task=described.name,
        supports=content.supports,
        value=value,
    )
    return Example(triple, content.question is not None, where)


def _answer(
    given: str | float, described: Description, asked: Checked, facts: Sequence[str]
) -> tuple[str, Spans | None]:
    """The gold answer as text, and as data where the text does not say everything."""
    if described.answer == "score":
        return _score(given), None
    if not isinstance(given, str):
        raise ValueError(f"the answer is the number {given:g}; a text is wanted")
    text = clean(given)[0].strip()
    if described.answer == "words":
        return text, None
    if not text:
        raise ValueError("the answer is empty")
    if described.answer == "spans":
        spans = _over_facts(parse_brackets(asked.text, text), facts, _UNITS[described.facts])
        return str(spans), spans
    return (_tags(text, facts) if described.answer == "tags" else text), None


def _score(given: str | float) -> str:
    try:
        value = float(given)
    except ValueError:
        raise ValueError(f"the answer {given!r} is no number") from None
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"the score {value:g} is not between {LOWEST:g} and {HIGHEST:g}")
    return f"{value:g}"


def _tags(text: str, facts: Sequence[str]) -> str:
    tags = text.split()
    if len(tags) != len(facts):
        raise ValueError(
            f"{len(tags)} tags for {len(facts)} words ({' '.join(facts)[:60]!r}); "
            "a list as input is taken as it is, a word an item"
        )
    return " ".join(tags)


def _over_facts(typed: Spans, facts: Sequence[str], unit: str) -> Spans:
    """Spans of the text as typed as spans of the facts joined by blanks."""
    starts, ends, last = {}, {}, 0
    joined = accumulate((len(fact) + 1 for fact in facts), initial=0)
    for fact, place in zip(facts, joined, strict=False):
        start = typed.text.index(fact, last)
        last = start + len(fact)
        starts[start], ends[last] = place, place + len(fact)
    for span in typed.spans:
        words = typed.text[span.start : span.end]
        if span.start not in starts or span.end not in ends:
            raise ValueError(f"the span {words!r} begins or ends within a {unit}")
        if span.group is not None:
            raise ValueError(
                f"the span {words!r} has a number; groups cannot be learnt from a file"
            )
    return Spans(
        text=" ".join(facts),
        spans=tuple(
            span.model_copy(update={"start": starts[span.start], "end": ends[span.end]})
            for span in typed.spans
        ),
    )


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error).removesuffix(".")
    first = error.errors()[0]
    field = f"{first['loc'][0]}: " if first["loc"] else ""
    exist = f" (there are {', '.join(Line.model_fields)})" * (first["type"] == "extra_forbidden")
    return f"{field}{first['msg']}{exist}"
