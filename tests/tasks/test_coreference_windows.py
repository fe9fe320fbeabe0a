"""Windows of documents, and what is asked about them."""

from __future__ import annotations

from random import Random

from qaengine_tasks.coreference_files import Document, Mention
from qaengine_tasks.coreference_windows import Window, antecedents, groups, pairs, windows


def document(text: str, *mentions: Mention) -> Document:
    return Document("tale", tuple(text.split()), mentions)


def window(text: str, *mentions: tuple[int, int, str]) -> Window:
    found = sorted(mentions, key=lambda mention: (mention[0], -mention[1]))
    return Window(tuple(text.split()), tuple(Mention(*mention) for mention in found))


def texts(text: str, most: int) -> list[str]:
    return [" ".join(cut.tokens) for cut in windows(document(text), most)]


def test_a_window_ends_with_its_last_whole_sentence() -> None:
    assert texts("I came . You ? We saw it ! So", 6) == ["I came . You ?", "We saw it ! So"]


def test_a_sentence_longer_than_a_window_is_cut() -> None:
    assert texts("one two three four five . six", 3) == ["one two three", "four five .", "six"]


def test_mentions_count_from_the_window_s_beginning_and_stand_within() -> None:
    told = document("A b . C d e", Mention(3, 4, "1"), Mention(2, 5, "2"), Mention(5, 6, "3"))
    first, second = windows(told, 4)
    assert first.mentions == ()
    assert second.mentions == (Mention(0, 1, "1"), Mention(2, 3, "3"))


def test_square_brackets_become_round() -> None:
    assert texts("it [ sic ] is", 9) == ["it ( sic ) is"]


def test_groups_have_two_mentions_and_are_numbered_in_order() -> None:
    told = window("a b c d e", (0, 1, "9"), (1, 2, "7"), (2, 3, "5"), (2, 4, "7"), (4, 5, "9"))
    assert groups(told) == [((0, 1), 1), ((1, 2), 2), ((2, 4), 2), ((4, 5), 1)]


def test_no_run_is_in_two_groups() -> None:
    told = window("a b c", (0, 1, "1"), (1, 2, "2"), (1, 2, "1"), (2, 3, "2"))
    assert groups(told) == [((1, 2), 1), ((2, 3), 1)]


def test_each_later_mention_has_a_yes_and_a_no() -> None:
    told = window("Ida met Eva . She lost it", (0, 1, "1"), (2, 3, "2"), (4, 5, "1"))
    assert list(pairs(told, Random(0))) == [((0, 1), (4, 5), True), ((2, 3), (4, 5), False)]


def test_a_mention_without_another_to_mistake_it_for_is_not_asked_about() -> None:
    assert not list(pairs(window("Ida lost her key", (0, 1, "1"), (2, 3, "1")), Random(0)))


def test_a_pair_may_be_nested_and_loses_its_possessive() -> None:
    (told,) = windows(
        document(
            "Tove 's uncle is Karl", Mention(0, 3, "1"), Mention(0, 2, "2"), Mention(4, 5, "1")
        ),
        80,
    )
    assert set(pairs(told, Random(0))) == {((0, 3), (4, 5), True), ((0, 1), (4, 5), False)}


def test_pronouns_are_no_first_mentions_and_i_is_none_at_all() -> None:
    told = window("He and I met Max . He left", (0, 1, "1"), (2, 3, "2"), (4, 5, "3"), (6, 7, "1"))
    assert not list(pairs(told, Random(0)))


def test_the_antecedent_is_the_nearest_mention_that_is_no_pronoun() -> None:
    told = window(
        "Ida left . The nurse knew Max , and she , he said , smiled",
        *((0, 1, "1"), (3, 5, "1"), (6, 7, "2"), (9, 10, "1"), (11, 12, "2")),
    )
    assert list(antecedents(told)) == [((9, 10), (3, 5)), ((11, 12), (6, 7))]


def test_a_pronoun_without_antecedent_is_not_asked_about() -> None:
    assert not list(antecedents(window("She and Ida", (0, 1, "1"), (2, 3, "1"))))
