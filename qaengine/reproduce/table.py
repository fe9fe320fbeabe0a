"""The rows as a table, beside the published figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from qaengine.reproduce.published import Published, published
from qaengine.reproduce.rows import Row, Settings


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


class Line(NamedTuple):
    """An encoder trained in one way, or one that was not trained."""

    encoder: str
    how: str
    """It was trained; or why there is no row."""
    cells: tuple[tuple[str, str], ...]
    """For each column what is measured on test data, the mean of the seeds and in brackets the
    standard deviation, and what is published."""


SAID = {
    "width": "width",
    "epochs": "epochs",
    "batch": "batch",
    "rate": "rate",
    "dropout": "dropout",
    "size": "size",
    "limit": "examples at most",
}
"""What settings are called in a line."""


def lines(table: str, rows: Sequence[Row]) -> list[Line]:
    """The rows of a table, and those that it lacks, in the published order."""
    figures = published(table)
    measured = grouped(rows)
    found = []
    for encoder in dict.fromkeys([*figures, *(line[0].encoder for line in measured)]):
        printed = figures.get(encoder, Published())
        own = [line for line in measured if line[0].encoder == encoder]
        for line in own:
            beside = printed.beside(line[0].settings.vectors)
            found.append(Line(encoder, _how(line), _cells(table, line, beside)))
        if not own:
            found.append(Line(encoder, printed.note or "not measured", _cells(table, [], printed)))
    return found


def table_of(table: str, rows: Sequence[Row]) -> Table:
    """The lines for a terminal: measured above, published below."""
    shown = Table(box=SIMPLE, show_lines=False, padding=(0, 1, 0, 0))
    shown.add_column(Text("encoder\nhow", style="bold"), overflow="fold")
    for column in COLUMNS[table]:
        shown.add_column(Text(f"{column.name}\npublished"), justify="right", no_wrap=True)
    for line in lines(table, rows):
        pairs = [(line.encoder, line.how), *line.cells]
        shown.add_row(
            *(Text.assemble((over, "bold"), "\n", (under, "dim")) for over, under in pairs)
        )
    return shown


def grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that differ in seed and variant only."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault((row.encoder, row.reads, row.learns, row.settings), []).append(row)
    return list(found.values())


def _how(line: Sequence[Row]) -> str:
    """What was read and learnt, and the settings that are not the usual ones."""
    row, settings = line[0], line[0].settings
    seeds = sorted({one.seed for one in line})
    heads = f" trees of {Path(settings.heads).stem}" if row.reads == "dependency" else ""
    parts = [f"{row.reads}{heads}, {row.learns}", f"{Path(settings.vectors).stem} vectors"]
    parts += [
        f"{said} {getattr(settings, name):g}"
        for name, said in SAID.items()
        if getattr(settings, name) != Settings.model_fields[name].default
    ]
    return ", ".join([*parts, f"seed{'s' * (len(seeds) > 1)} {' '.join(map(str, seeds))}"])


def _cells(table: str, line: Sequence[Row], printed: Published) -> tuple[tuple[str, str], ...]:
    cells = []
    for column in COLUMNS[table]:
        tests = [row.test for row in line if row.variant == column.variant]
        ours = [test[column.score] for test in tests if column.score in test]
        spread = (mean(ours), stdev(ours)) if len(ours) > 1 else ours
        reported = printed.scores.get(column.name, ())
        cells.append((_cell(spread, column.digits), _cell(reported, column.digits)))
    return tuple(cells)


def _cell(figures: Sequence[float], digits: int) -> str:
    """A mean, and its standard deviation in brackets where there is one."""
    if not figures:
        return "-"
    middle, *spread = (f"{figure:.{digits}f}" for figure in figures)
    return f"{middle} ({spread[0]})" if spread else middle
