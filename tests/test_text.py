"""Texts as sentences and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaengine.schema import Triple
from qaengine.text import clean, example, items, sentences, words


def test_words_as_written() -> None:
    assert words("Mary's  cat isn't here.") == ("Mary", "'s", "cat", "is", "n't", "here", ".")


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_blanks_are_one_empty_word(blank: str) -> None:
    assert words(blank) == ("",)


def test_sentences_without_surrounding_blanks() -> None:
    text = " Mary went home.  She slept!\nWhere is she? "
    assert sentences(text) == ("Mary went home.", "She slept!", "Where is she?")


@given(st.text())
def test_any_text_has_a_sentence_and_a_word(text: str) -> None:
    assert all(words(sentence) for sentence in sentences(text))
    assert sentences(text)


def test_what_is_no_valid_text_is_replaced_and_counted() -> None:
    assert clean("a\ud800b\0\udfff") == ("a\ufffdb\ufffd\ufffd", 3)
    assert clean("Zürich 東京 🎉") == ("Zürich 東京 🎉", 0)


@pytest.mark.parametrize(
    ("answer", "expected"), [("milk, ball", ("milk", "ball")), ("n,s", ("n", "s")), ("", ())]
)
def test_items_of_an_answer(answer: str, expected: tuple[str, ...]) -> None:
    assert items(answer) == expected


@pytest.mark.parametrize(
    ("answer", "supports", "known"),
    [("milk", (0,), (0,)), ("milk", (), None), ("", (), ()), (None, (), None)],
)
def test_supports_are_known_where_given_or_where_no_fact_tells(
    answer: str | None, supports: tuple[int, ...], known: tuple[int, ...] | None
) -> None:
    triple = Triple(input=("Milk.",), question="What?", answer=answer, supports=supports)
    assert example(triple).supports == known
