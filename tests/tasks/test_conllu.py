"""The reader of CoNLL-U treebanks."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine_tasks.conllu import Token, parse, read_sentences

TEXT = """\
# newdoc id = letter
# sent_id = letter-1
# text = Don't go.
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
3.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_
4\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

# sent_id = letter-2
1\tStay\tstay\tVERB\tVB\t_\t0\troot\t_\t_
"""


def test_words_without_fused_ones_and_empty_nodes() -> None:
    sentence = parse(TEXT, "tiny")[0]
    assert sentence.forms == ("Do", "n't", "go", ".")
    assert sentence.tokens[1] == Token("n't", "not", "PART", "RB", 3, "advmod")


def test_last_sentence_needs_no_blank_line() -> None:
    assert [sentence.name for sentence in parse(TEXT.rstrip(), "tiny")] == ["letter-1", "letter-2"]


def test_document_lasts_till_the_next_begins() -> None:
    text = f"{TEXT}\n# newdoc id = diary\n1\tRain\train\tNOUN\tNN\t_\t0\troot\t_\t_\n"
    assert [sentence.document for sentence in parse(text, "tiny")] == ["letter", "letter", "diary"]


def test_gz_and_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "tiny.conllu.gz"
    file.write_bytes(gzip.compress(TEXT.replace("\n", "\r\n").encode()))
    assert read_sentences(file) == parse(TEXT, "tiny")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("2\tn't", "3\tn't", 6, "has the number 2"),
        ("\t_\t3\taux\t_\t_", "\t_\t3\taux", 5, "8 columns"),
        ("3\tgo\tgo", "3\t \tgo", 7, "blank"),
        ("3\tpunct", "_\tpunct", 9, "the head is the number"),
        ("3\tpunct", "7\tpunct", 10, "depends on word 7 of 4"),
    ],
)
def test_a_broken_line_is_named(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(DataError, match=rf"tiny\.conllu, line {line}: .*{reason}"):
        parse(TEXT.replace(old, new), "tiny.conllu")


def test_a_file_without_words_is_an_error() -> None:
    with pytest.raises(DataError, match="no sentence"):
        parse("# text = nothing\n\n", "tiny")


def test_a_file_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "cut.conllu.gz"
    file.write_bytes(gzip.compress(TEXT.encode())[:-20])
    with pytest.raises(DataError, match="cannot be read"):
        read_sentences(file)
