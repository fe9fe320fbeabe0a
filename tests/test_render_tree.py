"""Trees as pictures: every word and label, in order, and nothing that a user typed as markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from random_trees import dependency_trees

from qaengine.render import LEVELS, tree_svg, tree_view
from qaengine.render.tree import LONGEST
from qaengine.tree import Tree

FUN = Tree.from_penn("(3 (2 It) (4 (2 's) (4 fun)))")
LAMP = Tree.from_penn("(S (NP (DT The) (NN lamp)) (VP (VBZ shines)))")
HOSTILE = "<script>alert('&amp;')</script>\"'>\u202e\u05e9\u05dc\u05d5\u05dd👩‍👩‍👧"


def drawn(tree: Tree) -> ET.Element:
    return ET.fromstring(tree_svg(tree))


def words(picture: ET.Element) -> dict[str, tuple[float, float]]:
    """Where the texts stand."""
    return {
        "".join(text.itertext()): (float(text.get("x", "")), float(text.get("y", "")))
        for text in picture.iter("text")
    }


def test_every_word_and_label_is_drawn() -> None:
    assert set(words(drawn(LAMP))) == {
        *("S", "NP", "VP", "DT", "NN", "VBZ"),
        *LAMP.tokens,
    }


def test_levels_are_coloured_and_signed() -> None:
    levels = [group for group in drawn(FUN).iter("g") if "qa-level" in group.get("class", "")]
    assert [group.get("class", "").split()[1] for group in levels] == [
        f"qa-level-{node.label}" for node in FUN.nodes
    ]
    signs = ["".join(group.itertext()) for group in levels]
    assert len(set(signs)) == len({node.label for node in FUN.nodes})


@pytest.mark.parametrize("name", LEVELS)
def test_colours_are_explained(name: str) -> None:
    assert f"</span>{name}</li>" in tree_view(FUN)
    assert name not in tree_view(LAMP)


def test_labels_that_are_no_levels_have_no_colour() -> None:
    assert "qa-level" not in tree_view(LAMP)
    assert "qa-level" not in tree_view(Tree.from_penn("(5 (2 It) (4 works))"))


def test_tree_stands_there_as_text_too() -> None:
    assert LAMP.drawn() in tree_view(LAMP)
    assert "(very positive) fun" in tree_view(FUN)


@given(dependency_trees())
def test_words_stand_in_order_and_heads_above(tree: Tree) -> None:
    picture = drawn(tree)
    at = [words(picture)[token] for token in tree.tokens]
    assert all(later[0] - earlier[0] > 20 for earlier, later in pairwise(at))
    parents = tree.parents
    for node, parent in zip(tree.nodes[:-1], parents, strict=False):
        head = tree.nodes[parent].token
        assert node.token is not None
        assert head is not None
        assert at[node.token][1] > at[head][1]
    assert max(x for x, _ in at) < float(picture.get("width", ""))
    assert max(y for _, y in at) < float(picture.get("height", ""))


@given(dependency_trees())
def test_words_of_phrases_stand_on_one_line(tree: Tree) -> None:
    phrases = Tree(
        tree.binarised.tokens, tuple(n._replace(label=None) for n in tree.binarised.nodes)
    )
    at = words(drawn(phrases))
    assert len({at[token][1] for token in tree.tokens}) == 1


def test_hostile_words_are_text() -> None:
    picture = drawn(Tree.from_heads([HOSTILE, "ran"], [2, 0], ["</svg>", "root"]))
    assert {one.tag for one in picture.iter()} == {"svg", "g", "path", "text", "title"}
    assert HOSTILE in "".join(picture.itertext())


def test_long_word_is_cut_and_told_in_full() -> None:
    text = drawn(Tree.from_heads(["very" * 100], [0])).find(".//text")
    assert text is not None
    assert text.findtext("title") == "very" * 100
    assert len("".join(text.itertext()).removeprefix("very" * 100)) == LONGEST
