"""A plugin's answer module stands in for the built-in one of its kind."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor

from qaengine.batch import Batch
from qaengine.checkpoint import build
from qaengine.errors import PluginError, RecipeError
from qaengine.network.answers.tags import TagsAnswer
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.plugin_api import hookimpl
from qaengine.registry import Registry
from qaengine.schema import TaskSchema
from qaengine.vocabulary import Vocabulary

SCHEMA = TaskSchema(
    name="colours",
    question="Which?",
    facts="tokens",
    answer="tags",
    labels=("red", "blue"),
    source="own",
    license="Apache-2.0",
)
VOCABULARY = Vocabulary(words=("<pad>", "<unknown>"), outputs=("<end>", "<abstain>"))


class AlwaysFirst(TagsAnswer):
    name = "always_first"

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        tags = super().decode(thought, batch)["tags"]
        return {"tags": tags.new_tensor([0.0, -9.0]).expand(tags.shape)}


class Plugin:
    @hookimpl
    def qaengine_answers(self) -> list[type[Any]]:
        return [AlwaysFirst]


@pytest.fixture
def with_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Registry(entry_points=())
    plugins._register("always", Plugin())
    monkeypatch.setattr("qaengine.checkpoint.registry", lambda: plugins)


def _build(**answers: str) -> Any:
    config = NetworkConfig(width=16, heads=2, layers=1, answers=answers)
    return build(config, VOCABULARY.model_copy(update={"tasks": (SCHEMA,)}))


@pytest.mark.usefixtures("with_plugin")
def test_a_recipe_names_it() -> None:
    assert type(_build(tags="always_first").answers["tags"]) is AlwaysFirst
    assert type(_build().answers["tags"]) is TagsAnswer


@pytest.mark.usefixtures("with_plugin")
def test_it_gives_answers_of_its_own_kind_only() -> None:
    with pytest.raises(RecipeError, match="kind 'tags', not 'label'"):
        _build(label="always_first")


def test_one_that_nobody_brings() -> None:
    with pytest.raises(PluginError, match="always_first"):
        _build(tags="always_first")
