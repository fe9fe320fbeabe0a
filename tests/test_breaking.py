"""The same question in other forms: what they change, and what they must leave true."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import cast

import pytest

from qaengine.demo.breaking import (
    DISTRACTORS,
    INVENTED,
    Question,
    names,
    paraphrases,
    rephrased,
    trials,
    with_distractors,
    with_names,
)
from qaengine.engine import Engine
from qaengine.registry import registry
from qaengine.schema import Answer, Triple, Words

RNG = random.Random(0)


@pytest.mark.parametrize(
    ("input", "question", "found"),
    [
        ("Mary slept. Ann met Mary.", "Who slept?", ["Mary"]),
        ("Nora ran. The dog saw Omar Lee.", "Where is Nora?", ["Nora", "Omar", "Lee"]),
        ("Mice fear wolves. Wolves fear Ann.", "What do Mice fear?", ["Mice", "Ann"]),
        ("Then he took it. I saw NATO.", "In French?", []),
        ("Bears are afraid of geese. Geese run.", "Why?", []),
    ],
)
def test_names_are_found(input: str, question: str, found: list[str]) -> None:
    assert names(input, question) == found


def test_a_name_is_the_same_everywhere() -> None:
    asked = Question("Mary took Ann's lamp. Mary left.", "Where is Mary?", {})
    changed = with_names(asked, RNG)
    mary, ann = changed.names["Mary"], changed.names["Ann"]
    assert changed.input == f"{mary} took {ann}'s lamp. {mary} left."
    assert changed.question == f"Where is {mary}?"
    assert mary != ann
    assert {mary, ann} <= set(INVENTED)


@pytest.mark.parametrize("seed", range(10))
def test_distractors_part_no_sentence_from_what_it_goes_on_from(seed: int) -> None:
    facts = ["Mary got the milk.", "Then she left.", "Ann slept."]
    changed = with_distractors(Question(" ".join(facts), "?", {}), random.Random(seed)).input
    assert "Mary got the milk. Then she left." in changed
    assert [fact for fact in facts if fact in changed] == facts
    assert sum(fact in changed for fact in DISTRACTORS) == 3


PHRASES = ("Where is Mary?", "In which place is Mary?", "What does Ann have?")
LANGUAGES = ("In French?", "What is this in French?", "In German?", "What is this in German?")


@pytest.mark.parametrize(
    ("question", "phrases", "expected"),
    [
        ("Where is Mary?", PHRASES, ["In which place is Mary?"]),
        ("Where is the milk?", PHRASES, ["In which place is the milk?"]),
        ("Why is the milk sour?", PHRASES, []),
        ("In French?", LANGUAGES, ["What is this in French?"]),
        ("What is this in German?", LANGUAGES, ["In German?"]),
        ("What is it?", LANGUAGES, []),
    ],
)
def test_paraphrases_ask_for_the_same(
    question: str, phrases: tuple[str, ...], expected: list[str]
) -> None:
    assert paraphrases(question, phrases) == expected


@pytest.mark.parametrize("name", sorted(registry().tasks()))
def test_paraphrases_of_a_task_keep_its_slot_and_language(name: str) -> None:
    schema = registry().task(name).schema
    found = paraphrases(schema.question, (schema.question, *schema.paraphrases), schema.labels)
    assert schema.question not in found
    assert not any(number in other for other in found for number in ("five", "German"))


def test_a_question_of_no_known_form_is_asked_politely() -> None:
    asked = rephrased(Question("Ann ran.", "Why?", {}), None, RNG)
    assert asked.question == "Please tell me: Why?"


def test_each_change_is_tried_and_all_together(engine: Engine, samples: tuple[Triple, ...]) -> None:
    asked = (" ".join(samples[0].input), samples[0].question)
    tried = trials(engine, *asked, None, engine.ask(*asked), random.Random(0))
    assert [trial.change for trial in tried] == [
        "Invented names",
        "Distractors",
        "Other words",
        "All of it",
    ]
    for trial in tried:
        assert trial.answer.triple.question == trial.question


class Parrot:
    """Says what it is told to say of an input."""

    tasks = (registry().task("babi").schema,)

    def __init__(self, say: Callable[[str], str]) -> None:
        self.say = say

    def ask(self, input: str, question: str, task: str | None = None) -> Answer:
        said = self.say(input)
        return Answer(
            text=said,
            value=Words(words=(said,)),
            confidence=1,
            task="babi",
            triple=Triple(input=(input,), question=question),
            seconds=0,
        )


@pytest.mark.parametrize(
    ("say", "held"),
    [(lambda text: text.split()[0], [True, True]), (lambda text: "Nora", [False, True])],
    ids=["the first name", "always Nora"],
)
def test_an_answer_holds_where_it_is_renamed_with_its_text(
    say: Callable[[str], str], held: list[bool]
) -> None:
    parrot = cast("Engine", Parrot(say))
    asked = ("Nora gave the lamp to Omar. Then Nora left.", "Where is Nora?")
    tried = trials(parrot, *asked, None, parrot.ask(*asked), random.Random(0))
    assert [
        trial.held for trial in tried if trial.change in ("Invented names", "Other words")
    ] == held


def test_tokens_of_other_tasks_are_not_distracted(
    joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    tagged = next(triple for triple in joint_samples if triple.task == "part_of_speech")
    before = joint.ask(list(tagged.input), tagged.question, task="part_of_speech")
    found = trials(joint, " ".join(tagged.input), tagged.question, None, before, RNG)
    assert "Distractors" not in [trial.change for trial in found]
