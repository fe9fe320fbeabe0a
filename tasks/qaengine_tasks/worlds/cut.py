"""A story without one of its supporting facts: shows that evidence is the cause of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from qaengine.schema import Triple
from qaengine_tasks.worlds.parse import parse
from qaengine_tasks.worlds.reading import read
from qaengine_tasks.worlds.solver import Solver, solve


def cut(triple: Triple, support: int | None = None) -> Triple | None:
    """The triple without one supporting fact, its answer recomputed: "" if nothing tells it now.

    `support`: the fact to take away; else the last supporting one that can go. None where none can:
    no supports, a fact that a pronoun refers to, a story that contradicts itself without it, or one
    that the solver does not understand.
    """
    if not triple.supports or solve(triple.input, triple.question).answer != triple.answer:
        return None
    for index in sorted(triple.supports, reverse=True) if support is None else (support,):
        facts = triple.input[:index] + triple.input[index + 1 :]
        if (
            facts
            and not _antecedent(triple.input, index)
            and not _contradicts(facts, triple.question)
        ):
            answer, supports = solve(facts, triple.question)
            return triple.model_copy(
                update={"input": facts, "answer": answer, "supports": supports}
            )
    return None


def _antecedent(facts: Sequence[str], index: int) -> bool:
    """Does a pronoun refer to this fact?"""
    events, _ = read(facts)
    return any(len(event.refs) > 1 and event.refs[0] == index for event in events)


def _contradicts(facts: Sequence[str], question: str) -> bool:
    """Would these facts put one thing into two places or hands?"""
    asked, solver = parse(question), Solver(facts)
    if asked is None:
        return True
    if asked.name in ("count", "carrying"):
        person = asked.slots["p"]
        return any(solver.has(person, o).answer == "no" for o in solver.belongings(person)[0])
    return asked.name in ("where_object", "before_object") and _jumps(solver, asked.slots["o"])


def _jumps(solver: Solver, o: str) -> bool:
    """Does a thing change its place by being taken or given?"""
    for position, event in enumerate(solver.events):
        if event.name in ("take", "give") and event.says(o=o):
            before = solver.where_object(o, position).answer
            if before and before != solver.where_object(o, position + 1).answer:
                return True
    return False
