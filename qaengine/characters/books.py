"""Books, cut by position: running text stays running text, and no page stands in two parts."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple

from qaengine.characters.recipe import Book
from qaengine.data import locate
from qaengine.errors import DataError

SHORTEST = 1_000
"""Characters of a test part: fewer tell nothing."""


class Parts(NamedTuple):
    """A book's text, cut in this order."""

    train: str
    valid: str
    test: str


def read_book(book: Book, held_out: float) -> Parts:
    """A book as it is published, cut. Raises `DataError` where it is not here or not whole."""
    path = locate(book.data_set) / book.file
    parts = cut(_between(_text(path), book, path), held_out)
    if len(parts.test) < SHORTEST:
        raise DataError(
            f"{path} is too short to learn from: its test part has {len(parts.test):,} characters; "
            f"{SHORTEST:,} are needed. Name a longer text in the recipe."
        )
    return parts


def cut(text: str, held_out: float) -> Parts:
    """The last share of a text is for tests, the one before it for validation."""
    size = int(len(text) * held_out)
    first, second = len(text) - 2 * size, len(text) - size
    return Parts(text[:first], text[first:second], text[second:])


def _text(path: Path) -> str:
    """A file's text, or that of its gzip."""
    packed = path.with_name(f"{path.name}.gz")
    try:
        data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
        return data.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}). Fetch the data set again.") from None


def _between(text: str, book: Book, path: Path) -> str:
    """Without what a publisher wrote around the book."""
    begin = text.find("\n", text.find(book.after)) + 1 if book.after else 0
    end = text.find(book.before, begin) if book.before else len(text)
    if (book.after and book.after not in text) or end < 0:
        raise DataError(
            f"{path} does not hold {book.after!r} and then {book.before!r}, between which the "
            f"recipe says {book.name!r} stands. Fetch the data set again, or mend the recipe."
        )
    return text[begin:end]
