"""A tree as a picture (SVG) and as text: phrases above their words, heads above what depends on
them. Levels of sentiment are colours, with signs for those who cannot tell the colours apart."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from qaengine.render.element import Html, element, scrolling
from qaengine.tree import Node, Tree

LEVELS = ("very negative", "somewhat negative", "neutral", "somewhat positive", "very positive")
"""Of the labels "0" to "4", as the Stanford Sentiment Treebank has them."""
MINUS = "\N{MINUS SIGN}"
SIGNS = (2 * MINUS, MINUS, "○", "+", "++")
LONGEST = 24
"""Characters of a word or label; of a longer one the beginning is drawn."""

LETTER = 8.5
"""The width of a letter, and like all that follows, in pixels."""
LABEL = 22
"""The height of a label, and of a word."""
BETWEEN = 24
"""From the foot of a node to the head of its children."""
GAP = 14
"""From a column of words to the next."""
MARGIN = 4


def tree_view(tree: Tree) -> Html:
    """The picture, what its colours mean, and the tree as text.

    Labels "0" to "4" are levels of sentiment where each node has one; others stand as they are.
    """
    text = named(tree) if levelled(tree) else tree
    return element(
        "figure",
        scrolling(tree_svg(tree), f"Tree of: {_short(' '.join(tree.tokens), 60)}"),
        *([_legend()] if levelled(tree) else []),
        element(
            "details",
            element("summary", "The tree as text"),
            scrolling(element("pre", text.drawn()), "The tree as text"),
        ),
        class_="qa-tree",
    )


def tree_svg(tree: Tree) -> Html:
    """The picture alone: a column a word, and a row a step from the root, or from the words where
    all of them are leaves."""
    across, down, coloured = _columns(tree), _rows(tree), levelled(tree)
    lines, nodes = [], []
    for number, node in enumerate(tree.nodes):
        foot = down[number] + _height(node)
        nodes.append(_node(tree, node, across[number], down[number], coloured))
        for child in node.children:
            way = f"M{across[number]} {foot}v{BETWEEN // 2}H{across[child]}V{down[child]}"
            lines.append(element("path", d=way))
    right = max(x + _width(tree, node) / 2 for x, node in zip(across, tree.nodes, strict=True))
    foot = max(y + _height(node) for y, node in zip(down, tree.nodes, strict=True))
    width, height = round(right) + MARGIN, foot + MARGIN
    return element(
        "svg",
        element("g", *lines, class_="qa-branches"),
        *nodes,
        role="img",
        aria_label=f"A tree over {len(tree.tokens)} words. It stands below as text.",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
    )


def levelled(tree: Tree) -> bool:
    """Whether each node has a level of sentiment for its label."""
    return all(node.label in ("0", "1", "2", "3", "4") for node in tree.nodes)


def named(tree: Tree) -> Tree:
    """A levelled tree with the names of the levels for labels."""
    names = [f"({LEVELS[int(node.label or 0)]})" for node in tree.nodes]
    nodes = (node._replace(label=name) for node, name in zip(tree.nodes, names, strict=True))
    return Tree(tree.tokens, tuple(nodes))


def _columns(tree: Tree) -> list[float]:
    """Of each node its middle: of a word that of its column, of a phrase between its children."""
    widths = [0.0] * len(tree.tokens)
    for node, (first, end) in zip(tree.nodes, tree.spans, strict=True):
        place = first if node.token is None else node.token
        if node.token is not None or end - first == 1:
            widths[place] = max(widths[place], _width(tree, node))
    middles, left = [], float(MARGIN)
    for width in widths:
        middles.append(round(left + width / 2, 1))
        left += width + GAP
    across: list[float] = []
    for node in tree.nodes:
        ends = [across[child] for child in node.children]
        phrase = (min(ends) + max(ends)) / 2 if node.token is None else middles[node.token]
        across.append(round(phrase, 1))
    return across


def _rows(tree: Tree) -> list[int]:
    """Of each node its head."""
    inner = [_height(node) for node in tree.nodes if node.children]
    row = max(inner, default=0) + BETWEEN
    if all(node.token is None or not node.children for node in tree.nodes):
        return [MARGIN + (tree.heights[-1] - height) * row for height in tree.heights]
    depths = [0] * len(tree.nodes)
    for number in reversed(range(len(tree.nodes) - 1)):
        depths[number] = depths[tree.parents[number]] + 1
    return [MARGIN + depth * row for depth in depths]


def _node(tree: Tree, node: Node, x: float, y: int, coloured: bool) -> Html:
    """A label, and the word below it."""
    label, parts = node.label or "", []
    if coloured:
        level = int(label)
        ground = element("rect", x=x - 17, y=y, width=34, height=LABEL, rx=LABEL / 2)
        sign = _text(SIGNS[level], x, y)
        parts.append(element("g", ground, sign, class_=f"qa-level qa-level-{level}"))
    elif label or node.token is None:
        parts.append(_text(label or "•", x, y, class_="qa-label"))
    if node.token is not None:
        under = y + LABEL if _labelled(node) else y
        parts.append(_text(tree.tokens[node.token], x, under))
    return element("g", *parts)


def _text(text: str, x: float, y: int, **more: object) -> Html:
    short = _short(text, LONGEST)
    whole = [element("title", text)] if short != text else []
    return element(
        "text", *whole, short, x=x, y=y + 16, text_anchor="middle", direction="ltr", **more
    )


def _labelled(node: Node) -> bool:
    return bool(node.label) or node.token is None


def _height(node: Node) -> int:
    return LABEL * (_labelled(node) + (node.token is not None))


def _width(tree: Tree, node: Node) -> float:
    word = tree.tokens[node.token] if node.token is not None else ""
    return max(34.0, *(_letters(text) for text in (node.label or "", word)))


def _letters(text: str) -> float:
    """About as wide as a text is."""
    short = _short(text, LONGEST)
    wide = sum(east_asian_width(letter) in "WF" for letter in short)
    return LETTER * (len(short) + wide - sum(map(bool, map(combining, short))))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _legend() -> Html:
    levels = [
        element(
            "li",
            element("span", sign, class_=f"qa-level qa-level-{level}", aria_hidden="true"),
            LEVELS[level],
        )
        for level, sign in enumerate(SIGNS)
    ]
    return element("ul", *levels, class_="qa-levels", aria_label="Colours")
