"""The training sentences of the English data sets, split into words: nothing of dev or test.

No movie reviews but SST's own training trees, as its figures ask for. Sentences of SICK and STS
that stand in the dev or test pairs of either are left out.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qaengine.text import words

Sentence = tuple[str, ...]

_LEAF = re.compile(r"\(\d ([^() ]+)\)")
_TREEBANK = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"'}


def training_sentences(data: Path) -> dict[str, list[Sentence]]:
    """The sentences of each data set in the folder `data`, a tuple of words each."""
    return {name: list(read(data)) for name, read in READERS.items()}


def _sst(data: Path) -> Iterator[Sentence]:
    for line in _lines(data / "sst/trees/train.txt.gz"):
        leaves = _LEAF.findall(line)
        yield tuple(_TREEBANK.get(leaf, leaf.replace("\\/", "/")) for leaf in leaves)


def _columns(path: str, column: int) -> Callable[[Path], Iterator[Sentence]]:
    """A reader of files with a token a line and a blank line behind each sentence."""

    def read(data: Path) -> Iterator[Sentence]:
        sentence: list[str] = []
        for line in _lines(data / path):
            cells = line.split("\t")
            if not line.strip():
                if sentence:
                    yield tuple(sentence)
                sentence = []
            elif not line.startswith("# ") and (column == 0 or cells[0].isdigit()):
                sentence.append(cells[column])
        if sentence:
            yield tuple(sentence)

    return read


def _sick(data: Path) -> Iterator[Sentence]:
    yield from _unseen(data, (pair for pair, _ in sick_pairs(data / "sick/SICK_train.txt.gz")))


def _sts(data: Path) -> Iterator[Sentence]:
    file = data / "stsbenchmark/stsb-en-train.csv.gz"
    yield from _unseen(data, (pair for pair, _ in sts_pairs(file)))


def sick_pairs(path: Path) -> Iterator[tuple[tuple[str, str], float]]:
    """The pairs of a file of SICK with their relatedness, 1 to 5."""
    for line in _lines(path)[1:]:
        if line:
            _, one, other, score, _ = line.split("\t")
            yield (one, other), float(score)


def sts_pairs(path: Path) -> Iterator[tuple[tuple[str, str], float]]:
    """The pairs of a file of STS with their similarity, 0 to 5."""
    for one, other, score in filter(None, csv.reader(_lines(path))):
        yield (one, other), float(score)


def _unseen(data: Path, pairs: Iterable[tuple[str, str]]) -> Iterator[Sentence]:
    """The distinct sentences of the pairs, without those in dev or test pairs."""
    sick, sts = data / "sick", data / "stsbenchmark"
    held_out = [
        pair
        for pairs in (
            sick_pairs(sick / "SICK_trial.txt.gz"),
            sick_pairs(sick / "SICK_test_annotated.txt.gz"),
            sts_pairs(sts / "stsb-en-dev.csv.gz"),
            sts_pairs(sts / "stsb-en-test.csv.gz"),
        )
        for pair, _ in pairs
    ]
    seen = {_bare(text) for pair in held_out for text in pair}
    for text in (text for pair in pairs for text in pair):
        if _bare(text) not in seen:
            seen.add(_bare(text))
            yield words(text)


def _gap(data: Path) -> Iterator[Sentence]:
    for line in _lines(data / "gap/gap-development.tsv.gz")[1:]:
        if line:
            yield words(line.split("\t")[1])


def _trec(data: Path) -> Iterator[Sentence]:
    for line in (data / "trec_qc/train.txt").read_text("latin-1").splitlines():
        yield tuple(line.split()[1:])


def _multi30k(data: Path) -> Iterator[Sentence]:
    for line in _lines(data / "multi30k/task1_raw/train.en.gz"):
        if line:
            yield words(line)


READERS: dict[str, Callable[[Path], Iterator[Sentence]]] = {
    "sst": _sst,
    "sick": _sick,
    "stsbenchmark": _sts,
    "ud_english_ewt": _columns("ud_english_ewt/en_ewt-ud-train.conllu.gz", 1),
    "ud_english_gum": _columns("ud_english_gum/en_gum-ud-train.from-sources.conllu.gz", 1),
    "gap": _gap,
    "wnut17": _columns("wnut17/wnut17train.conll.gz", 0),
    "trec_qc": _trec,
    "multi30k": _multi30k,
    "persuasive_essays": _columns("persuasive_essays/Paragraph_Level/train.dat.gz", 1),
}


def tatoeba_sentences(data: Path) -> Iterator[Sentence]:
    """The distinct English sentences of Tatoeba that are for training (98 of 100)."""
    seen = set()
    for line in _lines(data / "tatoeba_fra_eng/fra.txt.gz"):
        english = line.split("\t")[0]
        if english and english not in seen:
            seen.add(english)
            yield words(english)


def _lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().split("\n")


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
