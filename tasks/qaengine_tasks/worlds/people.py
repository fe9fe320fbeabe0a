"""People who take, drop and give things, have moods and follow them: bAbI's story world."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.moving import Movers, Profile, Refs, Whereabouts
from qaengine_tasks.worlds.telling import Teller


class Gift(NamedTuple):
    """Who gave what to whom, and the fact that says so."""

    giver: str
    thing: str
    receiver: str
    refs: Refs


@dataclass(slots=True)
class Thing:
    """What is known of a thing: who holds it, where it was put, where it has been."""

    holder: str | None = None
    where: Whereabouts | None = None
    last: Refs = ()
    trail: list[tuple[str, Refs]] = field(default_factory=list)


class People(Movers):
    """Movers with things and moods."""

    def __init__(self, rng: Random, cast: Cast, tell_as: Teller, profile: Profile) -> None:
        super().__init__(rng, cast, tell_as, profile)
        if "mood" in profile.events:
            self.places += dict.fromkeys(words.MOODS.values())
        self.names = cast.several("thing", rng.randint(*profile.things))
        self.still = (
            cast.several("thing", rng.randint(1, 3)) if "object_in" in profile.events else []
        )
        """Things that stay where they are."""
        self.things = {name: Thing() for name in self.names}
        self.seen: dict[str, tuple[str, int]] = {}
        """Where a still thing is: place and fact."""
        self.colours: dict[str, tuple[str, int]] = {}
        self.handled: dict[str, list[int]] = {person: [] for person in self.people}
        """The facts about what each took, dropped, gave and received."""
        self.taken: dict[str, list[str]] = {person: [] for person in self.people}
        """What each ever had, in the order of the first time."""
        self.gifts: list[Gift] = []
        self.moods: dict[str, tuple[str, Refs]] = {}
        self.reasons: dict[tuple[str, str, str], Refs] = {}
        """For "why_go" or "why_get", a person, and a place or thing: the facts about the mood."""

    def nouns(self) -> dict[str, list[str]]:
        return {"p": self.people, "o": [*self.names, *self.still], "r": self.places}

    def _arrived(self, person: str, place: str, refs: Refs, event: str) -> None:
        for thing in self.things.values():
            if thing.holder == person:
                thing.trail.append((place, refs))
        if event == "move" and person in self.moods:
            mood, why = self.moods[person]
            if words.MOODS[mood] == place:
                self.reasons["why_go", person, place] = why

    def _busy(self, person: str) -> bool:
        return any(thing.holder == person for thing in self.things.values())

    def _reachable(self, person: str) -> list[str]:
        """Things that nobody holds, and that lie where the person is or never had a place."""
        known = self.whereabouts.get(person)
        if known and known.how != "at":
            return []
        here = known.places if known else None
        return [
            name
            for name, thing in self.things.items()
            if thing.holder is None
            and (not thing.last or (thing.where and thing.where.places == here))
        ]

    def _take(self) -> None:
        person = self._someone()
        within = self._reachable(person)
        if within:
            self._grasp(person, self.rng.choice(within))

    def _grasp(self, person: str, name: str) -> None:
        refs = self._tell("take", (person,), o=name)
        self._hand(name, person, refs)
        known = self.whereabouts.get(person)
        trail = self.things[name].trail
        if known and (not trail or trail[-1][0] != known.places[0]):
            trail.append((known.places[0], known.refs))

    def _hand(self, name: str, person: str, refs: Refs) -> None:
        thing = self.things[name]
        thing.holder, thing.last, thing.where = person, refs, None
        self.handled[person] += refs
        if name not in self.taken[person]:
            self.taken[person].append(name)

    def _held(self) -> list[tuple[str, str]]:
        return [(name, thing.holder) for name, thing in self.things.items() if thing.holder]

    def _drop(self) -> None:
        if held := self._held():
            name, person = self.rng.choice(held)
            refs = self._tell("drop", (person,), o=name)
            thing = self.things[name]
            thing.holder, thing.last, thing.where = None, refs, self.whereabouts.get(person)
            self.handled[person] += refs

    def _give(self) -> None:
        if held := self._held():
            name, giver = self.rng.choice(held)
            near = [p for p in self.people if p != giver and self._together(giver, p)]
            if near:
                self._pass(name, giver, self.rng.choice(near))

    def _pass(self, name: str, giver: str, receiver: str) -> None:
        index = self.part.tell(self.tell_as.fact("give", p=giver, o=name, q=receiver))
        self.groups[index], self._focus = 1, None
        self.handled[giver].append(index)
        self._hand(name, receiver, (index,))
        self.gifts.append(Gift(giver, name, receiver, (index,)))

    def _together(self, one: str, other: str) -> bool:
        """Are both known to be at one place, or nothing is known of either?"""
        here, there = self.whereabouts.get(one), self.whereabouts.get(other)
        if here is None or there is None:
            return here is there
        return here.how == there.how == "at" and here.places == there.places

    def _mood(self) -> None:
        """Someone gets a mood; or follows it to its place; or takes there what it asks for."""
        person = self._someone()
        if person not in self.moods:
            mood = self.rng.choice(list(words.MOODS))
            self.moods[person] = (mood, self._tell("mood", (person,), f=mood))
            return
        mood, refs = self.moods[person]
        place, known = words.MOODS[mood], self.whereabouts.get(person)
        if known is None or known.how != "at" or known.places[0] != place:
            self._arrive("move", (person,), place)
        elif not any(key[:2] == ("why_get", person) for key in self.reasons):
            name = self._wanted(mood)
            self._grasp(person, name)
            self.reasons["why_get", person, name] = refs

    def _wanted(self, mood: str) -> str:
        """A new thing that serves a mood."""
        name = self.cast.thing(words.MOOD_OBJECTS[mood])
        self.things[name] = Thing()
        self.names.append(name)
        return name

    def _object_in(self) -> None:
        if new := [name for name in self.still if name not in self.seen]:
            place = self.rng.choice(self.places)
            index = self.part.tell(self.tell_as.fact("object_in", o=new[0], r=place))
            self.seen[new[0]] = (place, index)

    def _object_colour(self) -> None:
        if new := [name for name in (*self.names, *self.still) if name not in self.colours]:
            name, colour = self.rng.choice(new), self.rng.choice(words.COLOURS)
            index = self.part.tell(self.tell_as.fact("object_colour", o=name, c=colour))
            self.colours[name] = (colour, index)
