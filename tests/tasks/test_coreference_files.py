"""The reader of coreference brackets, in GUM's and in LitBank's columns."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine_tasks.coreference_files import Mention, parse, read_documents, sentences_of

GUM = """\
# begin document GUM_tale_ann
0\tAnn\t(person-1(person-2)
1\t's\t_
2\tbrother\tperson-1)
3\tmet\t_
4\tTom\t(person-3-Tom_%28cat%29)
5\t.\t_
# end document

# begin document GUM_tale_bo
0\tBo\t(person-1)
# end document
"""


def litbank(*sentences: str) -> str:
    """Sentences of `word` or `word/brackets` as a file with thirteen columns."""
    lines = ["#begin document (1_tale_brat); part 0"]
    for sentence in sentences:
        for number, word in enumerate(sentence.split()):
            token, _, brackets = word.partition("/")
            lines.append("\t".join(["1_tale_brat", "0", str(number), token, *"________", brackets]))
        lines.append("")
    return "\n".join([*lines, "#end document", ""])


def marks(brackets: str) -> set[tuple[int, int, str]]:
    """Mentions of a document whose tokens carry these brackets, one a token."""
    lines = [f"{number}\tx\t{one}" for number, one in enumerate(brackets.split())]
    (document,) = parse("\n".join(["# begin document d", *lines]), "tiny")
    return {(mention.start, mention.end, mention.group) for mention in document.mentions}


def test_gum_has_types_and_entities_named_by_number() -> None:
    first, second = parse(GUM, "tiny")
    assert first.tokens == ("Ann", "'s", "brother", "met", "Tom", ".")
    assert first.mentions == (
        Mention(0, 3, "1", "person"),
        Mention(0, 1, "2", "person"),
        Mention(4, 5, "3", "person"),
    )
    assert (second.name, second.sentences) == ("GUM_tale_bo", ())


def test_litbank_has_sentences() -> None:
    (document,) = parse(litbank("Ann/(1)|(2 and", "Bo/2)|(3) left"), "tiny")
    assert document.name == "1_tale_brat"
    assert document.sentences == ((0, 2), (2, 4))
    assert [(one.start, one.end, one.group) for one in document.mentions] == [
        (0, 3, "2"),
        (0, 1, "1"),
        (2, 3, "3"),
    ]


@pytest.mark.parametrize(
    ("brackets", "found"),
    [
        ("(1(2) _ 1)", {(0, 3, "1"), (0, 1, "2")}),
        ("(1 (2 1) 2)", {(0, 3, "1"), (1, 4, "2")}),
        ("(7 (7) 7)", {(0, 3, "7"), (1, 2, "7")}),
        ("(1 1)(2 2)(3)", {(0, 2, "1"), (1, 3, "2"), (2, 3, "3")}),
        ("(1|(2) 1)|(3)", {(0, 2, "1"), (0, 1, "2"), (1, 2, "3")}),
    ],
)
def test_nested_crossing_and_neighbouring_mentions(
    brackets: str, found: set[tuple[int, int, str]]
) -> None:
    assert marks(brackets) == found


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("person-1)", "person-9)", "line 4", "person-9 ends that did not begin"),
        ("person-1)", "_", "line 8", "open mentions of person-1"),
        ("person-1)", "person-1", "line 4", "not made of brackets"),
        ("(person-3-Tom_%28cat%29)", "(person)", "line 6", "no number of an entity"),
        ("3\tmet\t_", "3\tmet", "line 5", "2 columns"),
        ("3\tmet\t_", "3\t \t_", "line 5", "blank"),
        ("# begin document GUM_tale_ann\n", "", "line 1", "begins with"),
    ],
)
def test_a_broken_line_is_named(old: str, new: str, place: str, reason: str) -> None:
    with pytest.raises(DataError, match=f"tiny, {place}: .*{reason}"):
        parse(GUM.replace(old, new), "tiny")


def test_a_file_that_is_cut_short_is_an_error() -> None:
    with pytest.raises(DataError, match="cut short"):
        parse(GUM[: GUM.index("2\tbrother")], "tiny")


def test_archive_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    path = tmp_path / "coref.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("b.conll", "a.conll", "README"):
            content = f"# begin document {name}\n0\tAnn\t(1)\n".encode()
            info = tarfile.TarInfo(f"conll/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert [document.name for document in read_documents(path)] == ["a.conll", "b.conll"]


def test_a_file_without_documents_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.conll").write_text("\n")
    with pytest.raises(DataError, match="no document"):
        read_documents(tmp_path / "empty.conll")


def test_sentences_of_another_file_fall_on_the_same_tokens() -> None:
    document = parse(GUM, "tiny")[0]
    sentences = [["Ann", "'s", "brother"], ["met", "Tom", "."]]
    assert sentences_of(document, sentences) == [(0, 3), (3, 6)]


@pytest.mark.parametrize(
    ("sentences", "reason"),
    [
        ([["Ann", "'s", "sister", "met", "Tom", "."]], "token 2: 'brother' .* 'sister'"),
        ([["Ann", "'s"]], "6 tokens .* 2 in"),
    ],
)
def test_other_words_are_an_error(sentences: list[list[str]], reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        sentences_of(parse(GUM, "tiny")[0], sentences)


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "documents", "tokens", "mentions"),
    [
        ("gum_coref/gum_dev.conll.gz", 30, 28_119, 7_897),
        ("gum_coref/gum_test.conll.gz", 30, 28_397, 7_927),
        ("gum_coref/ontogum_train.conll.gz", 177, 177_410, 23_320),
        ("gum_coref/ontogum_dev.conll.gz", 30, 28_119, 3_818),
        ("gum_coref/ontogum_test.conll.gz", 30, 28_397, 3_581),
        ("litbank/coref_conll.tar.gz", 100, 210_532, 29_103),
    ],
)
def test_counts(file: str, documents: int, tokens: int, mentions: int, data_folder: Path) -> None:
    found = read_documents(data_folder / file)
    assert len(found) == documents
    assert sum(len(document.tokens) for document in found) == tokens
    assert sum(len(document.mentions) for document in found) == mentions


@pytest.mark.data
def test_the_bar_that_ontogum_lost_is_back(data_folder: Path) -> None:
    native, ontogum = (
        [one.tokens for one in read_documents(data_folder / f"gum_coref/{name}_dev.conll.gz")]
        for name in ("gum", "ontogum")
    )
    assert ontogum == native
