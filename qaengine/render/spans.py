"""Spans in their text: nested marks with labels, and a list of what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qaengine.render.element import Html, element, joined, typed
from qaengine.schema import Span, Spans

HUES = 8
"""Colours in the style sheet; a ninth name begins again with the first."""


def spans_view(value: Spans) -> Html:
    """The text with its spans marked, then each name with what it holds."""
    names = list(dict.fromkeys(map(name_of, value.spans)))
    hues = {name: number % HUES for number, name in enumerate(names)}
    marked = element("p", _marked(value, hues), class_="qa-text", dir="auto")
    return joined([marked, _legend(value, hues)])


def name_of(span: Span) -> str:
    """What sets a span apart: its type, its group, both or neither."""
    group = "" if span.group is None else str(span.group)
    return " ".join(part for part in (span.type.replace("_", " "), group) if part)


def _marked(value: Spans, hues: dict[str, int]) -> Html:
    ordered = sorted(value.spans, key=lambda span: (span.start, -span.end))
    return joined(_pieces(value.text, 0, len(value.text), ordered, hues))


def _pieces(
    text: str, place: int, end: int, spans: Sequence[Span], hues: dict[str, int]
) -> Iterable[str]:
    """Text and marks from a place to an end. A span that crosses another is cut in two."""
    waiting = list(spans)
    while waiting:
        span = waiting.pop(0)
        yield text[place : span.start]
        inner = [other for other in waiting if other.start < span.end]
        beyond = [
            other.model_copy(update={"start": span.end}) for other in inner if other.end > span.end
        ]
        within = [other.model_copy(update={"end": min(other.end, span.end)}) for other in inner]
        name = name_of(span)
        label = [element("small", name)] if name else []
        content = _pieces(text, span.start, span.end, within, hues)
        yield element("mark", joined([*content, *label]), class_=f"qa-hue-{hues[name]}")
        place, waiting = span.end, [*beyond, *waiting[len(inner) :]]
    yield text[place:end]


def _legend(value: Spans, hues: dict[str, int]) -> Html:
    if not value.spans:
        return Html("")
    rows = []
    for name, hue in hues.items():
        texts = [value.text[s.start : s.end] for s in value.spans if name_of(s) == name]
        found = joined(_listed([typed(text, "q") for text in texts]))
        title = element("dt", name or "Found", class_=f"qa-hue-{hue}")
        rows.append(element("div", title, element("dd", found)))
    return element("dl", *rows, class_="qa-legend")


def _listed(parts: Sequence[Html]) -> Iterable[str]:
    for number, part in enumerate(parts):
        yield from (", ", part) if number else (part,)
