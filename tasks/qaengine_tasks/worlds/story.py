"""What a simulation makes: facts, and questions with answers and supporting facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

KINDS = (
    "one_supporting_fact",
    "two_supporting_facts",
    "three_supporting_facts",
    "two_argument_relations",
    "three_argument_relations",
    "yes_no",
    "counting",
    "lists",
    "negation",
    "indefinite_knowledge",
    "basic_coreference",
    "conjunction",
    "compound_coreference",
    "time",
    "basic_deduction",
    "basic_induction",
    "positional_reasoning",
    "size_reasoning",
    "path_finding",
    "motivations",
)
"""The twenty kinds of reasoning, in bAbI's order (Weston et al. 2015, arXiv 1502.05698)."""

UNKNOWN = ""
"""The answer to a question that the facts don't tell."""


@dataclass(slots=True, frozen=True)
class Question:
    """A question asked after the first `at` facts of a story."""

    text: str
    answer: str
    supports: tuple[int, ...]
    kind: str
    at: int


@dataclass(slots=True, frozen=True)
class Story:
    """Facts in order, and questions in the order in which they are asked."""

    facts: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(slots=True)
class Part:
    """A story in the making. A glued fact must follow the one before it (it has a pronoun)."""

    facts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    glued: set[int] = field(default_factory=set)

    def tell(self, sentence: str) -> int:
        """Adds a fact and gives its index."""
        self.facts.append(sentence)
        return len(self.facts) - 1

    def ask(self, text: str, answer: str, supports: tuple[int, ...], kind: str) -> None:
        """Asks after the facts told so far."""
        self.questions.append(Question(text, answer, supports, kind, len(self.facts)))


def blend(parts: list[Part], rng: Random) -> Story:
    """One story of parts about different people and things, their facts shuffled together."""
    if len(parts) == 1:
        return Story(tuple(parts[0].facts), tuple(parts[0].questions))
    facts: list[str] = []
    places: list[list[int]] = [[] for _ in parts]
    turns = [
        n for n, part in enumerate(parts) for i in range(len(part.facts)) if i not in part.glued
    ]
    rng.shuffle(turns)
    for n in turns:
        part, place = parts[n], places[n]
        while True:
            place.append(len(facts))
            facts.append(part.facts[len(place) - 1])
            if len(place) not in part.glued:
                break
    questions = [
        Question(q.text, q.answer, tuple(place[i] for i in q.supports), q.kind, place[q.at - 1] + 1)
        for part, place in zip(parts, places, strict=True)
        for q in part.questions
    ]
    return Story(tuple(facts), tuple(sorted(questions, key=lambda q: q.at)))
