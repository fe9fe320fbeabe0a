"""Many trees at once: all nodes of one height over the whole batch are one step.

A network runs a cell up the levels (see `qaengine_encoders.trees`). A node's state is wanted once,
by its parent, so each level's nodes stand in the order of their parents' levels: a plain split
hands them on, and both directions cost time and memory in proportion to the nodes, whatever the
shape of the trees. A chain is a tree whose levels hold a node each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from qaengine.tree import Tree

Column = NDArray[np.int64]


class Level(NamedTuple):
    """The m nodes of one height, and their c children, which come from the levels below."""

    number: int
    size: int
    parents: Int[Tensor, " c"]
    """Of each child the place of its parent among these nodes."""
    sides: Int[Tensor, " c"]
    """As `Forest.side`, of the children."""
    relations: Int[Tensor, " c"]
    """As `Forest.relation`, of the children."""
    pairs: Int[Tensor, " c"] | None
    """In a binary forest: the places of each node's left and right child among the children."""
    leaving: list[int]
    """How many of these nodes, in order, go to the same level; the last ones may be roots."""
    goals: list[int]
    """The levels that they go to; for roots, the number of levels."""

    def sum(self, values: Float[Tensor, "c x"]) -> Float[Tensor, "m x"]:
        """Over each node's children."""
        total = values.new_zeros(self.size, values.shape[1])
        return total.index_add(0, self.parents, values)

    def paired(self, values: Float[Tensor, "c x"]) -> Float[Tensor, "m 2 x"]:
        """In a binary forest: of each node its left and its right child's."""
        assert self.pairs is not None
        return torch.unflatten(values.index_select(0, self.pairs), 0, (self.size, 2))


@dataclass(frozen=True)
class Forest:
    """n trees of k nodes together: first all nodes of height 0, then those of height 1, and on.

    Of the k nodes w stand for words and c have a parent.
    """

    sentence: Int[Tensor, " k"]
    """The tree's number."""
    place: Int[Tensor, " k"]
    """The node's number in its tree."""
    token: Int[Tensor, " k"]
    """Place of its word in the sentence, or -1."""
    side: Int[Tensor, " k"]
    """Its place beside its parent: -1 for the nearest on the left, 2 for the second on the right;
    0 for a root."""
    relation: Int[Tensor, " k"]
    """Its label's number in `qaengine.tree.RELATIONS`."""
    worded: Int[Tensor, " w"]
    """The nodes that stand for a word, in order."""
    roots: Int[Tensor, " n"]
    children: Int[Tensor, " c"]
    """Nodes with a parent, by their parents' levels, as each level gets them."""
    parents: Int[Tensor, " c"]
    """Their parents' places within the level."""
    pairs: Int[Tensor, " c"] | None
    """As in `Level`; None where some node has other than none or two children, or stands for a
    word and has children."""
    sizes: tuple[int, ...]
    """How many nodes each level has."""
    given: tuple[int, ...]
    """How many children each level's nodes have."""
    moves: tuple[tuple[int, int, int], ...]
    """How many nodes go from a level to a higher one: level, level of the parents, nodes."""
    longest: int
    """Words of the longest sentence."""
    largest: int
    """Nodes of the largest tree."""

    @classmethod
    def of(cls, trees: Sequence[Tree], *, binary: bool = False) -> Forest:
        """The trees of n sentences in order; `binary` takes them binarised."""
        if not trees:
            raise ValueError("a forest is at least one tree")
        if binary:
            trees = [tree.binarised for tree in trees]
        counts = np.asarray([len(tree.nodes) for tree in trees])
        start = np.repeat(counts.cumsum() - counts, counts)
        table = np.concatenate([tree.table for tree in trees], axis=1)
        parent, height, token, side, relation = table
        is_root = parent < 0
        parent = parent + start  # roots now have a parent that nobody looks at
        sizes = np.bincount(height)
        goal = np.where(is_root, len(sizes), height[parent])  # the parent's level

        order = np.lexsort((goal, height))
        rank = np.argsort(order)
        moves, nodes = np.unique(np.stack([height, goal]), axis=1, return_counts=True)
        # the children of each level, in the order in which its pieces reach it
        child = order[~is_root[order]]
        child = child[np.argsort(goal[child], kind="stable")]
        place = rank[parent[child]] - _before(sizes)[goal[child]]
        given = np.bincount(goal[child], minlength=len(sizes))
        pairs = None
        if _is_binary(parent[~is_root], token):
            due = _before(given)[goal[child]]
            pairs = np.argsort(due + 2 * place + side[child] - 1) - due
        tensor = torch.from_numpy
        return cls(
            sentence=tensor(np.repeat(np.arange(len(trees)), counts)[order]),
            place=tensor((np.arange(len(order)) - start)[order]),
            token=tensor(token[order]),
            side=tensor(side[order]),
            relation=tensor(relation[order]),
            worded=tensor(np.flatnonzero(token[order] >= 0)),
            roots=tensor(rank[is_root]),
            children=tensor(rank[child]),
            parents=tensor(place),
            pairs=tensor(pairs) if pairs is not None else None,
            sizes=tuple(sizes.tolist()),
            given=tuple(given.tolist()),
            moves=tuple(zip(*moves.tolist(), nodes.tolist(), strict=True)),
            longest=int(token.max()) + 1,
            largest=int(counts.max()),
        )

    @classmethod
    def chains(cls, lengths: Sequence[int], *, binary: bool = False) -> Forest:
        """For sentences of so many words without trees: each read from left to right."""
        return cls.of([_chain(length) for length in lengths], binary=binary)

    def __len__(self) -> int:
        return len(self.roots)

    def to(self, device: torch.device) -> Forest:
        """The same on another device."""
        if self.roots.device == device:
            return self
        moved: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            moved[field.name] = value.to(device) if isinstance(value, Tensor) else value
        return Forest(**moved)

    @cached_property
    def above(self) -> Int[Tensor, " c"]:
        """Of each of the `children` the number of its parent."""
        starts = torch.from_numpy(np.repeat(_before(np.asarray(self.sizes)), self.given))
        return self.parents + starts.to(self.parents.device)

    @cached_property
    def levels(self) -> list[Level]:
        """From the leaves up."""
        moves: list[list[tuple[int, int]]] = [[] for _ in self.sizes]
        for level, goal, nodes in self.moves:
            moves[level].append((goal, nodes))
        given, pairs = list(self.given), self.pairs
        columns = zip(
            self.sizes,
            self.parents.split_with_sizes(given),
            self.side[self.children].split_with_sizes(given),
            self.relation[self.children].split_with_sizes(given),
            pairs.split_with_sizes(given) if pairs is not None else [None] * len(given),
            strict=True,
        )
        return [
            Level(number, *column, [nodes for _, nodes in to], [goal for goal, _ in to])
            for number, (column, to) in enumerate(zip(columns, moves, strict=True))
        ]

    def read(self, embedded: Float[Tensor, "n t d"]) -> Float[Tensor, "w d"]:
        """The vectors of the nodes' words."""
        return embedded.flatten(0, 1).index_select(0, self._cells(embedded.shape[1]))

    def by_node(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "k d"]:
        """Of each node its word's vector; zero where it stands for none."""
        vectors = words.new_zeros(len(self.sentence), words.shape[1])
        return vectors.index_copy(0, self.worded, words)

    def by_word(self, values: Float[Tensor, "k d"], most: int) -> Float[Tensor, "n {most} d"]:
        """Of each word of a sentence its node's; zero behind the end."""
        flat = values.new_zeros(len(self) * most, values.shape[1])
        words = flat.index_copy(0, self._cells(most), values.index_select(0, self.worded))
        return torch.unflatten(words, 0, (len(self), most))

    def by_tree(self, values: Float[Tensor, "k d"]) -> Float[Tensor, "n m d"]:
        """Of each node in its tree's own order, the root last; zero behind it."""
        most = self.largest
        flat = values.new_zeros(len(self) * most, values.shape[1])
        nodes = flat.index_copy(0, self.sentence * most + self.place, values)
        return torch.unflatten(nodes, 0, (len(self), most))

    def _cells(self, most: int) -> Int[Tensor, " w"]:
        return self.sentence[self.worded] * most + self.token[self.worded]


@lru_cache(maxsize=256)
def _chain(length: int) -> Tree:
    return Tree.chain([""] * length)


def _before(counts: Column) -> Column:
    """How many there are in all that come before."""
    return counts.cumsum() - counts


def _is_binary(parents: Column, token: Column) -> bool:
    """Whether every node has a word or two children, and none has both."""
    children = np.bincount(parents, minlength=len(token))
    return bool(np.array_equal(children, np.where(token < 0, 2, 0)))
