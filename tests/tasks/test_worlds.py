"""The task `worlds`: what its stories are like, and that they can be had again."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from statistics import median

import pytest

from qaengine.errors import InputError
from qaengine_tasks.worlds import (
    HELD_OUT_FOREIGN,
    HELD_OUT_QUESTIONS,
    KINDS,
    Story,
    Worlds,
    stories,
    words,
)
from qaengine_tasks.worlds.parse import RESERVED
from qaengine_tasks.worlds.phrases import (
    FACTS,
    FOREIGN,
    QUESTIONS,
    TRAIN_QUESTIONS,
    VALID_QUESTIONS,
)

CLOSED = {*"nesw", "yes", "no", "maybe", "nothing", "nobody", *words.NUMBERS, *words.MOODS}
CLOSED |= {*words.MOODS.values(), *words.ANIMALS}


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return list(islice(stories(11), 2000))


def test_vocabulary_is_open() -> None:
    assert len(set(words.WOMEN + words.MEN)) >= 500
    assert len(set(words.PLACES)) >= 200
    assert len(set(words.OBJECTS)) >= 300
    assert min(len(phrases) for phrases in FACTS.values()) >= 5
    assert min(len(phrases) for phrases in TRAIN_QUESTIONS.values()) >= 5
    assert len(FOREIGN) >= 60
    assert len(HELD_OUT_FOREIGN) == 20


def test_words_are_single_and_unmistakable() -> None:
    groups = [words.WOMEN + words.MEN, words.PLACES, words.OBJECTS, list(words.ANIMALS)]
    groups += [words.COLOURS, words.SHAPES, list(words.MOODS)]
    counted = Counter(word.lower() for group in groups for word in group)
    assert all(re.fullmatch("[a-z]+", word) for word in counted)
    assert [word for word, times in counted.items() if times > 1] == []
    assert counted.keys() & RESERVED == set()


def test_much_of_the_vocabulary_is_used(told: list[Story]) -> None:
    seen = {word for story in told for fact in story.facts for word in re.findall(r"\w+", fact)}
    for group in (words.WOMEN + words.MEN, words.PLACES, words.OBJECTS):
        assert len(seen & set(group)) > 0.95 * len(group)


def test_same_seed_same_triples() -> None:
    first = list(Worlds().examples("train", count=300, seed=4))
    assert first == list(Worlds().examples("train", count=300, seed=4))
    assert first != list(Worlds().examples("train", count=300, seed=5))


def test_splits_share_no_story() -> None:
    inputs = [
        {triple.input for triple in Worlds().examples(split, count=400, seed=seed)}
        for split in ("train", "valid", "test")
        for seed in (0, 1)
    ]
    assert len(set.union(*inputs)) == sum(map(len, inputs))


def test_stories_are_short_with_a_long_tail(told: list[Story]) -> None:
    lengths = [len(story.facts) for story in told]
    assert 8 <= median(lengths) <= 12
    assert min(lengths) == 2
    assert 150 < max(lengths) <= 200
    assert {len(story.questions) for story in told} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_in_a_range_of_lengths(kind: str) -> None:
    for story in islice(stories(2, kinds=[kind], facts=(20, 30)), 30):
        assert 20 <= len(story.facts) <= 30
        assert {question.kind for question in story.questions} == {kind}


def test_all_kinds_come_up(told: list[Story]) -> None:
    kinds = Counter(question.kind for story in told for question in story.questions)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 0.008 * kinds.total()


def test_answers_are_words_of_the_facts_or_of_a_closed_set(told: list[Story]) -> None:
    for story in told:
        for question in story.questions:
            known = set(re.findall(r"\w+", " ".join(story.facts[: question.at]).lower())) | CLOSED
            for item in question.answer.lower().split(",") if question.answer else ():
                # the one word that a story may only have in the plural is an animal's
                assert item in known or item + "s" in known
            assert all(index < question.at for index in question.supports)
            assert bool(question.supports) == bool(question.answer)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_share_of_unanswerable_questions(share: float) -> None:
    told = islice(stories(8, unanswerable=share), 600)
    answers = [question.answer for story in told for question in story.questions]
    assert abs(answers.count("") / len(answers) - share) < 0.06


def test_invented_words() -> None:
    known = {word.lower() for word in words.WOMEN + words.MEN + words.PLACES}
    known -= set(words.MOODS.values())

    def known_words(invented: float) -> int:
        told = islice(stories(3, invented=invented), 200)
        texts = (word for story in told for fact in story.facts for word in fact.split())
        return sum(word.strip(".,").lower() in known for word in texts)

    assert known_words(1.0) == 0
    assert known_words(0.0) > 1000


def _pattern(phrase: str) -> str:
    return re.sub(r"\\\{\w\\\}", r"[\\w ]+", re.escape(phrase))


@pytest.mark.parametrize("split", ["valid", "test"])
def test_a_split_asks_in_ways_of_its_own(split: str) -> None:
    held_out = {"valid": VALID_QUESTIONS, "test": HELD_OUT_QUESTIONS}[split]
    phrases = [p for some in held_out.values() for p in some]
    phrases += HELD_OUT_FOREIGN if split == "test" else ()
    own = re.compile("|".join(map(_pattern, phrases)))

    def share(other: str) -> float:
        asked = [t.question for t in Worlds().examples(other, count=2000)]  # type: ignore[arg-type]
        return sum(own.fullmatch(question) is not None for question in asked) / len(asked)

    assert {other for other in ("train", "valid", "test") if share(other)} == {split}
    assert share(split) > 0.3


def test_phrasings_for_validation_ask_for_the_same_slots() -> None:
    assert VALID_QUESTIONS.keys() == QUESTIONS.keys()
    for ask, phrases in VALID_QUESTIONS.items():
        for phrase in phrases:
            assert set(re.findall(r"{(\w)}", phrase)) == set(
                re.findall(r"{(\w)}", QUESTIONS[ask][0])
            )
            assert phrase not in QUESTIONS[ask]


def test_kinds_and_lengths_that_cannot_be() -> None:
    with pytest.raises(InputError, match="Did you mean 'counting'"):
        stories(1, kinds=["countin"])
    with pytest.raises(InputError, match="Available: test, valid"):
        stories(1, held_out="train")
    with pytest.raises(InputError, match="at least 2"):
        stories(1, facts=(5, 1))
    with pytest.raises(InputError, match="No story"):
        next(stories(1, kinds=["three_supporting_facts"], facts=(2, 2), unanswerable=0.0))
