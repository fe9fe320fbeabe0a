r"""Reads the bracket trees of the Stanford Sentiment Treebank.

    (3 (2 It) (4 (2 's) (4 fun)))

A line is a sentence; every phrase of it has a level from 0, very negative, to 4, very positive.
Round brackets are written -LRB- and -RRB-, slashes and asterisks `\/` and `\*`. Three leaves hold a
no-break space, as in `8 1\/2`: only the ASCII space parts leaves.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.text_files import find, read_text

FILES: dict[Split, str] = {"train": "train.txt", "valid": "dev.txt", "test": "test.txt"}
LEVELS = ("0", "1", "2", "3", "4")

_PIECES = re.compile(r"[()]|[^ ()]+")


class Phrase(NamedTuple):
    """A node of a tree."""

    label: int
    """From 0, very negative, to 4, very positive."""
    tokens: tuple[str, ...]


def read_trees(folder: Path, split: Split) -> list[list[Phrase]]:
    """The phrases of each tree of a split, the whole sentence first.

    `folder` holds the files, or a folder `trees` that does. Raises `DataError` with file and line.
    """
    path = find(folder, f"trees/{FILES[split]}", FILES[split])
    trees = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            trees.append(parse(line.strip()))
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}: {error}. A tree is (3 (2 It) (4 works)). "
                f"The line: {line[:100]!r}. Get the published file again."
            ) from None
    if not trees:
        raise DataError(f"{path} holds no tree. Get the published file again.")
    return trees


def parse(line: str) -> list[Phrase]:
    """The phrases of one tree, each before those within it. Raises `ValueError` with a reason."""
    tokens: list[str] = []
    labels: list[int] = []
    begins: list[int] = []
    ends: list[int] = []
    is_open: list[int] = []  # numbers of the phrases whose bracket has not closed
    pieces = iter(_PIECES.findall(line))
    for piece in pieces:
        if labels and not is_open:
            raise ValueError(f"{piece!r} stands behind the end of the tree")
        if piece == "(":
            is_open.append(len(labels))
            labels.append(_level(next(pieces, "")))
            begins.append(len(tokens))
            ends.append(len(tokens))
        elif not is_open:
            raise ValueError(f"{piece!r} stands outside the tree")
        elif piece == ")":
            number = is_open.pop()
            ends[number] = len(tokens)
            if begins[number] == ends[number]:
                raise ValueError("a phrase has no words")
        else:
            tokens.append(_word(piece))
    if is_open or not labels:
        raise ValueError("a bracket is not closed" if is_open else "there is no tree")
    return [
        Phrase(label, tuple(tokens[begin:end]))
        for label, begin, end in zip(labels, begins, ends, strict=True)
    ]


def _level(text: str) -> int:
    if text not in LEVELS:
        raise ValueError(f"{text!r} stands where a level from 0 to 4 is wanted")
    return int(text)


def _word(leaf: str) -> str:
    word = leaf.replace("-LRB-", "(").replace("-RRB-", ")").replace("\\/", "/").replace("\\*", "*")
    return sys.intern(word)
