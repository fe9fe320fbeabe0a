"""Training many tasks at once: what is prepared are the samples of built-in tasks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator

from qaengine.checkpoint import load_checkpoint
from qaengine.engine import Engine
from qaengine.errors import RecipeError
from qaengine.prepare import prepare
from qaengine.recipe import Recipe
from qaengine.registry import registry
from qaengine.scoring import Calibration
from qaengine.testing import tiny_engine
from qaengine.train import _Session, draw, pack, train

TASKS = (
    *("worlds", "sentiment", "part_of_speech", "named_entities", "relatedness", "translation"),
    "foreign",
)
SETTINGS: dict[str, Any] = {
    "name": "mixed",
    "network": {"width": 16, "passes": 2, "layers": 1, "heads": 2, "writer": 32},
    "sources": [{"task": task} for task in TASKS],
    "training": {
        **{"rounds": 3, "questions": 48, "batch": 8, "validate_every": 3},
        **{"learning_rate": 1e-2, "focus": 0},
    },
    "parts": 300,
}


def recipe(network: dict[str, Any] | None = None, **settings: Any) -> Recipe:
    return Recipe.model_validate(
        {**SETTINGS, "network": {**SETTINGS["network"], **(network or {})}, **settings}
    )


@pytest.fixture(scope="module")
def samples() -> Iterator[None]:
    """Each task tells its samples, six at most, and no data set is read."""
    with pytest.MonkeyPatch.context() as patch:
        for name in TASKS:
            task = registry().task(name)
            told = [(name, (one,)) for one in task.samples()[:6]]
            patch.setattr(task, "stories", lambda *_, told=told, **__: told)
        yield


@pytest.fixture(scope="module")
def trained(samples: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    train(recipe(), folder, device="cpu")
    return folder


def begun(folder: Path, recipe: Recipe, start: Path | None = None) -> _Session:
    prepare(recipe, folder / "prepared")
    return _Session(recipe, folder, Accelerator(cpu=True), start)


def test_every_loss_falls(trained: Path) -> None:
    lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    for part in ("answer_loss",):
        assert lines[-1][part] < lines[0][part]


def test_mean_is_over_the_tasks_first_scores(trained: Path) -> None:
    found = json.loads((trained / "metrics.json").read_text())
    assert set(found["valid"]) == set(TASKS)
    firsts = [next(iter(scores.values())) for scores in found["valid"].values()]
    assert found["valid_mean"] == pytest.approx(sum(firsts) / len(firsts), abs=0.01)
    first_scores = {task: next(iter(scores)) for task, scores in found["valid"].items()}
    assert first_scores["part_of_speech"] == "tag accuracy"
    assert first_scores["named_entities"] == "f1"
    assert first_scores["relatedness"] == "pearson"
    assert first_scores["translation"] == "bleu"


def test_checkpoint_knows_every_task_and_is_calibrated_for_it(trained: Path) -> None:
    known = load_checkpoint(trained)
    assert [schema.name for schema in known.config.tasks] == list(TASKS)
    assert set(known.config.calibration) == set(TASKS)
    assert known.calibration("sentiment") != Calibration()
    engine = Engine(known)
    for task in TASKS[:-1]:
        one = registry().task(task).samples()[0]
        assert engine.ask(list(one.input), one.question, task=task).task == task


def test_resumed_ends_with_the_same_weights(trained: Path, tmp_path: Path, samples: None) -> None:
    train(recipe(), tmp_path, device="cpu", rounds=1)
    train(recipe(), tmp_path, device="cpu", resume=True)
    one, other = (path / "model.safetensors" for path in (trained, tmp_path))
    assert one.read_bytes() == other.read_bytes()


def test_questions_of_a_batch_are_asked_in_one_way(tmp_path: Path, samples: None) -> None:
    session = begun(tmp_path, recipe())
    training, rng = session.recipe.training, random.Random(0)
    drawn = list(draw(session.train_groups, session.shares, session.losses, training, rng))
    packed = pack(drawn, training, rng)
    assert sum(map(len, packed)) == len(drawn)
    assert {len({example.task for _, example in batch}) for batch in packed} == {1}
    assert {batch[0][1].task for batch in packed} == set(TASKS)


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Vectors of three words, one of them in no text."""
    path = tmp_path / "glove.txt"
    path.write_text("the 0.5 1 2 3\nnever-read 4 5 6 7\nis 8 9 10 -11\n")
    return path


def test_word_vectors_stay_as_they_are(vectors: Path, tmp_path: Path, samples: None) -> None:
    train(recipe({"vectors": 4}, vectors=str(vectors)), tmp_path / "run", device="cpu")
    known = load_checkpoint(tmp_path / "run")
    table = known.network.embedding.vectors
    assert table is not None
    assert known.vocabulary.vectored == ("the", "never-read", "is")
    expected = [[0.0] * 4, [0.5, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, -11]]
    assert table.weight.tolist() == expected
    assert known.network.embedding.project.weight.abs().max() > 0  # it has learnt to read them


def test_word_vectors_of_another_width_are_refused(
    vectors: Path, tmp_path: Path, samples: None
) -> None:
    with pytest.raises(RecipeError, match=r"Set network\.vectors = 4"):
        train(recipe({"vectors": 5}, vectors=str(vectors)), tmp_path / "run", device="cpu")


def known_worlds(folder: Path) -> Engine:
    """What was trained on one task before."""
    engine = tiny_engine(registry().task("worlds").samples(), passes=2)
    engine.save(folder)
    return engine


def test_tasks_and_vectors_may_be_added_to_a_checkpoint(
    vectors: Path, tmp_path: Path, samples: None
) -> None:
    old = known_worlds(tmp_path / "old").checkpoint
    more = recipe({"vectors": 4}, vectors=str(vectors))
    session = begun(tmp_path / "run", more, tmp_path / "old")
    assert [schema.name for schema in session.vocabulary.tasks] == list(TASKS)
    new = session.network.state_dict()
    for name, tensor in old.network.state_dict().items():
        assert torch.equal(new[name][: len(tensor)] if tensor.dim() else new[name], tensor), name


def test_added_tasks_leave_the_old_answers_until_training(
    vectors: Path, tmp_path: Path, samples: None
) -> None:
    """Word vectors begin without a say: zero weights lead from them into the network."""
    old = known_worlds(tmp_path / "old")
    more = recipe({"vectors": 4}, vectors=str(vectors))
    begun(tmp_path / "run", more, tmp_path / "old")._checkpoint({}).save(tmp_path / "new")
    new = Engine.load(tmp_path / "new", device="cpu")
    for one in registry().task("worlds").samples():
        asked = (list(one.input), one.question, "worlds")
        before, after = old.ask(*asked), new.ask(*asked)
        weights = [fact.weight for fact in before.evidence]
        assert [fact.weight for fact in after.evidence] == pytest.approx(weights, abs=1e-4)


def test_training_goes_on_with_the_vectors_of_the_checkpoint(
    vectors: Path, tmp_path: Path, samples: None
) -> None:
    """Though the file holds other words by now: numbers must not change."""
    first = recipe({"vectors": 4}, vectors=str(vectors))
    train(first, tmp_path / "first", device="cpu", rounds=3)
    vectors.write_text("other 1 1 1 1\nmore 2 2 2 2\n")
    session = begun(tmp_path / "second", first, tmp_path / "first")
    assert session.vocabulary.vectored == ("the", "never-read", "is")
    table = session.network.embedding.vectors
    assert table.weight[1].tolist() == [0.5, 1, 2, 3]
