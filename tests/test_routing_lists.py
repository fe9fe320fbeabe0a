"""The lists that routing is tested on stay apart from those that it is trained on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from qaengine.errors import InputError
from qaengine.registry import BUILT_IN, Registry
from qaengine_tasks.foreign import foreign_questions
from qaengine_tasks.phrasings import phrasings
from qaengine_tasks.worlds.phrases import FOREIGN, HELD_OUT_FOREIGN

LISTS = Path(__file__).parent / "routing"
TASKS = (
    *("babi", "sentiment", "part_of_speech", "named_entities", "mentions", "coreference"),
    *("antecedent", "coreference_groups", "translation", "relatedness", "major_claim"),
    "question_type",
)
HELD_OUT = {
    "did the reviewer like it",
    "tag each word with its part of speech",
    "say it in french",
}


def lines(name: str) -> list[str]:
    return (LISTS / name).read_text("utf-8").splitlines()


REPHRASED = [tuple(line.split("\t")) for line in lines("rephrased.tsv")]
FOREIGN_TEST = lines("foreign.txt")


@cache
def word_set(text: str) -> frozenset[str]:
    """Words without case, quotes, brackets and slots; signs where there are no words."""
    found = re.findall(r"[^\W_]+(?:'[^\W_]+)?", re.sub(r"\{\w+\}", " ", text).lower())
    return frozenset(found or text.split())


def shared(one: str, other: str) -> float:
    """Jaccard similarity of the words."""
    left, right = word_set(one), word_set(other)
    return len(left & right) / max(len(left | right), 1)


def near(
    tested: Iterable[str], trained: Iterable[str], too_near: Callable[[float], bool]
) -> list[tuple[str, str]]:
    pairs = product(tested, tuple(trained))
    return [(one, other) for one, other in pairs if too_near(shared(one, other))]


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def all_phrasings() -> list[str]:
    return [phrase for task in TASKS for phrase in phrasings(task)]


def test_the_tested_lists_are_whole() -> None:
    assert len(FOREIGN_TEST) == len(set(map(str.lower, FOREIGN_TEST))) == 100
    assert len(REPHRASED) == len({question for _, question in REPHRASED}) == 100
    assert all(question.strip() for _, question in REPHRASED)
    counted = Counter(task for task, _ in REPHRASED)
    assert set(counted) == set(TASKS)
    assert min(counted.values()) >= 7


def test_training_phrasings_are_many_and_apart_from_each_other() -> None:
    every = all_phrasings()
    assert len(every) == len({one.lower() for one in every})
    for task in TASKS:
        variants = {"sentiment": ("two", "five"), "translation": ("french", "german")}
        for variant in variants.get(task, ("",)):
            assert 100 <= len(phrasings(task, variant)) <= 1_500


def test_rephrased_questions_are_not_trained_on() -> None:
    tested = [question for _, question in REPHRASED]
    assert near(tested, all_phrasings(), lambda share: share >= 0.8) == []
    trained = {bare(one) for one in (*all_phrasings(), *foreign_questions())}
    assert not HELD_OUT & trained
    assert not {bare(one) for one in tested} & trained


def test_no_schema_asks_a_rephrased_question() -> None:
    tasks = Registry(BUILT_IN, ()).tasks()
    schemas = [task.schema for name, task in tasks.items() if name != "foreign"]
    asked = {one for schema in schemas for one in (schema.question, *schema.paraphrases)}
    tested = [question for _, question in REPHRASED]
    assert near(tested, asked, lambda share: share >= 0.8) == []
    assert near(foreign_questions(), asked, lambda share: share >= 0.8) == []


def test_tested_foreign_questions_are_not_trained_on() -> None:
    assert near(FOREIGN_TEST, foreign_questions(), lambda share: share > 0.7) == []
    assert near(HELD_OUT_FOREIGN, foreign_questions(), lambda share: share > 0.7) == []


def test_worlds_train_on_no_tested_foreign_question() -> None:
    assert near(FOREIGN_TEST, FOREIGN, lambda share: share > 0.7) == []


def test_foreign_questions_are_no_question_of_a_task() -> None:
    foreign = {bare(one) for one in (*FOREIGN_TEST, *foreign_questions())} - {""}
    assert not foreign & {bare(one) for one in all_phrasings()}
    assert not foreign & {bare(question) for _, question in REPHRASED}


def test_foreign_questions_are_many_and_choices_written_out() -> None:
    told = foreign_questions()
    assert len(told) == len(set(told)) >= 600
    assert {"Which river flows through Vienna?", "Which river flows through Seville?"} <= set(told)
    assert [one for one in told if "|" in one or one.startswith("#")] == []
    assert 'print("hello")' in told  # brackets without a choice stay


def test_slots_are_where_a_task_needs_them() -> None:
    assert all(one.count("{pronoun}") == 1 for one in phrasings("antecedent"))
    assert all(one.count("{a}") == one.count("{b}") == 1 for one in phrasings("coreference"))
    others = [
        one
        for task in TASKS
        if task not in ("antecedent", "coreference")
        for one in phrasings(task)
    ]
    assert [one for one in others if "{" in one] == []


def test_variants_of_phrasings() -> None:
    assert phrasings("sentiment") == phrasings("sentiment", "two") + phrasings("sentiment", "five")
    with pytest.raises(InputError, match="french"):
        phrasings("translation", "frensh")
    with pytest.raises(InputError, match="babi"):
        phrasings("babbi")
