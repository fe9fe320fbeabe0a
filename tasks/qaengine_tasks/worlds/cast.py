"""Deals the people, places and things of a story; each word once. Some stories get invented words."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from qaengine_tasks.worlds import words

_ONSETS = "b d f g k l m n p r t v w z bl br dr fl gl gr kl kr pl pr sk sl sn sp tr zw qu th".split()
_VOWELS = "a e i o u a e i o u ai ee oo ou".split()
_CODAS = "b d f g k l m n p r t b d k l m n r nd rk lt mp nk rd".split()


def invented_word(rng: Random) -> str:
    """A pronounceable word of one to three syllables, such as "flim" or "zorbel"."""
    pick = rng.random
    syllables = 1 + (pick() < 0.65) + (pick() < 0.2)
    sounds = [
        _ONSETS[int(pick() * len(_ONSETS))] + _VOWELS[int(pick() * len(_VOWELS))] for _ in range(syllables)
    ]
    return "".join(sounds) + _CODAS[int(pick() * len(_CODAS))]


class Cast:
    """Deals words without repetition. `reserved` words are dealt by nobody."""

    def __init__(self, rng: Random, invented: bool, taboo: frozenset[str], reserved: set[str]) -> None:
        self.rng = rng
        self.invented = invented
        self.taboo = taboo
        self.used = set(reserved)
        self.plurals: dict[str, str] = {}
        self.male: dict[str, bool] = {}

    def _new(self, known: Sequence[str]) -> str:
        while True:
            if self.invented:
                word = invented_word(self.rng)
            else:
                word = known[int(self.rng.random() * len(known))]
            key = word.lower()
            if key not in self.used and not (self.invented and key in self.taboo):
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

    def several(self, deal: str, count: int) -> list[str]:
        """`count` words of one sort: "person", "place", "thing" or "animal"."""
        one = getattr(self, deal)
        return [one() for _ in range(count)]


_ANIMALS = tuple(words.ANIMALS)
