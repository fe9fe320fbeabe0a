"""Which task questions reach: rephrased ones, foreign ones, and those of the test sets.

    QAENGINE_DATA=... python benchmarks/routing.py [CHECKPOINT] [--json FILE] [--limit N]

Rephrased and foreign questions are those of tests/routing, which nothing is trained on. A false
alarm is a test question with an answer that another task gets, or none. What a user sees stands
beside: a question that goes to stories still abstains where the network finds nothing about it, and
so does one that a long story answers, where the network does not see how.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.engine import FOREIGN, Engine
from qaengine.errors import QAEngineError
from qaengine.evaluate import gather
from qaengine.registry import registry
from qaengine.schema import Triple

LISTS = Path(__file__).parents[1] / "tests" / "routing"
NOWHERE = "(abstains)"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--limit", type=int, default=100, help="test questions a group")
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    options = parser.parse_args()
    engine = Engine.load(options.checkpoint)
    result = {
        "rephrased": rephrased(engine),
        "foreign": foreign(engine),
        "false_alarms": false_alarms(engine, questions(engine, options.split, options.limit)),
    }
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def rephrased(engine: Engine) -> dict[str, Any]:
    """How many reach their task; a task that the weights don't know counts as not reached."""
    listed = [line.split("\t") for line in lines("rephrased.tsv")]
    known = {kin(schema.name) for schema in engine.tasks}
    went = [(task, asked, route(engine, sample(task), asked)) for task, asked in listed]
    return {
        "questions": len(listed),
        "right": share(found == kin(task) for task, _, found in went),
        "right_of_known_tasks": share(found == kin(t) for t, _, found in went if kin(t) in known),
        "wrong": [
            {"question": asked, "task": task, "went_to": found}
            for task, asked, found in went
            if found != kin(task)
        ],
    }


def foreign(engine: Engine) -> dict[str, Any]:
    """How many abstain."""
    listed = lines("foreign.txt")
    went = [(asked, route(engine, sample(FOREIGN), asked)) for asked in listed]
    return {
        "questions": len(listed),
        "abstained": share(found == NOWHERE for _, found in went),
        "abstained_in_the_end": share(abstained(engine, [(sample(FOREIGN), q) for q in listed])),
        "wrong": [
            {"question": asked, "went_to": found} for asked, found in went if found != NOWHERE
        ],
    }


def questions(engine: Engine, split: Any, limit: int) -> Iterator[tuple[str, Sequence[Triple]]]:
    """The first questions of each group of the known tasks, those that have an answer."""
    for schema in engine.tasks:
        try:
            groups = gather(schema.name, split, limit)
        except QAEngineError as error:
            print(f"Without {schema.name}: {error}", file=sys.stderr)
            continue
        for group, triples in groups.items():
            if answered := [triple for triple in triples if triple.answer]:
                yield group, answered


def false_alarms(engine: Engine, groups: Iterable[tuple[str, Sequence[Triple]]]) -> dict[str, Any]:
    """How many questions go elsewhere, of all and of each group."""
    found: dict[str, dict[str, Any]] = {}
    for group, triples in groups:
        went = Counter(
            there
            for triple in triples
            if (there := route(engine, triple.input, triple.question)) != kin(triple.task or "")
        )
        alarms = went.total()
        found[group] = {
            "questions": len(triples),
            "alarms": alarms,
            "abstained_in_the_end": sum(
                abstained(engine, [(t.input, t.question) for t in triples])
            ),
            "went_to": dict(went),
        }
    total = sum(one["questions"] for one in found.values())

    def shares(name: str) -> float:
        return 100 * sum(one[name] for one in found.values()) / max(total, 1)

    return {
        "questions": total,
        "alarms": shares("alarms"),
        "abstained_in_the_end": shares("abstained_in_the_end"),
        "groups": found,
    }


def abstained(engine: Engine, pairs: Sequence[tuple[Sequence[str], str]]) -> list[bool]:
    """Whether each gets no answer, be it by the router or by the network."""
    return [answer.abstained for answer in engine.ask_many(pairs)]


def route(engine: Engine, input: Sequence[str], question: str) -> str:
    """The task that a question reaches, or NOWHERE."""
    name = engine.route(input, question)
    return NOWHERE if name is None else kin(name)


def kin(task: str) -> str:
    """The task that stands for this one where their questions are alike."""
    tasks = registry().tasks()
    return (tasks[task].schema.like or task) if task in tasks else task


def sample(task: str) -> Sequence[str]:
    """A text that the task could be asked about."""
    return registry().task(task).samples()[0].input


def lines(name: str) -> list[str]:
    return (LISTS / name).read_text("utf-8").splitlines()


def share(hits: Iterable[bool]) -> float:
    """In percent."""
    counted = list(hits)
    return 100 * sum(counted) / max(len(counted), 1)


def show(result: dict[str, Any]) -> None:
    """Prints the shares beside their goals, then what went wrong."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    asked, strange, alarms = (result[name] for name in ("rephrased", "foreign", "false_alarms"))
    table = Table("what", "questions", "measured", "goal", title="Routing")
    for what, part, measured, goal in (
        ("rephrased, reach their task", asked, asked["right"], "95 %"),
        ("... of the tasks that the weights know", None, asked["right_of_known_tasks"], ""),
        ("foreign, sent nowhere", strange, strange["abstained"], "95 %"),
        ("... that abstain in the end", None, strange["abstained_in_the_end"], ""),
        ("false alarms on test questions", alarms, alarms["alarms"], "at most 2 %"),
        ("... that abstain in the end", None, alarms["abstained_in_the_end"], ""),
    ):
        table.add_row(what, f"{part['questions']:,}" if part else "", f"{measured:.1f} %", goal)
    console.print(table)
    wrong = Table("question", "task", "went to", title="Astray")
    for one in (*asked["wrong"], *strange["wrong"]):
        wrong.add_row(Text(one["question"]), one.get("task", FOREIGN), one["went_to"])
    for group, one in alarms["groups"].items():
        if one["alarms"]:
            went = ", ".join(f"{name} {count}" for name, count in one["went_to"].items())
            wrong.add_row(f"{one['alarms']} of {one['questions']} of the test set", group, went)
    if wrong.row_count:
        console.print(wrong)


if __name__ == "__main__":
    main()
