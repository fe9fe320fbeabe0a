"""The router learns each question once, all phrasings too, and leaves the rest alone."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch

from qaengine.batch import Example, collate
from qaengine.checkpoint import build
from qaengine.network.config import NetworkConfig
from qaengine.network.router import QuestionEncoder, pooled
from qaengine.registry import registry
from qaengine.routing import _WORDS, fit_router
from qaengine.schema import TaskSchema
from qaengine.text import words as split
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


def chances(network: Any, vocabulary: Vocabulary, question: str) -> torch.Tensor:
    words = tuple(question.split())
    found: torch.Tensor = network.routes(collate([Example((words,), words)], vocabulary))
    return found[0].exp()


def test_what_was_asked_in_vain_is_no_question_of_the_task() -> None:
    asked = "tell its colour"
    examples = [
        Example((("it",),), tuple(asked.split()), ("red",), task="colour"),
        Example((("it",),), tuple(asked.split()), (), task="place"),
        Example((("it",),), ("where", "is", "it", "?"), ("here",), task="place"),
    ]
    network = build(NetworkConfig(width=16, heads=2, layers=1), VOCABULARY)
    fit_router(network, VOCABULARY, examples)
    assert chances(network, VOCABULARY, asked)[VOCABULARY.routes["colour"]] > 0.9


def test_a_task_of_questions_in_vain_is_known_by_them() -> None:
    tasks = (*TASKS, schema("foreign", "What is it ?"))
    vocabulary = Vocabulary(words=WORDS, outputs=VOCABULARY.outputs, tasks=tasks)
    examples = [Example((("it",),), ("is", "is", "is"), (), task="foreign")]
    network = build(NetworkConfig(width=16, heads=2, layers=1), vocabulary)
    fit_router(network, vocabulary, examples)
    assert chances(network, vocabulary, "is is is").argmax() == vocabulary.routes["foreign"]


def test_phrasings_of_installed_tasks_are_learnt_without_examples() -> None:
    tasks = tuple(registry().task(name).schema for name in ("part_of_speech", "relatedness"))
    known = sorted({word for text in TEXTS for word in text.lower().split()})
    vocabulary = Vocabulary(
        words=("<pad>", "<unknown>", *known), outputs=("<end>", "<abstain>"), tasks=tasks
    )
    network = build(NetworkConfig(width=32, heads=2, layers=1), vocabulary)
    fit_router(network, vocabulary, ())
    for task, text in zip(("part_of_speech", "relatedness"), TEXTS, strict=True):
        assert text in registry().task(task).phrasings()
        asked = " ".join(_WORDS.findall(text))
        assert chances(network, vocabulary, asked).argmax() == vocabulary.routes[task]


TEXTS = ("Highlight verbs and nouns.", "How much alike are they?")


@pytest.mark.parametrize("text", ["What's it?", "I don't know, I'll ask.", 'Who is "she"? (now)'])
def test_words_without_spacy_are_those_of_spacy(text: str) -> None:
    assert tuple(_WORDS.findall(text)) == tuple(split(text))


def test_a_question_is_read_alike_beside_longer_ones() -> None:
    torch.manual_seed(0)
    encoder = QuestionEncoder(8)
    words, nothing = torch.randn(1, 4, 8), torch.zeros(1, 5, 8)
    present = torch.ones(1, 4, dtype=torch.bool)
    alone = encoder.asked(words, present)
    longer = encoder.asked(
        torch.cat([words, nothing], 1), torch.cat([present, torch.zeros(1, 5, dtype=torch.bool)], 1)
    )
    assert alone.shape == (1, encoder.features)
    torch.testing.assert_close(alone, longer)


def test_words_are_pooled_without_padding() -> None:
    words = torch.tensor([[[1.0, -2.0], [3.0, -4.0], [9.0, 9.0]], [[7.0, 7.0]] * 3])
    present = torch.tensor([[True, True, False], [False] * 3])
    assert pooled(words, present).tolist() == [[2.0, -3.0, 3.0, -2.0], [0.0] * 4]


def test_a_task_of_one_question_is_not_drowned_out() -> None:
    """A task of one's own has one way of asking, where others have thousands."""
    tasks = (*TASKS, schema("mood", "What mood is it ?"))
    vocabulary = Vocabulary(words=WORDS, outputs=VOCABULARY.outputs, tasks=tasks)
    examples = [
        Example((("it",),), (asks, "".join(thing), "is", "it", "?"), ("here",), task=task)
        for asks, task in (("what", "place"), ("which", "colour"))
        for thing in product("abcdefghijklmnopqrst", repeat=3)
    ]
    torch.manual_seed(0)
    network = build(NetworkConfig(width=16, heads=2, layers=1), vocabulary)
    fit_router(network, vocabulary, examples)
    for question, task in (("What mood is it ?", "mood"), ("what abc is it ?", "place")):
        assert chances(network, vocabulary, question)[vocabulary.routes[task]] > 0.5
