"""Bad input: a test for each row of the design's table that asking can meet.

Damaged checkpoints: test_checkpoint.py. Broken data: test_prepare.py, tasks/. Interrupted training:
test_train.py. Plugins that raise: test_registry.py and below.
"""

from __future__ import annotations

import pytest

from qaengine.engine import Engine
from qaengine.errors import InputError, PluginError
from qaengine.inputs import MOST_CHARACTERS, MOST_FACTS
from qaengine.plugin_api import Task
from qaengine.registry import registry

FACT, QUESTION = "Mary is in the hall.", "Where is Mary?"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("", "input is empty"),
        (" \t\n", "input is empty"),
        (None, r"input is missing \(None\)"),
        (7, "input is of type int"),
        ([], "input is an empty list"),
        ([FACT, " "], "input, fact 2, is empty"),
        ([FACT, None], r"input, fact 2, is missing \(None\)"),
        ([FACT, 7], "input, fact 2, is of type int"),
        ({"a": 1}, "input is of type dict"),
        (b"bytes", "input"),
    ],
)
def test_input_that_cannot_be_read(engine: Engine, given: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        engine.ask(given, QUESTION)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "complaint"),
    [("", "question is empty"), (" \n", "is empty"), (None, "missing"), (7, "of type int")],
)
def test_question_that_cannot_be_read(engine: Engine, question: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        engine.ask(FACT, question)  # type: ignore[arg-type]


@pytest.mark.parametrize("task", ["", 7])
def test_task_that_is_no_name(engine: Engine, task: object) -> None:
    with pytest.raises(InputError, match="task is"):
        engine.ask(FACT, QUESTION, task=task)  # type: ignore[arg-type]


def test_what_is_no_valid_text_is_replaced_and_noted(engine: Engine) -> None:
    answer = engine.ask([FACT + "\0", "Ann\ud800 slept."], QUESTION + "\udfff")
    assert answer.notes == ("3 characters that are no valid text were replaced.",)
    assert answer.triple.input == (FACT + "\ufffd", "Ann\ufffd slept.")
    assert answer.model_dump_json().encode()


def test_valid_text_is_left_alone(engine: Engine) -> None:
    answer = engine.ask(["Zürich 東京 🎉."], QUESTION)
    assert answer.notes == ()
    assert answer.triple.input == ("Zürich 東京 🎉.",)


def test_question_of_a_kind_that_nothing_answers(engine: Engine) -> None:
    """What the tiny engine learnt to abstain from; the shipped one is measured in docs/results."""
    moved = [
        "Zorbel went to the garden.",
        "Then he took the flim there.",
        "Mary has left the attic.",
    ]
    answer = engine.ask(moved, "Where is the milk?")
    assert answer.abstained
    assert "for example" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "東京 は どこ ですか",
        "مرحبا بالعالم",
        "🎉👩‍👩‍👧",
        "a\u200b\u202e\x07\x1b[31m",
        "<end> <abstain> <pad> <unknown>",
        "x" * 500,
        "?",
        "\u2028",
        "e\u0301" * 20,
        "\ufeff",
    ],
)
def test_any_script_gets_an_answer_or_an_abstention(engine: Engine, text: str) -> None:
    for answer in (engine.ask([text], QUESTION), engine.ask([FACT], text)) if text.strip() else ():
        assert answer.text
        assert 0 <= answer.confidence <= 1


@pytest.mark.parametrize(
    ("given", "question", "limit"),
    [
        ("x " * 150_000, QUESTION, f"at most {MOST_CHARACTERS:,}"),
        ([FACT] * 1_001, QUESTION, "1,001 facts; at most 1,000"),
        ("Mary slept. " * 1_500, QUESTION, "1,500 facts; at most 1,000"),
        (["word " * 401], QUESTION, "401 words; at most 400"),
        (["?!" * 300], QUESTION, "words; at most 400"),
        (["x" * 9_000], QUESTION, "9,000 characters; at most 8,000"),
        ([" ".join(["abcdefgh"] * 300)] * 100, QUESTION, "characters; at most 200,000"),
        (FACT, "why " * 500 + "?", "question has 501 words"),
    ],
)
def test_too_long_is_said_with_the_limit(
    engine: Engine, given: str | list[str], question: str, limit: str
) -> None:
    with pytest.raises(InputError, match=limit):
        engine.ask(given, question)


def test_largest_story_is_answered(engine: Engine) -> None:
    assert engine.ask([FACT] * MOST_FACTS, QUESTION).text


def test_one_bad_question_among_many_is_said(engine: Engine) -> None:
    with pytest.raises(InputError, match="question is empty"):
        engine.ask_many([(FACT, QUESTION), (FACT, "")])


def test_plugin_that_raises_is_named_and_the_rest_works(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frame(self: Task, *_: object) -> None:
        raise LookupError("no such map")

    monkeypatch.setattr(type(registry().task("worlds")), "frame", frame)
    with pytest.raises(PluginError, match=r"'worlds' cannot frame.*LookupError: no such map"):
        engine.ask(FACT, QUESTION, task="worlds")
    assert engine.ask(FACT, QUESTION, task="babi").text
