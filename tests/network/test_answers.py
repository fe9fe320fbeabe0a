"""Every answer module, one of each kind: it learns, and answers each question by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from qaengine.batch import Batch, Example, FactSpan, collate
from qaengine.network.answers import MODULES
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.saying import say
from qaengine.schema import AnswerKind, FactUnit, Spans, TaskSchema, Triple
from qaengine.scoring import outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example, spans_of

KINDS: tuple[AnswerKind, ...] = ("words", "label", "tags", "spans", "score", "text")


def schema(kind: AnswerKind, *labels: str, facts: FactUnit = "tokens") -> TaskSchema:
    return TaskSchema(
        name=f"by_{kind}",
        question=f"Which {kind}?",
        answer=kind,
        labels=labels,
        facts=facts,
        source="ours",
        license="any",
    )


SCHEMAS = {
    one.answer: one
    for one in (
        schema("words", facts="sentences"),
        schema("label", "good", "bad"),
        schema("tags", "D", "N", "V"),
        schema("spans", "WHO", "WHAT"),
        schema("score", facts="sentences"),
        schema("text"),
    )
}


def told(kind: AnswerKind, facts: tuple[str, ...], answer: str, **more: object) -> Triple:
    schema = SCHEMAS[kind]
    asked = {"input": facts, "question": schema.question, "answer": answer, "task": schema.name}
    return Triple.model_validate(asked | more)


def told_spans(text: str, *spans: FactSpan) -> Triple:
    value: Spans = spans_of(text.split(), spans)
    return told("spans", tuple(text.split()), str(value), value=value)


TRIPLES: dict[AnswerKind, tuple[Triple, ...]] = {
    "words": (
        told("words", ("Ann left.", "Bob has a qux."), "qux", supports=(1,)),
        told("words", ("Bob slept.",), "", supports=()),
    ),
    "label": (
        told("label", ("a", "fine", "day"), "good"),
        told("label", ("not", "a", "fine", "day", "!"), "bad"),
    ),
    "tags": (
        told("tags", ("the", "dog", "barks"), "D N V"),
        told("tags", ("dogs", "bark"), "N V"),
    ),
    "spans": (
        told_spans("Ann Lee saw a dog", FactSpan(0, 1, "WHO"), FactSpan(3, 4, "WHAT")),
        told_spans("it rained"),
        told_spans("Bob slept", FactSpan(0, 0, "WHO")),
    ),
    "score": (
        told("score", ("A man runs.", "A man is running fast."), "4.5"),
        told("score", ("A man runs.", "Snow fell."), "1.0"),
    ),
    "text": (
        told("text", ("the", "dog", "sleeps", "now"), "der Hund"),
        told("text", ("hello",), "hallo"),
    ),
}
EVERY = [triple for kind in KINDS for triple in TRIPLES[kind]]
BEGUN = tiny_engine(EVERY, tasks=tuple(SCHEMAS.values())).checkpoint
VOCABULARY = BEGUN.vocabulary


def examples(kind: AnswerKind) -> list[Example]:
    return [example(triple, SCHEMAS[kind]) for triple in TRIPLES[kind]]


def batch(kind: AnswerKind) -> Batch:
    return collate(examples(kind), VOCABULARY)


@pytest.fixture(scope="module")
def learnt() -> DynamicMemoryNetwork:
    """A network that was trained on all kinds by turns."""
    engine = tiny_engine(EVERY, tasks=tuple(SCHEMAS.values()), steps=60)
    assert engine.checkpoint.vocabulary == VOCABULARY
    return engine.checkpoint.network


def test_there_is_a_module_for_each_kind() -> None:
    assert set(MODULES) == set(KINDS) == set(BEGUN.network.answers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_handful_of_samples_is_learnt_by_heart(
    learnt: DynamicMemoryNetwork, kind: AnswerKind
) -> None:
    asked = examples(kind)
    found = outcomes(learnt, VOCABULARY, asked, torch.device("cpu"))
    assert [one.right for one in found] == [True] * len(asked)
    assert all(0.3 < one.likelihood <= 1 for one in found)


@pytest.mark.parametrize("kind", KINDS)
def test_question_does_not_depend_on_the_others_nor_on_padding(kind: AnswerKind) -> None:
    together = BEGUN.network.loss(batch(kind))
    for row, one in enumerate(examples(kind)):
        alone = BEGUN.network.loss(collate([one], VOCABULARY))
        assert torch.allclose(alone.answer[0], together.answer[row], atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_of_a_module_learns(kind: AnswerKind) -> None:
    network = BEGUN.network
    network.zero_grad()
    torch.autograd.backward(network.loss(batch(kind)).answer.sum())
    idle = {name for name, one in network.answers[kind].named_parameters() if one.grad is None}
    assert idle == ({"shares.by_score"} if kind == "score" else set())  # those are chosen
    others = (one for name, one in network.answers.named_parameters() if f"{kind}." not in name)
    assert all(one.grad is None for one in others)
    network.zero_grad()


@pytest.mark.parametrize(
    ("kind", "name", "shape"),
    [
        ("label", "labels", (2, 2)),
        ("tags", "tags", (2, 3, 3)),
        ("score", "chances", (2, 5)),
    ],
)
def test_shape_of_what_is_decoded(kind: AnswerKind, name: str, shape: tuple[int, ...]) -> None:
    assert BEGUN.network.reply(batch(kind)).decoded[name].shape == shape


@pytest.mark.parametrize(("kind", "name"), [("label", "labels"), ("tags", "tags")])
def test_labels_share_all_the_probability(kind: AnswerKind, name: str) -> None:
    chances = BEGUN.network.reply(batch(kind)).decoded[name].exp().sum(-1)
    assert torch.allclose(chances, torch.ones_like(chances), atol=1e-5)


def test_steps_of_a_score_share_all_the_probability() -> None:
    chances = BEGUN.network.reply(batch("score")).decoded["chances"]
    assert torch.allclose(chances.sum(-1), torch.ones(2), atol=1e-5)


def test_comparing_looks_at_both_sentences_whatever_memory_attended_to() -> None:
    assert BEGUN.network.reply(batch("score")).thought.read.all()


def test_the_question_alone_tells_the_task(learnt: DynamicMemoryNetwork) -> None:
    for number, kind in enumerate(KINDS):
        routes = learnt.routes(batch(kind)).exp()
        assert set(routes.argmax(-1).tolist()) == {number}
        assert torch.allclose(routes.sum(-1), torch.ones(len(routes)), atol=1e-5)


def test_two_tasks_of_a_kind_have_labels_of_their_own() -> None:
    colours = SCHEMAS["label"].model_copy(update={"name": "colour", "labels": ("red", "blue", "?")})
    sky = Triple(input=("sky",), question="Colour?", answer="blue", task="colour")
    known = tiny_engine(
        [*TRIPLES["label"], sky], tasks=(SCHEMAS["label"], colours), steps=30
    ).checkpoint
    asked = [
        *(example(one, SCHEMAS["label"]) for one in TRIPLES["label"]),
        example(sky, colours),
    ]
    found = outcomes(known.network, known.vocabulary, asked, torch.device("cpu"))
    assert [one.said.items for one in found] == [("good",), ("bad",), ("blue",)]
    assert len(found[2].said.others) == 3


def test_question_of_a_user_needs_no_gold() -> None:
    asked = [replace(one, answer=None, spans=None) for one in examples("spans")]
    unanswered = collate(asked, VOCABULARY)
    assert unanswered.gold is None
    assert len(say(BEGUN.network.reply(unanswered), unanswered, VOCABULARY)) == len(asked)
