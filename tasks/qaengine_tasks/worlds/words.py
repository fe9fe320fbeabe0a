"""The words of the simulated worlds: names, places, things, animals, colours, moods."""

from __future__ import annotations

from qaengine_tasks.worlds.tables import word_lists

_LISTS = word_lists()
WOMEN, MEN, PLACES = _LISTS["women"], _LISTS["men"], _LISTS["places"]
FOOD, DRINKS, BEDDING, TOYS = (_LISTS[name] for name in ("food", "drinks", "bedding", "toys"))
OBJECTS = FOOD + DRINKS + BEDDING + TOYS + _LISTS["things"]
COLOURS, SHAPES = _LISTS["colours"], _LISTS["shapes"]
ONSETS, VOWELS, CODAS = _LISTS["onsets"], _LISTS["vowels"], _LISTS["codas"]
ANIMALS = {
    word: plural or word + "s"
    for word, _, plural in (entry.partition("/") for entry in _LISTS["animals"])
}
"""Species and their plurals."""

COMPOUNDS = (
    "box of chocolates",
    "bag of apples",
    "bottle of milk",
    "crate of lemons",
    "basket of cherries",
    "jar of cookies",
    "sack of potatoes",
    "carton of eggs",
)
"""Things of several words, as bAbI has one; never an answer."""

_WANTS = (
    ("kitchen", FOOD, ("hungry", "starving", "famished", "peckish")),
    ("kitchen", DRINKS, ("thirsty", "parched")),
    ("bedroom", BEDDING, ("tired", "sleepy", "exhausted", "drowsy", "weary")),
    ("garden", TOYS, ("bored", "restless")),
)
MOODS = {mood: place for place, _, moods in _WANTS for mood in moods}
"""Where a mood leads: bAbI's four, and synonyms of them."""
MOOD_OBJECTS = {mood: things for _, things, moods in _WANTS for mood in moods}
"""What a mood makes one take."""

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TIMES = (
    "the day before yesterday",
    "yesterday",
    "this morning",
    "at noon",
    "this afternoon",
    "this evening",
    "tonight",
)
"""In the order in which they happen."""

TABOO = frozenset(
    word.lower()
    for group in (WOMEN, MEN, PLACES, OBJECTS, ANIMALS, ANIMALS.values(), COLOURS, SHAPES, MOODS)
    for word in group
)
"""Words that an invented one must not be."""
