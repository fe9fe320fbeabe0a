r"""Reads the bracket trees of the Stanford Sentiment Treebank.

    (3 (2 It) (4 (2 's) (4 fun)))

A line is a sentence; every phrase of it has a level from 0, very negative, to 4, very positive.
Round brackets are written -LRB- and -RRB-, slashes and asterisks `\/` and `\*`. Three leaves hold a
no-break space, as in `8 1\/2`: only the ASCII space parts leaves.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from qaengine.schema import Split
from qaengine.tree import Tree
from qaengine_tasks import penn
from qaengine_tasks.text_files import find

FILES: dict[Split, str] = {"train": "train.txt", "valid": "dev.txt", "test": "test.txt"}
LEVELS = ("0", "1", "2", "3", "4")


class Phrase(NamedTuple):
    """A node of a tree."""

    label: int
    """From 0, very negative, to 4, very positive."""
    tokens: tuple[str, ...]


def treebank(folder: Path, split: Split) -> list[Tree]:
    """The trees of a split; the label of a node is its level.

    `folder` holds the files, or a folder `trees` that does. Raises `DataError` with file and line.
    """
    return penn.read_trees(find(folder, f"trees/{FILES[split]}", FILES[split]), _levelled)


def read_trees(folder: Path, split: Split) -> list[list[Phrase]]:
    """The phrases of each tree of a split, as `parse` gives them. Raises `DataError`."""
    return [_phrases(tree) for tree in treebank(folder, split)]


def parse(line: str) -> list[Phrase]:
    """The phrases of one tree, each before those within it. Raises `ValueError` with a reason."""
    return _phrases(_levelled(line))


def _levelled(line: str) -> Tree:
    tree = Tree.from_penn(line)
    for node in tree.nodes:
        if node.label not in LEVELS:
            raise ValueError(f"{node.label or ''!r} stands where a level from 0 to 4 is wanted")
    return tree


def _phrases(tree: Tree) -> list[Phrase]:
    def begins(number: int) -> tuple[int, int, int]:
        first, end = tree.spans[number]
        return first, -end, -number

    return [
        Phrase(int(tree.nodes[number].label or ""), tree.tokens[slice(*tree.spans[number])])
        for number in sorted(range(len(tree.nodes)), key=begins)
    ]
