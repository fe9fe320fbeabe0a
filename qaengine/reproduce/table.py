"""The rows as a table, beside the published figures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import NamedTuple

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from qaengine.reproduce.published import Published, published
from qaengine.reproduce.rows import Row


class Column(NamedTuple):
    """A score, and where it is found."""

    name: str
    """Of the column, and among the published figures."""
    variant: str
    score: str
    digits: int


COLUMNS = {
    "sst": (
        Column("fine", "fine", "accuracy", 1),
        Column("binary", "binary", "accuracy", 1),
        Column("all", "fine", "all", 1),
    ),
    "sick": (
        Column("pearson", "relatedness", "pearson", 4),
        Column("spearman", "relatedness", "spearman", 4),
        Column("mse", "relatedness", "mse", 4),
    ),
}


def table_of(table: str, rows: Sequence[Row]) -> Table:
    """A line for each encoder and way of training: the mean of its seeds on test data, in brackets
    the standard deviation, and below it what is published."""
    figures = published(table)
    shown = Table(box=SIMPLE, show_lines=False, padding=(0, 1, 0, 0))
    shown.add_column(Text("encoder\nhow", style="bold"), overflow="fold")
    for column in COLUMNS[table]:
        shown.add_column(Text(f"{column.name}\npublished"), justify="right", no_wrap=True)
    lines = grouped(rows)
    for encoder in dict.fromkeys([*figures, *(line[0].encoder for line in lines)]):
        printed = figures.get(encoder, Published())
        own = [line for line in lines if line[0].encoder == encoder]
        for line in own:
            beside = printed.beside(line[0].settings.vectors)
            shown.add_row(_titled(encoder, _how(line)), *_cells(table, line, beside))
        if not own:
            about = printed.note or "not measured"
            shown.add_row(_titled(encoder, about), *_cells(table, [], printed))
    return shown


def grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that differ in seed and variant only."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault((row.encoder, row.reads, row.learns, row.settings), []).append(row)
    return list(found.values())


def _how(line: Sequence[Row]) -> str:
    row, settings = line[0], line[0].settings
    seeds = sorted({one.seed for one in line})
    parts = [
        f"{row.reads}, {row.learns}",
        f"{settings.vectors} vectors",
        f"width {settings.width}",
        f"{settings.epochs} epochs",
        f"rate {settings.rate:g}",
        f"seed{'s' * (len(seeds) > 1)} {' '.join(map(str, seeds))}",
    ]
    if settings.limit is not None:
        parts.append(f"{settings.limit} examples only")
    return ", ".join(parts)


def _titled(encoder: str, about: str) -> Text:
    return Text.assemble((encoder, "bold"), "\n", (about, "dim"))


def _cells(table: str, line: Sequence[Row], printed: Published) -> list[Text]:
    cells = []
    for column in COLUMNS[table]:
        tests = [row.test for row in line if row.variant == column.variant]
        ours = [test[column.score] for test in tests if column.score in test]
        spread = (mean(ours), stdev(ours)) if len(ours) > 1 else ours
        measured = _cell(spread, column.digits)
        reported = _cell(printed.scores.get(column.name, ()), column.digits)
        cells.append(Text.assemble((measured, "bold"), "\n", (reported, "dim")))
    return cells


def _cell(figures: Sequence[float], digits: int) -> str:
    """A mean, and its standard deviation in brackets where there is one."""
    if not figures:
        return "-"
    middle, *spread = (f"{figure:.{digits}f}" for figure in figures)
    return f"{middle} ({spread[0]})" if spread else middle
