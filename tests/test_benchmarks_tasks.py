"""The benchmarks of tasks, routing and the lecture's example run on a tiny engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from qaengine.engine import Engine
from qaengine.errors import DataError
from qaengine.registry import registry
from qaengine.schema import Triple
from qaengine.testing import tiny_engine

ROOT = Path(__file__).parents[1]


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a benchmark by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return import_module


@pytest.fixture
def folder(joint: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny engine's checkpoint; no data are at hand."""
    monkeypatch.setenv("QAENGINE_DATA", str(tmp_path / "nothing"))
    monkeypatch.setattr("qaengine.data.cache_folder", lambda: tmp_path / "nothing")
    joint.save(tmp_path / "tiny")
    return tmp_path / "tiny"


def run(module: Any, monkeypatch: pytest.MonkeyPatch, *options: object) -> None:
    monkeypatch.setattr(sys, "argv", [module.__file__, *map(str, options)])
    module.main()


# -- routing ---------------------------------------------------------------------------------


def test_routing_counts_the_lists(benchmark: Any, joint: Engine) -> None:
    routing = benchmark("routing")
    asked, strange = routing.rephrased(joint), routing.foreign(joint)
    for part, share in ((asked, asked["right"]), (strange, strange["abstained"])):
        assert part["questions"] == 100
        assert share == 100 - len(part["wrong"])
    assert all(one["went_to"] != one["task"] for one in asked["wrong"])


def test_a_task_that_the_weights_lack_is_not_reached(benchmark: Any) -> None:
    routing = benchmark("routing")
    told = Triple(input=("Ann has it.",), question="Who?", answer="Ann", task="worlds")
    found = routing.rephrased(tiny_engine([told]))
    assert found["right"] == 9  # every question goes to stories, and so many are of bAbI's kind
    assert found["right_of_known_tasks"] == 100


def test_questions_led_astray_are_false_alarms(
    benchmark: Any, joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    routing = benchmark("routing")
    right = [one for one in joint_samples if one.task == "part_of_speech"]
    astray = [one.model_copy(update={"task": "sentiment"}) for one in right[:2]]
    found = routing.false_alarms(joint, [("right", right), ("astray", astray)])
    assert found["questions"] == len(right) + 2
    assert found["alarms"] == pytest.approx(200 / found["questions"])
    assert found["groups"]["right"]["alarms"] == 0
    assert found["groups"]["astray"]["went_to"] == {"part_of_speech": 2}


def test_routing_asks_what_has_an_answer(
    benchmark: Any,
    joint: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    routing = benchmark("routing")
    told, untold = (Triple(input=("It rains.",), question="Where?", answer=a) for a in ("here", ""))

    def some(task: str, split: str, limit: int) -> dict[str, list[Triple]]:
        if task == "sentiment":
            raise DataError("They are not here.")
        return {task: [untold] if task == "foreign" else [untold, told]}

    monkeypatch.setattr(routing, "gather", some)
    groups = dict(routing.questions(joint, "test", 3))
    assert set(groups) == {schema.name for schema in joint.tasks} - {"foreign", "sentiment"}
    assert all(triples == [told] for triples in groups.values())
    assert "Without sentiment: They are not here." in capsys.readouterr().err


# -- the table of tasks ----------------------------------------------------------------------


def scores(task: str, **groups: dict[str, float]) -> dict[str, Any]:
    return {
        **{"task": task, "metric": "accuracy", "questions": 40, "score": 98.76},
        **{"calibration_error": 0.0123, "calibration_chance": 0.0045},
        **{"groups": groups, "seconds": 1.0},
    }


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_table_shows_a_group_beside_its_goals(benchmark: Any) -> None:
    table = benchmark("tasks_table").table
    told = scores("question_type", question_type={"accuracy": 91.25, "questions": 500})
    row = ["question_type", "accuracy", "**91.2**", "", "90.0", "94.0", "", "500", "0.012", "0.004"]
    assert cells(table([told], {}).splitlines()[2]) == row
    del told["calibration_chance"]  # written before it was measured
    assert cells(table([told], {}).splitlines()[2]) == [*row[:-1], ""]


def test_table_shows_the_mean_of_many_groups(benchmark: Any) -> None:
    table = benchmark("tasks_table").table
    told = scores("babi", **{"babi 1": {"accuracy": 100.0, "questions": 40}})
    assert cells(table([told], {}).splitlines()[2])[:5] == [
        *("babi, mean", "accuracy", "**98.8**", "", "97.0")
    ]


def test_table_shows_what_a_task_has_alone(benchmark: Any) -> None:
    table = benchmark("tasks_table").table
    told = scores("question_type", question_type={"accuracy": 91.25, "questions": 500})
    alone = scores("question_type", question_type={"accuracy": 90.0, "questions": 500})
    assert cells(table([told], {"question_type": alone}).splitlines()[2])[2:4] == [
        "**91.2**",
        "90.0",
    ]
    assert cells(table([told], {"sentiment": alone}).splitlines()[2])[3] == ""


def test_table_has_a_row_for_a_task_of_somebody_else(benchmark: Any) -> None:
    table = benchmark("tasks_table").table
    told = scores("rain", rain={"accuracy": 98.76, "questions": 40})
    assert cells(table([told], {}).splitlines()[2])[:4] == ["rain", "accuracy", "**98.8**", ""]


def test_every_row_is_scored(benchmark: Any) -> None:
    """The tasks' own scores have the names of the rows."""
    for row in benchmark("tasks_table").ROWS:
        task = registry().task(row.task)
        gold = list(task.samples())
        if row.group == "coreference gap":
            gold = [one for one in gold if "[her]" in one.question]  # a pronoun with a gender
        assert row.metric in task.score(gold, [None] * len(gold))


def test_scores_are_written_and_read(
    benchmark: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module = benchmark("tasks_table")
    given = ("--tasks", "foreign", "sentiment", "--limit", "4", "--folder", folder)
    run(module, monkeypatch, folder, *given)
    first = capsys.readouterr()
    assert "Without sentiment" in first.err
    assert [path.name for path in folder.glob("joint-*")] == ["joint-foreign.json"]
    assert json.loads((folder / "joint-foreign.json").read_text("utf-8"))["questions"] == 4
    run(module, monkeypatch, "--read", "--folder", folder)
    assert capsys.readouterr().out == first.out


# -- asking ----------------------------------------------------------------------------------


def test_own_sentences_come_once(benchmark: Any, folder: Path) -> None:
    module = benchmark("sentences")
    found = [text for use in module.USES for text in module.sentences(*use)]
    assert len(set(found)) == len(found) > 4_000


def test_portions_are_alike_and_apart(benchmark: Any) -> None:
    pairs = [(str(number % 7), "Who?") for number in range(10)]
    lists = benchmark("asking").portions(pairs, 3, 4)
    assert [len(one) for one in lists] == [2, 2, 2]
    assert len({pair for one in lists for pair in one}) == 6


def test_sentences_are_asked_and_tagged(benchmark: Any, folder: Path, joint: Engine) -> None:
    asking = benchmark("asking")
    (pairs,) = asking.asked(joint, "part_of_speech", "test", 1, 3)
    assert asking.tagged(joint, pairs) > 0
    times = asking.best(joint, [pairs])
    assert 0 < times["p50_ms"] <= times["p95_ms"]
    assert asking.size(folder) == pytest.approx(
        sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    )


@pytest.mark.slow
def test_asking_leaves_out_what_the_checkpoint_does_not_know(
    benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_engine(registry().task("part_of_speech").samples()).save(tmp_path / "tags")
    few = ("--repeats", "1", "--asked", "2", "--bulk", "3", "--threads", "1")
    out = tmp_path / "figures.json"
    run(benchmark("asking"), monkeypatch, "--checkpoint", tmp_path / "tags", "--json", out, *few)
    figures = json.loads(out.read_text("utf-8"))
    assert figures["part_of_speech"]["words_per_second"] > 0
    assert not {"worlds", "babi", "sentiment", "translation"} & set(figures)


# -- the lecture -----------------------------------------------------------------------------


def test_lecture_shows_every_line(
    benchmark: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lecture = benchmark("lecture")
    monkeypatch.setenv("COLUMNS", "400")
    run(lecture, monkeypatch, folder)
    shown = capsys.readouterr().out
    assert all(line.question in shown for line in lecture.LINES)
    assert len(lecture.LINES) == 7


def test_lecture_tells_right_from_wrong(benchmark: Any) -> None:
    lecture = benchmark("lecture")
    line, french = lecture.LINES[1], lecture.LINES[6]
    assert lecture.Told(line, "positive", "sentiment", 1.0, None).right
    assert not lecture.Told(line, "negative", "sentiment", 1.0, None).right
    near = "La réponse est loin d'être évident."
    for text, right in ((french.wanted, True), (near, True), ("Le chat dort.", False)):
        chrf = lecture.likeness(text, french.wanted)
        assert lecture.Told(french, text, "translation", 1.0, chrf).right is right


def texts_of_training() -> Iterator[Path]:
    for part in ("qaengine", "tasks", "plugins", "recipes"):
        for kind in ("*.py", "*.toml", "*.txt", "*.tsv", "*.json"):
            yield from (ROOT / part).rglob(kind)


def test_the_lecture_is_nowhere_in_training(benchmark: Any) -> None:
    told = {line.input for line in benchmark("lecture").LINES}
    told |= {text.split(". ")[-1].rstrip(".") for text in told}
    found = [
        (path.name, text)
        for path in texts_of_training()
        for text in told
        if text.lower() in path.read_text("utf-8", errors="replace").lower()
    ]
    assert found == []
