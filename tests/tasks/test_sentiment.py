"""Sentiment: the bracket trees, the two families of questions, the phrases of training."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Label, Split
from qaengine.testing import check_task
from qaengine_tasks.phrasings import phrasings
from qaengine_tasks.sentiment import FIVE, TWO, Sentiment
from qaengine_tasks.sst_trees import Phrase, parse, read_trees

TRAIN = """\
(4 (2 It) (4 (2 's) (4 (3 good) (4 fun))))
(2 (2 a) (2 film))
(1 (2 It) (1 (2 's) (0 (0 no) (1 fun))))
"""
VALID = "(1 (0 No) (1 fun))\n"
TEST = "(3 (3 Good) (2 !))\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("train", TRAIN), ("dev", VALID), ("test", TEST)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def told(folder: Path, split: Split = "train", **options: bool | int) -> list[tuple[str, str, str]]:
    """Group, text and answer of each example."""
    stories = Sentiment().stories(split, path=folder, **options)  # type: ignore[arg-type]
    return [(group, one.text, str(one.answer)) for group, (one,) in stories]


# --- trees


def test_phrases_stand_before_those_within_them() -> None:
    assert parse("(3 (2 It) (4 (2 's) (4 fun)))") == [
        Phrase(3, ("It", "'s", "fun")),
        Phrase(2, ("It",)),
        Phrase(4, ("'s", "fun")),
        Phrase(2, ("'s",)),
        Phrase(4, ("fun",)),
    ]


def test_no_break_space_does_not_part_a_leaf() -> None:
    assert parse("(2 (2 8\u00a01\\/2) (2 Women))")[0].tokens == ("8\u00a01/2", "Women")


def test_brackets_slashes_and_asterisks_are_decoded() -> None:
    tree = parse(r"(2 (2 (2 -LRB-) (2 and\/or)) (2 (2 -RRB-) (2 \*\*)))")
    assert tree[0].tokens == ("(", "and/or", ")", "**")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("(2 (2 a) (2 b)", "not closed"),
        ("(2 a))", "behind the end"),
        ("(2 a) (2 b)", "behind the end"),
        ("(7 a)", "'7' stands where a level"),
        ("(good a)", "'good' stands where a level"),
        ("(2 (2 a) (2))", "no words"),
        ("a b", "outside the tree"),
    ],
)
def test_broken_tree_names_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "test.txt").write_text(f"{TEST}{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"test\.txt, line 2: .*{reason}"):
        list(Sentiment().stories("test", path=tmp_path))


def test_file_without_trees(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("\n")
    with pytest.raises(DataError, match="holds no tree"):
        list(Sentiment().stories("test", path=tmp_path))


def test_missing_file_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"test\.txt"):
        list(Sentiment().stories("test", path=tmp_path))


def test_gzipped_files_in_the_folder_trees(tmp_path: Path) -> None:
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "test.txt.gz").write_bytes(gzip.compress(TEST.encode()))
    assert told(tmp_path, "test")[0][1] == "Good !"


# --- questions


def test_neutral_sentence_is_asked_on_five_levels_only(folder: Path) -> None:
    assert told(folder) == [
        ("sentiment two", "It 's good fun", "positive"),
        ("sentiment five", "It 's good fun", "very positive"),
        ("sentiment five", "a film", "neutral"),
        ("sentiment two", "It 's no fun", "negative"),
        ("sentiment five", "It 's no fun", "somewhat negative"),
    ]


def test_families_share_no_question_and_fill_the_schema() -> None:
    schema = Sentiment.schema
    asked = (schema.question, *schema.paraphrases)
    assert sorted(asked) == sorted({*TWO.questions, *FIVE.questions})
    assert len(TWO.questions) >= 8
    assert len(FIVE.questions) >= 8
    assert set(schema.labels) == {answer for answer in (*TWO.answers, *FIVE.answers) if answer}


def test_a_test_set_is_asked_the_usual_question(folder: Path) -> None:
    asked = {group: one.question for group, (one,) in Sentiment().stories("test", path=folder)}
    assert asked == {
        "sentiment two": "What's the sentiment?",
        "sentiment five": "How positive is it, on five levels?",
    }


def test_training_asks_in_many_words_but_every_time_the_same(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("(4 (4 good) (2 .))\n" * 1_000)
    first, again = (list(Sentiment().stories("train", path=tmp_path)) for _ in range(2))
    assert first == again
    for family in (TWO, FIVE):
        asked = {one.question for group, (one,) in first if group == family.group}
        ways = {*family.questions, *phrasings("sentiment", family.variant)}
        assert asked <= ways
        assert len(asked) > len(ways) / 2


# --- phrases


def test_phrases_are_told_once_and_those_of_other_splits_not_at_all(folder: Path) -> None:
    more = told(folder, phrases=True)[len(told(folder)) :]
    assert more == [
        ("sentiment two", "'s good fun", "positive"),
        ("sentiment five", "'s good fun", "very positive"),
        ("sentiment two", "good fun", "positive"),
        ("sentiment five", "good fun", "very positive"),
        ("sentiment two", "'s no fun", "negative"),
        ("sentiment five", "'s no fun", "somewhat negative"),
    ]  # "no fun" is the valid sentence


def test_phrases_of_one_word_are_told_on_demand(folder: Path) -> None:
    texts = Counter(
        text for group, text, _ in told(folder, phrases=True, least_words=1) if group == FIVE.group
    )
    assert texts["fun"] == texts["It"] == 1
    assert texts["good"] == 0  # the test sentence


def test_phrases_are_for_training_only(folder: Path) -> None:
    assert told(folder, "valid", phrases=True) == told(folder, "valid")


# --- the task


def test_accuracy_is_the_score() -> None:
    gold = Sentiment().samples()[:2]
    said = (Label(label="negative"), Label(label="negative"))
    assert Sentiment().score(gold, said) == {"accuracy": 50}


def test_task_keeps_the_contract(folder: Path) -> None:
    check_task(Sentiment(), path=folder, phrases=True)


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "two", "five"),
    [("train", 6920, 8544), ("valid", 872, 1101), ("test", 1821, 2210)],
)
def test_published_sizes(data_folder: Path, split: Split, two: int, five: int) -> None:
    groups = Counter(group for group, _, _ in told(data_folder / "sst", split))
    assert groups == {"sentiment two": two, "sentiment five": five}


@pytest.mark.data
def test_published_leaves_are_decoded_and_not_split(data_folder: Path) -> None:
    sentences = [tree[0].tokens for tree in read_trees(data_folder / "sst", "train")]
    leaves = [leaf for sentence in sentences for leaf in sentence]
    assert not any(mark in leaf for leaf in leaves for mark in ("-LRB-", "-RRB-", "\\"))
    assert sum("\u00a0" in leaf for leaf in leaves) == 3
