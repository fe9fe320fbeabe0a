"""Reads the sentence pairs of SICK and of the STS benchmark, with scores from 1 to 5.

SICK is tab-separated, with a header; STS is comma-separated, without one, its scores from 0 to 5.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.overlaps import bare
from qaengine_tasks.text_files import find, read_text

SICK_FILES: dict[Split, str] = {
    "train": "SICK_train.txt",
    "valid": "SICK_trial.txt",
    "test": "SICK_test_annotated.txt",
}
STS_FILES: dict[Split, str] = {
    "train": "stsb-en-train.csv",
    "valid": "stsb-en-dev.csv",
    "test": "stsb-en-test.csv",
}
SICK_HEADER = ["pair_ID", "sentence_A", "sentence_B", "relatedness_score", "entailment_judgment"]


class Row(NamedTuple):
    """A row of a table, and the line of the file that it ends on."""

    line: int
    cells: list[str]


class Pair(NamedTuple):
    """Two sentences, and how related they are: from 1, not at all, to 5, the same."""

    first: str
    second: str
    score: float

    @property
    def key(self) -> tuple[str, ...]:
        """What two pairs that count as the same share; the order of the sentences is no matter."""
        return tuple(sorted((bare(self.first), bare(self.second))))


def read_sick(folder: Path, split: Split) -> list[Pair]:
    """The pairs of a split of SICK. Raises `DataError` with file and line."""
    path = find(folder, SICK_FILES[split])
    header, *rows = _rows(path, delimiter="\t", quoting=csv.QUOTE_NONE)
    if header.cells != SICK_HEADER:
        raise DataError(
            f"{path}, line {header.line}: not the header {' '.join(SICK_HEADER)}. "
            "Get the published file again."
        )
    return _pairs(path, rows, columns=5, first=1, lowest=1)


def read_sts(folder: Path, split: Split) -> list[Pair]:
    """The pairs of a split of the STS benchmark. Raises `DataError` with file and line."""
    path = find(folder, STS_FILES[split])
    return _pairs(path, _rows(path), columns=3, first=0, lowest=0)


def _rows(path: Path, **form: Any) -> list[Row]:
    """The rows that are not empty, at least one; `form` goes to `csv.reader`."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True, **form)
    try:
        rows = [Row(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise _broken(path, reader.line_num, error) from None
    if not rows:
        raise DataError(f"{path} is empty. Get the published file again.")
    return rows


def _pairs(path: Path, rows: list[Row], *, columns: int, first: int, lowest: int) -> list[Pair]:
    """Each row's sentences and score, which stand side by side from the column `first` on."""
    pairs = []
    for line, cells in rows:
        try:
            if len(cells) != columns:
                raise ValueError(f"{len(cells)} columns where {columns} are wanted")
            one, other, score = cells[first : first + 3]
            pairs.append(_pair(one, other, score, lowest))
        except ValueError as error:
            raise _broken(path, line, error) from None
    return pairs


def _pair(first: str, second: str, score: str, lowest: int) -> Pair:
    """A pair, its score stretched from the scale `lowest` to 5 onto that from 1 to 5."""
    value = float(score)
    if not lowest <= value <= 5:
        raise ValueError(f"the score {score!r} is not between {lowest} and 5")
    if not (first.strip() and second.strip()):
        raise ValueError("a sentence is empty")
    return Pair(first.strip(), second.strip(), 5 - (5 - value) * 4 / (5 - lowest))


def _broken(path: Path, line: int, error: Exception) -> DataError:
    return DataError(f"{path}, line {line}: {error}. Get the published file again.")
