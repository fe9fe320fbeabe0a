"""bAbI by memory, on validation data, from the folders that `qaengine train` wrote.

    python benchmarks/memory_table.py runs/memories

A folder is named MEMORY-LAYERS, layers that read words: see docs/memories.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import mean
from typing import Any

PASSED = 95


def table(runs: Path) -> str:
    """Markdown: a row a training, best first among those with as many layers."""
    lines = [
        "| answers from | memory | accuracy | passed | evidence |",
        "|---|---|---|---|---|",
    ]
    found = [
        (*path.parent.name.rsplit("-", 1), _last(path)) for path in runs.glob("*/metrics.jsonl")
    ]
    scored = [one for one in found if "valid" in one[2]]
    for name, layers, line in sorted(scored, key=lambda one: (one[1], -one[2]["valid_mean"])):
        scores = list(line["valid"].values())
        passed = sum(score["accuracy"] > PASSED for score in scores)
        evidence = mean(score["evidence"] for score in scores)
        basis = "the words read" if int(layers) else "the memory alone"
        accuracy = f"{line['valid_mean']:.1f}"
        lines.append(f"| {basis} | `{name}` | {accuracy} | {passed} | {evidence:.1f} |")
    return "\n".join(lines)


def _last(path: Path) -> dict[str, Any]:
    """The last round's metrics."""
    line: dict[str, Any] = json.loads(path.read_text("utf-8").splitlines()[-1])
    return line


if __name__ == "__main__":
    print(table(Path(sys.argv[1])))
