"""GAP's texts of other people: the names and genders change, the truth does not."""

from __future__ import annotations

import random

import pytest

from qaengine_tasks.coreference_exchange import exchanged, names_by_gender
from qaengine_tasks.gap import Row


def row(text: str, pronoun: str, a: str, b: str) -> Row:
    tokens = tuple(text.split())

    def run(words: str) -> tuple[int, int]:
        size = len(words.split())
        begin = next(
            at for at in range(len(tokens)) if tokens[at : at + size] == tuple(words.split())
        )
        return begin, begin + size

    return Row(tokens, run(pronoun), ((run(a), True), (run(b), False)))


HERS = row(
    "Ada Byron met Mary . Byron gave her book to Mary 's husband", "her", "Ada Byron", "Mary"
)
HIS = row("Max Born saw Otto and his sister", "his", "Max Born", "Otto")
NAMES = {
    "feminine": [("Lise", "Meitner"), ("Ida",)],
    "masculine": [("Niels", "Bohr"), ("Paul",)],
}


def told(one: Row, gender: bool) -> Row:
    """The first of many draws with the gender kept, or not."""
    rng = random.Random(0)
    for _ in range(100):
        found = exchanged(one, NAMES, rng)
        if (found.tokens[found.pronoun[0]] != one.tokens[one.pronoun[0]]) == gender:
            return found
    raise AssertionError("it never came")


def test_a_person_has_one_other_name_throughout() -> None:
    said = "Lise Meitner met Ida . Meitner gave her book to Ida 's husband"
    assert " ".join(told(HERS, gender=False).tokens) == said


def test_the_other_gender_has_its_own_names_pronouns_and_kin() -> None:
    said = "Niels Bohr met Paul . Bohr gave his book to Paul 's wife"
    assert " ".join(told(HERS, gender=True).tokens) == said
    assert " ".join(told(HIS, gender=True).tokens) == "Lise Meitner saw Ida and her brother"


def test_what_is_true_stays_true_where_it_stood() -> None:
    found = told(HERS, gender=True)
    assert (found.pronoun, found.names) == (HERS.pronoun, HERS.names)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("Ada met her .", "him"),
        ("Ada took her and left", "him"),
        ("Ada took her hat", "his"),
        ("Ada said it was hers", "his"),
    ],
)
def test_her_is_him_or_his_by_what_follows(said: str, other: str) -> None:
    one = row(f"She knew : {said}", "She", "Ada", "Ada")
    assert other in told(one, gender=True).tokens


def test_a_name_that_stands_in_the_text_is_not_given_to_another() -> None:
    one = row("she is Ada Byron or Mary , not Ida", "she", "Ada Byron", "Mary")
    for seed in range(20):
        assert exchanged(one, NAMES, random.Random(seed)).tokens.count("Ida") <= 1


def test_names_are_known_by_the_gender_of_their_pronoun() -> None:
    assert names_by_gender([HERS, HIS]) == {
        "feminine": [("Ada", "Byron"), ("Mary",)],
        "masculine": [("Max", "Born"), ("Otto",)],
    }
