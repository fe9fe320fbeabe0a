"""Stories that stay true under other words: what may be exchanged in bAbI, and how.

An exchange is one mapping of words for a whole story: facts, questions and answers. It permutes the
words of a class (people, places, objects, ...), mirrors or turns directions, and may put invented
words in their place. Skill 20 keeps its places, objects and moods, which carry meaning there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from qaengine.schema import Triple

WordClass = tuple[str, ...]

_MEN: WordClass = ("Daniel", "John")
_WOMEN: WordClass = ("Mary", "Sandra")
_FOUR: WordClass = _MEN + _WOMEN
_JULIES: WordClass = ("Bill", "Fred", "Julie", "Mary")
_ROOMS: WordClass = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
_TOWN: WordClass = ("bedroom", "cinema", "kitchen", "office", "park", "school")
_THINGS: WordClass = ("apple", "football", "milk")

EXCHANGES: dict[int, tuple[WordClass, ...]] = {
    1: (_FOUR, _ROOMS),
    2: (_FOUR, _ROOMS, _THINGS),
    3: (_FOUR, _ROOMS, _THINGS),
    4: (_ROOMS,),
    5: (("Bill", "Fred", "Jeff", "Mary"), _ROOMS, _THINGS),
    6: (_FOUR, _ROOMS, _THINGS),
    7: (_FOUR, _ROOMS, _THINGS),
    8: (_FOUR, _ROOMS, _THINGS),
    9: (_FOUR, _ROOMS),
    10: (_JULIES, _TOWN),
    11: (_MEN, _WOMEN, _ROOMS),  # "he" and "she" stay right
    12: (_FOUR, _ROOMS),
    13: (_FOUR, _ROOMS),
    14: (_JULIES, _TOWN),
    15: (("Emily", "Gertrude", "Jessica", "Winona"), ("cat", "mouse", "sheep", "wolf")),
    16: (
        ("Bernhard", "Brian", "Greg", "Julius", "Lily"),
        ("frog", "lion", "rhino", "swan"),
        ("gray", "green", "white", "yellow"),
    ),
    17: (("blue", "pink", "red", "yellow"), ("rectangle", "sphere", "square", "triangle")),
    18: (("box", "box of chocolates", "chest", "chocolate", "container", "suitcase"),),
    19: (_ROOMS,),
    20: (("Antoine", "Jason", "Sumit", "Yann"),),
}
"""The words of the training text that may change places with each other, by skill."""

OPPOSITES: dict[int, tuple[tuple[str, str], ...]] = {
    4: (("north", "south"), ("east", "west")),
    17: (("left", "right"), ("above", "below")),
    19: (("north", "south"), ("east", "west")),
}
"""Pairs that may be mirrored, by skill; the two axes of a map may also change places."""

_INVENTED_SKILLS = (1, 2, 3, *range(5, 15))
_PLURALS = {"cat": "cats", "mouse": "mice", "sheep": "sheep", "wolf": "wolves"}
_ONSETS = [*"bdfghjklmnprstvwz", "br", "dr", "fl", "gr", "kl", "pl", "st", "tr"]
_CODAS = ["", "", "l", "m", "n", "r", "s", "t", "x", "nd", "rk", "sk"]
_ORDINARY = frozenset({"before", "gave", "give", "none", "pajamas"})
"""Words of the stories that would pass for invented ones."""

# "sheep" is one or many: after "a" it is one. Longest first; other words and the rest singly.
_PIECES = re.compile(r"box of chocolates|a sheep\b|\w+|\W+")


def draw_exchange(rng: random.Random, skill: int, invented: float = 0.0) -> dict[str, str]:
    """A random exchange for a story of a skill: word -> word, in every form that occurs.

    Each word of a class gets another of its class, or with probability `invented` in [0, 1] a word
    that was never there. Apply the same exchange to all questions of a story.
    """
    exchange = _turn(rng, skill)
    taken: set[str] = set()
    for words in EXCHANGES[skill]:
        for old, new in zip(words, rng.sample(words, len(words)), strict=True):
            if rng.random() < invented:
                new = _invented_word(rng, taken, capital=old[0].isupper())
            exchange.update(_forms(old, new))
    return exchange


def apply_exchange(exchange: Mapping[str, str], triple: Triple) -> Triple:
    """The same triple in other words; what the exchange does not name stays."""
    answer = triple.answer
    if answer is not None:
        # An answer is one thing, never many: "sheep" is read as in "a sheep".
        answer = _exchanged(exchange, f"a {answer}").removeprefix("a ")
    changed = {
        "input": tuple(_exchanged(exchange, fact) for fact in triple.input),
        "question": _exchanged(exchange, triple.question),
        "answer": answer,
    }
    return triple.model_copy(update=changed)


def invent(triples: Iterable[Triple], seed: int) -> list[Triple]:
    """The triples with every name, place and object replaced by invented words, new in each story.

    For skills 1 to 3 and 5 to 14: measures what is left when words were never seen.
    """
    classes = {word for skill in _INVENTED_SKILLS for words in EXCHANGES[skill] for word in words}
    renamed = []
    for number, story in enumerate(group_stories(triples)):
        rng = random.Random(f"{seed}:{number}")
        taken: set[str] = set()
        exchange: dict[str, str] = {}
        for word in sorted(classes):
            new = _invented_word(rng, taken, capital=word[0].isupper())
            exchange.update(_forms(word, new))
        renamed += [apply_exchange(exchange, triple) for triple in story]
    return renamed


def group_stories(triples: Iterable[Triple]) -> Iterator[list[Triple]]:
    """Runs of triples that belong to one story: each one's facts begin with the last one's."""
    story: list[Triple] = []
    for triple in triples:
        if story and story[-1].input != triple.input[: len(story[-1].input)]:
            yield story
            story = []
        story.append(triple)
    if story:
        yield story


def _turn(rng: random.Random, skill: int) -> dict[str, str]:
    """Each axis mirrored or not; for a map, the axes exchanged or not, answer letters along."""
    pairs = OPPOSITES.get(skill, ())
    images = [pair if rng.random() < 0.5 else pair[::-1] for pair in pairs]
    is_map = skill in (4, 19)
    if is_map and rng.random() < 0.5:
        images.reverse()
    turned: dict[str, str] = {}
    for pair, image in zip(pairs, images, strict=True):
        for old, new in zip(pair, image, strict=True):
            turned[old] = new
            if is_map:
                turned[old[0]] = new[0]
    return turned


def _forms(old: str, new: str) -> dict[str, str]:
    """One exchange in every form: names in lower case, animals in the plural."""
    if old[0].isupper():
        return {old: new, old.lower(): new.lower()}
    if old not in _PLURALS:
        return {old: new}
    many, new_many = _PLURALS[old], _PLURALS.get(new, f"{new}s")
    singular = {old: new, f"a {old}": f"a {new}"}
    return singular | {many: new_many, many.capitalize(): new_many.capitalize()}


def _invented_word(rng: random.Random, taken: set[str], *, capital: bool) -> str:
    """A pronounceable word of two or three syllables that is new in the story, added to `taken`."""
    while True:
        syllables = rng.choice((2, 2, 3))
        word = "".join(rng.choice(_ONSETS) + rng.choice("aeiou") for _ in range(syllables))
        word += rng.choice(_CODAS)
        if word not in taken and word not in _ORDINARY and word not in _CLASS_WORDS:
            taken.add(word)
            return word.capitalize() if capital else word


_CLASS_WORDS = frozenset(
    word.lower() for classes in EXCHANGES.values() for words in classes for word in words
)


@lru_cache(maxsize=2**16)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(_PIECES.findall(text))


def _exchanged(exchange: Mapping[str, str], text: str) -> str:
    return "".join([exchange.get(piece, piece) for piece in _pieces(text)])
