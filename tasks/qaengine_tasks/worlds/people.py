"""People who move, take, drop and give things, and have moods: a story's first half, and what is then true."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.story import Part
from qaengine_tasks.worlds.telling import Teller

Refs = tuple[int, ...]
"""The facts that tell something: one, or with a pronoun the one that names the person too."""


class Whereabouts(NamedTuple):
    """What the last fact about a person's place says: "at" it, "not" in it, "either" of two."""

    how: str
    places: tuple[str, ...]
    refs: Refs


class Gift(NamedTuple):
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


@dataclass(slots=True, frozen=True)
class Profile:
    """How a story of people goes: how many take part, what happens how often, what is asked."""

    asks: tuple[str, ...]
    events: dict[str, float]
    people: tuple[int, int] = (2, 5)
    places: tuple[int, int] = (3, 7)
    things: tuple[int, int] = (0, 0)
    pronouns: float = 0.0
    pairs: float = 0.0


class People:
    """A simulation of people; each `step` happens, is told, and changes what is known."""

    def __init__(self, rng: Random, cast: Cast, teller: Teller, profile: Profile) -> None:
        self.rng, self.cast, self.tell_as, self.profile = rng, cast, teller, profile
        moody = "mood" in profile.events
        self.people = cast.several("person", rng.randint(*profile.people))
        self.places = cast.several("place", rng.randint(*profile.places))
        self.places += ["kitchen", "bedroom", "garden"] if moody else []
        self.names = cast.several("thing", rng.randint(*profile.things))
        self.still = cast.several("thing", rng.randint(1, 3)) if "object_in" in profile.events else []
        self.part = Part()
        self.whereabouts: dict[str, Whereabouts] = {}
        self.paths: dict[str, list[tuple[str, Refs] | None]] = {p: [] for p in self.people}
        self.times: dict[str, dict[int, tuple[str, int]]] = {p: {} for p in self.people}
        self.things = {name: Thing() for name in self.names}
        self.facts_about: dict[str, tuple[str, str, int]] = {}
        self.handled: dict[str, list[int]] = {p: [] for p in self.people}
        self.taken: dict[str, list[str]] = {p: [] for p in self.people}
        self.gifts: list[Gift] = []
        self.moods: dict[str, tuple[str, Refs]] = {}
        self.reasons: dict[tuple[str, str, str], Refs] = {}
        self.groups: dict[int, int] = {}
        self.focus: tuple[tuple[str, ...], int, int] | None = None
        self._events = tuple(profile.events)
        self._weights = tuple(profile.events.values())

    def step(self) -> None:
        """Lets one thing happen, if it can, and tells it."""
        event = self.rng.choices(self._events, self._weights)[0]
        getattr(self, "_" + event)()

    def _someone(self) -> str:
        if self.focus and self.rng.random() < self.profile.pronouns:
            return self.focus[0][0]
        return self.people[int(self.rng.random() * len(self.people))]

    def _subject(self, who: tuple[str, ...]) -> tuple[str, int | None]:
        """How to call the people of the next fact; the fact that a pronoun refers to."""
        focus, here = self.focus, len(self.part.facts)
        if focus and focus[0] == who and focus[2] == here - 1 and self.rng.random() < self.profile.pronouns:
            pronoun = "they" if len(who) > 1 else "he" if self.cast.male[who[0]] else "she"
            return pronoun, focus[1]
        return " and ".join(who), None

    def _tell(self, event: str, who: tuple[str, ...], **slots: str) -> Refs:
        name, antecedent = self._subject(who)
        sentence = self.tell_as.fact(event, p=name, **slots)
        if antecedent is not None:
            self.part.glued.add(len(self.part.facts))
            sentence = self.tell_as.next(sentence)
        index = self.part.tell(sentence)
        self.groups[index] = len(who)
        self.focus = (who, index if antecedent is None else antecedent, index)
        return (index,) if antecedent is None else (antecedent, index)

    def _arrive(self, event: str, who: tuple[str, ...], place: str) -> None:
        refs = self._tell(event, who, l=place)
        for person in who:
            self.whereabouts[person] = Whereabouts("at", (place,), refs)
            self.paths[person].append((place, refs))
            for thing in self.things.values():
                if thing.holder == person:
                    thing.trail.append((place, refs))
            if event == "move" and person in self.moods and words.MOODS[self.moods[person][0]] == place:
                self.reasons[("why_go", person, place)] = self.moods[person][1]

    def _elsewhere(self, *people: str) -> str:
        """A place where none of them is known to be."""
        here = {self.whereabouts[p].places[0] for p in people if p in self.whereabouts}
        return self.rng.choice([place for place in self.places if place not in here])

    def _move(self, event: str = "move") -> None:
        if self.focus and len(self.focus[0]) > 1 and self.rng.random() < self.profile.pronouns:
            who = self.focus[0]
        elif self.rng.random() < self.profile.pairs:
            who = tuple(self.rng.sample(self.people, 2))
        else:
            who = (self._someone(),)
        self._arrive(event, who, self._elsewhere(*who))

    def _is_in(self) -> None:
        self._move("is_in")

    def _free(self) -> str | None:
        """Someone who carries nothing, so that no thing's place gets lost."""
        person = self._someone()
        busy = any(thing.holder == person for thing in self.things.values())
        return None if busy else person

    def _not_in(self) -> None:
        if person := self._free():
            known = self.whereabouts.get(person)
            place = known.places[0] if known and self.rng.random() < 0.4 else self._elsewhere(person)
            refs = self._tell("not_in", (person,), l=place)
            self._lose(person, Whereabouts("not", (place,), refs))

    def _either(self) -> None:
        if person := self._free():
            one, other = self.rng.sample(self.places, 2)
            refs = self._tell("either", (person,), l=one, m=other)
            self._lose(person, Whereabouts("either", (one, other), refs))

    def _lose(self, person: str, whereabouts: Whereabouts) -> None:
        self.whereabouts[person] = whereabouts
        self.paths[person].append(None)

    def _timed(self) -> None:
        person = self._someone()
        free = [t for t in range(len(words.TIMES)) if t not in self.times[person]]
        if free:
            time = self.rng.choice([t for t in free if t in (1, 2, 4, 5)] or free)
            near = {self.times[person].get(t, ("", 0))[0] for t in range(len(words.TIMES))}
            place = self.rng.choice([p for p in self.places if p not in near] or self.places)
            sentence = self.tell_as.fact("move", p=person, l=place)
            index = self.part.tell(self.tell_as.timed(sentence, words.TIMES[time]))
            self.times[person][time] = (place, index)

    def _reachable(self, person: str) -> list[str]:
        """Things that nobody holds, and that lie where the person is or never had a place."""
        known = self.whereabouts.get(person)
        here = known.places[0] if known and known.how == "at" else None
        if known and here is None:
            return []
        return [
            name
            for name, thing in self.things.items()
            if thing.holder is None
            and (not thing.last or (thing.where and here == thing.where.places[0]))
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

    def _drop(self) -> None:
        held = [(name, t.holder) for name, t in self.things.items() if t.holder]
        if held:
            name, person = self.rng.choice(held)
            thing = self.things[name]
            refs = self._tell("drop", (person,), o=name)
            thing.holder, thing.last, thing.where = None, refs, self.whereabouts.get(person)
            self.handled[person] += refs

    def _give(self) -> None:
        held = [(name, t.holder) for name, t in self.things.items() if t.holder]
        if not held:
            return
        name, giver = self.rng.choice(held)
        here = self.whereabouts.get(giver)
        near = [p for p in self.people if p != giver and self._together(here, self.whereabouts.get(p))]
        if near:
            receiver = self.rng.choice(near)
            index = self.part.tell(self.tell_as.fact("give", p=giver, o=name, q=receiver))
            self.groups[index], self.focus = 1, None
            self.handled[giver].append(index)
            self._hand(name, receiver, (index,))
            self.gifts.append(Gift(giver, name, receiver, (index,)))

    @staticmethod
    def _together(one: Whereabouts | None, other: Whereabouts | None) -> bool:
        if one is None or other is None:
            return one is other
        return one.how == other.how == "at" and one.places == other.places

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
            if name:
                self._grasp(person, name)
                self.reasons[("why_get", person, name)] = refs

    def _wanted(self, mood: str) -> str | None:
        unused = [word for word in words.MOOD_OBJECTS[mood] if word not in self.cast.used]
        if not unused:
            return None
        name = self.cast.thing(unused)
        self.things[name] = Thing()
        self.names.append(name)
        return name

    def _object_in(self) -> None:
        told = [name for name in self.still if ("object_in:" + name) not in self.facts_about]
        if told:
            place = self.rng.choice(self.places)
            index = self.part.tell(self.tell_as.fact("object_in", o=told[0], l=place))
            self.facts_about["object_in:" + told[0]] = (told[0], place, index)

    def _object_colour(self) -> None:
        new = [n for n in (*self.names, *self.still) if ("colour:" + n) not in self.facts_about]
        if new:
            name, colour = self.rng.choice(new), self.rng.choice(words.COLOURS)
            index = self.part.tell(self.tell_as.fact("object_colour", o=name, c=colour))
            self.facts_about["colour:" + name] = (name, colour, index)

    def _noise(self) -> None:
        nouns = {"p": self.people, "o": (*self.names, *self.still), "l": self.places}
        self.part.tell(self.tell_as.noise(nouns))
