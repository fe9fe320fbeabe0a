"""Word vectors made elsewhere: GloVe's text, fastText's .vec, and our own pair of files.

Our own pair is a .safetensors file with a matrix "vectors" (n, d), and beside it `words.txt` with
n words, a word a line. A text may be gzipped. `recipes/word_vectors.py` makes such a pair.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qaengine.errors import DataError

WORDS_FILE = "words.txt"
MATRIX = "vectors"


@dataclass(frozen=True)
class WordVectors:
    """Distinct words, and a vector for each of them."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    """(n, d): a row a word."""

    @property
    def width(self) -> int:
        return int(self.vectors.shape[1])


def read_vectors(path: Path | str, wanted: Container[str] | None = None) -> WordVectors:
    """The vectors of a file, of the wanted words only where those are given.

    A word that comes twice keeps its first vector. Raises `DataError` with file, line and reason
    where the file is not what it should be; numbers of unwanted words are counted, not read.
    """
    path = Path(path)
    read = _read_pair if path.suffix == ".safetensors" else _read_text
    return read(path, wanted)


def _read_text(path: Path, wanted: Container[str] | None) -> WordVectors:
    lines = _lines(path)
    number, first = next(lines, (0, ""))
    header = _header(first)
    width = header[1] if header else first.count(" ")
    rows: dict[str, NDArray[np.float32]] = {}
    if number and not header:
        lines = chain([(number, first)], lines)
    for number, line in lines:
        word, numbers = _split(path, number, line, width)
        if word not in rows and (wanted is None or word in wanted):
            rows[word] = _vector(path, number, numbers)
    count = number - 1 if header else number
    if header and header[0] != count:
        raise _error(path, 1, f"promises {header[0]} words, but {count} lines follow")
    if not count:
        raise DataError(f"{path} is empty. Word vectors are lines of a word and its numbers.")
    vectors = np.stack(list(rows.values())) if rows else np.empty((0, width), np.float32)
    return WordVectors(tuple(rows), vectors)


def _header(line: str) -> tuple[int, int] | None:
    """How many words of what width fastText's first line promises; None where it is no header."""
    parts = line.split(" ")
    if len(parts) == 2 and all(part.isdecimal() for part in parts) and int(parts[1]):
        return int(parts[0]), int(parts[1])
    return None


def _split(path: Path, number: int, line: str, width: int) -> tuple[str, list[str]]:
    word, *numbers = line.rsplit(" ", width)  # GloVe's 840B has words with blanks: ". . ."
    if not word or not numbers or len(numbers) < width:
        wanted = f"{width} numbers" if width else "numbers"
        raise _error(path, number, f"is no word with {wanted} behind it, but {line[:40]!r}")
    return word, numbers


def _vector(path: Path, number: int, numbers: list[str]) -> NDArray[np.float32]:
    try:
        vector = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise _error(path, number, str(error)) from None
    if not np.isfinite(vector).all():
        raise _error(path, number, "has a number that is not finite")
    return vector


def _read_pair(path: Path, wanted: Container[str] | None) -> WordVectors:
    matrix = _matrix(path)
    listed = path.with_name(WORDS_FILE)
    words = [word for _, word in _lines(listed)]
    if len(words) != len(matrix):
        raise DataError(f"{listed} has {len(words)} words, but {path} has {len(matrix)} vectors.")
    rows: dict[str, int] = {}
    for number, word in enumerate(words):
        if not word.strip():
            raise _error(listed, number + 1, "has no word")
        if wanted is None or word in wanted:
            rows.setdefault(word, number)
    return WordVectors(tuple(rows), matrix[list(rows.values())].astype(np.float32))


def _matrix(path: Path) -> NDArray[np.floating]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from None
    matrix = tensors.get(MATRIX)
    if matrix is None or matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.floating):
        raise DataError(f"{path} holds no matrix {MATRIX!r} of a vector a word.")
    if not np.isfinite(matrix).all():
        raise DataError(f"{path} holds a number that is not finite.")
    return matrix


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text in UTF-8, plain or .gz, without what ends them; numbered from 1."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for line in file:
                number += 1
                yield number, line.decode("utf-8").rstrip(" \r\n")
    except UnicodeDecodeError as error:
        raise _error(path, number, f"is not UTF-8: {error.reason}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {type(error).__name__}: {error}.") from None


def _error(path: Path, number: int, reason: str) -> DataError:
    return DataError(f"{path}, line {number}: {reason}.")
