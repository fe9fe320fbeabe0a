"""The sorts of worlds behind one face: steps, words to ask about, promising questions, answers."""

from __future__ import annotations

from random import Random
from typing import Protocol

from qaengine_tasks.worlds.animals import Animals
from qaengine_tasks.worlds.asking import Asker, Reply
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.moving import Profile
from qaengine_tasks.worlds.people import People
from qaengine_tasks.worlds.phrases import COMPASS, SIDES
from qaengine_tasks.worlds.relations import Map, Positions, Sizes
from qaengine_tasks.worlds.story import Part
from qaengine_tasks.worlds.telling import Teller

Slots = dict[str, str]

SLOTS: dict[str, str] = {
    "where_person": "p",
    "where_object": "o",
    "before_object": "or",
    "before_person": "pr",
    "is_in": "pr",
    "went_to": "pr",
    "who_in": "r",
    "count": "p",
    "carrying": "p",
    "who_has": "o",
    "has": "po",
    "what_given": "pq",
    "who_gave": "o",
    "who_gave_to": "oq",
    "who_received": "o",
    "to_whom": "po",
    "where_will": "p",
    "why_go": "pr",
    "why_get": "po",
    "feeling": "p",
    "colour_object": "o",
    "afraid_of": "p",
    "what_species": "p",
    "colour_person": "p",
    "path": "ou",
    "fits": "ou",
    **{"what_" + way: "u" for way in COMPASS},
    **{"of_what_" + way: "o" for way in COMPASS},
    **{"is_" + side: "ou" for side in SIDES},
}
"""The slots of each question."""

PEOPLE_ASKS = tuple(ask for ask in SLOTS if hasattr(Asker, ask))
ANIMAL_ASKS = ("afraid_of", "what_species", "colour_person")
MAP_ASKS = ("path", *("what_" + way for way in COMPASS), *("of_what_" + way for way in COMPASS))
POSITION_ASKS = tuple("is_" + side for side in SIDES)


class Family(Protocol):
    """One world: it tells facts into a part of a story, and answers questions about them."""

    part: Part
    asks: tuple[str, ...]
    """What is asked of it, likelier ones repeated."""
    answers: tuple[str, ...]
    """Whatever could be asked of it."""

    def step(self) -> bool:
        """Lets something happen; False when nothing more can."""

    def nouns(self) -> dict[str, list[str]]:
        """Its words by slot."""

    def aim(self, ask: str) -> Slots:
        """Slots for a question that probably has an answer."""

    def answer(self, ask: str, slots: Slots) -> Reply | None:
        """The answer, or None for what was not told."""


def chosen(rng: Random, nouns: dict[str, list[str]], ask: str) -> Slots:
    """Any words for the slots of a question, each once; empty where there are too few."""
    slots: Slots = {}
    for slot in SLOTS[ask]:
        words = [word for word in nouns[_SORT[slot]] if word not in slots.values()]
        if not words:
            return {}
        slots[slot] = words[int(rng.random() * len(words))]
    return slots


_SORT = {"p": "p", "q": "p", "o": "o", "u": "o", "r": "r"}


class PeopleWorld:
    """People who move, carry, give and feel."""

    answers: tuple[str, ...] = PEOPLE_ASKS

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, profile: Profile) -> None:
        self.rng = rng
        self.world = People(rng, cast, tell_as, profile)
        self.asker = Asker(self.world)
        self.part = self.world.part
        self.asks = profile.asks

    def step(self) -> bool:
        for _ in range(20):
            before = len(self.part.facts)
            self.world.step()
            if len(self.part.facts) > before:
                return True
        return False

    def nouns(self) -> dict[str, list[str]]:
        return self.world.nouns()

    def aim(self, ask: str) -> Slots:
        slots = chosen(self.rng, self.nouns(), ask)
        helper = getattr(self, "_aim_" + ask, None)
        return helper(slots) if slots and helper and self.rng.random() < 0.6 else slots

    def answer(self, ask: str, slots: Slots) -> Reply | None:
        reply: Reply | None = getattr(self.asker, ask)(**slots)
        return reply

    def _aim_is_in(self, slots: Slots) -> Slots:
        known = self.world.whereabouts.get(slots["p"])
        return {**slots, "r": self.rng.choice(known.places)} if known else slots

    def _aim_has(self, slots: Slots) -> Slots:
        thing = self.world.things.get(slots["o"])
        return {**slots, "p": thing.holder} if thing and thing.holder else slots

    def _aim_before_object(self, slots: Slots) -> Slots:
        thing = self.world.things.get(slots["o"])
        stops = thing.trail[1:] if thing else []
        return {**slots, "r": self.rng.choice(stops)[0]} if stops else slots

    def _aim_before_person(self, slots: Slots) -> Slots:
        stops = [s for s in self.world.paths[slots["p"]][1:] if s]
        timed = [place for place, _ in self.world.times[slots["p"]].values()]
        places = [place for place, _ in stops] or timed
        return {**slots, "r": self.rng.choice(places)} if places else slots

    def _aim_gift(self, slots: Slots) -> Slots:
        if not self.world.gifts:
            return slots
        gift = self.rng.choice(self.world.gifts[-4:])
        full = {"p": gift.giver, "q": gift.receiver, "o": gift.thing}
        return {slot: full[slot] for slot in slots}

    _aim_what_given = _aim_who_gave = _aim_who_gave_to = _aim_who_received = _aim_to_whom = (
        _aim_gift
    )

    def _aim_why(self, ask: str, slots: Slots) -> Slots:
        keys = [key for key in self.world.reasons if key[0] == ask]
        if not keys:
            return slots
        _, p, what = self.rng.choice(keys)
        return {"p": p, ("r" if ask == "why_go" else "o"): what}

    def _aim_why_go(self, slots: Slots) -> Slots:
        return self._aim_why("why_go", slots)

    def _aim_why_get(self, slots: Slots) -> Slots:
        return self._aim_why("why_get", slots)


class AnimalWorld:
    """Named animals, their fears and colours."""

    answers: tuple[str, ...] = ANIMAL_ASKS

    def __init__(self, animals: Animals, rng: Random, asks: tuple[str, ...]) -> None:
        self.animals, self.rng, self.asks = animals, rng, asks
        self.part = animals.part
        self._left = animals.length

    def step(self) -> bool:
        if self._left:
            self._left -= 1
            self.animals.step()
            return True
        return False

    def nouns(self) -> dict[str, list[str]]:
        return {"p": self.animals.people, "o": [], "r": []}

    def aim(self, ask: str) -> Slots:
        told = [name for name in self.animals.species if name not in self.animals.colours]
        if ask == "colour_person" and told and self.rng.random() < 0.8:
            return {"p": self.rng.choice(told)}
        return chosen(self.rng, self.nouns(), ask)

    def answer(self, ask: str, slots: Slots) -> Reply | None:
        reply: Reply | None = getattr(self.animals, ask)(**slots)
        return reply


class RelationWorld:
    """A map, positions or sizes: all facts are told at once."""

    def __init__(self, made: Map | Positions | Sizes, rng: Random, asks: tuple[str, ...]) -> None:
        self.made, self.rng, self.asks = made, rng, asks
        self.answers = ("fits",) if isinstance(made, Sizes) else asks
        if isinstance(made, Map):
            self.answers = MAP_ASKS
        self.part = made.part

    def step(self) -> bool:
        return False

    def nouns(self) -> dict[str, list[str]]:
        places = self.made.names if isinstance(self.made, Map) else []
        return {"p": [], "o": self.made.names, "r": places}

    def aim(self, ask: str) -> Slots:
        return chosen(self.rng, self.nouns(), ask)

    def answer(self, ask: str, slots: Slots) -> Reply | None:
        if isinstance(self.made, Sizes):
            return self.made.fits(**slots)
        if isinstance(self.made, Positions):
            return self.made.beside(slots["o"], slots["u"], ask.removeprefix("is_"))
        if ask == "path":
            return self.made.path(**slots)
        way = ask.rpartition("_")[2]
        return self.made.neighbour(slots.get("u") or slots["o"], way, opposite="u" not in slots)
