"""Answers as data: what was said, in terms of the text that was asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qaengine.batch import Example
from qaengine.saying import Said
from qaengine.schema import (
    Label,
    Score,
    Span,
    Spans,
    Tags,
    TaskSchema,
    Translation,
    Triple,
    Value,
    Words,
)


def value_of(
    said: Said, triple: Triple, one: Example, schema: TaskSchema, text: str = ""
) -> Value | None:
    """The answer as data; None where the network abstains. Spans point into `text`, as typed, by
    default the triple's."""
    if schema.answer == "spans":
        return _spans(said, triple, text or triple.text)
    if not said.items:
        return None
    if schema.answer == "tags":
        return Tags(tokens=triple.input, tags=said.items)
    if schema.answer == "text":
        return Translation(
            text=said.items[0],
            source_tokens=triple.input,
            target_tokens=said.tokens,
            attention=said.attention,
        )
    if schema.answer == "score":
        return Score(value=float(said.items[0]), distribution=said.chances)
    if schema.answer == "label":
        return Label(label=said.items[0])
    return Words(words=tuple(map(spelling(one), said.items)))


def spelling(one: Example) -> Callable[[str], str]:
    """Words as the input spells them: "mary" is "Mary" where the facts say so."""
    known: dict[str, str] = {}
    for sentence in (*one.facts, one.question):
        for word in sentence:
            known.setdefault(word.lower(), word)
    return lambda word: known.get(word.lower(), word)


def _spans(said: Said, triple: Triple, text: str) -> Spans:
    places = locate(triple.input, text)
    if places is None:
        text = triple.text
        places = locate(triple.input, text) or []
    return Spans(
        text=text,
        spans=tuple(
            Span(
                start=places[one.first][0],
                end=places[one.last][1],
                type=one.type,
                group=one.group,
            )
            for one in said.spans
        ),
    )


def locate(facts: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where each fact stands in the text, one after the other; None where one does not."""
    places, last = [], 0
    for fact in facts:
        start = text.find(fact, last)
        if start < 0:
            return None
        last = start + len(fact)
        places.append((start, last))
    return places
