"""Named entities: samples, the format of WNUT17, score."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Spans, Split
from qaengine.testing import check_task
from qaengine_tasks.named_entities import TYPES, NamedEntities, parse
from qaengine_tasks.overlaps import bare
from qaengine_tasks.phrasings import phrasings

TEXT = (
    "Jo\tB-person\nAnn\tI-person\nBo\tB-person\nleft\tO\n\t\n"
    "The\tB-creative-work\nSea\tI-creative-work\n"
)


def test_keeps_the_contract(tmp_path: Path) -> None:
    (tmp_path / "wnut17train.conll").write_text(TEXT)
    check_task(NamedEntities(), path=tmp_path)


def test_neighbours_of_one_type_are_two_entities() -> None:
    assert parse(TEXT, "tiny")[0] == (
        ("Jo", "Ann", "Bo", "left"),
        ((0, 2, "PERSON"), (2, 3, "PERSON")),
    )


@pytest.mark.parametrize("border", ["\n", "\t\n", " \n", "\r\n", "\n\n\n"])
def test_blank_lines_part_sentences(border: str) -> None:
    assert len(parse(f"One\tO\n{border}Two\tO\n", "tiny")) == 2


@pytest.mark.parametrize("odd", ["a\u200bb", "Dubz\ufeff", "a\u2028b", "a\x85b", '"', "\U0001f600"])
def test_odd_characters_stay_within_their_token(odd: str) -> None:
    ((tokens, _),) = parse(f"one\tO\n{odd}\tB-product\n", "tiny")
    assert tokens == ("one", odd)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Oslo\tB-city", "none of the tags"),
        ("Oslo\tX-person", "none of the tags"),
        ("Oslo B-location", "token<TAB>tag"),
        ("\tO", "token<TAB>tag"),
        ("Oslo\tI-location", "does not follow a token of the same entity"),
    ],
)
def test_a_broken_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(DataError, match=rf"tiny, line 2: .*{reason}"):
        parse(f"Ann\tB-person\n{line}\n", "tiny")


def test_a_file_without_words_is_an_error() -> None:
    with pytest.raises(DataError, match="no sentence"):
        parse("\n\t\n", "tiny")


def test_example_brackets_its_entities(tmp_path: Path) -> None:
    (tmp_path / "emerging.test.annotated").write_text(TEXT)
    first, second = NamedEntities().examples("test", path=tmp_path)
    assert first.answer == "[Jo Ann PERSON] [Bo PERSON] left"
    assert second.answer == "[The Sea CREATIVE_WORK]"


def test_training_asks_in_many_words_and_the_test_in_one(tmp_path: Path) -> None:
    for name in ("wnut17train.conll", "emerging.test.annotated"):
        (tmp_path / name).write_text("Ann\tB-person\n\n" * 1_000)
    schema = NamedEntities.schema
    train = [triple.question for triple in NamedEntities().examples("train", path=tmp_path)]
    ways = {schema.question, *schema.paraphrases, *phrasings("named_entities")}
    assert set(train) <= ways
    assert len(set(train)) > len(ways) / 2
    assert train == [one.question for one in NamedEntities().examples("train", path=tmp_path)]
    test = {triple.question for triple in NamedEntities().examples("test", path=tmp_path)}
    assert test == {"What are the named entities?"}


def test_samples_show_every_type_and_a_text_without_names() -> None:
    values = [sample.value for sample in NamedEntities().samples()]
    spans = [value.spans for value in values if isinstance(value, Spans)]
    assert {span.type for found in spans for span in found} == set(TYPES.values())
    assert () in spans


def test_score_is_perfect_for_gold() -> None:
    gold = NamedEntities().samples()
    assert NamedEntities().score(gold, [triple.value for triple in gold])["F1"] == 100


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "sentences", "tokens", "entities"),
    [
        ("train", 3_394, 62_730, 1_975),
        ("valid", 1_009, 15_733, 836),
        ("test", 1_287, 23_394, 1_079),
    ],
)
def test_counts(
    split: Split, sentences: int, tokens: int, entities: int, data_folder: Path
) -> None:
    triples = list(NamedEntities().examples(split, path=data_folder / "wnut17"))
    assert len(triples) == sentences
    assert sum(len(triple.input) for triple in triples) == tokens
    values = [triple.value for triple in triples]
    assert sum(len(value.spans) for value in values if isinstance(value, Spans)) == entities


@pytest.mark.data
def test_training_sentences_that_stand_in_valid_and_test(data_folder: Path) -> None:
    def texts(split: Split) -> list[str]:
        triples = NamedEntities().examples(split, path=data_folder / "wnut17")
        return [bare(triple.text) for triple in triples]

    train = set(texts("train"))
    splits: tuple[Split, ...] = ("valid", "test")
    for split in splits:
        shared = [text for text in texts(split) if text in train]
        print(f"{len(shared)} {split} sentences of WNUT17 stand in train")
        assert len(shared) <= 5
