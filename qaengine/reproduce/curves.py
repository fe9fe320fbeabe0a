"""Learning curves as an SVG: the score on validation data after each round, a line a row."""

from __future__ import annotations

from collections.abc import Sequence

from qaengine.render.element import Html, element
from qaengine.reproduce.rows import Row

WIDTH, HEIGHT, EDGE = 640, 400, 48
LEGEND = 320
"""Pixels on the right, for the names."""
LINE = 15
"""Pixels between names."""
COLOURS = ("#1b6ca8", "#c8553d", "#2f7d4f", "#8a4fa3", "#b8860b", "#3d3d3d", "#d1478c", "#4aa3a2")
DASHES = ("none", "6 3", "2 2")
"""When all colours are used, lines are dashed."""


def curves(rows: Sequence[Row]) -> str:
    """A picture of all rows, which are of one table."""
    points = [point for row in rows for point in row.curve]
    last = max((point.epoch for point in points), default=1)
    low = min((point.valid for point in points), default=0.0)
    high = max((point.valid for point in points), default=1.0)
    span = (high - low) or 1.0

    def across(epoch: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (epoch - 1) / max(last - 1, 1)

    def up(score: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (score - low) / span

    parts = [_line(EDGE, up(low), WIDTH - EDGE, up(low)), _line(EDGE, EDGE, EDGE, up(low))]
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        score = low + part * span
        parts.append(_text(EDGE - 6, up(score) + 4, f"{score:.3g}", "end"))
    for epoch in sorted({1, (1 + last) // 2, last}):
        parts.append(_text(across(epoch), HEIGHT - EDGE + 18, str(epoch), "middle"))
    parts.append(_text(WIDTH / 2, HEIGHT - 8, "round of training", "middle"))
    parts.append(_text(EDGE, EDGE - 14, "first score on validation data", "start"))
    for number, row in enumerate(rows):
        line = [(across(point.epoch), up(point.valid)) for point in row.curve]
        parts += _curve(number, f"{row.encoder}, {row.variant}, seed {row.seed}", line)
    height = max(HEIGHT, EDGE + LINE * len(rows) + EDGE)
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH + LEGEND} {height}",
        font_family="sans-serif",
        font_size=12,
        role="img",
        aria_label="Learning curves",
    )


def _curve(number: int, name: str, line: Sequence[tuple[float, float]]) -> list[Html]:
    colour = COLOURS[number % len(COLOURS)]
    dashes = DASHES[number // len(COLOURS) % len(DASHES)]
    drawn = {"stroke": colour, "stroke_dasharray": dashes, "stroke_width": 1.5, "fill": "none"}
    place = EDGE + LINE * number
    sample = [(WIDTH - EDGE + 12, place - 4), (WIDTH - EDGE + 36, place - 4)]
    joined = [" ".join(f"{x:.1f},{y:.1f}" for x, y in points) for points in (line, sample)]
    ends = element("circle", cx=f"{line[-1][0]:.1f}", cy=f"{line[-1][1]:.1f}", r=2.5, fill=colour)
    polylines = [element("polyline", points=points, **drawn) for points in joined]
    return [*polylines, ends, _text(WIDTH - EDGE + 42, place, name, "start")]


def _line(x1: float, y1: float, x2: float, y2: float) -> Html:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="#777")


def _text(x: float, y: float, words: str, anchor: str) -> Html:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill="#444")
