"""Spans over facts: from facts to characters, from brackets, and how right they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from qaengine.metrics import set_scores
from qaengine.schema import Span, Spans, Triple, Value

Place = tuple[int, int, str]
"""A start, the end behind it, in facts or in characters, and a type."""

_WORD = re.compile(r"(\[*)([^\[\]]+)(\]*)")


def places(facts: Sequence[str]) -> list[tuple[int, int]]:
    """First character of each fact in the text that blanks join, and the one behind its last."""
    ends = accumulate((len(fact) + 1 for fact in facts), initial=0)
    return [(start, start + len(fact)) for start, fact in zip(ends, facts, strict=False)]


def spans_over(facts: Sequence[str], found: Iterable[Place]) -> Spans:
    """Spans of facts as spans of characters of their text."""
    at = places(facts)
    ordered = sorted(found, key=lambda place: (place[0], -place[1], place[2]))
    return Spans(
        text=" ".join(facts),
        spans=tuple(
            Span(start=at[start][0], end=at[end - 1][1], type=type_)
            for start, end, type_ in ordered
        ),
    )


def spans_triple(task: str, facts: Sequence[str], question: str, found: Iterable[Place]) -> Triple:
    """A gold triple whose answer are spans of facts."""
    spans = spans_over(facts, found)
    return Triple(input=tuple(facts), question=question, answer=str(spans), task=task, value=spans)


def parted(
    tokens: Sequence[str], found: Sequence[Place], borders: Iterable[tuple[int, int]]
) -> list[tuple[tuple[str, ...], tuple[Place, ...]]]:
    """The sentences of a text between borders, each with its own spans, counted from its beginning;
    spans that cross a border are left out."""
    return [
        (
            tuple(tokens[first:last]),
            tuple(
                (start - first, end - first, type_)
                for start, end, type_ in found
                if first <= start and end <= last
            ),
        )
        for first, last in borders
    ]


def bracketed(text: str, *, typed: bool = False) -> tuple[tuple[str, ...], tuple[Place, ...]]:
    """Tokens and spans of tokens of a text with brackets, its tokens parted by blanks.

    `[[Ann] 's brother] left .` or, typed, `[Ann PERSON] left .`, where a type is a word that only
    closes.
    """
    tokens: list[str] = []
    open_: list[int] = []
    found: list[Place] = []
    for word in text.split():
        parts = _WORD.fullmatch(word)
        if not parts:
            raise ValueError(f"{word!r} is no word with brackets around it")
        opens, content, closes = parts.groups()
        open_ += [len(tokens)] * len(opens)
        if not (typed and closes):
            tokens.append(content)
        for _ in closes:
            found.append((open_.pop(), len(tokens), content if typed else ""))
    if open_:
        raise ValueError(f"{len(open_)} brackets of {text!r} do not close")
    return tuple(tokens), tuple(found)


def fact_scores(gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
    """F1, precision and recall in percent over the facts of all examples that a span touches."""
    return set_scores(
        (_touched(triple, triple.value), _touched(triple, value))
        for triple, value in zip(gold, said, strict=True)
    )


def _touched(triple: Triple, value: Value | None) -> set[tuple[int, int]]:
    spans = value.spans if isinstance(value, Spans) else ()
    return {
        (start, end)
        for start, end in places(triple.input)
        if any(span.start < end and start < span.end for span in spans)
    }
