"""bAbI by skill beside the published systems, from what `qaengine evaluate babi --json` printed.

    python benchmarks/babi_table.py docs/results/babi-1k-seed*.json

Published: Kumar et al. 2015 (arXiv 1506.07285), table 1: 1,000 training questions a skill, with
supporting facts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

MEMNN = (100, 100, 100, 100, 98, 100, 85, 91, 100, 98, 100, 100, 100, 99, 100, 100, 65, 95, 36, 100)
DMN = (
    100, 98.2, 95.2, 100, 99.3, 100, 96.9, 96.5, 100, 97.5,
    99.9, 100, 99.8, 100, 100, 99.4, 59.6, 95.3, 34.5, 100,
)  # fmt: skip
MEMNN_PASSED, DMN_PASSED = 16, 18


def table(runs: Sequence[dict[str, Any]]) -> str:
    """Markdown: a row a skill, then mean and skills passed; mean (deviation) over the runs."""
    lines = ["| skill | MemNN | DMN | qaengine | evidence |", "|---|---|---|---|---|"]
    for skill, (memnn, dmn) in enumerate(zip(MEMNN, DMN, strict=True), 1):
        scores = [run["groups"][f"babi {skill}"] for run in runs]
        accuracy = spread([score["accuracy"] for score in scores])
        evidence = spread([score["evidence"] for score in scores])
        lines.append(f"| {skill} | {memnn:.1f} | {dmn:.1f} | {accuracy} | {evidence} |")
    accuracy = spread([run["score"] for run in runs])
    evidence = spread([run["evidence"] for run in runs])
    lines.append(
        f"| **mean** | {mean(MEMNN):.1f} | {mean(DMN):.1f} | **{accuracy}** | {evidence} |"
    )
    passed = ", ".join(str(run["passed"]) for run in runs)
    lines.append(f"| **passed** (> 95) | {MEMNN_PASSED} | {DMN_PASSED} | **{passed}** | |")
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    """The mean, with the standard deviation where there are several."""
    deviation = f" ({stdev(values):.1f})" if len(values) > 1 else ""
    return f"{mean(values):.1f}{deviation}"


if __name__ == "__main__":
    print(table([json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]]))
