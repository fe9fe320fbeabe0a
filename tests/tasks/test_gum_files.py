"""GUM's two kinds of files put together: documents, their sentences, and the names in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine_tasks.coreference_files import Document, Mention
from qaengine_tasks.gum_files import names, read_gum
from qaengine_tasks.named_entities import NamedEntities, read

WORDS = (
    "Ada/NNP/(person-1) 's/POS/ cat/NN/ likes/VBZ/ Riga/NNP/(place-2) ./././",
    "the/DT/(person-3 old/JJ/ Bo/NNP/ Lind/NNP/person-3) left/VBD/",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a document of GUM and a sentence of WNUT17."""
    rows, treebank = ["# begin document GUM_tale"], ["# newdoc id = GUM_tale"]
    for sentence in WORDS:
        for number, word in enumerate(sentence.split(), start=1):
            form, tag, brackets = word.split("/") if word != "./././" else (".", ".", "")
            rows.append(f"{len(rows) - 1}\t{form}\t{brackets or '_'}")
            treebank.append(f"{number}\t{form}\t_\tX\t{tag}\t_\t{number - 1}\tdep\t_\t_")
        treebank.append("")
    for name, lines in (
        ("gum_coref/gum_train.conll", rows),
        ("ud_english_gum/en_gum-ud-train.conllu", treebank),
        ("wnut17/wnut17train.conll", ["Orbix\tB-corporation", ""]),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("\n".join([*lines, ""]))
    return tmp_path


def test_a_document_comes_with_its_sentences(folder: Path) -> None:
    ((document, sentences, borders),) = read_gum("train", folder)
    assert borders == ((0, 6), (6, 11))
    assert [document.tokens[first:last] for first, last in borders] == [
        one.forms for one in sentences
    ]


def test_a_name_is_the_proper_nouns_at_a_mentions_end(folder: Path) -> None:
    ((document, sentences, _),) = read_gum("train", folder)
    assert names(document, sentences) == [(0, 1, "person"), (4, 5, "place"), (8, 10, "person")]


def test_a_name_has_the_type_of_the_innermost_mention(folder: Path) -> None:
    ((document, sentences, _),) = read_gum("train", folder)
    mentions = (Mention(2, 5, "7", "animal"), *document.mentions)
    told = Document(document.name, document.tokens, mentions)
    assert (4, 5, "place") in names(told, sentences)


def test_training_has_wnut17_twice_and_gum(folder: Path) -> None:
    answers = [
        one.answer for one in NamedEntities().examples("train", gum=True, path=folder / "wnut17")
    ]
    assert answers == [
        "[Orbix CORPORATION]",
        "[Orbix CORPORATION]",
        "[Ada PERSON] 's cat likes [Riga LOCATION] .",
        "the old [Bo Lind PERSON] left",
    ]


def test_other_words_in_the_treebank_are_an_error(folder: Path) -> None:
    file = folder / "ud_english_gum/en_gum-ud-train.conllu"
    file.write_text(file.read_text().replace("\tRiga\t", "\tOslo\t"))
    with pytest.raises(DataError, match="token 4: 'Riga' in the coreference file, 'Oslo' in"):
        read_gum("train", folder)


@pytest.mark.data
def test_counts(data_folder: Path) -> None:
    own = len(read("train", path=data_folder / "wnut17"))
    sentences = read("train", gum=True, path=data_folder / "wnut17")[2 * own :]
    assert len(sentences) == 10_224
    assert sum(len(found) for _, found in sentences) == 4_908
    assert read("valid", gum=True, path=data_folder / "wnut17") == read(
        "valid", path=data_folder / "wnut17"
    )
