"""Training in stages: each begins where the last one ended, and nothing is trained twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from qaengine.checkpoint import load_checkpoint
from qaengine.errors import RecipeError
from qaengine.stages import Stages, train_stages

RECIPES = Path(__file__).parents[1] / "recipes"
TINY = """
name = "{name}"
[network]
width = 16
passes = 2
layers = 1
heads = 2
[[sources]]
task = "worlds"
train_options = {{ count = 8 }}
valid_options = {{ count = 4 }}
[training]
rounds = 2
questions = 16
batch = 8
validate_every = 1
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    for name in ("first", "second"):
        (tmp_path / f"{name}.toml").write_text(TINY.format(name=name))
    path = tmp_path / "plan.toml"
    path.write_text(
        'name = "plan"\n[[stages]]\nrecipe = "first.toml"\n[[stages]]\nrecipe = "second.toml"\n'
        'set = { "training.learning_rate" = 1e-4 }\n'
    )
    return path


def read(path: Path) -> Stages:
    found = Stages.read(path)
    assert found is not None
    return found


def test_shipped_stages_are_valid() -> None:
    stages = read(RECIPES / "default.toml")
    for stage in stages.stages:
        assert (RECIPES / stage.recipe).exists()


def test_a_recipe_is_no_stages() -> None:
    assert Stages.read(RECIPES / "babi-1k.toml") is None


def test_stages_go_on_from_each_other_and_end_in_one_checkpoint(plan: Path, tmp_path: Path) -> None:
    stages = read(plan).planned(tmp_path, {"training.seed": 3})
    assert [recipe.training.seed for recipe, _ in stages] == [3, 3]
    assert stages[1].recipe.training.learning_rate == 1e-4
    out = tmp_path / "out"
    train_stages(stages, out, device="cpu")
    begun = json.loads((out / "2-second" / "metrics.jsonl").read_text().splitlines()[0])
    assert begun["round"] == 0, "the second stage first says what the first had reached"
    assert load_checkpoint(out).config.recipe == "second"


def test_what_was_trained_is_not_trained_again(plan: Path, tmp_path: Path) -> None:
    stages = read(plan).planned(tmp_path, {})
    out = tmp_path / "out"
    train_stages(stages[:1], out, device="cpu")
    before = (out / "1-first" / "metrics.jsonl").read_text()
    train_stages(stages, out, device="cpu")
    assert (out / "1-first" / "metrics.jsonl").read_text() == before


def test_a_stage_may_end_in_the_mean_with_what_it_began_with(plan: Path, tmp_path: Path) -> None:
    plan.write_text(plan.read_text() + "mean = 0.75\n")
    out = tmp_path / "out"
    train_stages(read(plan).planned(tmp_path, {}), out, device="cpu")
    first, second, mean = (
        load_checkpoint(folder).network.memory.fact.weight
        for folder in (out / "1-first", out / "2-second", out)
    )
    assert torch.allclose(mean, 0.25 * first + 0.75 * second, atol=1e-6)
    assert not torch.equal(first, second)


def test_missing_stories_are_named_before_hours_of_training(plan: Path, tmp_path: Path) -> None:
    text = TINY.format(name="second").replace("[training]", 'file = "nowhere.gz"\n[training]')
    (tmp_path / "second.toml").write_text(text)
    with pytest.raises(RecipeError, match=r"nowhere\.gz, which does not exist"):
        read(plan).planned(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('name = "x"\nstages = []', "wrong at stages"),
        ('name = "x"\n[[stages]]\nrecipes = "first.toml"', "wrong at stages.0"),
    ],
)
def test_fault_is_named_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "plan.toml").write_text(text)
    with pytest.raises(RecipeError, match=complaint):
        Stages.read(tmp_path / "plan.toml")


def test_missing_word_vectors_are_named_before_hours_of_training(
    plan: Path, tmp_path: Path
) -> None:
    text = 'vectors = "nowhere.safetensors"\n' + TINY.format(name="second")
    (tmp_path / "second.toml").write_text(text)
    with pytest.raises(RecipeError, match=r"nowhere\.safetensors"):
        read(plan).planned(tmp_path, {})
