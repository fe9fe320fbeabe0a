"""One question in many words: the network learns what is asked, not how."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import repeat

from qaengine.schema import Split, TaskSchema
from qaengine_tasks.phrasings import phrasings


def questions(schema: TaskSchema, split: Split, seed: int = 0) -> Iterator[str]:
    """A question for each example in turn, without end.

    For training each is drawn at random among all phrasings, the schema's and those of
    phrasings.toml, the same in each run with one seed; else it is the usual one.
    """
    if split != "train":
        yield from repeat(schema.question)
    rng = random.Random(seed)
    ways = (schema.question, *schema.paraphrases, *phrasings(schema.name))
    while True:
        yield rng.choice(ways)
