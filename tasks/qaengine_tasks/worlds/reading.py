"""Reads a story's sentences into events: who, what, where, in words; pronouns resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.parse import parse

_PRONOUNS = {"he": False, "she": False, "they": True}
_SINGULAR = {plural: word for word, plural in words.ANIMALS.items()}


@dataclass(slots=True, frozen=True)
class Event:
    """What one fact says.

    `who`: the people it is about, in lower case; `refs`: the fact, after the one that its pronoun
    refers to; `time`: an index of `words.TIMES`.
    """

    name: str
    slots: dict[str, str]
    who: tuple[str, ...]
    refs: tuple[int, ...]
    time: int | None

    def says(self, **slots: str) -> bool:
        """Does it have these words in these slots?"""
        return all(self.slots[slot].lower() == word.lower() for slot, word in slots.items())


def singular(plural: str) -> str:
    """One of a species: "wolf" for "Wolves"."""
    plural = plural.lower()
    return _SINGULAR.get(plural, plural.removesuffix("s"))


def read(facts: Sequence[str]) -> tuple[list[Event], dict[str, str]]:
    """The events that tell something, in order; and each person's name as written."""
    events: list[Event] = []
    written: dict[str, str] = {}
    focus: dict[bool, tuple[tuple[str, ...], int]] = {}
    for index, fact in enumerate(facts):
        parsed = parse(fact)
        if parsed is None or parsed.name == "noise":
            continue
        subject = parsed.slots.get("p", "")
        refs: tuple[int, ...] = (index,)
        if subject.lower() in _PRONOUNS:
            who, antecedent = focus.get(_PRONOUNS[subject.lower()], ((), index))
            refs = (antecedent, index)
        else:
            who = tuple(name.lower() for name in subject.split(" and ")) if subject else ()
            focus[len(who) > 1] = (who, index)
        for name in (*subject.split(" and "), parsed.slots.get("q", "")):
            written.setdefault(name.lower(), name)
        events.append(Event(parsed.name, parsed.slots, who, refs, parsed.time))
    return events, written
