"""Training: resumable to the same weights, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from qaengine.batch import Batch
from qaengine.checkpoint import load_checkpoint
from qaengine.engine import Engine
from qaengine.errors import CheckpointError, DataError, QAEngineError, RecipeError, TrainingError
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork, Loss
from qaengine.plugin_api import Task
from qaengine.prepare import prepare
from qaengine.recipe import Recipe
from qaengine.registry import registry
from qaengine.schema import Triple
from qaengine.testing import tiny_engine
from qaengine.train import _begin_with, _Session, train
from qaengine.training_state import NAME, read_state

ROOT = Path(__file__).parents[1]
SETTINGS: dict[str, Any] = {
    "name": "tiny",
    "network": {"width": 16, "passes": 2, "layers": 1, "heads": 2},
    "sources": [{"task": "worlds", "train_options": {"count": 8}, "valid_options": {"count": 4}}],
    "training": {"rounds": 4, "questions": 24, "batch": 8, "validate_every": 2},
}


def recipe(**training: Any) -> Recipe:
    return Recipe.model_validate({**SETTINGS, "training": {**SETTINGS["training"], **training}})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    train(recipe(), folder, device="cpu")
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """An empty folder where the stories are prepared already."""
    prepared = tmp_path / "run" / "prepared"
    prepared.mkdir(parents=True)
    for path in (whole / "prepared").iterdir():
        (prepared / path.name).write_bytes(path.read_bytes())
    return tmp_path / "run"


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "training.safetensors")


def equal(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_folder_holds_a_checkpoint_that_answers(whole: Path) -> None:
    engine = Engine.load(whole, device="cpu")
    assert [schema.name for schema in engine.tasks] == ["worlds"]
    assert engine.ask("Mary is in the hall.", "Where is Mary?").text


def test_metrics_have_a_line_a_round(whole: Path) -> None:
    found = lines(whole)
    assert [line["round"] for line in found] == [1, 2, 3, 4]
    assert all(line["answer_loss"] > 0 and line["gates_loss"] > 0 for line in found)
    assert [line["round"] for line in found if "valid_mean" in line] == [2, 4]
    assert all(0 <= line.get("valid_mean", 0) <= 100 for line in found)
    assert json.loads((whole / "metrics.json").read_text()) in found


def test_loss_falls(whole: Path) -> None:
    assert lines(whole)[-1]["answer_loss"] < lines(whole)[0]["answer_loss"]


def test_same_seed_same_weights(whole: Path, folder: Path) -> None:
    train(recipe(), folder, device="cpu")
    assert equal(whole, folder)


def test_in_bfloat16_it_learns_other_weights_of_floats(whole: Path, folder: Path) -> None:
    train(recipe(precision="bfloat16"), folder, device="cpu")
    assert not equal(whole, folder)
    assert {one.dtype for one in load_checkpoint(folder).network.parameters()} == {torch.float32}
    assert lines(folder)[-1]["answer_loss"] < 1.1 * lines(whole)[-1]["answer_loss"]


def test_resumed_ends_with_the_weights_of_one_that_was_not_stopped(
    whole: Path, folder: Path
) -> None:
    train(recipe(), folder, device="cpu", rounds=1)
    assert not equal(whole, folder)
    train(recipe(), folder, device="cpu", resume=True)
    assert equal(whole, folder)


def test_killed_in_a_round_goes_on_at_the_last_whole_one(
    whole: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third round is logged, and killed before its state is written."""
    with monkeypatch.context() as patch:
        save = _Session._save_state

        def killed(session: _Session) -> None:
            if session.round == 3:
                raise KeyboardInterrupt
            save(session)

        patch.setattr(_Session, "_save_state", killed)
        with pytest.raises(KeyboardInterrupt):
            train(recipe(), folder, device="cpu")
    assert len(lines(folder)) == 3
    assert load_checkpoint(folder).config.recipe == "tiny"
    train(recipe(), folder, device="cpu", resume=True)
    assert [line["round"] for line in lines(folder)] == [1, 2, 3, 4]
    assert equal(whole, folder)


def test_no_half_file_is_ever_left(
    whole: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(recipe(), folder, device="cpu", rounds=2)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(OSError, match="no space"):
            train(recipe(), folder, device="cpu", resume=True)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {**after, "metrics.jsonl": b""} == {**before, "metrics.jsonl": b""}


def test_trained_folder_is_not_overwritten(whole: Path) -> None:
    with pytest.raises(CheckpointError, match="already holds a training"):
        train(recipe(), whole, device="cpu")


def test_nothing_to_resume(folder: Path) -> None:
    with pytest.raises(CheckpointError, match="nothing to resume"):
        train(recipe(), folder, device="cpu", resume=True)


def test_another_recipe_does_not_resume(whole: Path) -> None:
    with pytest.raises(CheckpointError, match="another recipe or seed"):
        train(recipe(seed=1), whole, device="cpu", resume=True)


def test_damaged_state_does_not_resume(folder: Path) -> None:
    (folder / "training.safetensors").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=r"training\.safetensors is damaged"):
        train(recipe(), folder, device="cpu", resume=True)


def test_a_loss_that_is_no_number_ends_a_training_and_spoils_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(recipe(), folder, device="cpu", rounds=2)
    before = (folder / NAME).read_bytes()
    known = DynamicMemoryNetwork.loss

    def astray(network: DynamicMemoryNetwork, batch: Batch) -> Loss:
        loss = known(network, batch)
        return replace(loss, answer=loss.answer * float("nan"))

    with monkeypatch.context() as patch:
        patch.setattr(DynamicMemoryNetwork, "loss", astray)
        with pytest.raises(TrainingError, match=r"In round 3 .* is nan"):
            train(recipe(), folder, device="cpu", resume=True)
    assert (folder / NAME).read_bytes() == before


def test_each_weight_gets_its_own_state_of_the_optimizer_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a later network names its weights in another order."""
    train(recipe(), folder, device="cpu", rounds=1)
    session = _session_of(recipe(), folder, resume=True)
    known = dict(session.network.named_parameters())
    orders = known, dict(reversed(known.items()))
    state = read_state(folder, recipe())
    found: list[dict[str, Any]] = []
    for order in orders:
        monkeypatch.setattr(session.network, "named_parameters", order.items)
        optimizer = torch.optim.AdamW(order.values())
        state.restore_optimizer(optimizer, session.network)
        found.append({name: optimizer.state[one].get("exp_avg") for name, one in order.items()})
    for name, value in found[0].items():
        assert value is None or torch.equal(value, found[1][name]), name
    assert any(value is not None for value in found[0].values())


def test_a_state_of_numbers_does_not_resume(folder: Path) -> None:
    """As older versions wrote it: nothing says whose they are."""
    train(recipe(), folder, device="cpu", rounds=1)
    state = read_state(folder, recipe())
    session = _session_of(recipe(), folder, resume=True)
    numbered = state._replace(optimizer={"0.exp_avg": torch.zeros(1)})
    with pytest.raises(CheckpointError, match="saved by another qaengine"):
        numbered.restore_optimizer(session.optimizer, session.network)


def test_training_ends_early_without_improvement(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores stay as they are: the first validation is the best, two more are waited for."""
    train(recipe(rounds=50, questions=2, validate_every=1, patience=2, learning_rate=1e-9), folder)
    assert len(lines(folder)) == 3


def milk() -> Engine:
    triple = Triple(input=("Qux.",), question="Flim?", answer="blorf", task="worlds")
    return tiny_engine([triple], passes=2)


def test_start_adds_words_and_keeps_the_old_ones(folder: Path, tmp_path: Path) -> None:
    known = milk()
    known.save(tmp_path / "known")
    session = _session(folder, tmp_path / "known")
    old, new = known.checkpoint, session.network.state_dict()
    assert session.vocabulary.words[: len(old.vocabulary.words)] == old.vocabulary.words
    assert len(session.vocabulary.words) > len(old.vocabulary.words)
    for name, tensor in old.network.state_dict().items():
        kept = new[name][: len(tensor)] if tensor.dim() else new[name]
        assert torch.equal(kept, tensor), name


def _session(folder: Path, start: Path) -> _Session:
    from accelerate import Accelerator

    return _Session(recipe(), folder, Accelerator(cpu=True), start)


def test_only_what_is_named_learns(folder: Path) -> None:
    before = _session_of(recipe(learns=["memory"]), folder).network.state_dict()
    before = {name: tensor.clone() for name, tensor in before.items()}
    train(recipe(learns=["memory"]), folder, device="cpu", rounds=1)
    after = _session_of(recipe(learns=["memory"]), folder, resume=True).network.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"memory"}


def test_a_part_that_cannot_learn_is_named(folder: Path) -> None:
    with pytest.raises(RecipeError, match=r"no part of the network 'memry'\. Did you mean"):
        train(recipe(learns=["memry"]), folder, device="cpu")


def _session_of(wanted: Recipe, folder: Path, *, resume: bool = False) -> _Session:
    from accelerate import Accelerator

    session = _Session(wanted, folder, Accelerator(cpu=True), None)
    if resume:
        session.restore()
    return session


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("worlds", "its answers are words"),
        ("mention", "Did you mean 'mentions'"),
        ("translation", "Leave alone out"),
    ],
)
def test_what_cannot_be_read_closely_is_said(folder: Path, named: str, said: str) -> None:
    asked = recipe().model_dump()
    asked["network"] |= {"closer": {"near": {"width": 8, "tasks": [named], "alone": True}}}
    with pytest.raises(QAEngineError, match=said):
        train(Recipe.model_validate(asked), folder, device="cpu")


def test_a_task_that_another_reading_serves_than_before_begins_anew_to_hear_it() -> None:
    tasks = [registry().task(name) for name in ("mentions", "antecedent")]
    triples = [triple for task in tasks for triple in task.samples()]
    schemas = tuple(task.schema for task in tasks)
    one = {"near": {"width": 8, "tasks": ["mentions", "antecedent"]}}
    two = {
        "near": {"width": 8, "tasks": ["antecedent"]},
        "own": {"width": 5, "tasks": ["mentions"]},
    }
    known, wanted = (
        tiny_engine(triples, tasks=schemas, closer=closer, seed=seed, steps=2).checkpoint
        for seed, closer in enumerate((one, two))
    )
    before = {name: tensor.clone() for name, tensor in wanted.network.state_dict().items()}
    _begin_with(wanted.network, known)
    given = known.network.state_dict()
    for name, tensor in wanted.network.state_dict().items():
        fresh = name.startswith(("closer.own.", "answers.spans.closer.mentions.", "router."))
        assert torch.equal(tensor, before[name] if fresh else given[name]), name


def test_another_module_for_a_kind_begins_anew() -> None:
    task = registry().task("translation")
    known, wanted = (
        tiny_engine(task.samples(), tasks=(task.schema,), seed=seed, steps=2, **more).checkpoint
        for seed, more in enumerate(({}, {"text_layers": (1, 1), "writer": 8}))
    )
    before = {name: tensor.clone() for name, tensor in wanted.network.state_dict().items()}
    _begin_with(wanted.network, known)
    given = known.network.state_dict()
    for name, tensor in wanted.network.state_dict().items():
        fresh = name.startswith("answers.text.")
        assert torch.equal(tensor, before[name] if fresh else given[name]), name


def test_start_is_trained_further(folder: Path, tmp_path: Path) -> None:
    milk().save(tmp_path / "known")
    train(recipe(), folder, device="cpu", rounds=2, start=tmp_path / "known")
    assert "blorf" in load_checkpoint(folder).vocabulary.outputs
    with pytest.raises(CheckpointError, match="--from that it began with"):
        train(recipe(), folder, device="cpu", resume=True)


@pytest.mark.parametrize(("task", "best"), [("worlds", 0), ("babi", 2)])
def test_weights_that_never_learnt_a_task_are_not_kept_for_a_lucky_score(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, best: int
) -> None:
    """Here the score falls from the first validation on; those that know all may stay."""
    falling = iter(range(100, 0, -1))
    monkeypatch.setattr("qaengine.train.measured", lambda *_: {"accuracy": float(next(falling))})
    tiny_engine(tasks=(registry().task(task).schema,), passes=2).save(tmp_path / "known")
    kept = train(recipe(), folder, device="cpu", rounds=4, start=tmp_path / "known")
    assert kept["round"] == best
    assert json.loads((folder / "metrics.json").read_text())["round"] == best


@pytest.mark.parametrize("settings", [{"width": 32}, {"encoder": "lstm"}, {"passes": 5}])
def test_start_of_another_form_is_refused(
    folder: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    tiny_engine(**{"passes": 2, **settings}).save(tmp_path / "known")
    with pytest.raises(CheckpointError, match="another form"):
        train(recipe(), folder, device="cpu", start=tmp_path / "known")


def test_recipe_without_examples(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (folder / "prepared").iterdir():
        path.unlink()
    monkeypatch.setattr(type(registry().task("worlds")), "stories", lambda *_, **__: iter(()))
    with pytest.raises(DataError, match="has no train examples"):
        train(recipe(), folder, device="cpu")


def test_prepared_stories_train_without_what_reads_and_shows(tmp_path: Path) -> None:
    """A machine with a GPU needs neither spaCy nor what draws pages and tables."""
    prepare(recipe(), tmp_path / "prepared")
    script = f"""
import sys
for name in ("spacy", "gradio", "typer", "rich"):
    sys.modules[name] = None
import json
from pathlib import Path
from qaengine.recipe import Recipe
from qaengine.train import train
recipe = Recipe.model_validate(json.loads({recipe(rounds=1).model_dump_json()!r}))
print(train(recipe, Path({str(tmp_path)!r}), device="cpu")["valid_mean"])
"""
    path = os.pathsep.join(str(ROOT / folder) for folder in (".", "plugins", "tasks"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 0 <= float(done.stdout) <= 100


class Little(Task):
    """Twenty questions."""

    schema = registry().task("worlds").schema

    def samples(self) -> list[Triple]:
        people = ("Mary", "John", "Qux", "Flim", "Ann")
        rooms = ("hall", "attic", "garden", "office")
        return [
            Triple(
                input=(f"{one} went to the {room}.", f"{two} slept."),
                question=f"Where is {one}?",
                answer=room,
                task="worlds",
                supports=(0,),
            )
            for one, two in zip(people, people[1:] + people[:1], strict=True)
            for room in rooms
        ]


def test_little_network_learns_twenty_questions_by_heart() -> None:
    """The whole way, from text to loss to text."""
    triples = Little().samples()
    engine = tiny_engine(triples, steps=80)
    answers = engine.ask_many((list(one.input), one.question) for one in triples)
    assert [answer.text for answer in answers] == [triple.answer for triple in triples]
    assert all(answer.evidence[0].weight > 0.5 for answer in answers)
