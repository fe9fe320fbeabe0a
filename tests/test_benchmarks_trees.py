"""The benchmark of trees runs, in a tiny form, on random trees."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_trees_are_measured_beside_recursion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QAENGINE_DATA", str(tmp_path))
    monkeypatch.setattr("qaengine.data.cache_folder", lambda: tmp_path)
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    options = ["--json", tmp_path / "figures.json", "--seconds", 0.1, "--repeats", 1]
    options += ["--width", 8, "--batch", 5, "--trees", 50]
    monkeypatch.setattr(sys, "argv", ["trees.py", *map(str, options)])
    import_module("trees").main()
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    for found in (figures, figures["child_sum"]):
        assert found["trees"] == "random"
        assert found["speedup"] > 1
        speeds = found["nodes_per_s_by_batch"]
        assert list(speeds) == [str(2**power) for power in range(9)]
        assert all(speed > 0 for speed in speeds.values())
