"""Dependency trees of a table's sentences, made by a parser and kept as CoNLL-U.

    python -m qaengine.reproduce.heads sick runs/sick-heads.conllu
    qaengine reproduce sick --heads runs/sick-heads.conllu

The parser is the one that reads what users type (`qaengine.parsing`), or any pipeline of spaCy's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from qaengine import text
from qaengine.data import locate
from qaengine.errors import DataError, QAEngineError
from qaengine.files import write_whole
from qaengine.schema import Split
from qaengine.tree import Tree
from qaengine_tasks import conllu
from qaengine_tasks.relatedness_files import read_sick
from qaengine_tasks.sst_trees import treebank

SPLITS: tuple[Split, ...] = ("train", "valid", "test")


class Heads:
    """Dependency trees from a CoNLL-U file, found by what the sentence says, blanks aside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._trees = {_said(tree.tokens): tree for tree in conllu.read_trees(path)}

    def tree(self, text: str) -> Tree:
        """Raises `DataError` where the file does not hold the sentence."""
        found = self._trees.get(_said([text]))
        if found is None:
            raise DataError(
                f"{self.path} has no tree for the sentence: {text}\n"
                "`python -m qaengine.reproduce.heads TABLE FILE` writes the trees of a table."
            )
        return found


def _said(words: Sequence[str]) -> str:
    return "".join("".join(words).split()).lower()


def written(trees: Iterable[Tree]) -> str:
    """Dependency trees as CoNLL-U."""
    return "".join(f"{_block(tree)}\n" for tree in trees)


def _block(tree: Tree) -> str:
    lines = [""] * len(tree.tokens)
    for node, parent in zip(tree.nodes, tree.parents, strict=True):
        assert node.token is not None
        head = tree.nodes[parent].token if parent >= 0 else -1
        assert head is not None
        fields = [str(node.token + 1), tree.tokens[node.token], "_", "_", "_", "_"]
        fields += [str(head + 1), node.label or "_", "_", "_"]
        lines[node.token] = "\t".join(fields) + "\n"
    return "".join(lines)


def _sentences(table: str) -> list[tuple[str, ...]]:
    """The distinct sentences of a table, in words."""
    folder = locate(table)
    if table == "sst":
        found = [tree.tokens for split in SPLITS for tree in treebank(folder, split)]
    else:
        pairs = [pair for split in SPLITS for pair in read_sick(folder, split)]
        found = [tuple(text.words(said)) for pair in pairs for said in (pair.first, pair.second)]
    return list(dict.fromkeys(found))


def main() -> None:
    from qaengine.parsing import trees

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("table", choices=["sst", "sick"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--parser", help="a spaCy pipeline by name; ours, if none is named")
    chosen = parser.parse_args()
    try:
        write_whole(chosen.out, written(trees(_sentences(chosen.table), chosen.parser)))
    except QAEngineError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
