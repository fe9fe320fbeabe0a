"""Puts events and questions into words: plainly as in bAbI, or in any of the phrasings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from qaengine.schema import Split
from qaengine_tasks.worlds.phrases import (
    FACTS,
    HELD_OUT_QUESTIONS,
    NEXT,
    NOISE,
    PLAIN_FACTS,
    QUESTIONS,
    TRAIN_QUESTIONS,
    VALID_QUESTIONS,
)

_NOISE = tuple(NOISE)
_UNSEEN: dict[Split, dict[str, tuple[str, ...]]] = {
    "valid": VALID_QUESTIONS,
    "test": HELD_OUT_QUESTIONS,
}


class Teller:
    """Chooses phrasings for one story. `held_out`: also those that training never sees, of a
    split."""

    def __init__(self, rng: Random, held_out: Split | None) -> None:
        self.rng = rng
        self.plain = rng.random() < 0.25
        self.facts = PLAIN_FACTS if self.plain else FACTS
        self.questions = QUESTIONS if held_out == "test" else TRAIN_QUESTIONS
        self.held_out = held_out
        self.spelling = rng.random() < 0.1

    def pick(self, phrases: Sequence[str]) -> str:
        return phrases[int(self.rng.random() * len(phrases))]

    def fact(self, event: str, **slots: str) -> str:
        """A sentence for an event."""
        sentence = self.pick(self.facts[event]).format_map(slots)
        species = slots.get("k", slots.get("o", ""))
        if species and species[0] in "aeiou":
            sentence = sentence.replace(f" a {species}", f" an {species}")
        if slots.get("c", "x")[0] in "aeiou":
            sentence = sentence.replace(f" a {slots['c']}", f" an {slots['c']}")
        return sentence[0].upper() + sentence[1:]

    def next(self, sentence: str) -> str:
        """A sentence with a pronoun, as the next thing that happened."""
        if not self.plain and self.rng.random() < 0.2:
            return sentence
        comma = "," if not self.plain and self.rng.random() < 0.5 else ""
        start = self.pick(NEXT[:4] if self.plain else NEXT)
        return f"{start}{comma} {sentence[0].lower()}{sentence[1:]}"

    def timed(self, sentence: str, time: str) -> str:
        """A sentence with a time before or after it."""
        if self.rng.random() < 0.5:
            comma = "," if not self.plain and self.rng.random() < 0.5 else ""
            return f"{time[0].upper()}{time[1:]}{comma} {sentence}"
        return f"{sentence[:-1]} {time}."

    def noise(self, slots: Mapping[str, Sequence[str]]) -> str:
        """A sentence that tells nothing, about some of the story's words."""
        about = self.pick(_NOISE)
        if any(len(slots.get("p" if s == "q" else s, ())) < 1 + (s == "q") for s in about):
            about = ""
        chosen = {s: self.pick(slots[s]) for s in about if s != "q"}
        if "q" in about:
            chosen["q"] = self.pick([name for name in slots["p"] if name != chosen["p"]])
        return self.pick(NOISE[about]).format_map(chosen)

    def question(self, ask: str, **slots: str) -> str:
        """A question: bAbI's own words, another phrasing, or a held-out one."""
        chance = self.rng.random()
        if self.held_out and chance < 0.5:
            phrases: Sequence[str] = _UNSEEN[self.held_out][ask]
        elif self.plain or chance > 0.7:
            phrases = self.questions[ask][:1]
        else:
            phrases = self.questions[ask]
        text = self.pick(phrases)
        if self.spelling and "p" in slots:
            slots["p"] = slots["p"].lower()
        return text.format_map(slots)
