"""What the benchmarks share: a machine's description, tables, JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def arguments(about: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many counts")
    return parser


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def machine() -> dict[str, Any]:
    """Where the figures come from; a load near 0 before the start means an idle machine."""
    import torch

    affinity = getattr(os, "sched_getaffinity", None)  # not everywhere
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "processor": _processor(),
        "cores": len(affinity(0)) if affinity else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def report(
    title: str, rows: Sequence[tuple[str, str, str]], result: Mapping[str, Any], path: Path | None
) -> None:
    """Prints rows of (what, measured, goal) and writes the result as JSON where asked to."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "measured", "goal", title=title)
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in result["machine"].items()))
    if path:
        path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
