"""Stories told again with fewer facts: what teaches that the evidence is the cause of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from qaengine.schema import Triple
from qaengine_tasks.worlds.cut import cut

_LEANS = re.compile(r"\b(he|she|they|it|there)\b", re.IGNORECASE)
"""A fact that leans on the one before it: out of place without it."""


def retold(triple: Triple, rng: Random, *, cuts: float, fewer: float) -> Iterator[Triple]:
    """The triple once more with probability `cuts` without one of its supports, its answer what is
    left then; and with probability `fewer` on little more than its supports."""
    if rng.random() < cuts and (less := cut(triple)) is not None:
        yield less
    if rng.random() < fewer and (bare := on_supports(triple, rng.choice((0, 0, 1, 2, 3)))):
        yield bare


def on_supports(triple: Triple, others: int) -> Triple | None:
    """The triple on its supporting facts and at most `others` more, evenly spread; None where it
    has no supports, or nothing could be left out."""
    rest = [
        index
        for index, fact in enumerate(triple.input)
        if index not in triple.supports and not _LEANS.search(fact)
    ]
    spread = rest[:: max(1, len(rest) // others)][:others] if others else []
    kept = sorted({*triple.supports, *spread})
    if not triple.supports or len(kept) == len(triple.input):
        return None
    facts = tuple(triple.input[index] for index in kept)
    supports = tuple(kept.index(index) for index in triple.supports)
    return triple.model_copy(update={"input": facts, "supports": supports})
