"""The major claim of an essay: what its author holds, in which sentences (Stab & Gurevych 2017)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import locate
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.essay_files import EssaySentence, read_essays
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.spans import fact_scores, spans_triple

CLAIM = "MajorClaim"

SAMPLES = (
    "School gardens."
    "|Many schools have a yard of bare concrete."
    "|*I am convinced that every school should keep a garden."
    "|Pupils who plant beans learn patience."
    "|Some say that there is no time for it."
    "|*All in all, a garden belongs to every school.",
    "*Night trains deserve public money."
    "|They save a night in a hotel."
    "|They burn less fuel than planes.",
    "Zoos: right or wrong?"
    "|Children love to see lions."
    "|Yet a lion in a cage walks in circles."
    "|*For this reason zoos should be closed.",
    "Should libraries stay open at night?"
    "|Students often work late."
    "|*In my view, libraries should stay open until midnight."
    "|Guards cost money, but a quiet place to read is worth it.",
    "Everyone carries a phone today."
    "|*To my mind, phones have no place at the dinner table."
    "|A family that talks stays close."
    "|Messages can wait for half an hour."
    "|*To conclude, dinner is better without phones.",
    "Learning an instrument."
    "|Practice takes years."
    "|Many children give up."
    "|*Still, I believe that each child should learn to play one.",
)
"""Little essays of our own; a star stands before the sentences that hold the major claim."""


class MajorClaim(Phrased):
    """286 essays to train, 36 valid, 80 test."""

    schema = TaskSchema(
        name="major_claim",
        question="What is the major claim?",
        paraphrases=(
            "Which sentence holds the major claim?",
            "What does the author argue for?",
            "What is the main point of this essay?",
            "What is the writer's stance?",
            "Find the thesis statement.",
            "Mark the sentences that state the author's opinion on the topic.",
            "Which position does the essay defend?",
            "Show me the central claim.",
            "What is the writer trying to convince us of?",
            "Where does the author say what they believe?",
        ),
        facts="sentences",
        answer="spans",
        metric="F1",
        source="Stab and Gurevych 2017, Computational Linguistics 43, as CoNLL files by "
        "Eger et al. 2017, github.com/UKPLab/acl2017-neural_end2end_am",
        license="of its own (UKP Lab, license_v2.pdf); not known to be open",
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Essays, whose facts are sentences; gold are the sentences that a major claim touches.

        Takes the options of `read`.
        """
        asked = questions(self.schema, split)
        for essay, question in zip(read(split, **options), asked, strict=False):
            claims = [sentence.holds(CLAIM) for sentence in essay]
            yield _triple([sentence.text for sentence in essay], question, claims)

    def samples(self) -> Sequence[Triple]:
        """Little essays of our own."""
        essays = [sample.split("|") for sample in SAMPLES]
        return tuple(
            _triple(
                [fact.removeprefix("*") for fact in essay],
                self.schema.question,
                [fact.startswith("*") for fact in essay],
            )
            for essay in essays
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """F1 of the sentences of all essays that hold a claim; precision, recall; in percent."""
        return fact_scores(gold, said)


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [MajorClaim()]


def read(split: Split, *, path: Path | str | None = None) -> list[tuple[EssaySentence, ...]]:
    """The essays of a split; `path` is the folder that holds Essay_Level and Paragraph_Level."""
    return read_essays(Path(path) if path is not None else locate("persuasive_essays"), split)


def _triple(facts: Sequence[str], question: str, claims: Sequence[bool]) -> Triple:
    found = [(place, place + 1, "") for place, it in enumerate(claims) if it]
    return spans_triple("major_claim", facts, question, found)
