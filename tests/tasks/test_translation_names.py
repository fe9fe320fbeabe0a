"""Pairs of sentences told of people with other names."""

from __future__ import annotations

import random
import re

import pytest

from qaengine_tasks.translation_names import renamed, with_renamed
from qaengine_tasks.worlds import words

PAIRS = [
    ("A man plays a guitar.", "Ein Mann spielt Gitarre."),
    ("A woman is reading.", "Une femme lit."),
    ("A girl sings.", "Ein Mädchen singt."),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_people_of_captions_get_one_name_in_both_languages(pair: tuple[str, str]) -> None:
    english, foreign = renamed(pair, random.Random(1))
    assert english.split()[0] == foreign.split()[0]
    assert english.split()[1:] == pair[0].split()[2:]
    assert foreign.split()[1:] == pair[1].split()[2:]


def test_names_give_way_to_names_of_the_same_gender_each_to_one() -> None:
    pair = ("Mary saw Tom, and Tom saw Mary.", "Mary vit Tom, et Tom vit Mary.")
    for seed in range(20):
        english, french = renamed(pair, random.Random(seed))
        she, he, again, at_last = re.findall(r"\b[A-Z]\w*", english)
        assert (she, he) == (at_last, again) != ("Mary", "Tom")
        assert french == f"{she} vit {he}, et {he} vit {she}."
        assert she not in words.MEN or she in words.WOMEN


def test_elisions_stay_right() -> None:
    pair = ("It is the book of Anna.", "C'est le livre d'Anna.")
    firsts = {renamed(pair, random.Random(seed))[1].split("'")[2][0] for seed in range(50)}
    assert len(firsts) > 3
    assert firsts <= set("AEIOUYH")


@pytest.mark.parametrize(
    "pair",
    [
        ("A dog runs.", "Ein Hund rennt."),
        ("A man runs.", "Der Mann rennt."),
        ("A manager runs.", "Ein Mannschaftsleiter rennt."),
        ("Mary runs.", "Marie court."),
    ],
)
def test_who_has_no_name_in_both_languages_stays(pair: tuple[str, str]) -> None:
    assert renamed(pair, random.Random(0)) == pair
    assert list(with_renamed([pair], 3, random.Random(0))) == [pair]


def test_copies_stand_behind_their_pair_and_are_alike_each_time() -> None:
    told = list(with_renamed(PAIRS, 2, random.Random(0)))
    assert told[::3] == PAIRS
    assert len(set(told)) == 9
    assert told == list(with_renamed(PAIRS, 2, random.Random(0)))
