"""Answers a question about a story from its sentences alone; the simulation's state is never seen.

It works backwards from the question ("what was the last fact about Mary?").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.chains import RELATIONS
from qaengine_tasks.worlds.parse import parse
from qaengine_tasks.worlds.reading import Event, read, singular

_PLACING = ("move", "is_in", "not_in", "either")
_HANDLING = ("take", "drop", "give")


class Solution(NamedTuple):
    """An answer ("" when the facts don't tell) and the facts that it rests on."""

    answer: str
    supports: tuple[int, ...] = ()


NOTHING = Solution("")


def solve(facts: Sequence[str], question: str) -> Solution:
    """The answer to a question about a story; "" where the facts don't tell."""
    asked = parse(question)
    if asked is None:
        return NOTHING
    solver = Solver(facts)
    name, slots = asked.name, dict(asked.slots)
    if name in RELATIONS:
        return Solution(*RELATIONS[name](solver.events, **slots))
    method: Callable[..., Solution] | None = getattr(solver, name, None)
    return method(**slots) if method else NOTHING


def _rests(answer: str, *refs: tuple[int, ...]) -> Solution:
    return Solution(answer, tuple(dict.fromkeys(i for some in refs for i in some)))


class Solver:
    """The events of one story, and a method for each question."""

    def __init__(self, facts: Sequence[str]) -> None:
        self.events, self.written = read(facts)

    def _last(
        self, names: Sequence[str], until: int | None = None, who: str = "", **slots: str
    ) -> Event | None:
        """The last such event before position `until`, about a person, with these words."""
        for event in reversed(self.events[:until]):
            if (
                event.name in names
                and (not who or who.lower() in event.who)
                and event.says(**slots)
            ):
                return event
        return None

    def _placed(self, person: str, until: int | None = None) -> Event | None:
        return self._last(_PLACING, until, who=person)

    def _is_at(self, person: str, until: int | None = None) -> Event | None:
        event = self._placed(person, until)
        return event if event and event.name in ("move", "is_in") else None

    def where_person(self, p: str) -> Solution:
        event = self._is_at(p)
        return _rests(event.slots["r"], event.refs) if event else NOTHING

    def _kept(self, o: str, until: int | None = None) -> tuple[Event, Event] | None:
        """The last event that handled a thing, and the one that placed whoever did or has it."""
        handled = self._last(_HANDLING, until, o=o)
        if handled is None:
            return None
        holder = handled.slots["q"] if handled.name == "give" else handled.who[0]
        at = self._is_at(holder, self.events.index(handled) if handled.name == "drop" else until)
        return (handled, at) if at else None

    def where_object(self, o: str, until: int | None = None) -> Solution:
        if kept := self._kept(o, until):
            return _rests(kept[1].slots["r"], kept[0].refs, kept[1].refs)
        seen = self._last(("object_in",), until, o=o)
        return _rests(seen.slots["r"], seen.refs) if seen else NOTHING

    def before_object(self, o: str, r: str) -> Solution:
        stays: list[Event] = []
        for until in range(1, len(self.events) + 1):
            kept = self._kept(o, until)
            if kept and (not stays or not stays[-1].says(r=kept[1].slots["r"])):
                stays.append(kept[1])
        stops = [i for i, stay in enumerate(stays) if stay.says(r=r)]
        handled = self._last(_HANDLING, o=o)
        if not handled or not stops or stops[-1] == 0:
            return NOTHING
        now, earlier = stays[stops[-1]], stays[stops[-1] - 1]
        return _rests(earlier.slots["r"], handled.refs, now.refs, earlier.refs)

    def _journey(self, person: str) -> list[Event]:
        events = [e for e in self.events if e.name in _PLACING and person.lower() in e.who]
        return sorted(events, key=lambda e: -1 if e.time is None else e.time)

    def before_person(self, p: str, r: str) -> Solution:
        journey = self._journey(p)
        stops = [i for i, e in enumerate(journey) if e.name in ("move", "is_in") and e.says(r=r)]
        if not stops or stops[-1] == 0 or journey[stops[-1] - 1].name not in ("move", "is_in"):
            return NOTHING
        now, earlier = journey[stops[-1]], journey[stops[-1] - 1]
        return _rests(earlier.slots["r"], now.refs, earlier.refs)

    def is_in(self, p: str, r: str) -> Solution:
        event = self._placed(p)
        if event is None:
            return NOTHING
        within = r in (event.slots["r"], event.slots.get("m"))
        if event.name == "not_in":
            return _rests("no", event.refs) if within else NOTHING
        yes = "maybe" if event.name == "either" else "yes"
        return _rests(yes if within else "no", event.refs)

    def went_to(self, p: str, r: str) -> Solution:
        journey = self._journey(p)
        there = [e for e in journey if e.name in ("move", "is_in") and e.says(r=r)]
        if there:
            return _rests("yes", there[-1].refs)
        if not journey or any(e.name not in ("move", "is_in") for e in journey):
            return NOTHING
        return _rests("no", *(e.refs for e in journey))

    def who_in(self, r: str) -> Solution:
        people = dict.fromkeys(name for e in self.events if e.name in _PLACING for name in e.who)
        last = {name: event for name in people if (event := self._placed(name))}
        if any(e.name == "either" and r in (e.slots["r"], e.slots["m"]) for e in last.values()):
            return NOTHING
        here = [n for n, e in last.items() if e.name in ("move", "is_in") and e.says(r=r)]
        here.sort(key=lambda name: last[name].refs[-1])
        return _rests(",".join(self.written[n] for n in here), *(last[n].refs for n in here))

    def belongings(self, person: str) -> tuple[list[str], list[Event]]:
        """What a person has, in the order in which it was first taken (as in bAbI), and why."""
        person = person.lower()
        first: dict[str, bool] = {}
        events = []
        for event in self.events:
            if event.name not in _HANDLING:
                continue
            gets = event.name == "take" and person in event.who
            gets = gets or (event.name == "give" and event.slots["q"].lower() == person)
            if gets or person in event.who:
                events.append(event)
                if gets or event.slots["o"] in first:
                    first[event.slots["o"]] = gets
        return [thing for thing, has in first.items() if has], events

    def carrying(self, p: str) -> Solution:
        things, events = self.belongings(p)
        return (
            _rests(",".join(things) or "nothing", *(e.refs for e in events)) if events else NOTHING
        )

    def count(self, p: str) -> Solution:
        things, events = self.belongings(p)
        return _rests(words.NUMBERS[len(things)], *(e.refs for e in events)) if events else NOTHING

    def _holder(self, o: str) -> tuple[str, Event] | None:
        event = self._last(_HANDLING, o=o)
        if event is None:
            return None
        holder = {"take": event.who[:1], "give": (event.slots.get("q", "").lower(),)}.get(
            event.name, ()
        )
        return (self.written[holder[0]] if holder else "nobody"), event

    def who_has(self, o: str) -> Solution:
        found = self._holder(o)
        return _rests(found[0], found[1].refs) if found else NOTHING

    def has(self, p: str, o: str) -> Solution:
        found = self._holder(o)
        return (
            _rests("yes" if found[0].lower() == p.lower() else "no", found[1].refs)
            if found
            else NOTHING
        )

    def _given(self, part: str, **slots: str) -> Solution:
        event = self._last(("give",), None, "", **slots)
        return _rests(event.slots[part], event.refs) if event else NOTHING

    def what_given(self, p: str, q: str) -> Solution:
        return self._given("o", p=p, q=q)

    def who_gave(self, o: str) -> Solution:
        return self._given("p", o=o)

    def who_gave_to(self, o: str, q: str) -> Solution:
        return self._given("p", o=o, q=q)

    def who_received(self, o: str) -> Solution:
        return self._given("q", o=o)

    def to_whom(self, p: str, o: str) -> Solution:
        return self._given("q", p=p, o=o)

    def feeling(self, p: str) -> Solution:
        event = self._last(("mood",), who=p)
        return _rests(event.slots["f"], event.refs) if event else NOTHING

    def where_will(self, p: str) -> Solution:
        mood = self.feeling(p)
        return mood._replace(answer=words.MOODS[mood.answer]) if mood.answer else NOTHING

    def why_go(self, p: str, r: str) -> Solution:
        mood = self.feeling(p)
        return mood if words.MOODS.get(mood.answer) == r else NOTHING

    def why_get(self, p: str, o: str) -> Solution:
        """The mood, as in bAbI, unless the thing is known to serve another."""
        mood = self.feeling(p)
        elsewhere = any(o in known for known in words.MOOD_OBJECTS.values())
        serves = not elsewhere or o in words.MOOD_OBJECTS.get(mood.answer, ())
        return mood if serves else NOTHING

    def colour_object(self, o: str) -> Solution:
        event = self._last(("object_colour",), o=o)
        return _rests(event.slots["c"], event.refs) if event else NOTHING

    def what_species(self, p: str) -> Solution:
        event = self._last(("species",), who=p)
        return _rests(event.slots["k"], event.refs) if event else NOTHING

    def afraid_of(self, p: str) -> Solution:
        kind = self.what_species(p)
        for event in self.events:
            if event.name == "afraid" and singular(event.slots["K"]) == kind.answer:
                return _rests(singular(event.slots["J"]), kind.supports, event.refs)
            if event.name == "afraid_one" and event.slots["k"] == kind.answer:
                return _rests(event.slots["j"], kind.supports, event.refs)
        return NOTHING

    def colour_person(self, p: str) -> Solution:
        own = self._last(("colour",), who=p)
        if own:
            return _rests(own.slots["c"], own.refs)
        kind = self.what_species(p)
        for event in reversed(self.events):
            if event.name == "species" and kind.answer and event.says(k=kind.answer):
                colour = self._last(("colour",), who=event.who[0])
                if colour:
                    return _rests(colour.slots["c"], kind.supports, event.refs, colour.refs)
        return NOTHING
