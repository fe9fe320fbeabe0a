"""Part-of-speech tags: samples, files, score."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Split, Tags
from qaengine.testing import check_task
from qaengine_tasks.conllu import read_sentences
from qaengine_tasks.overlaps import bare
from qaengine_tasks.part_of_speech import TAGS, PartOfSpeech
from qaengine_tasks.text_files import find

HELD_OUT_QUESTION = "Tag each word with its part of speech."


def write(folder: Path, name: str, tag: str = "NNS") -> None:
    lines = [f"1\tBirds\tbird\tNOUN\t{tag}\t_\t2\tnsubj\t_\t_", "2\tsing\tsing\tVERB\tVBP"]
    (folder / name).write_text("\n".join([lines[0], f"{lines[1]}\t_\t0\troot\t_\t_", ""]))


def test_keeps_the_contract(tmp_path: Path) -> None:
    write(tmp_path, "en_ewt-ud-train.conllu")
    check_task(PartOfSpeech(), path=tmp_path)


def test_a_sentence_and_its_tags(tmp_path: Path) -> None:
    write(tmp_path, "en_ewt-ud-test.conllu")
    (triple,) = PartOfSpeech().examples("test", path=tmp_path)
    assert (triple.input, triple.answer) == (("Birds", "sing"), "NNS VBP")
    assert triple.question == "What are the POS tags?"


def test_sentences_of_gum_are_tagged_as_ewt_does_and_stand_in_no_other_split(
    tmp_path: Path,
) -> None:
    def conllu(*sentences: str) -> str:
        told = []
        for sentence in sentences:
            for number, word in enumerate(sentence.split(), start=1):
                form, tag = word.rsplit("/", 1)
                told.append(f"{number}\t{form}\t_\tX\t{tag}\t_\t{number - 1}\tdep\t_\t_")
            told.append("")
        return "\n".join(told)

    files = {
        "ewt/en_ewt-ud-train.conllu": conllu("Go/VB ;/, stay/VB ;/,", "No/DT ;/:"),
        "ewt/en_ewt-ud-dev.conllu": conllu("Birds/NNS sing/VBP"),
        "ewt/en_ewt-ud-test.conllu": conllu("Yes/UH"),
        "ud_english_gum/en_gum-ud-train.conllu": conllu(
            "birds/NNS sing/VBP", "Cats/NNS ;/: dogs/NNS #/:"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    answers = [
        one.answer for one in PartOfSpeech().examples("train", gum=True, path=tmp_path / "ewt")
    ]
    assert answers == ["VB , VB ,", "DT :", "NNS , NNS :"]
    valid = PartOfSpeech().examples("valid", gum=True, path=tmp_path / "ewt")
    assert len(list(valid)) == 1


def test_an_unknown_tag_is_named(tmp_path: Path) -> None:
    write(tmp_path, "en_ewt-ud-test.conllu", "NOUNS")
    with pytest.raises(DataError, match=r"sentence 1 .*'Birds' has the XPOS 'NOUNS'"):
        list(PartOfSpeech().examples("test", path=tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="en_ewt-ud-dev"):
        list(PartOfSpeech().examples("valid", path=tmp_path))


def test_samples_have_a_known_tag_for_each_token() -> None:
    for sample in PartOfSpeech().samples():
        tags = (sample.answer or "").split()
        assert len(tags) == len(sample.input)
        assert set(tags) <= set(TAGS)


def test_accuracy_counts_tokens() -> None:
    gold = PartOfSpeech().samples()[:2]
    tags = (gold[0].answer or "").split()
    right = Tags(tokens=gold[0].input, tags=tuple(tags))
    one_wrong = Tags(tokens=gold[0].input, tags=("CD", *tags[1:]))
    score = PartOfSpeech().score
    assert score(gold[:1], [right]) == {"accuracy": 100}
    assert score(gold[:1], [one_wrong])["accuracy"] == pytest.approx(100 * 6 / 7)
    assert score(gold, [right, None])["accuracy"] == pytest.approx(100 * 7 / 13)


def test_phrasings_for_routing_are_held_out() -> None:
    schema = PartOfSpeech.schema
    assert len(schema.paraphrases) >= 8
    assert bare(HELD_OUT_QUESTION) not in {bare(one) for one in schema.paraphrases}


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "sentences", "words"),
    [("train", 12_544, 204_577), ("valid", 2_001, 25_147), ("test", 2_077, 25_094)],
)
def test_counts(split: Split, sentences: int, words: int, data_folder: Path) -> None:
    triples = list(PartOfSpeech().examples(split, path=data_folder / "ud_english_ewt"))
    assert len(triples) == sentences
    assert sum(len(triple.input) for triple in triples) == words
    assert all(fact.strip() for triple in triples for fact in triple.input)


@pytest.mark.data
def test_tags_are_those_of_the_training_set(data_folder: Path) -> None:
    file = find(data_folder / "ud_english_ewt", "en_ewt-ud-train.conllu")
    found = {token.xpos for sentence in read_sentences(file) for token in sentence.tokens}
    assert tuple(sorted(found)) == TAGS


@pytest.mark.data
def test_training_sentences_that_stand_in_valid_and_test(data_folder: Path) -> None:
    def texts(split: Split) -> list[str]:
        triples = PartOfSpeech().examples(split, path=data_folder / "ud_english_ewt")
        return [bare(triple.text) for triple in triples]

    train = set(texts("train"))
    splits: tuple[Split, ...] = ("valid", "test")
    for split in splits:
        held_out = texts(split)
        shared = [text for text in held_out if text in train]
        long = [text for text in shared if len(text) > 30]
        print(
            f"{len(shared)} of {len(held_out)} {split} sentences stand in train, {len(long)} long"
        )
        assert len(long) < 0.01 * len(held_out)
