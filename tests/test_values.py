"""Answers as data: in the words, the spelling and the places of the text that was asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaengine.batch import Example, FactSpan
from qaengine.saying import Said
from qaengine.schema import (
    AnswerKind,
    FactUnit,
    Label,
    Score,
    Spans,
    Tags,
    TaskSchema,
    Translation,
    Triple,
    Value,
    Words,
)
from qaengine.text import words
from qaengine.values import locate, spelling, value_of

TYPED = "Dr.  Quandra isn't in\nOslo."


def schema(answer: AnswerKind, facts: FactUnit = "tokens") -> TaskSchema:
    return TaskSchema(
        name="task", question="What?", answer=answer, facts=facts, source="ours", license="any"
    )


def value(said: Said, answer: AnswerKind, text: str = TYPED) -> Value | None:
    """What is said of the typed text, whose words are the facts."""
    tokens = words(TYPED)
    triple = Triple(input=tokens, question="What?")
    return value_of(said, triple, Example((tokens,), ("What", "?")), schema(answer), text)


def spanned(*spans: FactSpan, text: str = TYPED) -> Spans:
    found = value(Said((), 0.9, spans=spans), "spans", text)
    assert isinstance(found, Spans)
    return found


def texts(found: Spans) -> list[str]:
    return [found.text[span.start : span.end] for span in found.spans]


def test_spans_point_into_the_text_as_typed() -> None:
    found = spanned(FactSpan(0, 1, "PERSON"), FactSpan(2, 3), FactSpan(5, 5, "PLACE"))
    assert found.text == TYPED
    assert texts(found) == ["Dr.  Quandra", "isn't", "Oslo"]
    assert [span.type for span in found.spans] == ["PERSON", "", "PLACE"]


def test_spans_of_a_text_that_holds_other_facts_point_into_the_facts() -> None:
    """A task's `frame` may have written them anew."""
    found = spanned(FactSpan(0, 1), text="something else")
    assert found.text == " ".join(words(TYPED))
    assert texts(found) == ["Dr. Quandra"]


def test_no_span_is_an_answer_too() -> None:
    assert spanned() == Spans(text=TYPED, spans=())


@given(st.lists(st.sampled_from(["a", "aa", "ba", "b", "東", "."]), min_size=1), st.data())
def test_every_fact_is_located(facts: list[str], data: st.DataObject) -> None:
    """However the facts stand apart, and though one is part of another."""
    blanks = st.sampled_from(["", " ", "\n\n"])
    text = "".join(data.draw(blanks) + fact for fact in facts)
    places = locate(facts, text)
    assert places is not None
    assert [text[start:end] for start, end in places] == facts
    ends = [0, *(end for _, end in places)]
    assert all(start >= end for (start, _), end in zip(places, ends, strict=False))


@pytest.mark.parametrize("text", ["", "b a", "a"])
def test_fact_that_does_not_stand_there_is_not_located(text: str) -> None:
    assert locate(["a", "b"], text) is None


def test_words_are_spelt_as_the_input_first_spells_them() -> None:
    said = Said(("quandra", "garden"), 0.9)
    assert value(said, "words") == Words(words=("Quandra", "garden"))
    spell = spelling(Example((("The", "RED", "box"), ("the", "red", "Box")), ("Is", "it", "red")))
    assert [spell(word) for word in ("red", "BOX", "is", "blue")] == ["RED", "box", "Is", "blue"]


@pytest.mark.parametrize(
    ("said", "kind", "expected"),
    [
        (Said(("milk",), 0.9), "label", Label(label="milk")),
        (
            Said(("N",) * len(words(TYPED)), 0.9),
            "tags",
            Tags(tokens=words(TYPED), tags=("N",) * len(words(TYPED))),
        ),
        (
            Said(("3.250",), 0.9, chances=(0, 0, 0.75, 0.25, 0)),
            "score",
            Score(value=3.25, distribution=(0, 0, 0.75, 0.25, 0)),
        ),
        (
            Said(("Hallo",), 0.9, tokens=("Hal", "lo"), attention=((1.0,), (1.0,))),
            "text",
            Translation(
                text="Hallo",
                source_tokens=words(TYPED),
                target_tokens=("Hal", "lo"),
                attention=((1.0,), (1.0,)),
            ),
        ),
    ],
)
def test_each_kind_has_its_value(said: Said, kind: AnswerKind, expected: Value) -> None:
    assert value(said, kind) == expected


@pytest.mark.parametrize("kind", ["words", "label", "tags", "score", "text"])
def test_nothing_said_is_no_value(kind: AnswerKind) -> None:
    assert value(Said((), 0.9), kind) is None
