"""Each task beside its goals and the published systems, by one set of weights.

    QAENGINE_DATA=... python benchmarks/tasks_table.py [CHECKPOINT] [--tasks NAME ...]

Writes docs/results/joint-TASK.json, what `qaengine evaluate TASK --split test --json` prints, and
prints the table; with `--alone` alone-TASK.json, of a checkpoint that learnt nothing but its tasks,
which stands beside. `--read` prints the table from the files that are there. Another split, or a
limit, is for trying: it is written only where `--folder` says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).parents[1] / "docs" / "results"
UNITS = ("pearson", "spearman", "mse")
"""Measures that are no percentages."""


class Row(NamedTuple):
    """A score, what it should be, and what others have."""

    group: str
    """Or a task of several groups, for their mean."""
    metric: str
    floor: float | None = None
    goal: float | None = None
    published: str = ""

    @property
    def task(self) -> str:
        return self.group.split()[0]


QUIZ_BOWL = "DMN {} on Quiz Bowl, which is not free"
ROWS = (
    Row("babi", "accuracy", 97.0, 99.0, "with 1k: DMN 93.6, MemNN 93.3"),
    Row("part_of_speech", "accuracy", 94.0, 96.0, "UDPipe 1 93.9, UDPipe 2 with BERT 97.17"),
    Row("named_entities", "F1", 28.0, 42.0),
    Row("mentions gum", "F1", 72.0, 82.0),
    Row("coreference gap", "F1", 62.0, 72.0, "parallelism 66.9, with the page's context 70.6"),
    Row("coreference gum", "accuracy"),
    Row("antecedent gap", "exact"),
    Row("antecedent gum", "exact"),
    Row("coreference_groups", "muc", published=QUIZ_BOWL.format(70.0)),
    Row("coreference_groups", "b3", published=QUIZ_BOWL.format(79.7)),
    Row("coreference_groups", "ceafe", published=QUIZ_BOWL.format(74.7)),
    Row("sentiment two", "accuracy", 82.0, 88.6, "DMN 88.6, Tree-LSTM 88.0, Gumbel's 90.7"),
    Row("sentiment five", "accuracy", 43.0, 51.2, "DMN 51.2, Tree-LSTM 51.0, Gumbel's 53.7"),
    Row("translation multi30k german", "bleu", 28.0, 38.0, "Transformer 41.02, RNN 38-39"),
    Row("translation multi30k french", "bleu", 42.0, 59.0, "about 60"),
    Row("translation tatoeba french", "bleu"),
    Row("relatedness sick", "pearson", 0.80, 0.87, "Dependency Tree-LSTM 0.8676"),
    Row("relatedness sick", "spearman", published="Dependency Tree-LSTM 0.8083"),
    Row("relatedness sick", "mse", published="Dependency Tree-LSTM 0.2532, JMT 0.233"),
    Row("relatedness sts", "pearson"),
    Row("major_claim", "F1", 50.0, 65.0),
    Row("question_type", "accuracy", 90.0, 94.0),
)
"""Floors and goals are those of the shipped weights."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--tasks", nargs="+", metavar="NAME", help="by default all known ones")
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    parser.add_argument("--limit", type=int, help="the first questions of each group")
    parser.add_argument("--folder", type=Path, help="where the scores go, or come from")
    parser.add_argument("--alone", action="store_true", help="the checkpoint is of --tasks only")
    parser.add_argument("--read", action="store_true", help="evaluate nothing, read the files")
    chosen = parser.parse_args()
    trying = chosen.limit is not None or chosen.split != "test"
    folder = chosen.folder or (RESULTS if chosen.read or not trying else None)
    kind = "alone" if chosen.alone else "joint"
    if chosen.read:
        scores = read(folder or RESULTS, chosen.tasks, kind)
    else:
        asked = measured(chosen.checkpoint, chosen.tasks, chosen.split, chosen.limit)
        scores = list(written(asked, folder, kind))
    beside = {} if chosen.alone else {one["task"]: one for one in read(RESULTS, None, "alone")}
    print(table(scores, beside))
    if any(one["task"] == "translation" for one in scores):
        from qaengine_tasks.translation import signature

        print(f"\nBLEU: sacrebleu, {signature()['bleu']}")


def measured(
    checkpoint: Path | None, tasks: list[str] | None, split: Any, limit: int | None
) -> Iterator[dict[str, Any]]:
    """The scores of each task; one without data is named and left out."""
    from qaengine.engine import Engine
    from qaengine.errors import DataError
    from qaengine.evaluate import evaluate

    engine = Engine.load(checkpoint)
    for task in tasks or [schema.name for schema in engine.tasks]:
        try:
            yield evaluate(engine, task, split, limit=limit).model_dump(mode="json")
        except DataError as error:
            print(f"Without {task}: {error}", file=sys.stderr)


def written(
    scores: Iterable[dict[str, Any]], folder: Path | None, kind: str
) -> Iterator[dict[str, Any]]:
    """The same scores, each written as soon as it is known."""
    for one in scores:
        if folder is not None:
            path = folder / f"{kind}-{one['task']}.json"
            path.write_text(json.dumps(one, separators=(",", ":")) + "\n", "utf-8")
        print(f"{one['task']}: {one['score']:.2f}, {one['seconds']:.0f} s", file=sys.stderr)
        yield one


def read(folder: Path, tasks: list[str] | None, kind: str) -> list[dict[str, Any]]:
    """The written scores, in the order of ROWS."""
    names = list(dict.fromkeys(row.task for row in ROWS))
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob(f"{kind}-*.json"))]
    chosen = [one for one in found if tasks is None or one["task"] in tasks]
    return sorted(chosen, key=lambda one: (*names, one["task"]).index(one["task"]))


def table(scores: Iterable[dict[str, Any]], alone: Mapping[str, dict[str, Any]]) -> str:
    """Markdown: a row a score; a task without rows has its mean. `alone`: by task, the scores of
    weights that learnt nothing else."""
    lines = [
        "| group | metric | measured | alone | floor | goal | published | questions "
        "| calibration error | by chance |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in scores:
        rows = [row for row in ROWS if row.task == one["task"]] or [Row(one["task"], one["metric"])]
        beside = alone.get(one["task"])
        lines += [f"| {' | '.join(cells(row, one, beside))} |" for row in rows]
    return "\n".join(lines)


def cells(row: Row, scores: dict[str, Any], alone: dict[str, Any] | None) -> Iterator[str]:
    """What stands in a row; the calibration error, and how much of it so many questions show by
    chance, are those of the whole task."""
    group = scored(row, scores)
    yield f"{row.group}, mean" if "groups" in group else row.group
    yield row.metric
    yield f"**{figure(row, group[row.metric])}**"
    yield figure(row, scored(row, alone)[row.metric]) if alone else ""
    yield figure(row, row.floor)
    yield figure(row, row.goal)
    yield row.published
    yield f"{group['questions']:,.0f}"
    yield f"{scores['calibration_error']:.3f}"
    yield f"{scores['calibration_chance']:.3f}" if "calibration_chance" in scores else ""


def scored(row: Row, scores: dict[str, Any]) -> dict[str, Any]:
    """The scores of the row's group; of a task of several groups those of all together."""
    if row.group not in scores["groups"] and row.group == scores["task"]:
        return {row.metric: scores["score"], **scores}
    found: dict[str, Any] = scores["groups"][row.group]
    return found


def figure(row: Row, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if row.metric in UNITS else f"{value:.1f}"


if __name__ == "__main__":
    main()
