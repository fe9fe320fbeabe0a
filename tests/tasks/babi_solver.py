"""Answers of a few bAbI skills by rule, to check that exchanged stories stay true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from qaengine.schema import Triple

STEP = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
SIDE = {"to the right of": (1, 0), "to the left of": (-1, 0), "above": (0, 1), "below": (0, -1)}
ONE = {"mice": "mouse", "wolves": "wolf", "sheep": "sheep"}


def solve(skill: int, triple: Triple) -> str:
    solver = {1: _where, 4: _neighbour, 15: _afraid, 17: _relation, 19: _path}[skill]
    return solver(triple.input, triple.question)


def _where(facts: Sequence[str], question: str) -> str:
    person = question.removeprefix("Where is ").rstrip("?")
    return next(_last_word(fact) for fact in reversed(facts) if fact.startswith(f"{person} "))


def _neighbour(facts: Sequence[str], question: str) -> str:
    opposite = {"north": "south", "south": "north", "east": "west", "west": "east"}
    known = set()
    for fact in facts:
        a, direction, b = _match(r"The (\w+) is (\w+) of the (\w+)\.", fact)
        known |= {(a, direction, b), (b, opposite[direction], a)}
    if question.startswith("What is the"):
        a, direction = _match(r"What is the (\w+) (\w+) of\?", question)
        return next(z for x, y, z in known if (x, y) == (a, direction))
    direction, b = _match(r"What is (\w+) of the (\w+)\?", question)
    return next(x for x, y, z in known if (y, z) == (direction, b))


def _afraid(facts: Sequence[str], question: str) -> str:
    kind, fear = {}, {}
    for fact in facts:
        if " are afraid of " in fact:
            many, feared = _match(r"(\w+) are afraid of (\w+)\.", fact)
            fear[_one(many.lower())] = _one(feared)
        else:
            name, animal = _match(r"([A-Z]\w+) is a (\w+)\.", fact)
            kind[name.lower()] = animal
    (name,) = _match(r"What is ([a-z]+) afraid of\?", question)
    return fear[kind[name]]


def _relation(facts: Sequence[str], question: str) -> str:
    sides = "|".join(SIDE)
    place: dict[str, tuple[int, int]] = {}
    edges = [_match(rf"The (.+) is ({sides}) the (.+)\.", fact) for fact in facts]
    place[edges[0][0]] = (0, 0)
    for a, side, b in edges * 2:
        dx, dy = SIDE[side]
        if a in place and b not in place:
            place[b] = (place[a][0] - dx, place[a][1] - dy)
        elif b in place and a not in place:
            place[a] = (place[b][0] + dx, place[b][1] + dy)
    a, side, b = _match(rf"Is the (.+) ({sides}) the (.+)\?", question)
    dx, dy = SIDE[side]
    apart = (place[a][0] - place[b][0]) * dx + (place[a][1] - place[b][1]) * dy
    return "yes" if apart > 0 else "no"


def _path(facts: Sequence[str], question: str) -> str:
    move = {}
    for fact in facts:
        a, direction, b = _match(r"The (\w+) is (\w+) of the (\w+)\.", fact)
        back = next(d for d, (x, y) in STEP.items() if (-x, -y) == STEP[direction])
        move[b, direction], move[a, back] = a, b
    start, goal = _match(r"How do you go from the (\w+) to the (\w+)\?", question)
    for first, second in product(STEP, STEP):
        if move.get((move.get((start, first), ""), second)) == goal:
            return f"{first[0]},{second[0]}"
    return ""


def _match(pattern: str, text: str) -> tuple[str, ...]:
    found = re.fullmatch(pattern, text)
    assert found, f"{text!r} is not of the form {pattern!r}"
    return found.groups()


def _last_word(fact: str) -> str:
    return fact.rstrip(".").rsplit(" ", 1)[-1]


def _one(many: str) -> str:
    return ONE.get(many, many.removesuffix("s"))
