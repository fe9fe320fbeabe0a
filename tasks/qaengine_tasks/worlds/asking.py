"""What can be asked about people, and what the simulation answers."""

from __future__ import annotations

from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.moving import Refs
from qaengine_tasks.worlds.people import Gift, People


class Reply(NamedTuple):
    """An answer, the facts that it rests on, and the kind of reasoning it took."""

    answer: str
    supports: tuple[int, ...]
    kind: str


MOST_SUPPORTS = 12
"""Questions that rest on more facts are not asked."""


class Asker:
    """Answers questions from what the simulation knows; None for what was not told."""

    def __init__(self, world: People) -> None:
        self.world = world

    def _told(self, answer: str, *refs: Refs, kind: str) -> Reply | None:
        supports = tuple(dict.fromkeys(i for some in refs for i in some))
        return Reply(answer, supports, kind) if len(supports) <= MOST_SUPPORTS else None

    def _how_told(self, refs: Refs) -> str:
        """The kind of "Where is Mary?": it depends on how the fact names her."""
        pair = self.world.groups[refs[-1]] > 1
        if len(refs) > 1:
            return "compound_coreference" if pair else "basic_coreference"
        return "conjunction" if pair else "one_supporting_fact"

    def where_person(self, p: str) -> Reply | None:
        known = self.world.whereabouts.get(p)
        if known is None or known.how != "at":
            return None
        return Reply(known.places[0], known.refs, self._how_told(known.refs))

    def where_object(self, o: str) -> Reply | None:
        if seen := self.world.seen.get(o):
            return Reply(seen[0], (seen[1],), "one_supporting_fact")
        thing = self.world.things.get(o)
        if thing is None:
            return None
        where = self.world.whereabouts.get(thing.holder) if thing.holder else thing.where
        if where is None:
            return None
        return self._told(where.places[0], thing.last, where.refs, kind="two_supporting_facts")

    def before_object(self, o: str, r: str) -> Reply | None:
        thing = self.world.things.get(o)
        stops = [i for i, (place, _) in enumerate(thing.trail) if place == r] if thing else []
        if thing is None or not stops or stops[-1] == 0:
            return None
        (_, refs), (earlier, first) = thing.trail[stops[-1]], thing.trail[stops[-1] - 1]
        return self._told(earlier, thing.last, refs, first, kind="three_supporting_facts")

    def before_person(self, p: str, r: str) -> Reply | None:
        times = self.world.times.get(p)
        if times:
            order = [times[t] for t in sorted(times)]
            path: list[tuple[str, Refs] | None] = [(place, (fact,)) for place, fact in order]
        else:
            path = self.world.paths.get(p, [])
        stops = [i for i, stop in enumerate(path) if stop and stop[0] == r]
        if not stops or stops[-1] == 0:
            return None
        now, earlier = path[stops[-1]], path[stops[-1] - 1]
        if now is None or earlier is None:
            return None
        kind = "time" if times else "two_supporting_facts"
        return self._told(earlier[0], now[1], earlier[1], kind=kind)

    def is_in(self, p: str, r: str) -> Reply | None:
        known = self.world.whereabouts.get(p)
        if known is None or (known.how == "not" and r not in known.places):
            return None
        within = r in known.places
        if known.how == "at":
            return Reply("yes" if within else "no", known.refs, self._kind_of_yes_no())
        if known.how == "not":
            return Reply("no", known.refs, "negation")
        return Reply("maybe" if within else "no", known.refs, "indefinite_knowledge")

    def _kind_of_yes_no(self) -> str:
        events = self.world.profile.events
        if "either" in events and "not_in" not in events:
            return "indefinite_knowledge"
        return "negation" if "not_in" in events and "either" not in events else "yes_no"

    def went_to(self, p: str, r: str) -> Reply | None:
        path = self.world.paths.get(p, [])
        there = [stop[1] for stop in path if stop and stop[0] == r]
        if there:
            return self._told("yes", there[-1], kind="yes_no")
        if not path or None in path:
            return None
        return self._told("no", *(stop[1] for stop in path if stop), kind="yes_no")

    def who_in(self, r: str) -> Reply | None:
        known = self.world.whereabouts
        if any(w.how == "either" and r in w.places for w in known.values()):
            return None
        there = [p for p, w in known.items() if w.how == "at" and r in w.places]
        there.sort(key=lambda p: known[p].refs[-1])
        if not there or any(self.world.groups[known[p].refs[-1]] > 1 for p in there):
            return None  # of two who came together, one may have left
        return self._told(",".join(there), *(known[p].refs for p in there), kind="lists")

    def _held(self, p: str) -> list[str]:
        return [name for name in self.world.taken[p] if self.world.things[name].holder == p]

    def carrying(self, p: str) -> Reply | None:
        if not self.world.handled.get(p):
            return None
        held = self._held(p)
        refs = tuple(sorted(set(self.world.handled[p])))
        return self._told(",".join(held) or "nothing", refs, kind="lists")

    def count(self, p: str) -> Reply | None:
        if not self.world.handled.get(p):
            return None
        refs = tuple(sorted(set(self.world.handled[p])))
        return self._told(words.NUMBERS[len(self._held(p))], refs, kind="counting")

    def who_has(self, o: str) -> Reply | None:
        thing = self.world.things.get(o)
        if thing is None or not thing.last:
            return None
        return Reply(thing.holder or "nobody", thing.last, "one_supporting_fact")

    def has(self, p: str, o: str) -> Reply | None:
        thing = self.world.things.get(o)
        if thing is None or not thing.last:
            return None
        return Reply("yes" if thing.holder == p else "no", thing.last, "yes_no")

    def _last_gift(self, **asked: str) -> Gift | None:
        matching = (
            gift
            for gift in reversed(self.world.gifts)
            if all(getattr(gift, part) == word for part, word in asked.items())
        )
        return next(matching, None)

    def _gift(self, part: str, **asked: str) -> Reply | None:
        gift = self._last_gift(**asked)
        return Reply(getattr(gift, part), gift.refs, "three_argument_relations") if gift else None

    def what_given(self, p: str, q: str) -> Reply | None:
        return self._gift("thing", giver=p, receiver=q)

    def who_gave(self, o: str) -> Reply | None:
        return self._gift("giver", thing=o)

    def who_gave_to(self, o: str, q: str) -> Reply | None:
        return self._gift("giver", thing=o, receiver=q)

    def who_received(self, o: str) -> Reply | None:
        return self._gift("receiver", thing=o)

    def to_whom(self, p: str, o: str) -> Reply | None:
        return self._gift("receiver", giver=p, thing=o)

    def where_will(self, p: str) -> Reply | None:
        mood = self.world.moods.get(p)
        return Reply(words.MOODS[mood[0]], mood[1], "motivations") if mood else None

    def feeling(self, p: str) -> Reply | None:
        mood = self.world.moods.get(p)
        return Reply(*mood, "one_supporting_fact") if mood else None

    def why_go(self, p: str, r: str) -> Reply | None:
        refs = self.world.reasons.get(("why_go", p, r))
        return Reply(self.world.moods[p][0], refs, "motivations") if refs else None

    def why_get(self, p: str, o: str) -> Reply | None:
        refs = self.world.reasons.get(("why_get", p, o))
        return Reply(self.world.moods[p][0], refs, "motivations") if refs else None

    def colour_object(self, o: str) -> Reply | None:
        told = self.world.colours.get(o)
        return Reply(told[0], (told[1],), "one_supporting_fact") if told else None
