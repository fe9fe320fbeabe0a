"""The router learns each question once, and leaves the rest of the network alone."""

from __future__ import annotations

from typing import Any

import torch

from qaengine.batch import Example, collate
from qaengine.checkpoint import build
from qaengine.network.config import NetworkConfig
from qaengine.network.router import pooled
from qaengine.routing import fit_router
from qaengine.schema import TaskSchema
from qaengine.vocabulary import Vocabulary


def schema(name: str, question: str) -> TaskSchema:
    return TaskSchema(
        name=name, question=question, answer="words", source="own", license="Apache-2.0"
    )


TASKS = (schema("colour", "What colour is it ?"), schema("place", "Where is it ?"))
WORDS = ("<pad>", "<unknown>", "what", "colour", "where", "is", "it", "?")
VOCABULARY = Vocabulary(words=WORDS, outputs=("<end>", "<abstain>"), tasks=TASKS)
ASKED = {
    "colour": ("which colour has it ?", "tell its colour"),
    "place": ("where did it go ?", "in which room is it ?"),
}


def fitted() -> tuple[Any, dict[str, torch.Tensor]]:
    torch.manual_seed(0)
    network = build(NetworkConfig(width=16, heads=2, layers=1), VOCABULARY)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    examples = [
        Example((("it",),), tuple(question.split()), (), task=task)
        for task, questions in ASKED.items()
        for question in questions * 50  # often or not: each counts once
    ]
    fit_router(network, VOCABULARY, examples)
    return network, before


def test_questions_find_their_task() -> None:
    network, _ = fitted()
    for task, questions in ASKED.items():
        for question in (*questions, VOCABULARY.schemas[task].question):
            words = tuple(question.split())
            chances = network.routes(collate([Example((words,), words)], VOCABULARY))
            assert chances.argmax() == VOCABULARY.routes[task]


def test_the_rest_stays_as_it_was_and_a_fit_repeats_itself() -> None:
    (network, before), (again, _) = fitted(), fitted()
    for name, value in network.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        assert name.startswith("router.") or torch.equal(value, before[name])


def test_words_are_pooled_without_padding() -> None:
    words = torch.tensor([[[1.0, -2.0], [3.0, -4.0], [9.0, 9.0]], [[7.0, 7.0]] * 3])
    present = torch.tensor([[True, True, False], [False] * 3])
    assert pooled(words, present).tolist() == [[2.0, -3.0, 3.0, -2.0], [0.0] * 4]
