"""How a world tells its facts: every event with its phrasings. The first ones are bAbI's own.

Slots: {p} {q} persons (or "he", "she", "they", "Mary and John"), {o} {u} things, {l} {m} places, {c} a colour,
{f} a feeling, {k} a species, {K} {J} species in the plural.
"""

from __future__ import annotations

from itertools import product

GO = (
    "went", "moved", "travelled", "journeyed", "went back", "walked", "ran", "hurried", "strolled", "headed",
    "drove", "came", "returned", "made a trip", "rode", "cycled", "marched", "got back",
)
GO_INTO = ("walked", "went", "ran", "rushed", "sneaked", "stepped", "wandered", "came")
TAKE = (
    "took", "got", "grabbed", "picked up", "fetched", "collected", "seized", "lifted", "snatched", "took hold of",
    "acquired", "gathered up",
)
DROP = (
    "dropped", "left", "discarded", "put down", "abandoned", "set down", "released", "let go of", "laid down",
    "got rid of", "threw down",
)
GIVE = ("gave", "handed", "passed", "delivered", "handed over", "brought", "presented", "transferred")
GIVE_TWO = ("gave", "handed", "passed", "brought")


def there(verb_phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Each phrasing with and without "there", as in bAbI."""
    return tuple(phrase + end for phrase in verb_phrases for end in (".", " there."))


FACTS: dict[str, tuple[str, ...]] = {
    "move": (
        *(f"{{p}} {verb} to the {{l}}." for verb in GO),
        *(f"{{p}} {verb} into the {{l}}." for verb in GO_INTO),
        "{p} entered the {l}.", "{p} arrived at the {l}.", "{p} arrived in the {l}.", "{p} reached the {l}.",
    ),
    "is_in": (
        "{p} is in the {l}.", "{p} is now in the {l}.", "{p} is inside the {l}.", "{p} is at the {l}.",
        "{p} can be found in the {l}.", "{p} is currently in the {l}.", "{p} is right in the {l}.",
    ),
    "not_in": (
        "{p} is not in the {l}.", "{p} is no longer in the {l}.", "{p} isn't in the {l}.", "{p} is not at the {l}.",
        "{p} is not inside the {l}.", "{p} is not in the {l} anymore.", "{p} has left the {l}.",
    ),
    "either": (
        "{p} is either in the {l} or the {m}.", "{p} is in the {l} or in the {m}.", "{p} is in the {l} or the {m}.",
        "{p} is in either the {l} or the {m}.", "{p} is either in the {l} or in the {m}.",
        "{p} must be in the {l} or the {m}.",
    ),
    "take": (
        *there(tuple(f"{{p}} {verb} the {{o}}" for verb in TAKE)), "{p} picked the {o} up.",
    ),
    "drop": (
        *there(tuple(f"{{p}} {verb} the {{o}}" for verb in DROP)), "{p} put the {o} down.", "{p} let the {o} go.",
    ),
    "give": (
        *(f"{{p}} {verb} the {{o}} to {{q}}." for verb in GIVE),
        *(f"{{p}} {verb} {{q}} the {{o}}." for verb in GIVE_TWO),
        "{q} got the {o} from {p}.", "{q} received the {o} from {p}.", "{q} was given the {o} by {p}.",
        "{q} was handed the {o} by {p}.",
    ),
    "mood": (
        "{p} is {f}.", "{p} feels {f}.", "{p} is feeling {f}.", "{p} is very {f}.", "{p} has become {f}.",
        "{p} looks {f}.", "{p} is really {f}.",
    ),
    "object_in": (
        "The {o} is in the {l}.", "The {o} lies in the {l}.", "There is a {o} in the {l}.",
        "The {o} was left in the {l}.", "The {o} can be seen in the {l}.", "The {o} is kept in the {l}.",
    ),
    "object_colour": (
        "The {o} is {c}.", "The {o} looks {c}.", "The color of the {o} is {c}.", "The {o} has a {c} color.",
        "The {o} is painted {c}.", "The {o} is all {c}.",
    ),
    "colour": (
        "{p} is {c}.", "{p} looks {c}.", "The color of {p} is {c}.", "{p} has a {c} color.", "{p} is all {c}.",
        "{p} is {c} all over.",
    ),
    "species": (
        "{p} is a {k}.", "{p} is really a {k}.", "{p} is a kind of {k}.", "{p} was born a {k}.",
        "{p} happens to be a {k}.", "{p} is just a {k}.",
    ),
    "afraid": (
        "{K} are afraid of {J}.", "{K} fear {J}.", "{K} are scared of {J}.", "{K} are frightened of {J}.",
        "{K} are terrified of {J}.", "{K} dread {J}.", "{K} always run away from {J}.",
    ),
    "fits": (
        "The {o} fits inside the {u}.", "The {u} is bigger than the {o}.", "The {o} fits in the {u}.",
        "The {o} fits into the {u}.", "The {u} is larger than the {o}.", "The {o} is smaller than the {u}.",
        "The {u} can hold the {o}.", "The {u} can contain the {o}.",
    ),
}  # fmt: skip

COMPASS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
SIDES = {
    "above": ((0, 1), ("above", "on top of", "over", "higher than")),
    "below": ((0, -1), ("below", "under", "beneath", "underneath", "lower than")),
    "left": ((-1, 0), ("to the left of", "left of", "on the left of", "on the left side of")),
    "right": ((1, 0), ("to the right of", "right of", "on the right of", "on the right side of")),
}

for _way in COMPASS:
    FACTS[_way] = tuple(
        phrase.replace("WAY", _way)
        for phrase in (
            "The {o} is WAY of the {u}.", "The {o} lies WAY of the {u}.", "The {o} is to the WAY of the {u}.",
            "The {o} is located WAY of the {u}.", "The {o} is just WAY of the {u}.", "WAY of the {u} is the {o}.",
            "You find the {o} WAY of the {u}.",
        )
    )  # fmt: skip
    FACTS[_way] = tuple(phrase[0].upper() + phrase[1:] for phrase in FACTS[_way])
for _side, (_, _words) in SIDES.items():
    FACTS[_side] = tuple(
        f"The {{o}} {verb} {words} the {{u}}." for words, verb in product(_words, ("is", "lies", "sits"))
    )

NOISE_ABOUT: dict[str, tuple[str, ...]] = {
    "p": (
        "{p} laughed.", "{p} sneezed.", "{p} yawned.", "{p} hummed a song.", "{p} smiled.", "{p} fell asleep.",
        "{p} told a joke.", "{p} is happy.", "{p} is sad.", "{p} is wearing a new outfit.", "{p} was silent.",
        "{p} whistled.", "{p} waited for a while.", "{p} is in a good mood.", "{p} had a nice day.",
    ),
    "pq": (
        "{p} waved at {q}.", "{p} talked to {q}.", "{p} likes {q}.", "{p} called {q}.", "{p} smiled at {q}.",
        "{p} is a friend of {q}.", "{p} thought about {q}.", "{p} helped {q}.",
    ),
    "po": (
        "{p} likes the {o}.", "{p} looked at the {o}.", "{p} noticed the {o}.", "{p} talked about the {o}.",
        "{p} wants the {o}.", "{p} admired the {o}.", "{p} forgot about the {o}.",
    ),
    "pl": (
        "{p} thought about the {l}.", "{p} dreamed of the {l}.", "{p} likes the {l}.", "{p} talked about the {l}.",
        "{p} wants to see the {l} again.",
    ),
    "o": (
        "The {o} is heavy.", "The {o} looks expensive.", "The {o} is broken.", "The {o} is old.",
        "The {o} is quite new.", "The {o} is not cheap.",
    ),
    "l": (
        "The {l} is quiet.", "The {l} is crowded.", "It is cold in the {l}.", "The {l} looks beautiful.",
        "The {l} was cleaned.", "Somebody painted the {l}.",
    ),
    "": (
        "It is raining.", "The sun is shining.", "The wind is blowing.", "It is getting dark.", "It was a long day.",
        "A bird is singing.", "Nobody said a word.", "The clouds are moving.", "Music is playing somewhere.",
        "It is a lovely day.", "The weather is bad.", "Time passes.", "Everybody is busy.", "It started to snow.",
    ),
}  # fmt: skip
"""Sentences that tell nothing that is asked about, by the slots that they have."""

NEXT = (
    "After that", "Following that", "Afterwards", "Then", "Later", "Soon after", "Next", "Subsequently",
    "A moment later", "A little later",
)  # fmt: skip
"""How a sentence with a pronoun starts."""
