"""Spans of facts, and how right they are."""

from __future__ import annotations

import pytest

from qaengine.metrics import span_scores
from qaengine.schema import Label, Span, Spans, Triple
from qaengine_tasks.spans import bracketed, fact_scores, spans_over, spans_triple


def nested(text: str) -> Triple:
    tokens, found = bracketed(text)
    return spans_triple("mentions", tokens, "?", found)


def typed(text: str) -> Triple:
    tokens, found = bracketed(text, typed=True)
    return spans_triple("named_entities", tokens, "?", found)


def test_brackets_become_tokens_and_places() -> None:
    tokens, found = bracketed("[[Ann] 's brother] left .")
    assert tokens == ("Ann", "'s", "brother", "left", ".")
    assert set(found) == {(0, 1, ""), (0, 3, "")}


def test_typed_brackets_keep_the_type_out_of_the_tokens() -> None:
    tokens, found = bracketed("[New York LOCATION] .", typed=True)
    assert tokens == ("New", "York", ".")
    assert found == ((0, 2, "LOCATION"),)


def test_brackets_that_stay_open_are_an_error() -> None:
    with pytest.raises(ValueError, match="do not close"):
        bracketed("[Ann left .")


def test_spans_point_into_the_joined_text_longer_ones_first() -> None:
    spans = spans_over(("An", "old", "man", "left"), [(1, 2, ""), (1, 3, ""), (0, 3, "")])
    cut = [spans.text[span.start : span.end] for span in spans.spans]
    assert cut == ["An old man", "old man", "old"]


def test_answer_is_the_text_with_brackets() -> None:
    assert nested("[[Ann] 's brother] left .").answer == "[[Ann] 's brother] left ."
    assert typed("[Ann PERSON] left .").answer == "[Ann PERSON] left ."


def test_f1_counts_nested_spans_one_by_one() -> None:
    gold = [nested("[[Ann] 's brother] met [Tom] .")]
    said = [nested("[[Ann] 's] brother met [Tom] .").value]
    scores = span_scores(gold, said)
    assert scores == pytest.approx({"F1": 200 / 3, "precision": 200 / 3, "recall": 200 / 3})
    assert next(iter(scores)) == "F1"


def test_a_wrong_type_or_end_is_wrong() -> None:
    gold = [typed("[Ann PERSON] saw [New York LOCATION] .")] * 2
    said = [
        typed("[Ann GROUP] saw [New York LOCATION] .").value,
        typed("Ann saw [New LOCATION] York .").value,
    ]
    scores = span_scores(gold, said)
    assert scores == pytest.approx({"F1": 200 / 7, "precision": 100 / 3, "recall": 25})


def test_examples_are_counted_together_and_not_averaged() -> None:
    gold = [nested("[Ann] and [Tom] and [Bo] ."), nested("[Ann] left .")]
    said = [gold[0].value, None]
    assert span_scores(gold, said)["recall"] == 75


def test_same_words_in_another_example_are_not_right() -> None:
    gold = [nested("[Ann] left ."), nested("Ann left .")]
    said = [gold[1].value, gold[0].value]
    assert span_scores(gold, said)["F1"] == 0


@pytest.mark.parametrize("value", [None, Label(label="yes")])
def test_an_abstention_or_another_kind_finds_nothing(value: Label | None) -> None:
    scores = span_scores([nested("[Ann] left .")], [value])
    assert scores == {"F1": 0, "precision": 0, "recall": 0}


def test_nothing_to_find_and_nothing_found_is_no_division_by_zero() -> None:
    assert span_scores([nested("It rains .")], [None])["F1"] == 0


def test_facts_count_where_a_span_touches_them() -> None:
    gold = spans_triple("major_claim", ("One.", "Two.", "Three."), "?", [(1, 2, ""), (2, 3, "")])
    one_for_both = Spans(text=gold.text, spans=(Span(start=5, end=len(gold.text)),))
    assert fact_scores([gold], [one_for_both])["F1"] == 100
    first_only = Spans(text=gold.text, spans=(Span(start=0, end=4),))
    assert fact_scores([gold], [first_only]) == {"F1": 0, "precision": 0, "recall": 0}
    half = Spans(text=gold.text, spans=(Span(start=5, end=7),))
    assert fact_scores([gold], [half])["recall"] == 50
