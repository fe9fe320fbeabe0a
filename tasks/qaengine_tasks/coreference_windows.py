"""Documents with coreference, cut into windows, and the questions that a window answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qaengine.schema import Split
from qaengine_tasks.coreference_files import (
    Document,
    Mention,
    read_documents,
    read_litbank,
    without_possessives,
)
from qaengine_tasks.coreference_marks import Run, Tokens, in_order
from qaengine_tasks.text_files import find

Scheme = Literal["gum", "ontogum", "litbank"]
"""GUM's own, with types and what is mentioned once; that of OntoNotes; or LitBank's."""

SPLITS: dict[Split, str] = {"train": "train", "valid": "dev", "test": "test"}
"""As the files call them."""

PRONOUNS = frozenset(
    """he him his himself she her hers herself it its itself
    they them their theirs themselves themself""".split()  # noqa: SIM905
)
"""Of the third person: those that a question is asked about."""

_OTHER_PRONOUNS = frozenset(
    """i me my mine myself we us our ours ourselves you your yours yourself yourselves
    this that these those who whom whose which what there here one""".split()  # noqa: SIM905
)
_SENTENCE_ENDS = frozenset((".", "?", "!"))
_ROUND = {"[": "(", "]": ")"}
"""Square brackets mark the mentions in question."""

_LONGEST = 10
"""Tokens of a mention that a question names."""

A_WINDOW = 2
"""Pronouns, and as many other mentions, that a window's pairs are drawn for."""


@dataclass(frozen=True)
class Window:
    """Some sentences of a document, with the mentions that stand within."""

    tokens: Tokens
    mentions: tuple[Mention, ...]
    """Their places count from the window's beginning; by start, longer ones first."""


def read_windows(folder: Path, scheme: Scheme, split: Split, *sizes: int) -> list[Window]:
    """The windows of all documents of a split, of one size after the other. Raises `DataError`."""
    if scheme == "litbank":
        documents = read_litbank(folder, split)
    else:
        documents = read_documents(find(folder, f"{scheme}_{SPLITS[split]}.conll"))
    return [
        window for most in sizes for document in documents for window in windows(document, most)
    ]


def windows(document: Document, most: int) -> Iterator[Window]:
    """Cuts a document after the last `.`, `?` or `!` of each `most` tokens, or else after these."""
    document = without_possessives(document)
    start = 0
    while start < len(document.tokens):
        limit = min(start + most, len(document.tokens))
        end = limit
        if limit < len(document.tokens):
            ends = range(limit, start, -1)
            end = next((at for at in ends if document.tokens[at - 1] in _SENTENCE_ENDS), limit)
        yield Window(
            tokens=tuple(_ROUND.get(token, token) for token in document.tokens[start:end]),
            mentions=tuple(
                replace(mention, start=mention.start - start, end=mention.end - start)
                for mention in document.mentions
                if start <= mention.start and mention.end <= end
            ),
        )
        start = end


def groups(window: Window) -> list[tuple[Run, int]]:
    """Mentions of the entities that the window mentions twice or more, numbered from 1."""
    group_of: dict[Run, str] = {}  # a handful of runs mention two entities: the first counts
    for mention in window.mentions:
        group_of.setdefault((mention.start, mention.end), mention.group)
    counts = Counter(group_of.values())
    numbers: dict[str, int] = {}
    return [
        (run, numbers.setdefault(group_of[run], len(numbers) + 1))
        for run in sorted(group_of, key=in_order)
        if counts[group_of[run]] > 1
    ]


def pairs(
    window: Window, rng: random.Random, most: int = A_WINDOW
) -> Iterator[tuple[Run, Run, bool]]:
    """Pairs of an earlier and a later mention, and whether they are coreferent: as many yes as no.

    Each later mention comes with one of each, so that it does not tell the answer: a coreferent
    one in other words, and one of the same type that is not, where there are such. `most`: later
    pronouns, and as many other later mentions.
    """
    mentions = _named(window)
    later: dict[bool, list[tuple[Mention, list[Mention], list[Mention]]]] = {True: [], False: []}
    for place, mention in enumerate(mentions):
        earlier = [one for one in mentions[:place] if _can_precede(one, mention, window.tokens)]
        same = [one for one in earlier if one.group == mention.group]
        others = [one for one in earlier if one.group != mention.group]
        if same and others:
            later[_is_pronoun(mention, window.tokens)].append((mention, same, others))
    for found in later.values():
        for mention, same, others in rng.sample(found, min(most, len(found))):
            reworded = [one for one in same if _words(one, window) != _words(mention, window)]
            alike = [one for one in others if one.type == mention.type]
            for one, coreferent in (
                (rng.choice(reworded or same), True),
                (rng.choice(alike or others), False),
            ):
                yield (one.start, one.end), (mention.start, mention.end), coreferent


def antecedents(window: Window) -> Iterator[tuple[Run, Run]]:
    """Each pronoun with the nearest mention of its entity before it that is no pronoun."""
    mentions = _named(window)
    for pronoun in mentions:
        if _is_pronoun(pronoun, window.tokens):
            before = [
                one
                for one in mentions
                if one.group == pronoun.group
                and one.end <= pronoun.start
                and not _is_pronoun(one, window.tokens)
            ]
            if before:
                nearest = max(before, key=lambda one: (one.end, one.end - one.start))
                yield (pronoun.start, pronoun.end), (nearest.start, nearest.end)


def _named(window: Window) -> list[Mention]:
    """The mentions that a question can name."""
    return sorted(
        (
            mention
            for mention in set(window.mentions)
            if mention.end - mention.start <= _LONGEST
            and _words(mention, window) not in _OTHER_PRONOUNS
        ),
        key=lambda mention: (mention.start, -mention.end, mention.group, mention.type),
    )


def _can_precede(one: Mention, other: Mention, tokens: Tokens) -> bool:
    """No pronoun, and apart from the other or around it."""
    apart = one.end <= other.start
    around = one.end >= other.end and (one.start, one.end) != (other.start, other.end)
    return (apart or around) and not _is_pronoun(one, tokens)


def is_pronoun(run: Run, tokens: Tokens) -> bool:
    """Whether a mention is one of `PRONOUNS`."""
    start, end = run
    return end - start == 1 and tokens[start].lower() in PRONOUNS


def _is_pronoun(mention: Mention, tokens: Tokens) -> bool:
    return is_pronoun((mention.start, mention.end), tokens)


def _words(mention: Mention, window: Window) -> str:
    return " ".join(window.tokens[mention.start : mention.end]).lower()
