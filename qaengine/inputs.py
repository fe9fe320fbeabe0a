"""What may be asked: input and question checked, cleaned, and held within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qaengine.errors import InputError
from qaengine.text import clean, sentences, words

MOST_FACTS = 1_000
MOST_WORDS = 400
"""Words of one fact or question."""
MOST_CHARACTERS = 200_000
"""Of one input: beyond these limits an `InputError` says so, so that memory stays bounded."""

Input = str | Sequence[str]


@dataclass(frozen=True)
class Checked:
    """A question that can be asked."""

    text: str
    """The input as typed, cleaned; of a list its items, joined by blanks."""
    facts: tuple[str, ...]
    """The items of a list; else the sentences of the text."""
    listed: bool
    question: str
    notes: tuple[str, ...]

    def tokens(self) -> tuple[str, ...]:
        """The items of a list; else the words of the text. `InputError` where they are too many."""
        found = self.facts if self.listed else words(self.text)
        _bounded("input", "words", len(found), MOST_WORDS)
        return found


def check(input: Input, question: str) -> Checked:
    """Raises `InputError` for what cannot be asked."""
    asked, replaced = clean(given("question", question))
    if isinstance(input, str):
        whole, more = clean(given("input", input))
        _bounded("input", "characters", len(whole), MOST_CHARACTERS)
        facts = sentences(whole)
        replaced += more
    elif isinstance(input, Sequence):
        if not input:
            raise InputError("The input is an empty list. Give a text, or a list of facts.")
        _bounded("input", "facts", len(input), MOST_FACTS)
        cleaned = [clean(given(f"input, fact {n},", fact)) for n, fact in enumerate(input, 1)]
        facts = tuple(fact.strip() for fact, _ in cleaned)
        whole = " ".join(facts)
        replaced += sum(more for _, more in cleaned)
    else:
        raise InputError(
            f"The input is {_kind(input)}. Give a text, or a list of texts, a fact each."
        )
    _bounded("input", "facts", len(facts), MOST_FACTS)
    _bounded("input", "characters", sum(map(len, facts)), MOST_CHARACTERS)
    for name, text in (("question", asked), *(("a fact of the input", fact) for fact in facts)):
        _bounded(name, "characters", len(text), 20 * MOST_WORDS)
        _bounded(name, "words", len(words(text)), MOST_WORDS)
    note = f"{replaced} characters that are no valid text were replaced."
    return Checked(
        text=whole.strip(),
        facts=facts,
        listed=not isinstance(input, str),
        question=asked.strip(),
        notes=(note,) if replaced else (),
    )


def given(field: str, value: object) -> str:
    """A text that is not empty; else an `InputError` that names the field."""
    if not isinstance(value, str):
        raise InputError(f"The {field} is {_kind(value)}. Give a text.")
    if not value.strip():
        raise InputError(f"The {field} is empty. Give a text.")
    return value


def _bounded(field: str, unit: str, count: int, most: int) -> None:
    if count > most:
        raise InputError(
            f"The {field} has {count:,} {unit}; at most {most:,} are read. Shorten or split it."
        )


def _kind(value: object) -> str:
    return "missing (None)" if value is None else f"of type {type(value).__name__}"
