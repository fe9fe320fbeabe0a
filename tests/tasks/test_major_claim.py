"""The major claim: sentences of essays, samples, score."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Spans, Split
from qaengine.testing import check_task
from qaengine_tasks.essay_files import EssaySentence, Word, parse, read_essays
from qaengine_tasks.major_claim import MajorClaim
from qaengine_tasks.overlaps import bare

TITLE = "Zoos today"
BODY = "Many like zoos . *Zoos *must *close , etc . soon . Why ?"


def block(text: str) -> str:
    """Words as lines; those with a star are in a major claim."""
    rows = []
    for number, word in enumerate(text.split(), start=1):
        label = "I-MajorClaim" if word.startswith("*") else "O"
        rows.append(f"{number}\t{word.removeprefix('*')}\t_\t_\t{label}")
    return "\n".join([*rows, "", ""])


def write(folder: Path, essays: list[str], paragraphs: list[str], file: str = "train.dat") -> None:
    for level, texts in (("Essay_Level", essays), ("Paragraph_Level", paragraphs)):
        (folder / level).mkdir(exist_ok=True)
        (folder / level / file).write_text("".join(block(text) for text in texts))


def facts(folder: Path) -> list[list[str]]:
    return [[sentence.text for sentence in essay] for essay in read_essays(folder, "train")]


def test_keeps_the_contract(tmp_path: Path) -> None:
    write(tmp_path, [f"{TITLE} {BODY}"], [TITLE, BODY])
    check_task(MajorClaim(), path=tmp_path)


def test_sentences_end_at_marks_and_paragraphs(tmp_path: Path) -> None:
    write(tmp_path, [f"{TITLE} {BODY}", BODY], [TITLE, BODY, BODY])
    body = ["Many like zoos.", "Zoos must close, etc. soon.", "Why?"]
    assert facts(tmp_path) == [["Zoos today", *body], body]


def test_paragraphs_are_found_where_words_are_cut_differently(tmp_path: Path) -> None:
    write(tmp_path, ["Good educatio n Few agree ."], ["Good education", "Few agree ."])
    assert facts(tmp_path) == [["Good educatio n", "Few agree."]]


def test_whole_sentences_are_gold(tmp_path: Path) -> None:
    write(tmp_path, [f"{TITLE} {BODY}"], [TITLE, BODY], "test.dat")
    (triple,) = MajorClaim().examples("test", path=tmp_path)
    assert triple.question == "What is the major claim?"
    assert triple.answer == "Zoos today Many like zoos. [Zoos must close, etc. soon.] Why?"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("It ' s one ' s choice , is n't it ?", "It's one's choice, is n't it?"),
        ("People \u2019 s view ( mine ) .", "People\u2019s view (mine)."),
        ("They said ' so what '", "They said ' so what '"),
    ],
)
def test_words_are_written_as_people_write_them(words: str, text: str) -> None:
    assert EssaySentence(tuple(Word(word, "") for word in words.split())).text == text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2\tzoos\t_\tO", "4 columns"),
        ("2\t \t_\t_\tO", "blank"),
        ("2\tzoos\t_\t_\tB-Thesis", "no label"),
    ],
)
def test_a_broken_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(DataError, match=f"tiny, line 2: .*{reason}"):
        parse(f"1\tMany\t_\t_\tO\n{line}\n", "tiny")


def test_labels_of_relations_are_cut() -> None:
    ((word,),) = parse("1\tzoos\t_\t_\tB-Premise:-1:Support\n", "tiny")
    assert word.component == "Premise"


def test_paragraphs_of_other_essays_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, [BODY], [TITLE])
    with pytest.raises(DataError, match="is not the text of"):
        read_essays(tmp_path, "train")


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train\.dat"):
        read_essays(tmp_path, "train")


def test_score_counts_sentences() -> None:
    gold = MajorClaim().samples()[:2]  # two sentences of the first essay, one of the second
    first = gold[0].value
    assert MajorClaim().score(gold, [triple.value for triple in gold])["F1"] == 100
    assert MajorClaim().score(gold, [first, None]) == pytest.approx(
        {"F1": 80, "precision": 100, "recall": 200 / 3}
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "essays", "sentences", "claims"),
    [("train", 286, 5_083, 533), ("valid", 36, 606, 65), ("test", 80, 1_448, 153)],
)
def test_counts(split: Split, essays: int, sentences: int, claims: int, data_folder: Path) -> None:
    triples = list(MajorClaim().examples(split, path=data_folder / "persuasive_essays"))
    assert len(triples) == essays
    assert sum(len(triple.input) for triple in triples) == sentences
    values = [triple.value for triple in triples]
    assert sum(len(value.spans) for value in values if isinstance(value, Spans)) == claims


@pytest.mark.data
def test_no_claim_is_cut_by_a_sentence_border(data_folder: Path) -> None:
    splits: tuple[Split, ...] = ("train", "valid", "test")
    for split in splits:
        for essay in read_essays(data_folder / "persuasive_essays", split):
            for one, two in pairwise(essay):
                around = {one.words[-1].component, two.words[0].component}
                assert around != {"MajorClaim"}


@pytest.mark.data
def test_training_sentences_that_stand_in_valid_and_test(data_folder: Path) -> None:
    def texts(split: Split) -> set[str]:
        triples = MajorClaim().examples(split, path=data_folder / "persuasive_essays")
        return {bare(fact) for triple in triples for fact in triple.input}

    train = texts("train")
    splits: tuple[Split, ...] = ("valid", "test")
    for split in splits:
        held_out = texts(split)
        shared = held_out & train
        print(f"{len(shared)} of {len(held_out)} {split} sentences of essays stand in train")
        assert len(shared) < 0.01 * len(held_out)
