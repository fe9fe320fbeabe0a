"""Endless stories: which world, how long, what is asked when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from qaengine.errors import InputError, unknown
from qaengine.schema import Split
from qaengine_tasks.worlds.animals import Animals
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.families import (
    ANIMAL_ASKS,
    MAP_ASKS,
    POSITION_ASKS,
    AnimalWorld,
    Family,
    PeopleWorld,
    RelationWorld,
)
from qaengine_tasks.worlds.moving import Profile
from qaengine_tasks.worlds.parse import RESERVED
from qaengine_tasks.worlds.profiles import PROFILES, RICH
from qaengine_tasks.worlds.relations import Map, Positions, Sizes
from qaengine_tasks.worlds.story import KINDS, Part, Story, blend
from qaengine_tasks.worlds.telling import Teller
from qaengine_tasks.worlds.unanswerable import unanswerable_question
from qaengine_tasks.worlds.words import MOODS, TABOO

_LEAST = {
    "three_supporting_facts": 12,
    "basic_induction": 7,
    "three_argument_relations": 6,
    "time": 4,
}
"""Facts that a kind needs before there is much to ask."""


@dataclass(slots=True, frozen=True)
class Plan:
    """What a call of `stories` asked for."""

    kinds: frozenset[str]
    facts: tuple[int, int]
    unanswerable: float
    invented: float
    held_out: Split | None


def stories(
    seed: int,
    *,
    kinds: Sequence[str] | None = None,
    facts: tuple[int, int] = (2, 200),
    unanswerable: float = 0.1,
    invented: float = 0.3,
    held_out: Split | None = None,
) -> Iterator[Story]:
    """Endless stories with one to five questions each; the same ones for the same arguments.

    `kinds`: kinds of reasoning to ask for (all twenty); `facts`: least and most facts of a story;
    `unanswerable`: share of questions that the facts don't answer;
    `invented`: share of stories in invented words;
    `held_out`: also use the phrasings kept out of training for "valid" or for "test", with that its
    foreign questions.
    Raises `InputError` for an unknown kind or split, or an impossible number of facts.
    """
    for kind in kinds or ():
        if kind not in KINDS:
            raise InputError(unknown("kind of reasoning", kind, KINDS))
    if held_out not in (None, "valid", "test"):
        raise InputError(
            unknown("split with phrasings of its own", str(held_out), ("valid", "test"))
        )
    if not 2 <= facts[0] <= facts[1]:
        raise InputError(
            f"facts={facts}: give the least and the most facts of a story, at least 2."
        )
    plan = Plan(frozenset(kinds or KINDS), facts, unanswerable, invented, held_out)
    return _endless(Random(seed), plan)


def _endless(rng: Random, plan: Plan) -> Iterator[Story]:
    order = [kind for kind in KINDS if kind in plan.kinds]
    misses = 0
    while misses < 1000:
        story = _story(rng, plan, rng.choice(order))
        if story.questions and plan.facts[0] <= len(story.facts) <= plan.facts[1]:
            misses = 0
            yield story
        else:
            misses += 1
    raise InputError(
        f"No story of {', '.join(order)} has {plan.facts[0]} to {plan.facts[1]} facts."
    )


def _length(rng: Random, plan: Plan, kind: str) -> int:
    """Mostly short: the median is about 10, the tail reaches the most."""
    length = int(rng.lognormvariate(2.4, 0.6)) if rng.random() < 0.96 else rng.randint(30, 200)
    return max(plan.facts[0], min(plan.facts[1], max(length, _LEAST.get(kind, 0))))


def _story(rng: Random, plan: Plan, kind: str) -> Story:
    length, form = _length(rng, plan, kind), rng.random()
    rich = 0.5 <= form < 0.7 and kind in PROFILES
    second = _second(rng, kind) if form >= 0.7 and length >= 4 else None
    moody = rich or "motivations" in (kind, second)
    reserved = set(MOODS.values()) if moody else set()
    cast = Cast(rng, rng.random() < plan.invented, TABOO | RESERVED, reserved)
    tell_as = Teller(rng, plan.held_out)
    if rich:
        worlds: list[Family] = [PeopleWorld(rng, cast, tell_as, _noisy(rng, _rich(rng)))]
    else:
        sorts = [kind] if second is None else [kind, second]
        worlds = [_world(rng, cast, tell_as, sort, length // len(sorts)) for sort in sorts]
    for world in worlds:
        count = rng.randint(1, 5 // len(worlds))
        _tell_and_ask(rng, plan, cast, tell_as, world, kind, length // len(worlds), count)
    parts = [world.part for world in worlds]
    missing = length - sum(len(part.facts) for part in parts)
    if missing > 0 and rng.random() < 0.4:
        parts.append(_chatter(rng, tell_as, worlds[0], missing))
    return blend([part for part in parts if part.facts], rng)


def _chatter(rng: Random, tell_as: Teller, world: Family, count: int) -> Part:
    """Sentences about a world's people and things that tell nothing of what is asked."""
    nouns = world.nouns()
    if nouns["r"]:
        nouns["o"] = []
    part = Part()
    for _ in range(count):
        part.tell(tell_as.noise(nouns))
    return part


def _second(rng: Random, kind: str) -> str:
    """The sort of a second world for the story: one of the two is of people."""
    return rng.choice([k for k in KINDS if k != kind and (k in PROFILES or kind in PROFILES)])


def _rich(rng: Random) -> Profile:
    """Everything, or less: some sorts of events left out."""
    events = {e: w for e, w in RICH.events.items() if e in ("move", "take") or rng.random() < 0.6}
    return replace(RICH, events=events)


def _world(rng: Random, cast: Cast, tell_as: Teller, kind: str, length: int) -> Family:
    size = max(3, min(9, length + 1))
    if kind == "basic_deduction" or kind == "basic_induction":
        fears = kind == "basic_deduction"
        asks = ("afraid_of",) if fears else ("colour_person",)
        both = rng.random() < 0.2
        made = Animals(rng, cast, tell_as, min(length, 40), fears or both, not fears or both)
        return AnimalWorld(made, rng, ANIMAL_ASKS if both else asks)
    if kind == "two_argument_relations":
        return RelationWorld(Map(rng, cast, tell_as, size), rng, MAP_ASKS[1:])
    if kind == "path_finding":
        return RelationWorld(Map(rng, cast, tell_as, size), rng, MAP_ASKS[:1])
    if kind == "positional_reasoning":
        return RelationWorld(Positions(rng, cast, tell_as, size), rng, POSITION_ASKS)
    if kind == "size_reasoning":
        return RelationWorld(Sizes(rng, cast, tell_as, size), rng, ("fits",))
    return PeopleWorld(rng, cast, tell_as, _noisy(rng, PROFILES[kind]))


def _noisy(rng: Random, profile: Profile) -> Profile:
    if rng.random() < 0.6:
        return profile
    noise = sum(profile.events.values()) * rng.uniform(0.1, 0.6)
    return replace(profile, events={**profile.events, "noise": noise})


def _tell_and_ask(
    rng: Random,
    plan: Plan,
    cast: Cast,
    tell_as: Teller,
    world: Family,
    kind: str,
    length: int,
    count: int,
) -> None:
    points = [rng.randint(max(1, length // 3), length) for _ in range(count - 1)]
    alive = True
    for point in (*sorted(points), length):
        while alive and len(world.part.facts) < point:
            alive = world.step()
        if world.part.facts:
            _ask(rng, plan, cast, tell_as, world, kind)


def _ask(rng: Random, plan: Plan, cast: Cast, tell_as: Teller, world: Family, kind: str) -> None:
    if rng.random() < plan.unanswerable:
        text = unanswerable_question(rng, cast, tell_as, world)
        world.part.ask(text, "", (), kind)
        return
    for _ in range(12):
        ask = rng.choice(world.asks)
        slots = world.aim(ask)
        reply = world.answer(ask, slots) if slots else None
        if reply and reply.kind in plan.kinds:
            world.part.ask(tell_as.question(ask, **slots), reply.answer, reply.supports, reply.kind)
            return
