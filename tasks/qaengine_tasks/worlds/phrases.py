"""The phrase tables: how a world tells its facts, and how it is asked."""

from __future__ import annotations

from qaengine_tasks.worlds.tables import phrasings

_TOLD = phrasings("facts")
FACTS = {header.split()[0]: phrases for header, phrases in _TOLD.items()}
"""Every event with its phrasings."""
PLAIN_FACTS = {
    event: phrases[: int(header.split()[1])]
    for (header, phrases), event in zip(_TOLD.items(), FACTS, strict=True)
}
"""The phrasings that are bAbI's own."""
NOISE = {header.replace("nothing", ""): phrases for header, phrases in phrasings("noise").items()}
"""Sentences that tell nothing that is asked about, by the slots that they have."""

QUESTIONS = phrasings("questions")
"""Every question with its phrasings; the first is bAbI's own."""
HELD_OUT_QUESTIONS = {ask: phrases[-2:] for ask, phrases in QUESTIONS.items()}
"""For each question the two phrasings that only the test split uses."""
VALID_QUESTIONS = phrasings("questions_valid")
"""Two that only the validation split uses."""
TRAIN_QUESTIONS = {ask: phrases[:-2] for ask, phrases in QUESTIONS.items()}

_FOREIGN = phrasings("foreign")
FOREIGN = _FOREIGN["train"]
"""Questions that no world answers."""
HELD_OUT_FOREIGN = _FOREIGN["held_out"]
"""Those that only the test split uses."""

NEXT = (
    "After that",
    "Following that",
    "Afterwards",
    "Then",
    "Later",
    "Soon after",
    "Next",
    "Subsequently",
    "A moment later",
    "A little later",
)
"""How a sentence with a pronoun starts; the first four are bAbI's."""

COMPASS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
SIDES = {"above": (0, 1), "below": (0, -1), "left": (-1, 0), "right": (1, 0)}
"""One step each way."""
