"""Mentions: sentences of GUM and LitBank, samples, score."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Spans, Split, Triple
from qaengine.testing import check_task
from qaengine_tasks.conllu import read_sentences
from qaengine_tasks.coreference_files import Document, Mention, read_documents
from qaengine_tasks.mentions import Mentions, cut
from qaengine_tasks.overlaps import bare
from qaengine_tasks.text_files import find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one little document of GUM as its training set."""
    write_gum(tmp_path, ["Ann/(person-1)", "left", "."], ["She/(person-1)", "ran"])
    return tmp_path


def write_gum(folder: Path, *sentences: list[str]) -> None:
    rows, words = ["# begin document GUM_tale_ann"], ["# newdoc id = GUM_tale_ann"]
    for sentence in sentences:
        for number, word in enumerate(sentence, start=1):
            token, _, brackets = word.partition("/")
            rows.append(f"{len(rows) - 1}\t{token}\t{brackets or '_'}")
            words.append(f"{number}\t{token}\t_\tX\tX\t_\t{number - 1}\tdep\t_\t_")
        words.append("")
    for name, lines in (
        ("gum_coref/gum_train.conll", rows),
        ("ud_english_gum/en_gum-ud-train.conllu", words),
    ):
        (folder / name).parent.mkdir()
        (folder / name).write_text("\n".join([*lines, ""]))


def spans(triple: Triple) -> Spans:
    assert isinstance(triple.value, Spans)
    return triple.value


def gum(split: Split, folder: Path) -> list[Triple]:
    return [story[0] for _, story in Mentions().stories(split, path=folder)]


def test_keeps_the_contract(folder: Path) -> None:
    check_task(Mentions(), path=folder)


def test_a_sentence_of_the_treebank_is_an_example(folder: Path) -> None:
    stories = list(Mentions().stories("train", path=folder))
    assert [group for group, _ in stories] == ["mentions gum", "mentions gum"]
    assert [story[0].answer for _, story in stories] == ["[Ann] left .", "[She] ran"]


@pytest.mark.parametrize(
    ("text", "mention", "found"),
    [
        ("Ann 's cat ran", (0, 2), (0, 1)),
        ("Ann \u2019s cat ran", (0, 2), (0, 1)),
        ("The twins ' cat", (0, 3), (0, 2)),
        ("the ' cat ' ran", (0, 4), (0, 4)),
        ("Let 's go", (1, 2), (1, 2)),
        ("the cat ran", (0, 2), (0, 2)),
    ],
)
def test_a_mention_ends_before_its_possessive(
    text: str, mention: tuple[int, int], found: tuple[int, int]
) -> None:
    words = tuple(text.split())
    told = Document("tale", words, (Mention(*mention, "1"),))
    assert cut(told, [(0, len(words))]) == [(words, ((*found, ""),))]


def test_one_place_of_two_entities_is_one_mention() -> None:
    document = Document("d", ("a", "b"), (Mention(0, 2, "1"), Mention(0, 2, "2")))
    assert cut(document, [(0, 2)]) == [(("a", "b"), ((0, 2, ""),))]


def test_mentions_across_a_border_are_left_out() -> None:
    mentions = (Mention(0, 2, "1"), Mention(1, 3, "2"), Mention(2, 3, "3"))
    document = Document("d", ("a", "b", "c"), mentions)
    assert cut(document, [(0, 2), (2, 3)]) == [
        (("a", "b"), ((0, 2, ""),)),
        (("c",), ((0, 1, ""),)),
    ]


def test_a_treebank_of_another_release_is_an_error(folder: Path) -> None:
    file = folder / "ud_english_gum/en_gum-ud-train.conllu"
    text = file.read_text()
    file.write_text(text.replace("left", "leaves"))
    with pytest.raises(DataError, match="GUM_tale_ann, token 1: 'left'"):
        gum("train", folder)
    file.write_text(text.replace("GUM_tale_ann", "GUM_tale_bo"))
    with pytest.raises(DataError, match=r"lacks 1 documents .* GUM_tale_ann first"):
        gum("train", folder)


def test_litbank_holds_its_last_documents_out(folder: Path) -> None:
    (folder / "litbank").mkdir()
    with tarfile.open(folder / "litbank/coref_conll.tar.gz", "w:gz") as archive:
        for number in range(21, 0, -1):
            name = f"{number:02}_tale"
            row = "\t".join([name, "0", "0", name, *"________", "(1)"])
            content = f"#begin document ({name}); part 0\n{row}\n\n#end document\n".encode()
            info = tarfile.TarInfo(f"conll/{name}.conll")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    groups = dict(Mentions().stories("train", path=folder, litbank=True))
    assert groups["mentions litbank"][0].answer == "[01_tale]"


def test_samples_show_nested_mentions_and_none() -> None:
    answers = [sample.answer for sample in Mentions().samples()]
    assert "[[Rosa] 's neighbour] grows [tomatoes on [the balcony]] ." in answers
    assert () in [spans(sample).spans for sample in Mentions().samples()]


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "sentences", "tokens", "mentions"),
    [
        pytest.param("train", 10_224, 177_410, 49_649, marks=pytest.mark.slow),
        ("valid", 1_575, 28_119, 7_897),
        ("test", 1_464, 28_397, 7_927),
    ],
)
def test_no_mention_of_gum_is_lost(
    split: Split, sentences: int, tokens: int, mentions: int, data_folder: Path
) -> None:
    triples = gum(split, data_folder)
    assert len(triples) == sentences
    assert sum(len(triple.input) for triple in triples) == tokens
    assert sum(len(spans(triple).spans) for triple in triples) == mentions
    assert all(fact.strip() for triple in triples for fact in triple.input)


@pytest.mark.data
@pytest.mark.slow
def test_counts_of_litbank(data_folder: Path) -> None:
    def counts(split: Split) -> tuple[int, int]:
        stories = Mentions().stories(split, path=data_folder, litbank=True)
        told = [story[0] for group, story in stories if group == "mentions litbank"]
        return len(told), sum(len(spans(triple).spans) for triple in told)

    assert counts("train") == (6_997, 23_176)
    assert counts("valid") == (806, 2_752)
    assert counts("test") == (759, 3_169)


@pytest.mark.data
@pytest.mark.slow
def test_splits_are_those_of_the_treebank(data_folder: Path) -> None:
    seen: set[str] = set()
    for mine, other in (
        ("train", "train.from-sources"),
        ("dev", "dev"),
        ("test", "test"),
    ):
        file = find(data_folder / "ud_english_gum", f"en_gum-ud-{other}.conllu")
        treebank = {sentence.document for sentence in read_sentences(file)}
        names = {one.name for one in read_documents(data_folder / f"gum_coref/gum_{mine}.conll.gz")}
        assert names == treebank
        assert not names & seen
        seen |= names


@pytest.mark.data
@pytest.mark.slow
def test_training_sentences_that_stand_in_valid_and_test(data_folder: Path) -> None:
    train = {bare(triple.text) for triple in gum("train", data_folder)}
    splits: tuple[Split, ...] = ("valid", "test")
    for split in splits:
        held_out = gum(split, data_folder)
        shared = [triple for triple in held_out if bare(triple.text) in train]
        long = [triple for triple in shared if len(triple.input) > 8]
        print(
            f"{len(shared)} of {len(held_out)} {split} sentences stand in train, {len(long)} long"
        )
        assert len(long) < 0.01 * len(held_out)
