"""Recipes: what is wrong is said with the file and the place in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import RecipeError
from qaengine.recipe import Recipe

OTHER_FORMS = ("default.toml", "char-lm.toml", "other_names.toml")
"""Of stages, and of characters."""
RECIPES = sorted(
    path
    for path in (Path(__file__).parents[1] / "recipes").glob("*.toml")
    if path.name not in OTHER_FORMS
)
GOOD = 'name = "x"\n[[sources]]\ntask = "worlds"\n'


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_shipped_recipe_is_valid(path: Path) -> None:
    assert Recipe.read(path).name == path.stem


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = ", "not valid TOML"),
        ('name = "x"', "wrong at sources"),
        (GOOD + "shares = 1", "wrong at sources.0.shares"),
        (GOOD + "[training]\nrounds = 0", "wrong at training.rounds"),
        (GOOD + "[network]\nwidth = 30", "wrong at network.width"),
        (GOOD + '[network]\nattention = "hard"', "wrong at network.attention"),
        (GOOD + "[network]\nwidth = 32\nheads = 5", "heads"),
    ],
)
def test_fault_is_named_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=complaint) as caught:
        Recipe.read(path)
    assert "mine.toml" in str(caught.value)


def test_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml cannot be read: No such file"):
        Recipe.read(tmp_path / "none.toml")


def test_recipe_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not valid TOML"):
        Recipe.read(path)


def test_settings_change_by_name() -> None:
    changes = {"network.passes": 1, "training.seed": 7, "sources.0.options": {"tasks": [1]}}
    recipe = Recipe.read(RECIPES[0]).changed(changes)
    assert (recipe.network.passes, recipe.training.seed) == (1, 7)
    assert recipe.sources[0].options == {"tasks": [1]}


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ({"network.pases": 1}, "Did you mean 'network.passes'"),
        ({"training.rounds": 0}, "wrong at training.rounds"),
        ({"name.first": "x"}, "There is no setting 'name.first'"),
    ],
)
def test_impossible_setting(setting: dict[str, object], complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        Recipe.read(RECIPES[0]).changed(setting)


def test_some_of_its_tasks_alone() -> None:
    recipe = Recipe.read(RECIPES[0].with_name("joint.toml"))
    alone = recipe.only(["sentiment", "translation"])
    assert [source.task for source in alone.sources] == ["sentiment", "translation"]
    assert alone.training == recipe.training
    with pytest.raises(RecipeError, match="Did you mean 'sentiment'"):
        recipe.only(["sentimant"])
