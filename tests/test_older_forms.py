"""Checkpoints that an older qaengine wrote answer as they did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from qaengine.checkpoint import load_checkpoint
from qaengine.older_forms import network_of_today
from qaengine.registry import registry
from qaengine.testing import tiny_engine


def test_one_closer_reading_without_a_name_is_read(tmp_path: Path) -> None:
    task = registry().task("mentions")
    reading = {"spans": {"width": 8, "tasks": ["mentions"]}}
    written = tiny_engine(task.samples(), tasks=(task.schema,), closer=reading).checkpoint
    written.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    config["format"] = 5
    config["network"] |= {"closer": 8, "closely": ["mentions"]}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    path = tmp_path / "model.safetensors"
    weights = {
        name.replace("closer.spans.read", "closer.read"): one
        for name, one in load(path.read_bytes()).items()
    }
    assert any(name.startswith("closer.read.") for name in weights)
    path.write_bytes(save(weights))
    found = load_checkpoint(tmp_path)
    assert found.config.network == written.config.network
    before = written.network.state_dict()
    assert all(torch.equal(one, before[name]) for name, one in found.network.state_dict().items())


@pytest.mark.parametrize(
    ("settings", "ways"),
    [
        ({}, 1),
        ({"compare": 8}, 2),
        ({"compare": 8, "closer": {"near": {"width": 8, "tasks": ["relatedness"]}}}, 3),
    ],
)
def test_ways_to_a_score_counted_alike(tmp_path: Path, settings: dict[str, Any], ways: int) -> None:
    task = registry().task("relatedness")
    tiny_engine(task.samples(), tasks=(task.schema,), **settings).checkpoint.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"format": 7}), "utf-8")
    path = tmp_path / "model.safetensors"
    weights = load(path.read_bytes())
    del weights["answers.score.shares.relatedness"]
    path.write_bytes(save(weights))
    shares = load_checkpoint(tmp_path).network.get_parameter("answers.score.shares.relatedness")
    assert torch.equal(shares, torch.full((ways,), 1 / ways))


@pytest.mark.parametrize(
    ("settings", "today"),
    [
        ({"closer": 0, "closely": []}, {"closer": {}}),
        ({"width": 8}, {"width": 8}),
        ({"closer": {"a": {}}}, {"closer": {"a": {}}}),
    ],
)
def test_settings_are_today_s(settings: dict[str, Any], today: dict[str, Any]) -> None:
    assert network_of_today(settings) == today
