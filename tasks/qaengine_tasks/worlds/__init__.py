"""The task `worlds`: endless simulated stories for bAbI's twenty kinds of reasoning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.worlds.phrases import HELD_OUT_FOREIGN, HELD_OUT_QUESTIONS
from qaengine_tasks.worlds.retelling import retold
from qaengine_tasks.worlds.simulate import stories
from qaengine_tasks.worlds.story import KINDS, Question, Story

__all__ = [
    "HELD_OUT_FOREIGN",
    "HELD_OUT_QUESTIONS",
    "KINDS",
    "Question",
    "Story",
    "Worlds",
    "stories",
    "triples",
]

_SPLITS: dict[Split, int] = {"train": 0, "valid": 1, "test": 2}


def triples(story: Story) -> Iterator[Triple]:
    """A triple for each question of a story; its input is the facts told before the question."""
    for q in story.questions:
        yield Triple(
            input=story.facts[: q.at],
            question=q.text,
            answer=q.answer,
            task="worlds",
            supports=q.supports,
        )


class Worlds(Task):
    """Stories of people, places, things, animals, positions, sizes and ways, simulated."""

    schema = TaskSchema(
        name="worlds",
        question="Where is the milk?",
        paraphrases=(
            "In which room is the milk?",
            "What does Sandra have?",
            "Is Mary in the kitchen?",
        ),
        facts="sentences",
        answer="words",
        like="babi",
        source="simulated",
        license="Apache-2.0",
    )

    def examples(
        self, split: Split, *, count: int = 10_000, seed: int = 0, **options: Any
    ) -> Iterator[Triple]:
        """`count` triples; splits share no seed, "valid" and "test" ask in ways of their own, too.

        `options` go to `stories`: kinds, facts, unanswerable, invented, held_out.
        """
        options = {"held_out": None if split == "train" else split, **options}
        told = stories(3 * seed + _SPLITS[split], **options)
        return islice((triple for story in told for triple in triples(story)), count)

    def stories(
        self,
        split: Split,
        *,
        count: int = 10_000,
        seed: int = 0,
        cuts: float = 0.0,
        fewer: float = 0.0,
        **options: Any,
    ) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Triples of `count` stories by story and kind; a group is named "worlds KIND".

        `cuts` and `fewer` of them are retold, as `retold` says.
        """
        options = {"held_out": None if split == "train" else split, **options}
        rng = Random(seed)
        for story in islice(stories(3 * seed + _SPLITS[split], **options), count):
            kinds: dict[str, list[Triple]] = {}
            for question, triple in zip(story.questions, triples(story), strict=True):
                kinds.setdefault(question.kind, []).append(triple)
            for kind, asked in kinds.items():
                yield f"worlds {kind}", asked
                for triple in asked:
                    for less in retold(triple, rng, cuts=cuts, fewer=fewer):
                        yield f"worlds {kind}", (less,)

    def samples(self) -> Sequence[Triple]:
        """Three stories, each with the question that it is about."""
        moved = (
            "Zorbel went to the garden.",
            "Then he took the flim there.",
            "Mary has left the attic.",
        )
        return (
            Triple(
                input=moved,
                question="Where is the flim?",
                answer="garden",
                task="worlds",
                supports=(0, 1),
            ),
            Triple(
                input=moved,
                question="Is Mary in the attic?",
                answer="no",
                task="worlds",
                supports=(2,),
            ),
            Triple(input=moved, question="Where is the milk?", answer="", task="worlds"),
        )


@hookimpl
def qaengine_tasks() -> list[Task]:
    """This module's task."""
    return [Worlds()]
