"""Reads files of trees in brackets, as the Penn Treebank and its like have them.

    ( (S (NP (PRP It))
         (VP (VBZ works)) ))

A tree begins with a line of its own; its further lines are indented.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qaengine.errors import DataError
from qaengine.tree import Tree
from qaengine_tasks.text_files import read_text


def read_trees(path: Path, parse: Callable[[str], Tree] = Tree.from_penn) -> list[Tree]:
    """The trees of a file, plain or .gz. `parse` makes one of a text, or raises `ValueError`.

    Raises `DataError` with the file, the line where the broken tree begins, and the reason.
    """
    trees = []
    for number, text in _texts(read_text(path)):
        try:
            trees.append(parse(text))
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}: {error}. A tree is (3 (2 It) (4 works)). "
                f"The line: {text.splitlines()[0][:100]!r}. Get the published file again."
            ) from None
    if not trees:
        raise DataError(f"{path} holds no tree. Get the published file again.")
    return trees


def _texts(text: str) -> list[tuple[int, str]]:
    """The text of each tree, and the line where it begins."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if found and line[0] in " \t)":
            begins, before = found[-1]
            found[-1] = (begins, f"{before}\n{line}")
        else:
            found.append((number, line))
    return found
