"""bAbI: twenty skills of reading and reasoning, as little stories (Weston et al. 2015)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.babi_exchange import (
    EXCHANGES,
    apply_exchange,
    draw_exchange,
    group_stories,
    invent,
)
from qaengine_tasks.babi_files import CONFIGS, SKILLS, Story, parse, read
from qaengine_tasks.babi_samples import SAMPLES
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.worlds.retelling import retold

__all__ = [
    "CONFIGS",
    "EXCHANGES",
    "SKILLS",
    "BAbI",
    "Story",
    "apply_exchange",
    "draw_exchange",
    "group_stories",
    "invent",
    "parse",
    "without_test_stories",
]


class BAbI(Phrased):
    """The twenty skills as one task; `stories_by_skill` and `examples_by_skill` keep them apart."""

    schema = TaskSchema(
        name="babi",
        question="Where is Mary?",
        paraphrases=(
            "In which place is Mary?",
            "What place is Mary in?",
            "Where can Mary be found?",
            "Where is Mary now?",
        ),
        facts="sentences",
        answer="words",
        license=DATA_SETS["babi"].license,
        source=DATA_SETS["babi"].source,
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Triples of a split, skill by skill; takes the options of `stories_by_skill`."""
        by_skill = self.examples_by_skill(split, **options)
        return chain.from_iterable(by_skill.values())

    def examples_by_skill(self, split: Split, **options: Any) -> dict[int, list[Triple]]:
        """Triples of a split by their skill; takes the options of `stories_by_skill`."""
        by_skill = self.stories_by_skill(split, **options)
        return {skill: list(chain.from_iterable(told)) for skill, told in by_skill.items()}

    def stories(
        self,
        split: Split,
        *,
        apart_from_test: bool = False,
        cuts: float = 0.0,
        fewer: float = 0.0,
        **options: Any,
    ) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Stories with the name of their group, "babi SKILL"; takes those options, too.

        `apart_from_test` leaves out the questions that stand, story and all, in the test set;
        `cuts` and `fewer` of the questions are retold, as `retold` says.
        """
        rng = random.Random(0)
        tests = self.examples("test", **options) if apart_from_test else ()
        held_out = {(triple.input, triple.question) for triple in tests}
        for skill, told in self.stories_by_skill(split, **options).items():
            for story in told:
                kept = [one for one in story if (one.input, one.question) not in held_out]
                if kept:
                    yield f"babi {skill}", kept
                for triple in kept:
                    for less in retold(triple, rng, cuts=cuts, fewer=fewer):
                        yield f"babi {skill}", (less,)

    def varied(
        self, group: str, story: Sequence[Triple], rng: random.Random, **options: Any
    ) -> Sequence[Triple]:
        """The story under one random exchange; takes `invented` of `draw_exchange`."""
        exchange = draw_exchange(rng, int(group.split()[-1]), **options)
        return [apply_exchange(exchange, triple) for triple in story]

    def stories_by_skill(
        self,
        split: Split,
        *,
        config: str = "en-valid",
        tasks: Iterable[int] = range(1, 21),
        path: Path | str | None = None,
    ) -> dict[int, list[Story]]:
        """Stories of a split by the number of the skill.

        `path` is a folder that holds the configurations, or the published .tar.gz; by default the
        data set is located. All files are read and checked before anything is given back.
        Raises `DataError` naming file, line and reason.
        """
        return read(Path(path) if path is not None else locate("babi"), config, split, tasks)

    def samples(self) -> Sequence[Triple]:
        """Little stories of our own, one for each of ten skills."""
        return SAMPLES


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [BAbI()]


def without_test_stories(train: Iterable[Triple], test: Iterable[Triple]) -> list[Triple]:
    """The training triples whose facts and question do not stand, word for word, in a test set.

    741 of the 1,000 test stories of skill 4 stand in the published 10k training set.
    """
    held_out = {(triple.input, triple.question) for triple in test}
    return [triple for triple in train if (triple.input, triple.question) not in held_out]
