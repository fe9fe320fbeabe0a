"""The checkpoint that comes with qaengine: what it must answer whatever else changes."""

import pytest

from qaengine import Engine
from qaengine.checkpoint import PRETRAINED

LECTURE = (
    "Jane went to the hallway. Mary walked to the bathroom. Sandra went to the garden. "
    "Daniel went back to the garden. Sandra took the milk there."
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(device="cpu")


def test_the_lectures_story(engine: Engine) -> None:
    answer = engine.ask(LECTURE, "Where is the milk?")
    strongest = sorted(answer.evidence, key=lambda fact: -fact.weight)[:2]
    assert answer.text == "garden"
    assert {fact.index for fact in strongest} == {2, 4}


def test_invented_words(engine: Engine) -> None:
    story = ["Zorbel took the flim.", "Quandra went to the marn.", "Zorbel went to the plisk."]
    assert engine.ask(story, "Where is the flim?").text == "plisk"


def test_nothing_told_of_the_milk(engine: Engine) -> None:
    assert engine.ask("Mary went to the garden.", "Where is the milk?").abstained


def test_a_thing_dropped_is_carried_no_more(engine: Engine) -> None:
    story = "Mary took the milk. Mary got the apple. Mary dropped the milk. Mary took the football."
    assert engine.ask(story, "What is Mary carrying?").text == "apple,football"


def test_lists_come_in_order(engine: Engine) -> None:
    story = (
        "Mary went to the park. Mary took the milk. Mary got the apple. Mary went to the office."
    )
    assert engine.ask(story, "What is Mary carrying?").text == "milk,apple"


def test_five_questions_about_one_text(engine: Engine) -> None:
    text = "A man is playing a guitar on the stage."
    wanted = {
        "What are the POS tags?": "DT NN VBZ VBG DT NN IN DT NN .",
        "What are the named entities?": text,
        "In French?": "Un homme joue de la guitare sur la scène.",
        "In German?": "Ein Mann spielt auf der Bühne Gitarre.",
        "Where is the guitar?": "stage",
    }
    answers = engine.ask_many([(text, question) for question in wanted])
    assert [answer.text for answer in answers] == list(wanted.values())


def test_alone_as_in_a_batch(engine: Engine) -> None:
    pairs = [(LECTURE, "Where is the milk?"), ("Mary went to the park.", "Where is Mary?")]
    batched = [answer.text for answer in engine.ask_many(pairs)]
    assert batched == [engine.ask(*pair).text for pair in pairs] == ["garden", "park"]


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in PRETRAINED.iterdir()) < 25_000_000
