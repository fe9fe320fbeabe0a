"""Spans from brackets: what `str(Spans)` writes, read back against the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qaengine.errors import DataError
from qaengine.schema import Span, Spans

DEEPEST = 12
"""Brackets within brackets."""

_RUN = re.compile(r"[^\[\] ]+")
_CLOSE = re.compile(r"(?: (?P<type>[^\[\]\s]+))??(?: (?P<group>\d+))?\]")


def parse_brackets(text: str, marked: str) -> Spans:
    """The spans of a text from the same text with brackets around them.

    A type of one word and a group's number may close a span: `[Berlin LOCATION]`, `[her 2]`. Spans
    may nest. The text's own brackets stand in both; where that leaves a choice, they pair up.
    Raises `DataError` where the two texts differ in more than brackets.
    """
    reached = 0
    for paired in (True, False):
        found, reached = _aligned(text, marked, paired)
        if found is not None:
            ordered = sorted(found, key=lambda span: (span.start, -span.end, span.type))
            return Spans(text=text, spans=tuple(ordered))
    raise DataError(
        f"the brackets do not fit the text: from {marked[reached:][:30]!r} on, "
        "it is not the text with brackets around spans, as [Berlin LOCATION]"
    )


class _Place(NamedTuple):
    """How far the two texts have been read, and what is open there."""

    text: int
    marked: int
    open: tuple[int | None, ...] = ()
    """Starts of spans; None for a bracket of the text's own."""
    found: tuple[Span, ...] = ()

    @property
    def closable(self) -> bool:
        """Whether the innermost bracket is that of a span that holds something."""
        return bool(self.open) and self.open[-1] is not None and self.open[-1] < self.text

    @property
    def state(self) -> tuple[object, ...]:
        """What the way from here on depends on."""
        own = tuple(start is None for start in self.open)
        return self.text, self.marked, own, self.closable


def _aligned(text: str, marked: str, paired: bool) -> tuple[tuple[Span, ...] | None, int]:
    """The spans, or None, and how far `marked` could be read; tries each way once, depth first.

    `paired`: the text's own brackets open and close in step with those of spans.
    """
    ahead, seen, reached = [_Place(0, 0)], set(), 0
    while ahead:
        here = ahead.pop()
        if here.state in seen:
            continue
        seen.add(here.state)
        reached = max(reached, here.marked)
        if here.text == len(text) and here.marked == len(marked) and not here.open:
            return here.found, reached
        ahead += reversed([*_next(here, text, marked, paired)])
    return None, reached


def _next(here: _Place, text: str, marked: str, paired: bool) -> Iterator[_Place]:
    """The ways on from a place, the likeliest first: a sign of the text, a start, an end."""
    at, to, open_, found = here
    if run := _RUN.match(marked, to):
        if text.startswith(run[0], at):
            yield _Place(at + len(run[0]), run.end(), open_, found)
        return
    sign = marked[to : to + 1]
    if sign and text.startswith(sign, at):
        if not paired or sign == " ":
            yield _Place(at + 1, to + 1, open_, found)
        elif sign == "[" and len(open_) < DEEPEST:
            yield _Place(at + 1, to + 1, (*open_, None), found)
        elif sign == "]" and open_ and open_[-1] is None:
            yield _Place(at + 1, to + 1, open_[:-1], found)
    if sign == "[" and len(open_) < DEEPEST:
        yield _Place(at, to + 1, (*open_, at), found)
    close = _CLOSE.match(marked, to)
    if close and here.closable:
        span = Span(
            start=open_[-1] or 0,
            end=at,
            type=close["type"] or "",
            group=None if close["group"] is None else int(close["group"]),
        )
        yield _Place(at, close.end(), open_[:-1], (*found, span))
