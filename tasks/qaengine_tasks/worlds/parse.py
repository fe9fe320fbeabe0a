"""The phrase tables turned around: from a sentence to its event or question, with slots filled.

A sentence's signature is what is left when every run of words that no phrasing uses becomes "_". No
name, place or thing is a word of a phrasing (a test sees to it), so one look into a table finds it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.phrases import FACTS, NEXT, NOISE, QUESTIONS

_SLOT = re.compile(r"\{(\w)\}")
_COMPOUND = re.compile(
    r"\b(" + "|".join(sorted({c.split()[0] for c in words.COMPOUNDS})) + r") of (\w+)"
)
_TIME = re.compile(r"\b(" + "|".join(words.TIMES) + r")\b,?", re.IGNORECASE)
_NEXT = re.compile(r"^(?:" + "|".join(NEXT) + r"),? ")
_WORD = re.compile(r"[\w-]+(?:n't)?|'s|\{\w\}")
_CLOSED = {"c": frozenset(words.COLOURS), "f": frozenset(words.MOODS)}


class Parsed(NamedTuple):
    """An event or a question, its slots, and when it happened (an index of `words.TIMES`)."""

    name: str
    slots: dict[str, str]
    time: int | None = None


def _tokens(sentence: str) -> list[str]:
    return _WORD.findall(_COMPOUND.sub(r"\1-of-\2", sentence))


def _templates() -> list[tuple[str, str]]:
    noise = [("noise", phrase) for phrases in NOISE.values() for phrase in phrases]
    facts = [(name, phrase) for name, phrases in FACTS.items() for phrase in phrases]
    asked = [(name, phrase) for name, phrases in QUESTIONS.items() for phrase in phrases]
    return noise + facts + asked


LITERALS = frozenset(
    token.lower() for _, phrase in _templates() for token in _tokens(_SLOT.sub(" ", phrase))
) | {"a", "an", "and"}
_STARTS = frozenset(word.lower() for phrase in (*NEXT, *words.TIMES) for word in phrase.split())
RESERVED = LITERALS | _STARTS | {"he", "she", "they"}
"""Every word that a phrasing or a sentence's start uses: no name, place or thing may be one."""


def _shape(tokens: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The signature, and the words in its slots."""
    shape: list[str] = []
    slots: list[str] = []
    for token in tokens:
        low = token.lower()
        if low not in LITERALS:
            if shape and shape[-1] == "_":
                slots[-1] += " " + token
            elif len(shape) > 1 and shape[-1] == "and" and shape[-2] == "_":
                shape.pop()
                slots[-1] += " and " + token
            else:
                shape.append("_")
                slots.append(token)
        else:
            shape.append("a" if low == "an" else low)
    return tuple(shape), slots


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]:
    table: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}
    for name, phrase in _templates():
        shape, _ = _shape(_tokens(_SLOT.sub("zzz", phrase)))
        entry = (name, tuple(_SLOT.findall(phrase)))
        if entry not in table.setdefault(shape, []):
            table[shape].append(entry)
    return table


@lru_cache(maxsize=50_000)
def parse(sentence: str) -> Parsed | None:
    """What a sentence of a world says or asks; None for a sentence that no phrasing makes."""
    when = _TIME.search(sentence)
    text = _NEXT.sub("", _TIME.sub("", sentence) if when else sentence)
    shape, found = _shape(_tokens(text))
    for name, slots in _table().get(shape, ()):
        filled = dict(zip(slots, found, strict=True))
        if all(filled[s] in allowed for s, allowed in _CLOSED.items() if s in filled):
            return Parsed(name, filled, words.TIMES.index(when[1].lower()) if when else None)
    return None
