"""One triple for one question about two mentions, whatever a user types."""

from __future__ import annotations

import pytest

from qaengine.errors import InputError
from qaengine.schema import Triple
from qaengine.text import words
from qaengine_tasks.coreference import PHRASINGS, Coreference
from qaengine_tasks.phrasings import phrasings

IDA = "Ida lost her key."
MARKED = "[ Ida ] lost [ her ] key ."
ASKED = "Is [Ida] coreferent with [her]?"


def framed(text: str, question: str) -> tuple[str, str]:
    triple = Coreference().frame(words(text), question)
    assert triple.answer is None
    return " ".join(triple.input), triple.question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("[Ida] lost [her] key.", "Is it coreferent?"),
        ("[Ida] lost [her] key.", "Is [her] coreferent with [Ida]?"),
        ("[Ida] lost her key.", "Is it coreferent with [her]?"),
        ("[Ida] lost her key.", "Is it coreferent with: Ida lost [her] key?"),
        ("[Ida] lost her key.", "Is it the same as her?"),
        ("Ida lost [her] key.", "Does it mean Ida?"),
        ("Ida lost [her] key.", "Is [Ida] coreferent with her?"),
        ("[Ida] lost her key.", 'Is [Ida] the same as "her"?'),
        (IDA, "Is [Ida] coreferent with [her]?"),
        (IDA, "Are [her] and [Ida] coreferent"),
        (IDA, "Is Ida the same as her?"),
        (IDA, "Do [her] and Ida refer to the same person?"),
        (IDA, "do ida and HER refer to the same person?"),
        (IDA, 'Does "her" refer to Ida?'),
        (IDA, "Does 'her' mean 'Ida'?"),
        (IDA, "Does \u201cher\u201d stand for \u2018Ida\u2019?"),
        (IDA, "Are the words Ida and her co-referent?"),
        (IDA, "Tell me whether her refers back to the same person as Ida."),
        (IDA, "Is it true that her refers to Ida?"),
        (IDA, "Is she Ida? I mean: is her Ida?"),
        (IDA, "Ida, her: one person?"),
    ],
)
def test_all_ways_of_asking_give_one_triple(text: str, question: str) -> None:
    assert framed(text, question) == (MARKED, ASKED)


@pytest.mark.parametrize("phrasing", [*PHRASINGS, *phrasings("coreference")])
def test_phrasings_give_the_canonical_triple(phrasing: str) -> None:
    question = phrasing.format(a="Ida", b="her", b_in_context="Ida lost [her] key")
    for text in ("[Ida] lost [her] key.", "[Ida] lost her key."):
        assert framed(text, question) == (MARKED, ASKED)


@pytest.mark.parametrize("triple", Coreference().samples(), ids=lambda triple: triple.question)
def test_a_framed_triple_is_framed_to_itself(triple: Triple) -> None:
    again = Coreference().frame(triple.input, triple.question)
    assert (again.input, again.question) == (triple.input, triple.question)


def test_the_lecture_asks_with_the_sentence_again() -> None:
    text = "Peter's sister is called [Isabelle]."
    whole, asked = framed(text, "Is it coreferent with: [Peter's sister] is called Isabelle?")
    assert whole == "[ Peter 's sister ] is called [ Isabelle ] ."
    assert asked == "Is [Peter 's sister] coreferent with [Isabelle]?"
    part, asked = framed(text, "Is it coreferent with: [Peter]'s sister is called Isabelle?")
    assert part == "[ Peter ] 's sister is called [ Isabelle ] ."
    assert asked == "Is [Peter] coreferent with [Isabelle]?"


def test_the_repeated_sentence_tells_which_of_equal_words_is_meant() -> None:
    text = "[Rosa] saw his dog and his cat."
    marked, _ = framed(text, "Is it coreferent with: Rosa saw his dog and [his] cat?")
    assert marked == "[ Rosa ] saw his dog and [ his ] cat ."


def test_equal_words_are_two_mentions() -> None:
    marked, asked = framed("[His] mother saw his dog.", 'Is it coreferent with "his"?')
    assert marked == "[ His ] mother saw [ his ] dog ."
    assert asked == "Is [His] coreferent with [his]?"


def test_the_first_occurrence_counts() -> None:
    marked, _ = framed("He told Max that he saw Max.", "Is [he] coreferent with [Max]?")
    assert marked == "He told [ Max ] that [ he ] saw Max ."


def test_one_apart_from_the_other_mention_is_preferred() -> None:
    marked, _ = framed("Tove's uncle met Tove.", "Is [Tove's uncle] the same as [Tove]?")
    assert marked == "[ Tove 's uncle ] met [ Tove ] ."


def test_mentions_may_be_nested() -> None:
    marked, asked = framed("Tove's uncle left.", "Is [Tove's uncle] the same as Tove?")
    assert marked == "[ [ Tove ] 's uncle ] left ."
    assert asked == "Is [Tove 's uncle] coreferent with [Tove]?"


def test_only_the_two_in_question_keep_their_brackets() -> None:
    marked, _ = framed("[Max] gave [Ida] [his] map.", "Is [his] coreferent with [Max]?")
    assert marked == "[ Max ] gave Ida [ his ] map ."


def test_quotes_within_a_marked_mention_do_not_matter() -> None:
    text = '[The "Rose"] left, and [it] sank.'
    marked, asked = framed(text, 'Is it the same as the "Rose"?')
    assert marked == '[ The " Rose " ] left , and [ it ] sank .'
    assert asked == 'Is [The " Rose "] coreferent with [it]?'


def test_a_mention_may_hold_words_that_ask() -> None:
    marked, _ = framed("The same man and his dog came.", "Are the same man and his dog identical?")
    assert marked == "[ The same man ] and [ his dog ] came ."


@pytest.mark.parametrize(
    ("text", "question", "reason"),
    [
        (IDA, "Is [Ida] coreferent with [him]?", '"him" is not in the input. Write it as'),
        (IDA, "Is Ida the same as him?", '"him" is not in the input'),
        (IDA, "Is [Ida] coreferent with [Ida]?", '"Ida" is not in the input a second time'),
        (IDA, "Is it coreferent?", "marks 0 mentions.*Put brackets around both"),
        ("[Ida] lost [her] [key].", "Is it coreferent?", "marks 3 mentions"),
        (IDA, "Are [Ida], [her] and [key] the same?", "The question marks 3 mentions"),
        ("[Ida lost her key.", "Is it coreferent with [her]?", "never closed"),
        ("Ida] lost her key.", "Is it coreferent with [her]?", "closes nothing"),
        ("Ida [] lost her key.", "Is it coreferent with [her]?", "closes nothing"),
        (IDA, "Is it coreferent with [her?", "never closed"),
    ],
)
def test_what_cannot_be_found_is_said(text: str, question: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        framed(text, question)
