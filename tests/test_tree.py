"""Trees from brackets and from heads, as chains and binarised; what is no tree says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from random_trees import MANY, dependency_trees

from qaengine.errors import DataError
from qaengine.tree import Node, Tree
from qaengine_tasks import conllu, penn, sst_trees

WORDS = ["The", "parser", "reads", "long", "sentences", "quickly"]
HEADS = [2, 3, 0, 5, 3, 3]
RELATIONS = ["det", "nsubj", "root", "amod", "obj", "advmod"]
DEPENDENCIES = Tree.from_heads(WORDS, HEADS, RELATIONS)


def bracketed(tree: Tree, number: int = -1) -> str:
    """A tree as brackets without labels: a word, or its children."""
    node = tree.nodes[number]
    if not node.children:
        assert node.token is not None
        return tree.tokens[node.token]
    return f"({' '.join(bracketed(tree, child) for child in node.children)})"


# --- brackets


def test_brackets_give_children_before_parents() -> None:
    tree = Tree.from_penn("(3 (2 It) (4 (2 's) (4 fun)))")
    assert tree.tokens == ("It", "'s", "fun")
    assert tree.nodes == (
        Node((), 0, "2"),
        Node((), 1, "2"),
        Node((), 2, "4"),
        Node((1, 2), None, "4"),
        Node((0, 3), None, "3"),
    )


def test_outermost_bracket_without_label_is_left_out() -> None:
    plain = "(S (NP (PRP It)) (VP (VBZ works)))"
    assert Tree.from_penn(f"( {plain} )") == Tree.from_penn(plain)


def test_what_is_not_said_is_left_out() -> None:
    tree = Tree.from_penn("(S (NP (-NONE- *-1)) (VP (TO to) (VP (VB go) (NP (-NONE- *T*-2)))))")
    assert tree.tokens == ("to", "go")
    assert tree == Tree.from_penn("(S (VP (TO to) (VP (VB go))))")


def test_words_beside_phrases_become_leaves_in_order() -> None:
    assert bracketed(Tree.from_penn("(NP the (ADJP very big) cat)")) == "(the (very big) cat)"


def test_tree_may_take_several_lines() -> None:
    assert Tree.from_penn("(S\n  (NP It)\r\n\t(VP works))") == Tree.from_penn(
        "(S (NP It) (VP works))"
    )


def test_brackets_and_no_break_spaces_in_words() -> None:
    tree = Tree.from_penn("(2 (2 -LRB-) (2 8\u00a01\\/2) (2 \\*) (2 -RRB-))")
    assert tree.tokens == ("(", "8\u00a01/2", "*", ")")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no tree|a tree of no words"),
        ("(2 (2 a) (2 b)", "a bracket is not closed"),
        ("(2 a))", r"'\)' stands behind the end"),
        ("(2 a) (2 b)", r"'\(' stands behind the end"),
        ("a b", "'a' stands outside the tree"),
        (")", r"'\)' stands outside the tree"),
        ("()", "a phrase has no words"),
        ("(2 (2 a) (2))", "a phrase has no words"),
        ("(S (-NONE- *))", "a tree of no words"),
    ],
)
def test_broken_brackets_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Tree.from_penn(text)


# --- heads


def test_heads_give_a_node_a_word() -> None:
    words = [DEPENDENCIES.tokens[node.token or 0] for node in DEPENDENCIES.nodes]
    assert words == ["The", "parser", "long", "sentences", "quickly", "reads"]
    assert DEPENDENCIES.nodes[-1] == Node((1, 3, 4), 2, "root")
    assert DEPENDENCIES.sides == (-1, -1, -1, 1, 2, 0)


@pytest.mark.parametrize(
    ("heads", "reason"),
    [
        ([], "a tree of no words"),
        ([0, 3], "word 2 depends on word 3 of 2"),
        ([0, -1], "word 2 depends on word -1 of 2"),
        ([2, 3, 1], "no word is the root"),
        ([0, 1, 0], "several roots: words 1 and 3"),
        ([0, 3, 2, 3], "a circle: words 2 and 3 depend on each other"),
        ([3, 0, 3], "a circle: word 3 depends on itself"),
    ],
)
def test_broken_heads_say_why(heads: list[int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Tree.from_heads(["word"] * len(heads), heads)


def test_heads_and_labels_must_be_as_many_as_words() -> None:
    with pytest.raises(ValueError, match="2 words need as many heads and labels"):
        Tree.from_heads(["It", "works"], [0])
    with pytest.raises(ValueError, match="2 words need as many heads and labels"):
        Tree.from_heads(["It", "works"], [2, 0], ["root"])


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ([], "no words"),
        ([Node((), 0), Node((), 1)], "exactly one parent"),
        ([Node((), 0), Node((0, 0), 1)], "exactly one parent"),
        ([Node((1,), 0), Node((), 1), Node((0,))], "behind its parent"),
        ([Node(), Node((0,), 0)], "a leaf stands for no word"),
        ([Node((), 0), Node((0,), 0)], "not every word"),
    ],
)
def test_nodes_that_are_no_tree_are_refused(nodes: list[Node], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Tree(("a", "b")[: len(nodes)], tuple(nodes))


# --- shapes


def test_chain_reads_from_left_to_right() -> None:
    assert Tree.chain("abc") == Tree.from_heads("abc", [2, 3, 0])
    assert Tree.chain("abc").heights == (0, 1, 2)
    assert bracketed(Tree.chain("abcd").binarised) == "(((a b) c) d)"


def test_verb_meets_its_object_before_its_subject() -> None:
    tree = DEPENDENCIES.binarised
    assert bracketed(tree) == "((The parser) ((reads (long sentences)) quickly))"
    assert tree.nodes[-1].label == "nsubj"


def test_phrases_of_one_and_of_three_children_become_pairs() -> None:
    tree = Tree.from_penn("(S (NP (NN a)) (VP b c d))")
    assert bracketed(tree.binarised) == "(a ((b c) d))"


@given(dependency_trees())
def test_binarised_has_a_leaf_a_word_and_is_its_own_binarisation(tree: Tree) -> None:
    binary = tree.binarised
    assert len(binary.nodes) == 2 * len(tree.tokens) - 1
    assert all(len(node.children) == 2 * (node.token is None) for node in binary.nodes)
    assert binary.binarised == binary


@given(dependency_trees())
def test_parents_heights_and_spans_agree_with_the_children(tree: Tree) -> None:
    for number, node in enumerate(tree.nodes):
        spans = [tree.spans[child] for child in node.children]
        for child in node.children:
            assert tree.parents[child] == number
            assert tree.heights[child] < tree.heights[number]
        firsts, ends = zip((node.token, (node.token or 0) + 1), *spans, strict=True)
        assert tree.spans[number] == (min(firsts), max(ends))


# --- drawing


def test_drawing_hangs_children_below_their_parent() -> None:
    assert DEPENDENCIES.drawn().splitlines() == [
        "root reads",
        "├─ nsubj parser",
        "│  ╰─ det The",
        "├─ obj sentences",
        "│  ╰─ amod long",
        "╰─ advmod quickly",
    ]


def test_drawing_in_ascii_and_without_labels() -> None:
    tree = Tree.from_penn("( (2 It) (2 works) )")
    assert tree.drawn(ascii=True) == "*\n|- 2 It\n`- 2 works"


def test_phrases_are_the_words_at_and_below_a_node() -> None:
    assert DEPENDENCIES.phrases()[-1] == " ".join(DEPENDENCIES.tokens)
    assert DEPENDENCIES.phrases()[:2] == ["The", "The parser"]
    crossing = Tree.from_heads("abcd", [3, 4, 4, 0])
    assert sorted(crossing.phrases()) == ["a", "a b c d", "a c", "b"]


# --- depth


@pytest.mark.usefixtures("shallow")
def test_long_chain_needs_no_recursion() -> None:
    chain = Tree.chain([str(number) for number in range(MANY)])
    assert chain.heights[-1] == MANY - 1
    assert chain.spans[-1] == (0, MANY)
    assert len(chain.sides) == MANY
    assert len(chain.binarised.nodes) == 2 * MANY - 1
    assert chain.drawn(ascii=True).count("\n") == MANY - 1


@pytest.mark.usefixtures("shallow")
def test_deep_brackets_need_no_recursion() -> None:
    text = "(2 " * (MANY - 1) + "(2 a)" + " (2 b))" * (MANY - 1)
    tree = Tree.from_penn(text)
    assert tree.heights[-1] == MANY - 1
    assert tree.binarised == tree


# --- files


def test_penn_file_of_trees_on_one_and_on_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.mrg"
    file.write_text(
        "( (S\n  (NP It)\n  (VP works)) )\n\n(S (NP It) (VP works))\n(3 (2 It) (4 is))\n"
    )
    one, two, three = penn.read_trees(file)
    assert one == two
    assert three.tokens == ("It", "is")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(2 a)\n(2 (2 a)\n", "line 2: a bracket is not closed"),
        ("(2 a)\n(2 a))\n", "line 2: '\\)' stands behind the end"),
        ("(2 a)\n\n(2\n", "line 3: a bracket is not closed"),
        ("(2 a)\n(2 ())\n", "line 2: a phrase has no words"),
        ("\n\n", "holds no tree"),
    ],
)
def test_broken_penn_file_names_file_line_and_reason(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "a.mrg").write_text(text)
    with pytest.raises(DataError, match=rf"a\.mrg.*{place}"):
        penn.read_trees(tmp_path / "a.mrg")


def rows(heads: list[int]) -> str:
    """A sentence in CoNLL-U."""
    return "".join(
        f"{number}\tw{number}\t_\tX\tX\t_\t{head}\t{'dep' if head else 'root'}\t_\t_\n"
        for number, head in enumerate(heads, start=1)
    )


def test_dependency_trees_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.conllu"
    file.write_text(f"# sent_id = 1\n{rows([2, 0])}\n# sent_id = 2\n{rows([0])}\n")
    two, one = conllu.read_trees(file)
    assert two == Tree.from_heads(["w1", "w2"], [2, 0], ["dep", "root"])
    assert one.tokens == ("w1",)


@pytest.mark.parametrize(
    ("heads", "reason"),
    [
        ([2, 1], "no word is the root"),
        ([0, 0], "several roots: words 1 and 2"),
        ([0, 3, 2], "a circle: words 2 and 3"),
    ],
)
def test_broken_dependencies_name_file_line_and_reason(
    tmp_path: Path, heads: list[int], reason: str
) -> None:
    (tmp_path / "a.conllu").write_text(f"{rows([0])}\n# sent_id = 2\n{rows(heads)}\n")
    with pytest.raises(DataError, match=rf"a\.conllu, line 4: {reason}"):
        conllu.read_trees(tmp_path / "a.conllu")


@pytest.mark.parametrize("text", ["", "\n\n", "# sent_id = 1\n\n"])
def test_file_without_dependencies_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.conllu").write_text(text)
    with pytest.raises(DataError, match=r"a\.conllu holds no sentence"):
        conllu.read_trees(tmp_path / "a.conllu")


@pytest.mark.data
def test_published_treebanks_are_trees(data_folder: Path) -> None:
    trees = sst_trees.treebank(data_folder / "sst", "valid")
    assert sum(len(tree.nodes) for tree in trees) == 41_447
    assert all(tree.binarised == tree for tree in trees)
    english = data_folder / "ud_english_ewt" / "en_ewt-ud-dev.conllu.gz"
    assert sum(len(tree.nodes) for tree in conllu.read_trees(english)) == 25_147
