"""Evaluation: a task's scores by group."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.engine import Engine
from qaengine.errors import DataError, PluginError
from qaengine.evaluate import evaluate, gather

SKILLS = """\
1 Mary moved to the bathroom.
2 John went to the hallway.
3 Where is Mary?\tbathroom\t1
4 Mary went to the garden.
5 Where is Mary?\tgarden\t4
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "en-valid"
    folder.mkdir()
    for skill in (1, 2):
        (folder / f"qa{skill}_test.txt").write_text(SKILLS)
    return tmp_path


def test_scores_of_a_small_test_set(engine: Engine, data: Path) -> None:
    scores = evaluate(engine, "babi", path=data, tasks=[1, 2])
    assert list(scores.groups) == ["babi 1", "babi 2"]
    assert scores.questions == 4
    assert scores.score == scores.groups["babi 1"]["accuracy"]
    assert scores.passed == 2 * (scores.score > 95)
    assert 0 <= scores.calibration_error <= 1
    assert 0 <= scores.evidence <= 100
    assert (scores.task, scores.split, scores.metric) == ("babi", "test", "accuracy")


def test_scores_are_json(engine: Engine, data: Path) -> None:
    scores = evaluate(engine, "babi", path=data, tasks=[1])
    assert type(scores).model_validate_json(scores.model_dump_json()) == scores


def test_limit_is_a_groups(data: Path) -> None:
    groups = gather("babi", "test", 1, path=data, tasks=[1, 2])
    assert {name: len(examples) for name, examples in groups.items()} == {"babi 1": 1, "babi 2": 1}


def test_missing_data_are_an_error(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        evaluate(engine, "babi", path=tmp_path)


def test_unknown_task(engine: Engine) -> None:
    with pytest.raises(PluginError, match="Did you mean 'babi'"):
        evaluate(engine, "baby")
