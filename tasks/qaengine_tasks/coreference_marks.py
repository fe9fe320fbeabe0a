"""Mentions between brackets, in the input or in the question, and where a named one stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from qaengine.errors import InputError

Run = tuple[int, int]
"""Tokens from the first up to, without, the second."""

Tokens = tuple[str, ...]

_QUOTED = re.compile(  # not the apostrophe of "Ida 's", nor that of "the twins' mother"
    r"[\"\u201c\u201d]([^\"\u201c\u201d]+)[\"\u201c\u201d]"
    r"|(?<!\w)['\u2018](?!(?:s|re|ll|ve|d|m)\b)(\w.*?)['\u2019](?!\w)"
)


@dataclass(frozen=True)
class Marked:
    """Tokens without their brackets, and what stood between brackets."""

    tokens: Tokens
    runs: tuple[Run, ...]
    """By start, longer ones first."""

    def words(self, run: Run) -> Tokens:
        return self.tokens[slice(*run)]


@dataclass(frozen=True)
class Name:
    """A mention as the question writes it, and the question's words around it."""

    words: Tokens
    before: Tokens = ()
    after: Tokens = ()
    quotes: bool = False
    """Whether the words around it quote the input, behind a colon."""


def unmarked(tokens: Sequence[str]) -> Marked:
    """Takes the brackets out. Raises `InputError` where they do not pair."""
    kept: list[str] = []
    opened: list[int] = []
    runs: list[Run] = []
    for token in tokens:
        if token == "[":
            opened.append(len(kept))
        elif token != "]":
            kept.append(token)
        elif not opened or opened[-1] == len(kept):
            raise InputError('A "]" closes nothing. Put "[" and "]" around whole mentions.')
        else:
            runs.append((opened.pop(), len(kept)))
    if opened:
        raise InputError('A "[" is never closed. Put "[" and "]" around whole mentions.')
    return Marked(tuple(kept), tuple(sorted(runs, key=in_order)))


def mark(tokens: Sequence[str], runs: Collection[Run]) -> Tokens:
    """Puts brackets around the runs of tokens."""
    marked: list[str] = []
    for place, token in enumerate(tokens):
        marked += ["["] * sum(start == place for start, _ in runs)
        marked.append(token)
        marked += ["]"] * sum(end == place + 1 for _, end in runs)
    return tuple(marked)


def in_order(run: Run) -> Run:
    """Sorts runs by their start, longer ones first."""
    return run[0], -run[1]


def marked_names(question: str) -> tuple[list[Name], Tokens]:
    """What the question has between brackets, else between quotes; its words without either."""
    from qaengine.text import words  # it imports torch

    if not {"[", "]"} & set(question):
        question = _QUOTED.sub(lambda quoted: f"[{quoted[1] or quoted[2]}]", question)
    marked = unmarked(words(question.replace("[", " [ ").replace("]", " ] ")))
    asked = marked.tokens
    colon = max((place + 1 for place, word in enumerate(asked) if word == ":"), default=0)
    last = len(asked) - (asked[-1:] == ("?",))
    names = [
        Name(
            words=marked.words(run),
            before=asked[colon : run[0]],
            after=asked[run[1] : last],
            quotes=bool(colon),
        )
        for run in marked.runs
    ]
    return names, asked


def find(name: Name, text: Marked, taken: Collection[Run] = ()) -> Run | None:
    """Where a mention stands in a text, apart from the runs that are taken.

    Of several places the one among the same words as in the question; else one in brackets; else
    one that overlaps nothing taken; else the first.
    """
    places = [run for run in occurrences(name.words, text.tokens) if run not in taken]
    return min(
        places,
        key=lambda run: (
            -_shared_context(name, text.tokens, run),
            run not in text.runs,
            any(run[0] < end and start < run[1] for start, end in taken),
            run,
        ),
        default=None,
    )


def missing(words: Tokens, *, again: bool = False) -> InputError:
    """The error for a mention that is not in the input; `again`: not a second time."""
    return InputError(
        f'The mention "{" ".join(words)}" is not in the input{" a second time" if again else ""}. '
        "Write it as the input does, or put brackets around it there: [Ida] lost [her] key."
    )


def occurrences(words: Tokens, tokens: Tokens) -> list[Run]:
    """Where the words stand in a row; regardless of case where they never stand as written."""
    return _exact(words, tokens) or _exact(_lower(words), _lower(tokens))


def _exact(words: Tokens, tokens: Tokens) -> list[Run]:
    size = len(words)
    starts = (at for at, token in enumerate(tokens) if token == words[0])
    return [(start, start + size) for start in starts if tokens[start : start + size] == words]


def _lower(words: Tokens) -> Tokens:
    return tuple(word.lower() for word in words)


def _shared_context(name: Name, tokens: Tokens, run: Run) -> int:
    """How many words to both sides are those of the question; a single one may be chance."""
    shared = 0
    for asked, told in (
        (name.before[::-1], tokens[: run[0]][::-1]),
        (name.after, tokens[run[1] :]),
    ):
        for one, other in zip(asked, told, strict=False):
            if one.lower() != other.lower():
                break
            shared += 1
    return shared if shared > 1 or name.quotes else 0
