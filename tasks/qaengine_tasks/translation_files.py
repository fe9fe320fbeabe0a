"""Reads pairs of English sentences and translations: Multi30k and Tatoeba, plain or gzipped.

Multi30k keeps a language a file (`train.en`, `train.fr`), aligned by line. Tatoeba, as
manythings.org publishes it, is one file of `English<TAB>French` lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine.subwords import tidy
from qaengine_tasks.text_files import find, read_text

Pair = tuple[str, str]
"""An English sentence and its translation, both tidy."""

MULTI30K: dict[Split, str] = {"train": "train", "valid": "val", "test": "test_2016_flickr"}
"""What its files call the splits."""
LANGUAGES = {"french": "fr", "german": "de"}
LONGEST = 30
"""English words of a Tatoeba pair, counted by blanks; longer ones are left out."""


def read_multi30k(folder: Path, split: Split, language: str) -> list[Pair]:
    """Pairs in the file's order; `folder` holds task1_raw/. Raises `DataError`."""
    stem, raw = MULTI30K[split], folder / "task1_raw"
    source, target = (find(raw, f"{stem}.{ending}") for ending in ("en", LANGUAGES[language]))
    english, foreign = _lines(source, "multi30k"), _lines(target, "multi30k")
    if len(english) != len(foreign):
        raise DataError(
            f"{source} has {len(english)} lines, {target} has {len(foreign)}; they belong together "
            f"line by line. {_again('multi30k')}"
        )
    return [(tidy(one), tidy(other)) for one, other in zip(english, foreign, strict=True)]


def read_tatoeba(folder: Path, split: Split) -> list[Pair]:
    """Pairs in the file's order; `folder` holds fra.txt. Raises `DataError`.

    Nothing is published of splits: here all pairs of one English sentence fall into one. In train
    they are all kept, in valid and test the first.
    """
    path = find(folder, "fra.txt")
    pairs = []
    for number, line in enumerate(_lines(path, "tatoeba_fra_eng"), start=1):
        fields = [tidy(field) for field in line.split("\t")]
        if len(fields) != 2 or not all(fields):
            raise DataError(
                f"{path}, line {number}: a line is English<TAB>French. The line: {line[:100]!r}. "
                f"{_again('tatoeba_fra_eng')}"
            )
        pairs.append((fields[0], fields[1]))
    return of_split([pair for pair in pairs if len(pair[0].split()) <= LONGEST], split)


def of_split(pairs: Iterable[Pair], split: Split) -> list[Pair]:
    """Pairs of a corpus of which no splits are published: in training all translations of a
    sentence, else the first."""
    kept = [pair for pair in pairs if split_by_letters(pair[0]) == split]
    if split == "train":
        return kept
    first: dict[str, str] = {}
    for english, french in kept:
        first.setdefault(english, french)
    return list(first.items())


def split_by_letters(english: str) -> Split:
    """98 of 100 sentences are for training, by a hash of their letters in lower case."""
    letters = "".join(filter(str.isalpha, english.lower()))
    draw = int.from_bytes(hashlib.sha256(letters.encode()).digest()[:8], "big") % 100
    return "test" if draw == 0 else "valid" if draw == 1 else "train"


def _lines(path: Path, data_set: str) -> list[str]:
    """The lines of a file as found; one that is empty is an error."""
    lines = read_text(path).removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            raise DataError(f"{path}, line {number}: the line is empty. {_again(data_set)}")
    return lines


def _again(data_set: str) -> str:
    return f"Fetch it again: `qaengine fetch {data_set}`."
