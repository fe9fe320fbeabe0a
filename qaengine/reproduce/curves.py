"""Learning curves as an SVG: the score on validation data after each round.

A panel a variant, side by side; a colour and dashes an encoder, a line a row. The picture has a
light ground of its own, so that it can be read on a dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qaengine.render.element import Html, element
from qaengine.reproduce.rows import Row

PANEL, HEIGHT, EDGE = 440, 420, 48
LEGEND = 200
"""Pixels on the right, for the names."""
LINE = 16
"""Pixels between names."""
COLOURS = ("#1b6ca8", "#c8553d", "#2f7d4f", "#8a4fa3", "#b8860b", "#3d3d3d", "#d1478c", "#4aa3a2")
DASHES = ("none", "6 3", "2 2", "9 2 2 2")
"""When all colours are used, lines are dashed."""


class Panel(NamedTuple):
    """Where the points of a variant's rows come to stand."""

    left: float
    last: int
    """The longest training, in rounds."""
    low: float
    high: float

    def across(self, epoch: float) -> float:
        return self.left + EDGE + (PANEL - 2 * EDGE) * (epoch - 1) / max(self.last - 1, 1)

    def up(self, score: float) -> float:
        span = (self.high - self.low) or 1.0
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (score - self.low) / span


def curves(rows: Sequence[Row]) -> str:
    """A picture of all rows, which are of one table."""
    encoders = list(dict.fromkeys(row.encoder for row in rows))
    variants = list(dict.fromkeys(row.variant for row in rows))
    parts: list[Html] = []
    for number, variant in enumerate(variants):
        own = [row for row in rows if row.variant == variant]
        parts += _panel(number * PANEL, variant, own, encoders)
    width = PANEL * len(variants) + LEGEND
    height = max(HEIGHT, EDGE + LINE * len(encoders) + EDGE)
    for place, encoder in enumerate(encoders):
        x, y = PANEL * len(variants), EDGE + LINE * place
        parts.append(_curve([(x, y - 4), (x + 28, y - 4)], place))
        parts.append(_text(x + 36, y, encoder, "start"))
    return element(
        "svg",
        element("rect", width=width, height=height, rx=8, fill="#fbfaf6"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        font_family="sans-serif",
        font_size=12,
        role="img",
        aria_label="Learning curves",
    )


def _panel(left: float, variant: str, rows: Sequence[Row], encoders: Sequence[str]) -> list[Html]:
    points = [point for row in rows for point in row.curve]
    scores = [point.valid for point in points]
    panel = Panel(left, max(point.epoch for point in points), min(scores), max(scores))
    first, last = panel.across(1), panel.across(panel.last)
    parts = [_line(first, panel.up(panel.low), last, panel.up(panel.low))]
    parts.append(_line(first, panel.up(panel.low), first, panel.up(panel.high)))
    digits = 1 if panel.high > 2 else 2  # percent, or a correlation
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        score = panel.low + part * (panel.high - panel.low)
        parts.append(_text(first - 6, panel.up(score) + 4, f"{score:.{digits}f}", "end"))
    for epoch in sorted({1, (1 + panel.last) // 2, panel.last}):
        parts.append(_text(panel.across(epoch), HEIGHT - EDGE + 18, str(epoch), "middle"))
    parts.append(_text((first + last) / 2, HEIGHT - 8, "round of training", "middle"))
    parts.append(_text(first, EDGE - 16, f"{variant}: first score on validation data", "start"))
    for row in rows:
        line = [(panel.across(point.epoch), panel.up(point.valid)) for point in row.curve]
        parts.append(_curve(line, encoders.index(row.encoder), f"{row.encoder}, seed {row.seed}"))
    return parts


def _curve(line: Sequence[tuple[float, float]], number: int, name: str = "") -> Html:
    return element(
        "polyline",
        *([element("title", name)] if name else []),
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in line),
        stroke=COLOURS[number % len(COLOURS)],
        stroke_dasharray=DASHES[number // len(COLOURS) % len(DASHES)],
        stroke_width=1.5,
        fill="none",
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> Html:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="#777")


def _text(x: float, y: float, words: str, anchor: str) -> Html:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill="#444")
