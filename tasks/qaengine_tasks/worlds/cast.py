"""Deals the people, places and things of a story, each word once; in some stories invented ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from random import Random

from qaengine_tasks.worlds import words


def invented_word(rng: Random) -> str:
    """A pronounceable word of one to three syllables, such as "flim" or "zorbel"."""
    pick = rng.random
    syllables = 1 + (pick() < 0.65) + (pick() < 0.2)
    sounds = [
        words.ONSETS[int(pick() * len(words.ONSETS))]
        + words.VOWELS[int(pick() * len(words.VOWELS))]
        for _ in range(syllables)
    ]
    return "".join(sounds) + words.CODAS[int(pick() * len(words.CODAS))]


class Cast:
    """Deals words without repetition. `reserved` words are dealt by nobody."""

    def __init__(
        self, rng: Random, invented: bool, taboo: frozenset[str], reserved: set[str]
    ) -> None:
        self.rng = rng
        self.invented = invented
        self.taboo = taboo
        self.used = set(reserved)
        self.plurals: dict[str, str] = {}
        self.male: dict[str, bool] = {}

    def _new(self, known: Sequence[str]) -> str:
        for attempt in count():
            invented = self.invented or attempt > 100  # a short list may be used up
            word = (
                invented_word(self.rng) if invented else known[int(self.rng.random() * len(known))]
            )
            key = word.lower()
            if key not in self.used and not (invented and key in self.taboo):
                break
        self.used.add(key)
        return word

    def person(self) -> str:
        male = self.rng.random() < 0.5
        name = self._new(words.MEN if male else words.WOMEN)
        name = name[0].upper() + name[1:]
        self.male[name] = male
        return name

    def place(self) -> str:
        return self._new(words.PLACES)

    def thing(self, known: Sequence[str] = words.OBJECTS) -> str:
        return self._new(known)

    def animal(self) -> str:
        """A species; its plural is in `plurals`."""
        word = self._new(_ANIMALS)
        self.plurals[word] = words.ANIMALS.get(word, word + "s")
        self.used.add(self.plurals[word])
        return word

    def several(self, deal: str, number: int) -> list[str]:
        """`number` words of one sort: "person", "place", "thing" or "animal"."""
        one = getattr(self, deal)
        return [one() for _ in range(number)]


_ANIMALS = tuple(words.ANIMALS)
