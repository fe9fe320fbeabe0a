"""recipes/fit_router.py: another router, and all else as it was."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from qaengine.checkpoint import Checkpoint, Config, build, load_checkpoint
from qaengine.network.config import NetworkConfig
from qaengine.network.router import QuestionEncoder
from qaengine.registry import registry
from qaengine.routing import fit_router
from qaengine.vocabulary import Vocabulary

RECIPE = Path(__file__).parents[1] / "recipes" / "fit_router.py"
TASKS = tuple(registry().task(name).schema for name in ("part_of_speech", "relatedness"))


@pytest.fixture(scope="module")
def recipe() -> Any:
    spec = importlib.util.spec_from_file_location("fit_router_recipe", RECIPE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def plain() -> Checkpoint:
    vocabulary = Vocabulary(
        words=("<pad>", "<unknown>", "how"),
        outputs=("<end>", "<abstain>"),
        vectored=("verbs", "nouns", "similar", "alike"),
        tasks=TASKS,
    )
    torch.manual_seed(0)
    network = NetworkConfig(width=16, heads=2, layers=1, vectors=8)
    grown = build(network, vocabulary)
    torch.nn.init.normal_(grown.embedding.vectors.weight)  # type: ignore[union-attr]
    return Checkpoint(Config(network=network, tasks=TASKS), vocabulary, grown.eval())


def encoder(folder: Path) -> Path:
    torch.manual_seed(1)
    path = folder / "encoder.safetensors"
    save_file(QuestionEncoder(8).state_dict(), path)
    return path


def test_an_encoder_is_put_in_and_all_else_stays(
    recipe: Any, plain: Checkpoint, tmp_path: Path
) -> None:
    routed = recipe.with_encoder(plain, encoder(tmp_path))
    fit_router(routed.network, routed.vocabulary, ())
    routed.save(tmp_path / "routed")
    again = load_checkpoint(tmp_path / "routed").network.state_dict()
    assert any(name.startswith("asking.") for name in again)
    for name, tensor in plain.network.state_dict().items():
        assert name.startswith("router.") or torch.equal(again[name], tensor), name


def test_an_encoder_comes_from_a_checkpoint_too(
    recipe: Any, plain: Checkpoint, tmp_path: Path
) -> None:
    routed = recipe.with_encoder(plain, encoder(tmp_path))
    routed.save(tmp_path / "routed")
    taken = recipe.with_encoder(plain, tmp_path / "routed").network.state_dict()
    for name, tensor in routed.network.state_dict().items():
        assert not name.startswith("asking.") or torch.equal(taken[name], tensor), name


def test_fitting_leaves_the_encoder_as_it_is(
    recipe: Any, plain: Checkpoint, tmp_path: Path
) -> None:
    network = recipe.with_encoder(plain, encoder(tmp_path)).network
    before = {name: one.clone() for name, one in network.asking.state_dict().items()}
    fit_router(network, plain.vocabulary, ())
    for name, one in network.asking.state_dict().items():
        assert torch.equal(one, before[name])
        assert not network.asking.get_parameter(name).requires_grad
