"""The solver's part for relations: neighbours, and chains of facts from one thing to another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from qaengine_tasks.worlds.phrases import COMPASS, SIDES
from qaengine_tasks.worlds.reading import Event

Step = tuple[int, int]
Found = tuple[str, tuple[int, ...]]
"""An answer and its supporting facts."""

_STEPS: dict[str, Step] = {**COMPASS, **SIDES}
_NOTHING: Found = ("", ())


def neighbour(events: Sequence[Event], *, way: str, o: str = "", u: str = "") -> Found:
    """What lies that way of `u`, or what `o` lies that way of."""
    step = _STEPS[way] if u else _back(_STEPS[way])
    for event in events:
        for here, there, taken in _links(event, COMPASS):
            if here == (u or o) and taken == step:
                return there, event.refs
    return _NOTHING


def _back(step: Step) -> Step:
    return -step[0], -step[1]


def _links(event: Event, names: Collection[str]) -> list[tuple[str, str, Step]]:
    """From where to where a relation leads, and by which step; sizes only upwards."""
    if event.name not in names:
        return []
    if event.name == "fits":
        return [(event.slots["o"], event.slots["u"], (0, 0))]
    step = _STEPS[event.name]
    return [
        (event.slots["u"], event.slots["o"], step),
        (event.slots["o"], event.slots["u"], _back(step)),
    ]


def _chain(
    events: Sequence[Event], start: str, end: str, names: Collection[str]
) -> tuple[list[Step], tuple[int, ...]]:
    """Steps and facts of the shortest chain between two things; empty where there is none."""
    chains: dict[str, tuple[list[Step], tuple[int, ...]]] = {start: ([], ())}
    queue = [start]
    for name in queue:
        steps, facts = chains[name]
        for event in events:
            for here, there, step in _links(event, names):
                if here == name and there not in chains:
                    chains[there] = ([*steps, step], (*facts, event.refs[0]))
                    queue.append(there)
    return chains.get(end, ([], ()))


def fits(events: Sequence[Event], o: str, u: str) -> Found:
    """Does one thing fit into the other?"""
    for answer, small, big in (("yes", o, u), ("no", u, o)):
        _, facts = _chain(events, small, big, ("fits",))
        if facts:
            return answer, facts
    return _NOTHING


def path(events: Sequence[Event], o: str, u: str) -> Found:
    """The way from one place to another, in letters."""
    letters = {step: way[0] for way, step in COMPASS.items()}
    steps, facts = _chain(events, o, u, COMPASS)
    return ",".join(letters[step] for step in steps), facts


def beside(events: Sequence[Event], *, side: str, o: str, u: str) -> Found:
    """Is one thing on that side of the other? Only steps that way, or across, tell."""
    steps, facts = _chain(events, u, o, SIDES)
    x, y = _STEPS[side]
    along = {step[0] * x + step[1] * y for step in steps} - {0}
    if not facts or len(along) > 1:
        return _NOTHING
    return ("yes" if along == {1} else "no"), facts


RELATIONS: dict[str, Callable[..., Found]] = {
    "fits": fits,
    "path": path,
    **{f"is_{side}": partial(beside, side=side) for side in SIDES},
    **{f"what_{way}": partial(neighbour, way=way) for way in COMPASS},
    **{f"of_what_{way}": partial(neighbour, way=way) for way in COMPASS},
}
"""The function for each question about a relation."""
