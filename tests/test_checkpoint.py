"""Checkpoints: what is saved is what is loaded; what is wrong is said."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from qaengine.checkpoint import FORMAT, OLDEST, load_checkpoint
from qaengine.engine import Engine
from qaengine.errors import CheckpointError, InputError, PluginError
from qaengine.scoring import Calibration
from qaengine.testing import tiny_engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_engine().save(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_loaded_answers_as_saved(engine: Engine, tmp_path: Path) -> None:
    engine.save(tmp_path)
    asked = (["Mary went to the garden."], "Where is Mary?")
    before, after = engine.ask(*asked), Engine.load(tmp_path, device="cpu").ask(*asked)
    assert after.model_copy(update={"seconds": before.seconds}) == before


def test_half_precision_answers_much_the_same(engine: Engine, tmp_path: Path) -> None:
    engine.save(tmp_path, half=True)
    weights = load_file(tmp_path / "model.safetensors").values()
    assert {tensor.dtype for tensor in weights} == {torch.float16, torch.uint8}
    asked = (["Mary went to the garden."], "Where is Mary?")
    before, after = engine.ask(*asked), Engine.load(tmp_path, device="cpu").ask(*asked)
    assert after.text == before.text
    assert after.confidence == pytest.approx(before.confidence, abs=0.01)


def test_calibration_of_each_task_is_kept(folder: Path) -> None:
    edited(lambda config: config.update(calibration={"babi": {"scale": 0.4, "shift": 1.5}}))(folder)
    known = load_checkpoint(folder)
    assert known.calibration("babi") == Calibration(scale=0.4, shift=1.5)
    assert known.calibration("worlds") == Calibration()
    known.save(folder)
    assert load_checkpoint(folder).config == known.config


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "config.json"
        config = json.loads(path.read_text())
        change(config)
        path.write_text(json.dumps(config))

    return edit


def written(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda folder: (folder / "config.json").unlink(), "There is no checkpoint at"),
        (lambda folder: (folder / "vocabulary.json").unlink(), r"vocabulary\.json cannot be read"),
        (lambda folder: (folder / "model.safetensors").unlink(), "No such file"),
        (written("config.json", b"{"), "is no JSON object"),
        (written("config.json", b"[]"), "is no JSON object"),
        (written("config.json", b"\xff\xfe"), "no UTF-8"),
        (written("config.json", b'{"model_type": "bert"}'), "is no qaengine checkpoint's"),
        (edited(lambda config: config.update(format=FORMAT + 1)), "Install a newer qaengine"),
        (edited(lambda config: config.update(format=OLDEST - 1)), "Train it again"),
        (edited(lambda config: config.update(calibration={"babi": 2})), "calibration"),
        (edited(lambda config: config.update(tasks=[])), "tasks"),
        (edited(lambda config: config["network"].update(width=32)), "another network"),
        (edited(lambda config: config["network"].update(heads=7)), "heads"),
        (written("vocabulary.json", b'{"words": [], "outputs": []}'), "is damaged"),
        (written("vocabulary.json", b"\0"), "is damaged"),
        (written("model.safetensors", b""), "damaged or belong to another"),
        (written("model.safetensors", pickle.dumps({"a": 1})), "damaged or belong to another"),
        (cut, "damaged or belong to another"),
        (lambda folder: save_file({"a": torch.ones(1)}, folder / "model.safetensors"), "another"),
    ],
)
def test_fault_is_named(folder: Path, damage: Callable[[Path], object], complaint: str) -> None:
    damage(folder)
    with pytest.raises(CheckpointError, match=complaint) as caught:
        load_checkpoint(folder)
    assert "\n" not in str(caught.value)


def test_encoder_that_is_not_installed(folder: Path) -> None:
    edited(lambda config: config["network"].update(encoder="lstn"))(folder)
    with pytest.raises(PluginError, match="Did you mean 'lstm'"):
        load_checkpoint(folder)


def test_no_pickle_is_ever_read(folder: Path, tmp_path: Path) -> None:
    """What unpickling would run leaves a trace; nothing does."""
    trace = tmp_path / "trace"

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return trace.write_text, ("run",)

    for name in ("model.safetensors", "pytest.bin", "model.pt", "vocabulary.json"):
        (folder / name).write_bytes(pickle.dumps(Evil()))
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)
    assert not trace.exists()


def test_device_that_does_not_exist(folder: Path) -> None:
    with pytest.raises(InputError, match="'gpu' cannot be used"):
        Engine.load(folder, device="gpu")
