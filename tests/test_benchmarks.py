"""The benchmarks run, in a tiny form, and write figures that can be figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qaengine.engine import Engine

ROOT = Path(__file__).parents[1]


def run(script: str, folder: Path, *options: str, data: Path | None = None) -> dict[str, Any]:
    """What a benchmark, run in a fresh process, writes as JSON."""
    written = folder / "figures.json"
    path = os.pathsep.join(str(ROOT / part) for part in (".", "plugins", "tasks"))
    known = {name: value for name, value in os.environ.items() if name != "QAENGINE_DATA"}
    subprocess.run(
        [sys.executable, ROOT / "benchmarks" / script, "--json", written, *options],
        env=known | {"PYTHONPATH": path} | ({"QAENGINE_DATA": str(data)} if data else {}),
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, Any] = json.loads(written.read_text("utf-8"))
    return figures


@pytest.mark.slow
def test_asking_measures_each_way_of_asking(engine: Engine, tmp_path: Path) -> None:
    engine.save(tmp_path / "tiny")
    figures = run(
        "asking.py",
        tmp_path,
        *("--checkpoint", "tiny", "--asked", "4", "--bulk", "8"),
        *("--threads", "1", "--repeats", "1"),
    )
    assert 0 < figures["worlds"]["p50_ms"] <= figures["worlds"]["p95_ms"]
    assert figures["worlds"]["bulk_per_second"] > 0
    assert 0 < figures["help_s"] < figures["cold_s"]
    assert figures["cold_ratio"] == pytest.approx(figures["cold_s"] / figures["import_torch_s"])


@pytest.mark.slow
@pytest.mark.data
def test_training_is_measured_beside_a_plain_network(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(
        'name = "tiny"\nnetwork = { width = 16 }\n'
        '[[sources]]\ntask = "babi"\noptions = { config = "en-valid", tasks = [1] }\n'
        "[training]\nquestions = 64\n"
    )
    figures = run(
        "training.py",
        tmp_path,
        *("--recipe", "tiny.toml", "--seconds", "0.5", "--batch", "8"),
        *("--threads", "1", "--repeats", "1"),
        data=data_folder,
    )
    speeds = figures["questions_per_second"]["1"]
    assert set(speeds) == {"qaengine", "plain DMN+", "plain DMN+, batches of like length"}
    assert all(speed > 0 for speed in speeds.values())


def test_the_plain_network_learns() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import torch
        from plain_dmn_plus import Plain, PlainDMNPlus
    finally:
        sys.path.pop(0)
    from qaengine.batch import Example

    def told(place: str) -> Example:
        facts = (("Mary", "went", "to", place), ("John", "sat", "down"))
        return Example(facts, ("Where", "is", "Mary"), (place,), (0,))

    torch.manual_seed(0)
    examples = [told(place) for place in ("garden", "hall", "attic")]
    data = Plain(examples)
    network = PlainDMNPlus(len(data.words), len(data.answers), 16)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    batch = data.collate(examples)
    network.eval()  # without dropout
    first = float(network(batch).detach())
    for _ in range(60):
        loss = network(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < first / 4
