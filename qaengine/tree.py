"""Trees over the words of a sentence: from brackets, from heads, as chains; drawn for people.

    Tree.from_penn("(3 (2 It) (4 works))")
    Tree.from_heads(["It", "works"], [2, 0], ["nsubj", "root"])

Nothing here calls itself, so a tree may be as deep as it likes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RELATIONS = (
    *("acl", "advcl", "advmod", "amod", "appos", "aux", "case", "cc", "ccomp", "clf", "compound"),
    *("conj", "cop", "csubj", "dep", "det", "discourse", "dislocated", "expl", "fixed", "flat"),
    *("goeswith", "iobj", "list", "mark", "nmod", "nsubj", "nummod", "obj", "obl", "orphan"),
    *("parataxis", "punct", "reparandum", "root", "vocative", "xcomp"),
)
"""The relations of Universal Dependencies; any other label counts as "dep", unspecified."""
_RELATION = {relation: number for number, relation in enumerate(RELATIONS)}
_PIECES = re.compile(r"[()]|[^ \t\r\n()]+")
_NOTHING = "-NONE-"
"""The Penn Treebank's label for what is not said: traces."""


class Node(NamedTuple):
    """A node of a tree."""

    children: tuple[int, ...] = ()
    """Their numbers, in the order of the words."""
    token: int | None = None
    """The place of the word that it stands for; None for a phrase."""
    label: str | None = None


@dataclass(frozen=True)
class Tree:
    """A sentence's words, and nodes of which each word has exactly one.

    Children stand before their parents, and the root is the last. In a dependency tree every node
    is a word, in a constituency tree every leaf. Raises `ValueError` where the nodes are no tree.
    """

    tokens: tuple[str, ...]
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not self.nodes:
            raise ValueError("a tree of no words")
        children = [child for node in self.nodes for child in node.children]
        if sorted(children) != list(range(len(self.nodes) - 1)):
            raise ValueError("not every node but the last has exactly one parent")
        if any(child >= place for place, node in enumerate(self.nodes) for child in node.children):
            raise ValueError("a child stands behind its parent")
        if any(not node.children and node.token is None for node in self.nodes):
            raise ValueError("a leaf stands for no word")
        tokens = [node.token for node in self.nodes if node.token is not None]
        if sorted(tokens) != list(range(len(self.tokens))):
            raise ValueError("not every word has exactly one node")

    @classmethod
    def chain(cls, tokens: Sequence[str]) -> Tree:
        """Each word the only child of the next: a sentence as a recurrent network reads it."""
        return cls.from_heads(tokens, [*range(2, len(tokens) + 1), 0])

    @classmethod
    def from_heads(
        cls, tokens: Sequence[str], heads: Sequence[int], labels: Sequence[str] | None = None
    ) -> Tree:
        """A dependency tree: of each word the number of the word that it depends on, from 1, and 0
        for the root, as in CoNLL-U; `labels` are the relations. Raises `ValueError`."""
        count = len(tokens)
        if not count:
            raise ValueError("a tree of no words")
        if len(heads) != count or (labels is not None and len(labels) != count):
            raise ValueError(f"{count} words need as many heads and labels")
        dependents: list[list[int]] = [[] for _ in range(count + 1)]
        for number, head in enumerate(heads, start=1):
            if not 0 <= head <= count:
                raise ValueError(f"word {number} depends on word {head} of {count}")
            dependents[head].append(number)
        if len(dependents[0]) != 1:
            roots = " and ".join(map(str, dependents[0]))
            raise ValueError(f"several roots: words {roots}" if roots else "no word is the root")
        order: list[int] = []  # parents before children
        waiting = list(dependents[0])
        while waiting:
            number = waiting.pop()
            order.append(number)
            waiting += dependents[number]
        if len(order) < count:
            raise ValueError(f"a circle: {_circle(heads, set(order))}")
        place = {number: place for place, number in enumerate(reversed(order))}
        nodes = [
            Node(
                tuple(place[one] for one in dependents[number]),
                number - 1,
                labels[number - 1] if labels is not None else None,
            )
            for number in reversed(order)
        ]
        return cls(tuple(tokens), tuple(nodes))

    @classmethod
    def from_penn(cls, text: str) -> Tree:
        r"""A tree in brackets: (3 (2 It) (4 works)) or ( (S (NP (PRP It)) (VP (VBZ works))) ).

        A bracket around a single word is its leaf. -LRB- and -RRB- are round brackets, `\/` and
        `\*` a slash and an asterisk; only ASCII space parts words. What is not said (-NONE-) is
        left out, with brackets around nothing else; so is an outermost bracket without a label.
        Raises `ValueError` with a reason.
        """
        tokens: list[str] = []
        nodes: list[Node] = []
        brackets: list[list[_Item]] = [[]]  # the open ones, within a first one for the root
        for piece in _PIECES.findall(text):
            inner = brackets[-1]
            if len(brackets) == 1 and (inner or piece != "("):
                where = "behind the end of" if inner else "outside"
                raise ValueError(f"{piece!r} stands {where} the tree")
            if piece == "(":
                brackets.append([])
            elif piece == ")":
                closed = _closed(brackets.pop(), nodes)
                brackets[-1].append(closed)
            elif not inner:
                inner.append(piece)
            elif inner[0] == _NOTHING:
                inner.append(None)
            else:
                inner.append(Node(token=len(tokens)))
                tokens.append(_word(piece))
        if len(brackets) > 1:
            raise ValueError("a bracket is not closed")
        if brackets[0] == [None]:
            raise ValueError("a tree of no words")
        return cls(tuple(tokens), tuple(nodes))

    # -- what the nodes are ------------------------------------------------------------------

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Of each node its parent; -1 for the root."""
        parents = [-1] * len(self.nodes)
        for place, node in enumerate(self.nodes):
            for child in node.children:
                parents[child] = place
        return tuple(parents)

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """Of each node the steps down to its lowest leaf; 0 for a leaf."""
        heights: list[int] = []
        for node in self.nodes:
            heights.append(max((heights[child] + 1 for child in node.children), default=0))
        return tuple(heights)

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Of each node the first word at or below it, and the place behind the last one."""
        spans: list[tuple[int, int]] = []
        for node in self.nodes:
            below = [spans[child] for child in node.children]
            if node.token is not None:
                below.append((node.token, node.token + 1))
            spans.append((min(one for one, _ in below), max(end for _, end in below)))
        return tuple(spans)

    def parted(self, node: Node) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """A word's children left and right of it; the children of a phrase all stand right."""
        if node.token is None:
            return (), node.children
        left = [child for child in node.children if self._place(child) < node.token]
        return tuple(left), node.children[len(left) :]

    def _place(self, number: int) -> int:
        token = self.nodes[number].token
        return self.spans[number][0] if token is None else token

    @cached_property
    def sides(self) -> tuple[int, ...]:
        """Of each node its place beside its parent: -1 for the nearest on the left, 2 for the
        second on the right; 0 for the root."""
        sides = [0] * len(self.nodes)
        for node in self.nodes:
            left, right = self.parted(node)
            for place, child in enumerate(right, start=1):
                sides[child] = place
            for place, child in enumerate(reversed(left), start=1):
                sides[child] = -place
        return tuple(sides)

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """A column a node: its parent, its height, its token or -1, its side, and the number of
        its label in `RELATIONS`, subtypes left out."""
        import numpy as np  # reading trees for a task needs none

        tokens = [-1 if node.token is None else node.token for node in self.nodes]
        labels = [(node.label or "").partition(":")[0] for node in self.nodes]
        relations = [_RELATION.get(label, _RELATION["dep"]) for label in labels]
        return np.array([self.parents, self.heights, tokens, self.sides, relations], np.int64)

    @cached_property
    def binarised(self) -> Tree:
        """The same words in a tree of leaves and of phrases with two children.

        Of a dependency tree: a head's word is joined with its dependents on the right, nearest
        first, then with those on the left, so that a verb meets its object before its subject.
        Such a phrase is labelled with the relation of the dependent that it adds. The leaves of a
        tree whose branches cross stand in the order of the branches.
        Of a constituency tree: ((a b) c) for (a b c), and a phrase of one child is that child.
        """
        nodes: list[Node] = []
        made: list[int] = []  # of each node here, what stands for it there

        def add(node: Node) -> int:
            nodes.append(node)
            return len(nodes) - 1

        for node in self.nodes:
            left, right = self.parted(node)
            if node.token is None:
                whole, right = made[right[0]], right[1:]
            else:
                whole = add(Node((), node.token, node.label))
            for child in right:
                label = node.label if node.token is None else self.nodes[child].label
                whole = add(Node((whole, made[child]), None, label))
            for child in reversed(left):
                whole = add(Node((made[child], whole), None, self.nodes[child].label))
            made.append(whole)
        return Tree(self.tokens, tuple(nodes))

    def phrases(self) -> list[str]:
        """Of each node its word and those below it, in their order, joined by blanks."""
        below: list[list[int]] = []
        for node in self.nodes:
            words = [word for child in node.children for word in below[child]]
            below.append(sorted(words if node.token is None else [*words, node.token]))
        return [" ".join(self.tokens[word] for word in words) for words in below]

    def drawn(self, *, ascii: bool = False) -> str:
        """A node a line, with its label and its word, below its parent."""
        branch, last, bar = ("|- ", "`- ", "|  ") if ascii else ("├─ ", "╰─ ", "│  ")
        lines: list[str] = []
        waiting = [(len(self.nodes) - 1, "", "")]
        while waiting:
            number, before, below = waiting.pop()
            node = self.nodes[number]
            word = self.tokens[node.token] if node.token is not None else None
            lines.append(before + (" ".join(filter(None, (node.label, word))) or "*"))
            for child in reversed(node.children):
                final = child == node.children[-1]
                hangs = below + (last if final else branch)
                waiting.append((child, hangs, below + ("   " if final else bar)))
        return "\n".join(lines)


_Item = str | Node | int | None
"""In a bracket: its label, a word, the number of a phrase, something not said."""


def _closed(items: list[_Item], nodes: list[Node]) -> int | None:
    """Makes a node of what a bracket holds, and gives its number; None where nothing is said."""
    label = items[0] if items and isinstance(items[0], str) else None
    items = items[1:] if label is not None else items
    if not items:
        raise ValueError("a phrase has no words")
    said = [item for item in items if isinstance(item, Node | int)]
    if not said:
        return None
    if len(said) == 1 and isinstance(said[0], Node):
        nodes.append(said[0]._replace(label=label))
    elif len(said) > 1 or label is not None:
        children = []
        for item in said:
            if isinstance(item, Node):
                nodes.append(item)
                item = len(nodes) - 1
            children.append(item)
        nodes.append(Node(tuple(children), None, label))
    return len(nodes) - 1


def _word(leaf: str) -> str:
    word = leaf.replace("-LRB-", "(").replace("-RRB-", ")").replace("\\/", "/").replace("\\*", "*")
    return sys.intern(word)


def _circle(heads: Sequence[int], reached: set[int]) -> str:
    """Names the words of one circle; the words that the root does not reach all lead to one."""
    number = next(one for one in range(1, len(heads) + 1) if one not in reached)
    seen: dict[int, None] = {}
    while number not in seen:
        seen[number] = None
        number = heads[number - 1]
    met = list(seen)
    circle = sorted(met[met.index(number) :])
    if len(circle) == 1:
        return f"word {number} depends on itself"
    return f"words {' and '.join(map(str, circle))} depend on each other"
