"""Pairs of sentences told of people with other names, since captions name nobody.

Whoever copies names must have met more than a few. A name that stands in both languages gives way
to another, and "A man", at the beginning of both, to a name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from qaengine_tasks.translation_files import Pair
from qaengine_tasks.worlds import words
from qaengine_tasks.worlds.cast import invented_word

INVENTED = 0.3
"""Share of the names that nobody has."""
MALE, FEMALE = True, False
_KNOWN = dict.fromkeys(("Tom", *words.MEN), MALE) | dict.fromkeys(words.WOMEN, FEMALE)
_PERSON = {
    "A man": (("Ein Mann", "Un homme"), MALE),
    "A boy": (("Ein Junge", "Un garçon"), MALE),
    "A woman": (("Eine Frau", "Une femme"), FEMALE),
    "A girl": (("Ein Mädchen", "Une fille", "Une fillette"), FEMALE),
}
_VOWELS = "aeiouyhâàéèêëîïôöûüAEIOUYHÂÀÉÈÊËÎÏÔÖÛÜ"


def with_renamed(pairs: Iterable[Pair], copies: int, rng: random.Random) -> Iterator[Pair]:
    """Each pair; and, where it tells of people who can have other names, so many copies."""
    for pair in pairs:
        yield pair
        for _ in range(copies):
            other = renamed(pair, rng)
            if other != pair:
                yield other


def renamed(pair: Pair, rng: random.Random) -> Pair:
    """The pair told of others; as it was where it tells of nobody, or only of one language's."""
    english, foreign = pair
    for person, (others, male) in _PERSON.items():
        begins = next((one for one in others if _begins(foreign, one)), "")
        if begins and _begins(english, person):
            name = _name(male, rng)
            return name + english[len(person) :], name + foreign[len(begins) :]
    instead: dict[str, str] = {}
    for word in _words(english):
        if word in _KNOWN and word not in instead and word in _words(foreign):
            instead[word] = _name(_KNOWN[word], rng, like=word)
    if len(set(instead.values())) < len(instead):
        return pair
    return _exchanged(english, instead), _exchanged(foreign, instead)


def _begins(text: str, beginning: str) -> bool:
    return text.startswith(f"{beginning} ")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _exchanged(text: str, instead: dict[str, str]) -> str:
    return re.sub(r"\w+", lambda found: instead.get(found[0], found[0]), text)


def _name(male: bool, rng: random.Random, like: str = "") -> str:
    """Some name; where it is to stand for one, it begins with a vowel if that does, too, since
    French says "d'Anna" and "de Tom"."""
    while True:
        known = rng.random() >= INVENTED
        one = rng.choice(words.MEN if male else words.WOMEN) if known else invented_word(rng)
        name = one[0].upper() + one[1:]
        if not like or (name[0] in _VOWELS) == (like[0] in _VOWELS):
            return name
