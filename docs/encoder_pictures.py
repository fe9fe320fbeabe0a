"""Draws a picture of every encoder: docs/pictures/encoders/NAME.svg, beside docs/encoders.md.

    python docs/encoder_pictures.py

Words stand at the bottom, the summary of the sentence is green. Each picture has a light ground of
its own, so that it can be read on a dark page.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from qaengine.render.element import Html, element

FOLDER = Path(__file__).parent / "pictures" / "encoders"
WORDS = ("the", "film", "is", "great")
LONGER = ("the", "film", "is", "not", "so", "bad")
STEP = 92
"""Pixels from word to word."""
HIGH = 26
"""Pixels of a box."""
EDGE = 18
INK, FAINT, GROUND = "#26323d", "#5b6875", "#fbfaf6"
FILLS = {
    "word": "#e6e9ec",
    "state": "#cfe3f5",
    "other": "#f6dfc5",
    "join": "#fff2b8",
    "summary": "#cdebc9",
    "idle": "#fbfaf6",
}


@dataclass(frozen=True)
class Box:
    """Its middle and its size."""

    x: float
    y: float
    wide: float
    high: float

    def edge(self, x: float, y: float, gap: float = 2) -> tuple[float, float]:
        """Where the line from the middle to a point leaves the box, and a little farther."""
        across, down = x - self.x, y - self.y
        sides = [(self.wide / 2 + gap) / abs(across)] if across else []
        sides += [(self.high / 2 + gap) / abs(down)] if down else []
        part = min(sides)
        return self.x + part * across, self.y + part * down


@dataclass
class Picture:
    """Boxes and arrows, in any order; lines lie below boxes."""

    name: str
    about: str
    lines: list[Html] = field(default_factory=list)
    boxes: list[Html] = field(default_factory=list)
    seen: list[tuple[float, float]] = field(default_factory=list)
    """Corners that the ground has to reach."""

    def box(
        self,
        x: float,
        y: float,
        said: str,
        kind: str = "state",
        wide: float = 0,
        high: float = HIGH,
    ) -> Box:
        wide = wide or max(34, 8.2 * len(said) + 14)
        shape = Box(x, y, wide, high)
        drawn = element(
            "rect",
            x=f"{x - wide / 2:.1f}",
            y=f"{y - high / 2:.1f}",
            width=f"{wide:.1f}",
            height=f"{high:.1f}",
            rx=5,
            fill=FILLS[kind],
            stroke=INK if kind != "idle" else "#b9c0c7",
        )
        self.boxes.append(drawn)
        self.seen += [(x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)]
        self.text(x, y + 4.5, said, colour=INK)
        return shape

    def text(
        self, x: float, y: float, said: str, anchor: str = "middle", colour: str = FAINT
    ) -> None:
        if not said:
            return
        self.boxes.append(
            element("text", said, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=colour)
        )
        half = 7.2 * len(said) / 2
        left = {"start": 0.0, "middle": half, "end": 2 * half}[anchor]
        self.seen += [(x - left, y - 11), (x - left + 2 * half, y + 4)]

    def arrow(
        self, start: Box, end: Box, said: str = "", colour: str = INK, dashes: str = "none"
    ) -> None:
        """A straight arrow from box to box, with a word beside its middle."""
        self.line([start.edge(end.x, end.y, 0), end.edge(start.x, start.y)], colour, dashes)
        if said:
            flat = abs(end.x - start.x) > 2 * abs(end.y - start.y)
            x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
            self.text(
                x + (0 if flat else 7),
                y - 6 if flat else y + 4,
                said,
                "middle" if flat else "start",
            )

    def line(
        self, points: Sequence[tuple[float, float]], colour: str = INK, dashes: str = "none"
    ) -> None:
        """Through some points, with a head at the last one."""
        (x0, y0), (x, y) = points[-2:]
        length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5 or 1
        along, beside = (x - x0) / length, (y - y0) / length
        back = (x - 7 * along, y - 7 * beside)
        head = [(x, y), (back[0] - 3.2 * beside, back[1] + 3.2 * along)]
        head.append((back[0] + 3.2 * beside, back[1] - 3.2 * along))
        body = [*points[:-1], back]
        self.lines.append(
            element(
                "polyline",
                points=_joined(body),
                stroke=colour,
                stroke_dasharray=dashes,
                fill="none",
            )
        )
        self.lines.append(element("polygon", points=_joined(head), fill=colour))
        self.seen += points

    def frame(self, around: Box) -> None:
        """Dashes around boxes that get the same."""
        x, y = around.x - around.wide / 2, around.y - around.high / 2
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": around.wide, "height": around.high}
        dashes = {"stroke": "#9aa5b0", "stroke_dasharray": "4 3", "fill": "none"}
        self.lines.append(element("rect", rx=8, **place, **dashes))

    def summary(self, x: float, y: float, said: str = "summary") -> Box:
        return self.box(x, y, said, "summary")

    def words(self, words: Sequence[str], y: float, kind: str = "word") -> list[Box]:
        return [self.box(place * STEP, y, word, kind, 58) for place, word in enumerate(words)]

    def svg(self) -> Html:
        left = min(x for x, _ in self.seen) - EDGE
        top = min(y for _, y in self.seen) - EDGE
        wide = max(x for x, _ in self.seen) + EDGE - left
        high = max(y for _, y in self.seen) + EDGE - top
        ground = element(
            "rect",
            **{
                "x": f"{left:.1f}",
                "y": f"{top:.1f}",
                "width": f"{wide:.1f}",
                "height": f"{high:.1f}",
            },
            rx=8,
            fill=GROUND,
        )
        return element(
            "svg",
            element("title", self.about),
            ground,
            *self.lines,
            *self.boxes,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"{left:.1f} {top:.1f} {wide:.1f} {high:.1f}",
            width=f"{wide:.0f}",
            font_family="sans-serif",
            font_size=13,
            role="img",
        )


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


# --- without order, recurrent


def mean(picture: Picture) -> None:
    words = picture.words(WORDS, 0)
    middle = picture.box(1.5 * STEP, -80, "mean", "join")
    for word in words:
        picture.arrow(word, middle)
    picture.arrow(middle, picture.summary(3.6 * STEP, -80))


def bag_of_words(picture: Picture) -> None:
    words = picture.words(WORDS, 0)
    last = picture.box(1.5 * STEP, -80, "mean", "join")
    for word in words:
        picture.arrow(word, last)
    for layer in range(3):
        above = picture.box((2.7 + layer) * STEP, -80, f"tanh W{layer + 1}")
        picture.arrow(last, above)
        last = above
    picture.arrow(last, picture.summary(5.9 * STEP, -80))


def recurrent(
    cell: str, layers: int = 1, both: bool = False, between: str = ""
) -> Callable[[Picture], None]:
    """Rows of cells: a layer is a row, or two in a frame where it reads in both directions."""

    def draw(picture: Picture) -> None:
        below, y = picture.words(WORDS, 0), 0.0
        ends: list[Box] = []
        for layer in range(layers):
            y -= 98 if both else 62
            ends = []
            for backwards in (False, True)[: 1 + both]:
                kind, aside = ("other", -19) if backwards else ("state", 19 if both else 0)
                row = [picture.box(word.x, y + aside, cell, kind, 58) for word in below]
                order = row[::-1] if backwards else row
                for one, following in pairwise(order):
                    picture.arrow(one, following)
                ends.append(order[-1])
            above = [Box(word.x, y, 68, 74 if both else HIGH) for word in below]
            for lower, upper in zip(below, above, strict=True):
                picture.arrow(lower, upper, between if layer else "")
                if both:
                    picture.frame(upper)
            below = above
        summary = picture.summary(len(WORDS) * STEP + 30, y + (19 if both else 0))
        picture.arrow(ends[0], summary)
        for end in ends[1:]:  # the last state of the way back stands on the left: over the row
            path = [(end.x, end.y - HIGH / 2), (end.x, end.y - 36), (summary.x, end.y - 36)]
            picture.line([*path, (summary.x, summary.y - HIGH / 2 - 2)])

    return draw


def depth_gated(picture: Picture) -> None:
    words = picture.words(WORDS, 0)
    rows = [
        [picture.box(place * STEP, y, "LSTM", "state", 58) for place in range(4)]
        for y in (-62, -150)
    ]
    for row in rows:
        for one, following in itertools.pairwise(row):
            picture.arrow(one, following)
    for word, lower, upper in zip(words, *rows, strict=True):
        picture.arrow(word, lower)
        for x in (-16, 16):
            picture.line([(lower.x + x, lower.y - 13), (upper.x + x, upper.y + 15)])
        picture.text(lower.x - 21, -102, "h", "end")
        picture.box(lower.x + 16, -106, "d", "join", 24, 20)
    picture.text(4 * STEP - 44, -102, "d: how much of the cell c goes up", "start")
    picture.arrow(rows[1][-1], picture.summary(4 * STEP + 26, -150))


def clockwork(picture: Picture) -> None:
    words = picture.words(LONGER, 0)
    rows = []
    for row in range(4):
        y = -50 - 40 * row
        picture.text(-STEP / 2 + 2, y + 4, f"every {2**row}", "end")
        turns = [place % 2**row == 0 for place in range(len(words))]
        rows.append(
            [
                picture.box(place * STEP, y, "", "state" if turn else "idle", 58)
                for place, turn in enumerate(turns)
            ]
        )
        for one, following in zip(rows[-1], rows[-1][1:], strict=False):
            picture.arrow(one, following)
    for word, first in zip(words, rows[0], strict=True):
        picture.arrow(word, first)
    for upper, lower in zip(rows[1:], rows, strict=False):
        for one, following in zip(upper, lower[1:], strict=False):
            picture.arrow(one, following, colour="#9aa5b0")
    summary = picture.summary(len(LONGER) * STEP + 30, -110)
    for row_ in rows:
        picture.arrow(row_[-1], summary)
    picture.text(2.5 * STEP, 34, "a blank box keeps its state; slower modules feed faster ones")


# --- convolutional


def windows(sizes: Sequence[int], kind: str) -> Callable[[Picture], None]:
    def draw(picture: Picture) -> None:
        words = picture.words(LONGER, 0)
        if kind == "two channels":
            second = picture.words(LONGER, -34, "other")
            picture.text(-40, -30, "fixed", "end")
            words = [Box(one.x, one.y, one.wide, one.high) for one in second]
        picture.text(-40, 4, {"fixed": "fixed", "two channels": "tuned"}.get(kind, "tuned"), "end")
        base = words[0].y
        top = picture.box(5.7 * STEP, base - 104, "max over time", "join")
        for number, size in enumerate(sizes):
            first = (0, 1, 1)[number]
            spanned = words[first : first + size]
            y = base - 62 - 42 * number
            x = sum(word.x for word in spanned) / size
            label = "tanh W" if len(sizes) == 1 else f"relu W{size}"
            box = picture.box(x, y, label)
            for word in spanned:
                picture.arrow(word, box, colour=("#26323d", "#1f6fb2", "#b3541e")[number])
            picture.arrow(box, top, colour=("#26323d", "#1f6fb2", "#b3541e")[number])
        picture.text(
            2.5 * STEP,
            words[0].y + (34 if kind != "two channels" else 68),
            "the same filters at every place",
        )
        picture.arrow(top, picture.summary(5.7 * STEP, base - 158))

    return draw


def dcnn(picture: Picture) -> None:
    picture.words(LONGER, 0)
    stages = (
        ("wide_7", "other", 12),
        ("k-max, k ≥ T/2", "join", 4),
        ("wide_5 and fold", "other", 8),
        ("4-max", "join", 4),
    )
    y, before = 0.0, 6
    for name, kind, count in stages:
        y -= 54
        row = [
            picture.box(2.5 * STEP + (place - (count - 1) / 2) * 38, y, "", "state", 30)
            for place in range(count)
        ]
        picture.box(6 * STEP, y + 27, name, kind)
        ends = [
            2.5 * STEP - (before - 1) / 2 * (STEP if before == 6 and y == -54 else 38),
            row[0].x,
        ]
        mirror = [5 * STEP - end for end in ends]
        for side in (ends, mirror):
            picture.line([(side[0], y + 54 - 13), (side[1], y + 15)], "#9aa5b0")
        before = count
    top = picture.summary(2.5 * STEP, y - 54)
    picture.line([(top.x, y - 13), (top.x, top.y + 15)])


# --- over trees


@dataclass(frozen=True)
class Binary:
    """((the film) (is great)), its nodes as boxes."""

    words: list[Box]
    left: Box
    right: Box
    root: Box

    @property
    def edges(self) -> list[tuple[Box, Box]]:
        pairs = [
            (self.left, self.words[:2]),
            (self.right, self.words[2:]),
            (self.root, [self.left, self.right]),
        ]
        return [(child, parent) for parent, children in pairs for child in children]


def binary(picture: Picture, said: str, wide: float = 0, high: float = HIGH) -> Binary:
    words = picture.words(WORDS, 0)
    left = picture.box(0.5 * STEP, -80, said, wide=wide, high=high)
    right = picture.box(2.5 * STEP, -80, said, wide=wide, high=high)
    root = picture.box(1.5 * STEP, -160, said, wide=wide, high=high)
    return Binary(words, left, right, root)


def recursive(picture: Picture) -> None:
    tree = binary(picture, "tanh W[a; b]")
    for child, parent in tree.edges:
        picture.arrow(child, parent)
    picture.arrow(tree.root, picture.summary(4 * STEP, -160))


def mv_rnn(picture: Picture) -> None:
    tree = binary(picture, "", 62)
    for node in (tree.left, tree.right, tree.root):
        picture.box(node.x + 18, node.y, "P", "other", 26)
        picture.text(node.x - 13, node.y + 4.5, "p", colour=INK)
    for child, parent in tree.edges:
        picture.arrow(child, parent)
    picture.text(3.7 * STEP, -92, "p = tanh W[B a; A b]", "start")
    picture.text(3.7 * STEP, -74, "P = M[A; B]", "start")
    picture.text(3.7 * STEP, 4, "a word: a vector a, a matrix A", "start")
    picture.arrow(tree.root, picture.summary(4 * STEP, -160))


def rntn(picture: Picture) -> None:
    tree = binary(picture, "[a; b]' V [a; b]", 118)
    for child, parent in tree.edges:
        picture.arrow(child, parent)
    for number in range(3):
        picture.box(4.4 * STEP + 9 * number, -64 - 9 * number, "", "other", 46, 46)
    picture.text(4.4 * STEP + 9, -22, "V: a slice a dimension")
    picture.arrow(tree.root, picture.summary(4 * STEP, -160))


def recursive_autoencoder(picture: Picture) -> None:
    tree = binary(picture, "p = tanh W[a; b]", 126)
    for child, parent in tree.edges:
        picture.arrow(child, parent)
    for name, y in (("a'", -100), ("b'", -60)):
        picture.arrow(tree.right, picture.box(4.4 * STEP, y, name, "other", 40), dashes="4 3")
    picture.text(4.4 * STEP, -28, "p has to tell a and b again")
    picture.arrow(tree.root, picture.summary(4.4 * STEP, -160))


def drnn(picture: Picture) -> None:
    words = picture.words(WORDS, 0)
    colours = ("#b3541e", "#9a7b00", "#1f6fb2")
    for layer, kind in enumerate(("other", "join", "state")):
        left, right, root = (
            picture.box(x * STEP, y - 26 * layer, f"h{layer + 1}", kind, 40, 20)
            for x, y in ((0.5, -60), (2.5, -60), (1.5, -150))
        )
        for child, aside in ((left, 20), (right, -20)):
            ends = [(child.x + aside, child.y), (root.x - 1.1 * aside, root.y)]
            picture.line(ends, colours[layer])
        if layer == 0:
            for word, parent in zip(words, (left, left, right, right), strict=True):
                picture.arrow(word, parent)
    picture.text(3.7 * STEP, -110, "a layer reads both children and,", "start")
    picture.text(3.7 * STEP, -92, "at the same node, the layer below", "start")
    picture.arrow(root, picture.summary(4 * STEP, root.y))


def dependency(picture: Picture, said: str, labels: Sequence[str]) -> tuple[list[Box], Box]:
    """great -> film -> the, great -> is: nodes over their words, with a label an edge."""
    words = picture.words(WORDS, 0)
    heights = (-60, -120, -100, -200)
    nodes = [picture.box(place * STEP, y, said, wide=58) for place, y in enumerate(heights)]
    for word, node in zip(words, nodes, strict=True):
        picture.arrow(word, node, colour="#9aa5b0")
    edges = ((0, 1, -8), (1, 3, -8), (2, 3, 6))
    for (child, parent, down), label in zip(edges, labels, strict=True):
        picture.arrow(nodes[child], nodes[parent])
        x, y = (nodes[child].x + nodes[parent].x) / 2, (nodes[child].y + nodes[parent].y) / 2
        picture.text(x - 10, y + down, label, "end")
    summary = picture.summary(4.4 * STEP, heights[3])
    picture.arrow(nodes[3], summary)
    return nodes, summary


def dt_rnn(picture: Picture) -> None:
    dependency(picture, "tanh", ("W left 1", "W left 2", "W left 1"))
    picture.text(3.6 * STEP, -110, "a matrix a place beside the head", "start")


def sdt_rnn(picture: Picture) -> None:
    dependency(picture, "tanh", ("W det", "W nsubj", "W cop"))
    picture.text(3.6 * STEP, -110, "a matrix a relation", "start")


def child_sum_tree_lstm(picture: Picture) -> None:
    dependency(picture, "LSTM", ("f", "f", "f"))
    picture.text(3.6 * STEP, -128, "h of the children: their sum", "start")
    picture.text(3.6 * STEP, -108, "f: a forget gate for each child's c", "start")


def constituency_tree_lstm(picture: Picture) -> None:
    tree = binary(picture, "LSTM", 60)
    for number, (child, parent) in enumerate(tree.edges):
        picture.arrow(child, parent)
        x, y = (child.x + parent.x) / 2, (child.y + parent.y) / 2
        left = number % 2 == 0
        picture.text(
            x + (-8 if left else 8), y - 2, "f_l" if left else "f_r", "end" if left else "start"
        )
    picture.text(3.6 * STEP, -76, "weights and forget gates", "start")
    picture.text(3.6 * STEP, -58, "of their own for left and right", "start")
    picture.arrow(tree.root, picture.summary(4 * STEP, -160))


def paragraph_vector(picture: Picture) -> None:
    known = picture.words(WORDS[:3], 0)
    sentence = picture.summary(-1.15 * STEP, 0, "sentence 7")
    middle = picture.box(1 * STEP, -70, "mean", "join")
    for one in (sentence, *known):
        picture.arrow(one, middle)
    picture.arrow(middle, picture.box(3 * STEP, -70, "great", "word", 58), "predict")
    picture.text(1 * STEP, 36, "the sentence's own vector is trained, for a new sentence too")


PICTURES: dict[str, tuple[str, Callable[[Picture], None]]] = {
    "mean": ("The mean of the words' vectors", mean),
    "bag_of_words": ("The mean of the words through three layers", bag_of_words),
    "rnn": ("A simple recurrent network", recurrent("tanh")),
    "gru": ("Gated recurrent units in both directions", recurrent("GRU", both=True)),
    "lstm": ("Long short-term memory", recurrent("LSTM")),
    "bilstm": ("Long short-term memory in both directions", recurrent("LSTM", both=True)),
    "lstm2": ("Two layers of LSTM", recurrent("LSTM", 2, between="dropout")),
    "bilstm2": ("Two layers of LSTM in both directions", recurrent("LSTM", 2, True, "dropout")),
    "depth_gated": ("Two layers of LSTM with joined cells", depth_gated),
    "clockwork": ("Four modules that change every 1, 2, 4 and 8 words", clockwork),
    "window": ("Five words at a time, maximum over time", windows((5,), "tuned")),
    "cnn_static": ("Filters over fixed vectors", windows((3, 4, 5), "fixed")),
    "cnn_nonstatic": ("Filters over tuned vectors", windows((3, 4, 5), "tuned")),
    "cnn_multichannel": ("Filters over two channels", windows((3, 4, 5), "two channels")),
    "dcnn": ("Wide convolutions with dynamic k-max pooling", dcnn),
    "recursive": ("A recursive network over a binary tree", recursive),
    "mv_rnn": ("A vector and a matrix at every node", mv_rnn),
    "rntn": ("Children multiplied through a tensor", rntn),
    "recursive_autoencoder": ("A phrase has to tell its children", recursive_autoencoder),
    "drnn": ("Three recursive layers over one tree", drnn),
    "dt_rnn": ("A dependency tree, a matrix a place", dt_rnn),
    "sdt_rnn": ("A dependency tree, a matrix a relation", sdt_rnn),
    "child_sum_tree_lstm": ("A dependency tree of LSTM cells", child_sum_tree_lstm),
    "constituency_tree_lstm": ("A binary tree of LSTM cells", constituency_tree_lstm),
    "paragraph_vector": ("A vector of the sentence's own", paragraph_vector),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (about, draw) in PICTURES.items():
        picture = Picture(name, about)
        draw(picture)
        (FOLDER / f"{name}.svg").write_text(picture.svg() + "\n", "utf-8")


if __name__ == "__main__":
    main()
