"""What the terminal shows: answers with their reasons, plugins, tasks. No torch here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from qaengine.registry import PluginInfo
from qaengine.schema import Answer, Evidence, TaskSchema
from qaengine.tree import Tree

LONG_STORY = 10
"""Stories of more facts than this show only those that a pass looked at."""
LOOKED_AT = 0.01
STRONG = 0.1


def stdout() -> Console:
    return Console(highlight=False, soft_wrap=False)


def stderr() -> Console:
    return Console(highlight=False, stderr=True)


def answer_view(answer: Answer) -> RenderableType:
    """The answer, how sure it is, and the facts that each pass attended to."""
    parts: list[RenderableType] = [_headline(answer)]
    parts += [Text(note, style="yellow") for note in answer.notes]
    if further := answer.further:
        told = f"Asked along: {further.question} {further.text}, {further.confidence:.1%}"
        parts.append(Text(told, style="dim"))
    if any(fact.weight >= LOOKED_AT for fact in answer.evidence):
        parts.append(Padding(evidence_table(answer.evidence), (1, 0, 0, 0)))
    return Group(*parts)


def drawing(trees: Iterable[Tree]) -> str:
    """Trees below each other, in plain characters where the terminal shows no others."""
    plain = not stdout().encoding.lower().startswith("utf")
    return "\n\n".join(tree.drawn(ascii=plain) for tree in trees)


def _headline(answer: Answer) -> Text:
    style = "bold yellow" if answer.abstained else "bold green"
    about = [] if answer.refused else [f"{answer.confidence:.1%} sure"]
    about += [f"task {answer.task}"] if answer.task else []
    return Text.assemble((answer.text, style), ("   " * bool(about) + ", ".join(about), "dim"))


def evidence_table(evidence: Sequence[Evidence]) -> Table:
    """A row a fact, a column a pass; passes that looked at nothing are left out."""
    shown = [fact for fact in evidence if len(evidence) <= LONG_STORY or fact.weight >= LOOKED_AT]
    passes = [p for p in range(_passes(evidence)) if any(f.weights[p] >= 0.005 for f in evidence)]
    left_out = len(evidence) - len(shown)
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), show_edge=False)
    table.caption, table.caption_justify = _caption(left_out), "left"
    table.add_column("", justify="right", style="dim", min_width=2)
    table.add_column("fact", overflow="fold", min_width=14, vertical="bottom")
    for p in passes:
        table.add_column(f"pass\n{p + 1}", justify="right", min_width=4)
    for fact in shown:
        weights = [_weight(fact.weights[p]) for p in passes]
        style = "bold" if fact.weight >= STRONG else ""
        table.add_row(str(fact.index + 1), Text(fact.fact, style=style), *weights)
    return table


def _passes(evidence: Sequence[Evidence]) -> int:
    return min((len(fact.weights) for fact in evidence), default=0)


def _caption(left_out: int) -> str | None:
    facts = "fact" if left_out == 1 else "facts"
    return f"{left_out} {facts} of less than {LOOKED_AT} left out" if left_out else None


def _weight(weight: float) -> Text:
    strong = "bold black on green" if weight >= 0.5 else "bold green"
    return Text(f"{weight:.2f}", style=strong if weight >= STRONG else "dim")


def plugins_table(plugins: Iterable[PluginInfo]) -> Table:
    table = _table("plugin", "version", "hooks", "problems")
    for plugin in plugins:
        hooks = ", ".join(plugin.hooks)
        table.add_row(
            Text(plugin.name), plugin.version, hooks, Text("\n".join(plugin.problems), style="red")
        )
    return table


def tasks_table(schemas: Iterable[TaskSchema], trained: Iterable[str]) -> Table:
    known = set(trained)
    table = _table("task", "question", "answer", "weights")
    for schema in schemas:
        weights = "trained" if schema.name in known else Text("not trained", style="yellow")
        table.add_row(schema.name, Text(schema.question), schema.answer, weights)
    return table


def encoders_table(encoders: Iterable[Mapping[str, Any]]) -> Table:
    table = _table("encoder", "what it is", "paper", "reads")
    for encoder in encoders:
        reads = "trees" if encoder["needs_trees"] else "words"
        table.add_row(Text(encoder["name"]), Text(encoder["about"]), Text(encoder["paper"]), reads)
    return table


def memories_table(memories: Iterable[Mapping[str, Any]]) -> Table:
    table = _table("memory", "what it is", "paper")
    for memory in memories:
        table.add_row(*(Text(memory[key]) for key in ("name", "about", "paper")))
    return table


def fields_table(fields: Mapping[str, Any]) -> Table:
    """Names and values, nested ones as `outer.inner`."""
    table = Table(show_header=False)
    for name, value in flat(fields):
        table.add_row(Text(name, style="bold"), Text(value))
    return table


def flat(fields: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in fields.items():
        if isinstance(value, Mapping):
            rows += flat(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", _plain(value)))
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return "\n".join(_plain(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _table(*columns: str) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
