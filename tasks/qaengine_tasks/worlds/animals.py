"""Animals with names, fears and colours: deduction and induction (bAbI 15 and 16)."""

from __future__ import annotations

from random import Random

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.asking import Reply
from qaengine_tasks.worlds.cast import Cast
from qaengine_tasks.worlds.story import Part
from qaengine_tasks.worlds.telling import Teller


class Animals:
    """Facts "Emily is a cat.", "Cats are afraid of wolves.", "Emily is white.", in any order."""

    def __init__(
        self, rng: Random, cast: Cast, tell_as: Teller, size: int, fears: bool, colours: bool
    ) -> None:
        self.part = Part()
        self.species: dict[str, tuple[str, int]] = {}
        self.fears: dict[str, tuple[str, int]] = {}
        self.colours: dict[str, tuple[str, int]] = {}
        self._pending: list[tuple[str, str, str]] = []
        self._rng, self._cast, self._tell_as = rng, cast, tell_as
        count = max(2, min(6, size // 2))
        kinds = cast.several("animal", count)
        usual = {kind: rng.choice(words.COLOURS) for kind in kinds}
        self.people: list[str] = []
        if fears:
            self._pending += [
                ("afraid", k, rng.choice([j for j in kinds if j != k])) for k in kinds
            ]
        while len(self._pending) < size or len(self.people) < 2:
            name, kind = cast.person(), rng.choice(kinds)
            self.people.append(name)
            self._pending.append(("species", name, kind))
            if colours and rng.random() < 0.7:
                colour = usual[kind] if rng.random() < 0.95 else rng.choice(words.COLOURS)
                self._pending.append(("colour", name, colour))
        rng.shuffle(self._pending)
        self.length = len(self._pending)

    def step(self) -> None:
        """Tells the next fact."""
        event, who, what = self._pending.pop()
        if event == "afraid":
            self.fears[who] = (what, self.part.tell(self._fear(who, what)))
        elif event == "species":
            self.species[who] = (what, self.part.tell(self._tell_as.fact("species", p=who, k=what)))
        else:
            self.colours[who] = (what, self.part.tell(self._tell_as.fact("colour", p=who, c=what)))

    def _fear(self, who: str, what: str) -> str:
        """In the plural; an invented animal by its singular, which nobody could know otherwise."""
        if what in words.ANIMALS:
            plurals = self._cast.plurals
            return self._tell_as.fact("afraid", K=plurals[who], J=plurals[what])
        return self._tell_as.fact("afraid_one", k=who, j=what)

    def afraid_of(self, p: str) -> Reply | None:
        if p not in self.species or self.species[p][0] not in self.fears:
            return None
        kind, fact = self.species[p]
        feared, why = self.fears[kind]
        return Reply(feared, (fact, why), "basic_deduction")

    def what_species(self, p: str) -> Reply | None:
        if p not in self.species:
            return None
        kind, fact = self.species[p]
        return Reply(kind, (fact,), "one_supporting_fact")

    def colour_person(self, p: str) -> Reply | None:
        """Its own colour; else that of another of its species: the last told of, as in bAbI."""
        if p in self.colours:
            colour, fact = self.colours[p]
            return Reply(colour, (fact,), "one_supporting_fact")
        kind, fact = self.species.get(p, ("", -1))
        alike = [q for q, (other, _) in self.species.items() if other == kind and q in self.colours]
        if not alike:
            return None
        one = max(alike, key=lambda q: self.species[q][1])
        colour, coloured = self.colours[one]
        return Reply(colour, (fact, self.species[one][1], coloured), "basic_induction")
