"""People who move from place to place, and what a story tells of where they are."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.story import Part
from qaengine_tasks.worlds.telling import Teller

Refs = tuple[int, ...]
"""The facts that tell something: one, or with a pronoun also the one that names the person."""


class Whereabouts(NamedTuple):
    """What the last fact about a person says: "at" a place, "not" in it, "either" of two."""

    how: str
    places: tuple[str, ...]
    refs: Refs


@dataclass(slots=True, frozen=True)
class Profile:
    """How a story of people goes: what is asked, what happens how often, how many take part.

    `pronouns`: how often the next fact is about the same people, and calls them "he" or "they";
    `pairs`: how often two move together.
    """

    asks: tuple[str, ...]
    events: dict[str, float]
    people: tuple[int, int] = (2, 5)
    places: tuple[int, int] = (3, 7)
    things: tuple[int, int] = (0, 0)
    pronouns: float = 0.0
    pairs: float = 0.0


class Movers:
    """A simulation of people; each `step` happens, is told, and changes what is known."""

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, profile: Profile) -> None:
        self.rng, self.cast, self.tell_as, self.profile = rng, cast, tell_as, profile
        self.people = cast.several("person", rng.randint(*profile.people))
        self.places = cast.several("place", rng.randint(*profile.places))
        self.part = Part()
        self.whereabouts: dict[str, Whereabouts] = {}
        self.paths: dict[str, list[tuple[str, Refs] | None]] = {p: [] for p in self.people}
        """Where each has been, in order; None where it was not told."""
        self.times: dict[str, dict[int, tuple[str, int]]] = {p: {} for p in self.people}
        """Where each was at a time: place and fact."""
        self.groups: dict[int, int] = {}
        """How many people a fact is about."""
        self._focus: tuple[tuple[str, ...], int, int] | None = None
        """Whom the last fact was about, the fact that names them, the last fact."""
        self._events = tuple(profile.events)
        self._weights = tuple(profile.events.values())

    def step(self) -> None:
        """Lets one thing happen, if it can, and tells it."""
        event = self.rng.choices(self._events, self._weights)[0]
        getattr(self, "_" + event)()

    def _someone(self) -> str:
        if self._focus and self.rng.random() < self.profile.pronouns:
            return self._focus[0][0]
        return self.people[int(self.rng.random() * len(self.people))]

    def _pronoun(self, who: tuple[str, ...]) -> tuple[str, int] | None:
        """A pronoun for the people of the next fact, and the fact that it refers to."""
        if not self._focus or self.rng.random() >= self.profile.pronouns:
            return None
        focus, antecedent, last = self._focus
        if focus != who or last != len(self.part.facts) - 1:
            return None
        return ("they" if len(who) > 1 else "he" if self.cast.male[who[0]] else "she"), antecedent

    def _tell(self, event: str, who: tuple[str, ...], **slots: str) -> Refs:
        pronoun = self._pronoun(who)
        if pronoun:
            self.part.glued.add(len(self.part.facts))
            sentence = self.tell_as.next(self.tell_as.fact(event, p=pronoun[0], **slots))
        else:
            sentence = self.tell_as.fact(event, p=" and ".join(who), **slots)
        index = self.part.tell(sentence)
        self.groups[index] = len(who)
        self._focus = (who, pronoun[1] if pronoun else index, index)
        return (pronoun[1], index) if pronoun else (index,)

    def _arrive(self, event: str, who: tuple[str, ...], place: str) -> None:
        refs = self._tell(event, who, r=place)
        for person in who:
            self.whereabouts[person] = Whereabouts("at", (place,), refs)
            self.paths[person].append((place, refs))
            self._arrived(person, place, refs, event)

    def _arrived(self, person: str, place: str, refs: Refs, event: str) -> None:
        """What else changes when someone has arrived."""

    def _elsewhere(self, *people: str) -> str:
        """A place where none of them is known to be."""
        here = {self.whereabouts[p].places[0] for p in people if p in self.whereabouts}
        return self.rng.choice([place for place in self.places if place not in here])

    def _move(self, event: str = "move") -> None:
        pair = self._focus and len(self._focus[0]) > 1 and self._focus[0]
        if pair and self.rng.random() < self.profile.pronouns:
            who = pair
        elif self.rng.random() < self.profile.pairs:
            who = tuple(self.rng.sample(self.people, 2))
        else:
            who = (self._someone(),)
        self._arrive(event, who, self._elsewhere(*who))

    def _is_in(self) -> None:
        self._move("is_in")

    def _busy(self, person: str) -> bool:
        """Does something hang on where this person is?"""
        return False

    def _not_in(self) -> None:
        person = self._someone()
        if not self._busy(person):
            known = self.whereabouts.get(person)
            stays = known and self.rng.random() < 0.4
            place = known.places[0] if known and stays else self._elsewhere(person)
            refs = self._tell("not_in", (person,), r=place)
            self._lose(person, Whereabouts("not", (place,), refs))

    def _either(self) -> None:
        person = self._someone()
        if not self._busy(person):
            one, other = self.rng.sample(self.places, 2)
            refs = self._tell("either", (person,), r=one, m=other)
            self._lose(person, Whereabouts("either", (one, other), refs))

    def _lose(self, person: str, whereabouts: Whereabouts) -> None:
        self.whereabouts[person] = whereabouts
        self.paths[person].append(None)

    def _timed(self) -> None:
        """Someone is somewhere at a time; told in any order."""
        person = self._someone()
        told = self.times[person]
        free = [time for time in range(len(words.TIMES)) if time not in told]
        if free:
            time = self.rng.choice([t for t in free if t in _BABI_TIMES] or free)
            before = max((t for t in told if t < time), default=None)
            after = min((t for t in told if t > time), default=None)
            near = {told[t][0] for t in (before, after) if t is not None}
            place = self.rng.choice([place for place in self.places if place not in near])
            sentence = self.tell_as.fact("move", p=person, r=place)
            told[time] = (place, self.part.tell(self.tell_as.timed(sentence, words.TIMES[time])))

    def _noise(self) -> None:
        self.part.tell(self.tell_as.noise(self.nouns()))

    def nouns(self) -> dict[str, list[str]]:
        """The words of this world by slot."""
        return {"p": self.people, "o": [], "r": self.places}


_BABI_TIMES = frozenset(
    words.TIMES.index(time)
    for time in ("yesterday", "this morning", "this afternoon", "this evening")
)
