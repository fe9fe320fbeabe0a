"""Words as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qaengine.vocabulary import Vocabulary, ngram_ids, shape


def test_words_that_occur_often_enough_are_known_in_lower_case() -> None:
    vocabulary = Vocabulary.build([["Mary", "is", "is"], ["mary", "was"]], [], least=2)
    assert vocabulary.words == ("<pad>", "<unknown>", "mary")


def test_outputs_are_known_once_whatever_their_case() -> None:
    vocabulary = Vocabulary.build([], [["yes"], ["Yes", "NN"]], least=1)
    assert [word.lower() for word in vocabulary.outputs[2:]] == ["nn", "yes"]
    assert "NN" in vocabulary.outputs


def test_extended_keeps_every_number() -> None:
    old = Vocabulary.build([["b", "c"]], [["Yes"]], least=1)
    new = old.extended(Vocabulary.build([["a", "b"]], [["no", "yes"]], least=1))
    assert new.words[: len(old.words)] == old.words
    assert old.output_ids.items() <= new.output_ids.items()
    assert "a" in new.word_ids
    assert "no" in new.output_ids


def test_answers_of_one_text_only_are_not_generated() -> None:
    vocabulary = Vocabulary.build([], [["no", "zorb"], ["no"]], least=2)
    assert vocabulary.outputs[2:] == ("no",)


@pytest.mark.parametrize(
    ("word", "outline"), [("Mary", "Xx"), ("B2B", "XdX"), ("2015", "d"), ("don't", "x'x"), ("", "")]
)
def test_shape(word: str, outline: str) -> None:
    assert shape(word) == outline


@given(st.text())
def test_any_text_has_ngrams_within_the_buckets(word: str) -> None:
    grams = ngram_ids(word, 64)
    assert 1 <= len(grams) <= 40
    assert all(0 <= gram < 64 for gram in grams)


def test_ngrams_are_the_same_in_every_process() -> None:
    assert ngram_ids("a", 4096) == (683, 3216, 683)


@pytest.mark.parametrize("words", [(), ("<pad>",)])
def test_vocabulary_without_its_first_words_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        Vocabulary(words=words, outputs=("<end>", "<abstain>"))
    with pytest.raises(ValidationError):
        Vocabulary(words=("<pad>", "<unknown>"), outputs=words)
