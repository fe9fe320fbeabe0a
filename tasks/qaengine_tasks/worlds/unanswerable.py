"""Questions that a story does not answer, of four sorts."""

from __future__ import annotations

from random import Random

from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.families import SLOTS, Family, Slots, chosen
from qaengine_tasks.worlds.phrases import FOREIGN, HELD_OUT_FOREIGN
from qaengine_tasks.worlds.telling import Teller
from qaengine_tasks.worlds.words import MOODS


def unanswerable_question(rng: Random, cast: Cast, tell_as: Teller, world: Family) -> str:
    """Asks for what was not told, for a stranger, for another sort of thing, or for anything."""
    chance = rng.random()
    if chance < 0.35:
        for _ in range(8):
            ask = rng.choice(world.asks)
            slots = chosen(rng, _with_strangers(world.nouns(), cast), ask)
            if world.answer(ask, slots) is None and not _debatable(ask, slots):
                return tell_as.question(ask, **slots)
    if chance < 0.6:
        return _about_strangers(rng, cast, tell_as, world)
    if chance < 0.8:
        ask = rng.choice([ask for ask in SLOTS if ask not in world.answers])
        nouns = world.nouns()
        if nouns["r"] and not nouns["p"]:  # a map: its places are no things
            nouns = {**nouns, "o": []}
        return tell_as.question(ask, **chosen(rng, _with_strangers(nouns, cast), ask))
    return _foreign(rng, cast, tell_as, world)


def _debatable(ask: str, slots: Slots) -> bool:
    """Questions that the simulation leaves open for other reasons than that nothing tells."""
    if ask == "why_go":
        return slots["r"] in MOODS.values()
    return ask in ("who_in", "went_to", "count", "carrying", "why_get")


def _about_strangers(rng: Random, cast: Cast, tell_as: Teller, world: Family) -> str:
    while True:
        ask = rng.choice(world.asks)
        slots: Slots = chosen(rng, _with_strangers(world.nouns(), cast), ask)
        slot = rng.choice(SLOTS[ask])
        if slot == "r" and ask in ("is_in", "went_to"):
            slot = "p"  # "Is Mary in the zoo?" has an answer where her place is known
        slot = {"has": "o", "why_get": "p"}.get(ask, slot)  # else the answer does not hang on it
        slots[slot] = _stranger(cast, world, slot)
        return tell_as.question(ask, **slots)


def _stranger(cast: Cast, world: Family, slot: str) -> str:
    if slot in "pq":
        return cast.person()
    return (
        cast.place()
        if slot == "r" or (world.nouns()["r"] and not world.nouns()["p"])
        else cast.thing()
    )


def _with_strangers(told: dict[str, list[str]], cast: Cast) -> dict[str, list[str]]:
    """The words told, with strangers where they are too few."""
    nouns = dict(told)
    for sort, deal in (("p", "person"), ("o", "thing"), ("r", "place")):
        if len(nouns[sort]) < 2:
            nouns[sort] = [*nouns[sort], *cast.several(deal, 2)]
    return nouns


def _foreign(rng: Random, cast: Cast, tell_as: Teller, world: Family) -> str:
    pool = HELD_OUT_FOREIGN if tell_as.held_out == "test" and rng.random() < 0.5 else FOREIGN
    nouns = _with_strangers(world.nouns(), cast)
    return tell_as.pick(pool).format_map({s: rng.choice(nouns[s]) for s in "por"})
