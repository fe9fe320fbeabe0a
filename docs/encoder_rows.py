"""Writes what was measured into docs/encoders.md and docs/results.md, between their markers.

    python docs/encoder_rows.py

The rows are those of docs/results/sst.jsonl and sick.jsonl, which `qaengine reproduce` wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from qaengine.reproduce.rows import read_rows
from qaengine.reproduce.table import COLUMNS, Line, lines

DOCS = Path(__file__).parent
HEADS = {
    "sst": ("SST five levels", "two levels", "all nodes, five levels"),
    "sick": ("SICK Pearson's r", "Spearman's rho", "mean squared error"),
}
ROWS = re.compile(r"(<!-- rows: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
"""Names of encoders: the first line of each, of both tables."""
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
"""The name of a table: all its lines, and how each was measured."""


def main() -> None:
    found = {
        table: lines(table, read_rows(DOCS / "results" / f"{table}.jsonl")) for table in COLUMNS
    }

    def rows(match: re.Match[str]) -> str:
        return match[1] + first_lines(found, match[2].split()) + match[3]

    def table(match: re.Match[str]) -> str:
        return match[1] + all_lines(match[2], found[match[2]]) + match[3]

    for page in (DOCS / "encoders.md", DOCS / "results.md"):
        text = page.read_text("utf-8")
        page.write_text(TABLE.sub(table, ROWS.sub(rows, text)), "utf-8")


def first_lines(found: dict[str, list[Line]], encoders: Sequence[str]) -> str:
    """Measured, and below it published."""
    table = [["", *HEADS["sst"], *HEADS["sick"]]]
    for encoder in encoders:
        cells = [cell for lines in found.values() for cell in _first(lines, encoder).cells]
        table.append([f"`{encoder}`", *(measured for measured, _ in cells)])
        table.append(["published", *(published for _, published in cells)])
    return _markdown(table)


def _first(lines: Sequence[Line], encoder: str) -> Line:
    return next(line for line in lines if line.encoder == encoder)


def all_lines(table: str, found: Sequence[Line]) -> str:
    """Measured, and published beside it."""
    heads = [title for head in HEADS[table] for title in (head, "published")]
    rows = [["encoder", *heads, "how"]]
    for line in found:
        rows.append([f"`{line.encoder}`", *(one for pair in line.cells for one in pair), line.how])
    return _markdown(rows)


def _markdown(table: list[list[str]]) -> str:
    rows = [table[0], ["---"] * len(table[0]), *table[1:]]
    return "".join(
        f"| {' | '.join('' if cell == '-' else cell for cell in row)} |\n" for row in rows
    )


if __name__ == "__main__":
    main()
