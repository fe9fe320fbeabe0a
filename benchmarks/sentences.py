"""Sentences to ask about, none twice: of a task's data, where they are at hand, or of our own."""

from __future__ import annotations

import random
import sys
from itertools import permutations
from typing import Any

from qaengine import DataError
from qaengine.registry import registry

OWN = (
    *("part_of_speech", "named_entities", "mentions", "coreference_groups", "sentiment"),
    *("translation", "relatedness", "major_claim", "question_type"),
)
"""Tasks whose samples our own sentences are made of."""
USES = (
    ("part_of_speech", "valid"),
    ("part_of_speech", "test"),
    ("sentiment", "valid"),
    ("translation", "valid"),
)
"""What is asked for; each gets sentences of its own."""


def sentences(task: str, split: Any, **options: Any) -> list[str]:
    """The texts of a task's split, shuffled; `options` go to its `stories`."""
    try:
        stories = registry().task(task).stories(split, **options)
        found = [triple.text for _, story in stories for triple in story]
    except DataError as error:
        print(f"Sentences of our own, without the data: {error}", file=sys.stderr)
        return own()[USES.index((task, split)) :: len(USES)]
    return _shuffled(found)


def own() -> list[str]:
    """Every two sentences of the samples as one, of about fifteen words."""
    told: list[str] = []
    for name in OWN:
        task = registry().task(name)
        for triple in task.samples():
            told += triple.input if task.schema.facts == "sentences" else [triple.text]
    pairs = permutations(dict.fromkeys(told), 2)
    return _shuffled([f"{one.rstrip(' .!?')}, and {other}" for one, other in pairs])


def _shuffled(texts: list[str]) -> list[str]:
    found = list(dict.fromkeys(texts))
    random.Random(0).shuffle(found)
    return found
