"""A forest holds its trees level by level, and hands words and states to and fro."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_trees import dependency_trees

from qaengine.network.forest import Forest
from qaengine.tree import RELATIONS, Tree

SMALL = Tree.from_penn("(a (b x) (c y))")
LARGE = Tree.from_penn("(a (b (c x) (d y)) (e z))")
forests = st.lists(dependency_trees(), min_size=1, max_size=5)


def family(forest: Forest) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Of each node (its tree, its number in it) the children, in order, as the levels tell."""
    names = list(zip(forest.sentence.tolist(), forest.place.tolist(), strict=True))
    children = {name: [] for name in names}
    start, arrived = 0, iter(forest.children.split(list(forest.given)))
    for level in forest.levels:
        rows, here = next(arrived), names[start : start + level.size]
        order = range(len(rows)) if level.pairs is None else level.pairs.tolist()
        parents = level.parents.tolist()
        for child in order:
            children[here[parents[child]]].append(names[rows[child]])
        start += level.size
    return children


@given(forests, st.booleans())
def test_levels_know_every_child(trees: list[Tree], binary: bool) -> None:
    found = family(Forest.of(trees, binary=binary))
    for number, tree in enumerate(trees):
        tree = tree.binarised if binary else tree
        for place, node in enumerate(tree.nodes):
            children = found.pop((number, place))
            assert [tree_ for tree_, _ in children] == [number] * len(children)
            expected, order = [child for _, child in children], list(node.children)
            assert expected == order if binary else sorted(expected) == sorted(order)
    assert not found


@given(forests)
def test_level_holds_all_nodes_of_a_height(trees: list[Tree]) -> None:
    forest = Forest.of(trees)
    heights = Counter(height for tree in trees for height in tree.heights)
    assert dict(enumerate(forest.sizes)) == heights
    rows = forest.sentence.split(list(forest.sizes)), forest.place.split(list(forest.sizes))
    for height, level in enumerate(zip(*rows, strict=True)):
        places = zip(*(column.tolist() for column in level), strict=True)
        assert all(trees[tree].heights[place] == height for tree, place in places)


@given(forests)
def test_pieces_that_leave_a_level_are_those_that_arrive(trees: list[Tree]) -> None:
    """What `climb` hands on by plain splits is what `children` says."""
    forest = Forest.of(trees)
    arrived: list[list[torch.Tensor]] = [[] for _ in range(len(forest.sizes) + 1)]
    for level, rows in zip(
        forest.levels, torch.arange(len(forest.place)).split(list(forest.sizes)), strict=True
    ):
        for goal, piece in zip(level.goals, rows.split(level.leaving), strict=True):
            arrived[goal].append(piece)
    *below, roots = arrived
    assert torch.equal(
        torch.cat([one for rows in below for one in rows] or [rows[:0]]), forest.children
    )
    assert torch.equal(torch.cat(roots).sort().values, forest.roots.sort().values)


def test_words_and_nodes_find_their_places() -> None:
    forest = Forest.of([SMALL, LARGE])
    embedded = torch.arange(8.0).view(2, 4, 1)  # sentences of two and of three words
    words = forest.read(embedded)
    assert sorted(words.flatten().tolist()) == [0, 1, 4, 5, 6]
    values = torch.zeros(len(forest.place), 1).index_copy(0, forest.worded, words)
    assert forest.by_word(values, 4)[..., 0].tolist() == [[0, 1, 0, 0], [4, 5, 6, 0]]
    assert forest.by_tree(values)[..., 0].tolist() == [[0, 1, 0, 0, 0], [4, 5, 0, 6, 0]]
    assert forest.place[forest.roots].tolist() == [2, 4]
    assert forest.sentence[forest.roots].tolist() == [0, 1]


def test_chains_are_trees_of_a_node_a_level() -> None:
    forest = Forest.chains([3, 1])
    assert forest.sizes == (2, 1, 1)
    assert forest.token.tolist() == [0, 0, 1, 2]
    assert Forest.chains([3], binary=True).sizes == (3, 1, 1)


def test_pairs_are_for_binary_trees_only() -> None:
    assert Forest.of([SMALL, LARGE]).pairs is not None
    assert Forest.of([SMALL, Tree.chain("xy")]).pairs is None
    assert Forest.of([Tree.from_penn("(a x y z)")]).pairs is None
    assert Forest.of([Tree.from_penn("(a (b x))")]).pairs is None
    assert Forest.of([Tree.chain("xy")], binary=True).pairs is not None


def test_relations_are_those_of_universal_dependencies() -> None:
    tree = Tree.from_heads("abc", [3, 3, 0], ["nsubj:pass", "pobj", "root"])
    numbers = Forest.of([tree]).relation.tolist()
    assert [RELATIONS[number] for number in numbers] == ["nsubj", "dep", "root"]


def test_forest_moves_to_another_device_whole() -> None:
    moved = Forest.of([SMALL, LARGE]).to(torch.device("meta"))
    tensors = [value for value in vars(moved).values() if isinstance(value, torch.Tensor)]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert {level.parents.device.type for level in moved.levels} == {"meta"}


def test_sentence_of_one_word_is_a_root() -> None:
    forest = Forest.of([Tree.chain("x")])
    assert (forest.sizes, forest.given, forest.moves) == ((1,), (0,), ((0, 1, 1),))


def test_no_trees_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one tree"):
        Forest.of([])
