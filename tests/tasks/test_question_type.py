"""Question types: TREC's file format, its classes as words, its splits."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Split, Triple
from qaengine.testing import check_task
from qaengine_tasks.phrasings import phrasings
from qaengine_tasks.question_type import CLASSES, QuestionType

TEST = "NUM:date When did it end ?\nDESC:def What is a quark ?\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [f"HUM:ind Who wrote book {number} ?\n" for number in range(100)]
    train = "".join([*lines, *lines, "DESC:def what is a Quark\n"])
    (tmp_path / "train.txt").write_text(train, encoding="latin-1")
    (tmp_path / "test.txt").write_text(TEST, encoding="latin-1")
    return tmp_path


def read(folder: Path, split: Split) -> list[Triple]:
    return list(QuestionType().examples(split, path=folder))


def texts(folder: Path, split: Split) -> list[str]:
    return [triple.text for triple in read(folder, split)]


def test_tokens_and_class_as_a_word(folder: Path) -> None:
    first, _ = read(folder, "test")
    assert first.input == ("When", "did", "it", "end", "?")
    assert first.answer == "number"
    assert first.question == "What is being asked for?"


@pytest.mark.parametrize(("coarse", "answer"), CLASSES.items())
def test_every_class_is_a_label(tmp_path: Path, coarse: str, answer: str) -> None:
    (tmp_path / "test.txt").write_text(f"{coarse}:x What ?\n")
    assert [triple.answer for triple in read(tmp_path, "test")] == [answer]
    assert answer in QuestionType.schema.labels


def test_file_is_latin_1(tmp_path: Path) -> None:
    line = b"LOC:city Which city is a sister\xf0city\xa0?\n"
    (tmp_path / "test.txt.gz").write_bytes(gzip.compress(line))
    assert read(tmp_path, "test")[0].input[-1] == "sister\u00f0city\u00a0?"


def test_training_and_validation_share_no_question_and_miss_none(folder: Path) -> None:
    train, valid = Counter(texts(folder, "train")), Counter(texts(folder, "valid"))
    assert not train.keys() & valid.keys()
    assert set((train + valid).values()) == {2}
    assert len(train + valid) == 100
    assert 3 <= len(valid) <= 20


def test_training_question_that_the_test_asks_is_left_out(folder: Path) -> None:
    assert "what is a Quark" not in texts(folder, "train") + texts(folder, "valid")


def test_training_asks_in_many_words_but_every_time_the_same(folder: Path) -> None:
    schema = QuestionType.schema
    first, again = read(folder, "train"), read(folder, "train")
    assert first == again
    ways = {schema.question, *schema.paraphrases, *phrasings("question_type")}
    assert {one.question for one in first} <= ways
    assert len({one.question for one in first}) > 2
    assert {one.question for one in read(folder, "valid")} == {schema.question}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("WHO:ind Who is it ?", "CLASS one of ABBR, ENTY"),
        ("HUM Who is it ?", "CLASS:fine question"),
        ("HUM:ind", "no question follows"),
    ],
)
def test_broken_line_names_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "test.txt").write_text(f"{TEST}{line}\n")
    with pytest.raises(DataError, match=rf"test\.txt, line 3: .*{reason}"):
        read(tmp_path, "test")


def test_damaged_archive(tmp_path: Path) -> None:
    (tmp_path / "test.txt.gz").write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"test\.txt\.gz cannot be read"):
        read(tmp_path, "test")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("\n")
    with pytest.raises(DataError, match="holds no question"):
        read(tmp_path, "test")


def test_task_keeps_the_contract(folder: Path) -> None:
    check_task(QuestionType(), path=folder)


@pytest.mark.data
@pytest.mark.parametrize(("split", "count"), [("train", 4900), ("valid", 541), ("test", 500)])
def test_sizes(data_folder: Path, split: Split, count: int) -> None:
    assert len(read(data_folder / "trec_qc", split)) == count
