"""Places by compass, things by position, things by size: facts, and questions about them."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.asking import Reply
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.phrases import COMPASS, SIDES
from qaengine_tasks.worlds.story import Part
from qaengine_tasks.worlds.telling import Teller

Step = tuple[int, int]
WAY_BACK = {step: way for way, step in COMPASS.items()}
SIDE_OF = {step: side for side, step in SIDES.items()}


class Layout:
    """Names on a grid, joined into a tree by facts: each tells one step to a neighbour."""

    def __init__(
        self, rng: Random, names: list[str], ways: dict[Step, str], tell_as: Teller
    ) -> None:
        self.part = Part()
        self.names: list[str] = []
        self.spot: dict[str, Step] = {}
        self.links: dict[str, dict[str, tuple[Step, int]]] = {}
        for name in names:
            self._put(rng, name)
        joins = [
            (a, b, step)
            for a, near in self.links.items()
            for b, (step, fact) in near.items()
            if fact < 0
        ]
        pairs = {frozenset((a, b)): (a, b, step) for a, b, step in joins}
        told = list(pairs.values())
        rng.shuffle(told)
        for a, b, step in told:
            if rng.random() < 0.5:
                a, b, step = b, a, (-step[0], -step[1])
            fact = self.part.tell(tell_as.fact(ways[(-step[0], -step[1])], o=a, u=b))
            self.links[a][b] = (step, fact)
            self.links[b][a] = ((-step[0], -step[1]), fact)

    def _put(self, rng: Random, name: str) -> None:
        self.links[name] = {}
        if not self.names:
            self.spot[name] = (0, 0)
        else:
            taken = set(self.spot.values())
            free = [
                (near, step, spot)
                for near in self.names
                for step in WAY_BACK
                if (spot := (self.spot[near][0] + step[0], self.spot[near][1] + step[1]))
                not in taken
            ]
            near, step, spot = rng.choice(free)
            self.spot[name] = spot
            self.links[near][name] = (step, -1)
            self.links[name][near] = ((-step[0], -step[1]), -1)
        self.names.append(name)

    def route(self, start: str, end: str) -> list[tuple[Step, int]] | None:
        """The steps and facts on the one way from a name to another."""
        ways: dict[str, list[tuple[Step, int]]] = {start: []}
        queue = [start]
        for name in queue:
            for near, link in self.links[name].items():
                if near not in ways:
                    ways[near] = [*ways[name], link]
                    queue.append(near)
        return ways.get(end)


class Map(Layout):
    """Places by compass: two-argument relations and ways (bAbI 4 and 19)."""

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, size: int) -> None:
        super().__init__(rng, cast.several("place", size), WAY_BACK, tell_as)

    def neighbour(self, u: str, way: str, opposite: bool) -> Reply | None:
        """What lies that way of a place; or what it lies that way of."""
        step = COMPASS[way] if not opposite else (-COMPASS[way][0], -COMPASS[way][1])
        for name, (taken, fact) in self.links.get(u, {}).items():
            if taken == step:
                return Reply(name, (fact,), "two_argument_relations")
        return None

    def path(self, o: str, u: str) -> Reply | None:
        route = self.route(o, u) if o in self.links and u in self.links else None
        if not route:
            return None
        letters = ",".join(WAY_BACK[step][0] for step, _ in route)
        return Reply(letters, tuple(fact for _, fact in route), "path_finding")


class Positions(Layout):
    """Things above, below, left and right of each other (bAbI 17)."""

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, size: int) -> None:
        super().__init__(rng, _figures(rng, cast, size), SIDE_OF, tell_as)

    def beside(self, o: str, u: str, side: str) -> Reply | None:
        """Is one thing on that side of another? Opposing steps tell nothing; none tells "no"."""
        route = self.route(u, o) if o in self.links and u in self.links and o != u else None
        if not route:
            return None
        x, y = SIDES[side]
        along = {step[0] * x + step[1] * y for step, _ in route} - {0}
        if len(along) > 1:
            return None
        supports = tuple(fact for _, fact in route)
        return Reply("yes" if along == {1} else "no", supports, "positional_reasoning")


class Sizes:
    """Things that fit into each other (bAbI 18): facts between neighbours of one order."""

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, size: int) -> None:
        self.part = Part()
        self.names = [_compound(rng, cast) or cast.thing() for _ in range(size)]
        self.bigger: dict[str, list[tuple[str, int]]] = {name: [] for name in self.names}
        branches = [self.names[:1]]
        for name in self.names[1:]:
            if len(branches) < 3 and rng.random() < 0.2:
                branches.append([name])
            else:
                rng.choice(branches[-2:]).append(name)
        told = [(a, b) for chain in branches for a, b in pairwise(chain)]
        told += [(branches[0][-1], chain[-1]) for chain in branches[1:]]
        rng.shuffle(told)
        for small, big in told:
            fact = self.part.tell(tell_as.fact("fits", o=small, u=big))
            self.bigger[small].append((big, fact))

    def _climb(self, small: str, big: str) -> tuple[int, ...] | None:
        queue: list[tuple[str, tuple[int, ...]]] = [(small, ())]
        for name, facts in queue:
            if name == big:
                return facts
            queue += [(up, (*facts, fact)) for up, fact in self.bigger.get(name, ())]
        return None

    def fits(self, o: str, u: str) -> Reply | None:
        """Does the first fit into the second?"""
        if o == u:
            return None
        for answer, facts in (("yes", self._climb(o, u)), ("no", self._climb(u, o))):
            if facts:
                return Reply(answer, facts, "size_reasoning")
        return None


def _compound(rng: Random, cast: Cast) -> str | None:
    name = rng.choice(words.COMPOUNDS)
    if rng.random() < 0.85 or name in cast.used:
        return None
    cast.used.add(name)
    return name


def _figures(rng: Random, cast: Cast, size: int) -> list[str]:
    """Coloured shapes as in bAbI ("red square", "triangle"), or things."""
    if rng.random() < 0.3:
        return cast.several("thing", size)
    names: list[str] = []
    bare: set[str] = set()
    while len(names) < size:
        shape = cast.thing() if cast.invented else rng.choice(words.SHAPES)
        name = f"{rng.choice(words.COLOURS)} {shape}"
        if rng.random() < 0.15 and not any(other.endswith(shape) for other in names):
            name = shape
            bare.add(shape)
        if name not in names and (shape not in bare or name == shape):
            names.append(name)
    return names
