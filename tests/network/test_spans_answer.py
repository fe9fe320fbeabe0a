"""The answer module for spans: which may stand together, and which mean the same."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qaengine.batch import FactSpan
from qaengine.network.answers.spans import chosen, grouped, link_loss, possible
from qaengine.network.transformer import NOTHING
from qaengine.schema import TaskSchema, Triple
from qaengine.scoring import outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example, spans_of

SCHEMA = TaskSchema(
    name="same",
    question="Which are the same?",
    facts="tokens",
    answer="spans",
    grouped=True,
    source="ours",
    license="any",
)


def chances(*spans: tuple[int, int, float], facts: int = 5) -> Tensor:
    """Of spans of the only type; the others are unlikely."""
    made = torch.zeros(facts, facts, 1)
    for first, last, chance in spans:
        made[first, last, 0] = chance
    return made


def found(*spans: tuple[int, int, float], nested: bool = True) -> list[tuple[int, int]]:
    return [one[:2] for one in chosen(chances(*spans), nested=nested, single=False)]


def test_span_begins_before_it_ends_and_within_the_text() -> None:
    present = torch.tensor([[True, True, False], [True, True, True]])
    assert possible(present).nonzero().tolist() == [
        *([0, 0, 0], [0, 0, 1], [0, 1, 1]),
        *([1, 0, 0], [1, 0, 1], [1, 0, 2], [1, 1, 1], [1, 1, 2], [1, 2, 2]),
    ]


def test_spans_that_are_likelier_than_not_are_found_in_order() -> None:
    assert found((4, 4, 0.6), (0, 0, 0.9), (2, 2, 0.4)) == [(0, 0), (4, 4)]


def test_of_spans_that_cross_the_likelier_is_found() -> None:
    assert found((0, 2, 0.8), (1, 3, 0.9)) == [(1, 3)]
    assert found((0, 2, 0.9), (2, 3, 0.8)) == [(0, 2)]


def test_spans_may_be_nested_with_the_longer_first() -> None:
    assert found((1, 1, 0.9), (0, 2, 0.8), (0, 0, 0.7)) == [(0, 2), (0, 0), (1, 1)]


def test_typed_spans_do_not_overlap() -> None:
    assert found((1, 1, 0.9), (0, 2, 0.8), (3, 4, 0.7), nested=False) == [(1, 1), (3, 4)]


def test_one_span_has_one_type() -> None:
    both = torch.zeros(2, 2, 3)
    both[0, 1] = torch.tensor([0.6, 0.7, 0.8])
    assert chosen(both, nested=True, single=False) == [(0, 1, 2)]


@pytest.mark.parametrize("least", [0.9, 0.1])
def test_a_single_span_is_always_found_and_is_the_likeliest(least: float) -> None:
    given = chances((0, 0, least), (1, 3, least / 2), (4, 4, least / 3))
    assert chosen(given, nested=True, single=True) == [(0, 0, 0)]


def links(*chosen_before: int | None) -> Tensor:
    """Each span goes surely with that earlier one, or with none."""
    count = len(chosen_before)
    made = torch.full((1, count, count), NOTHING)
    for span, before in enumerate(chosen_before):
        made[0, span, :span] = -20
        if before is not None:
            made[0, span, before] = 20
    return made


def listed(*groups: int) -> Tensor:
    return torch.tensor([[[place, place, group] for place, group in enumerate(groups)]])


def test_spans_are_grouped_along_their_links() -> None:
    here = listed(0, 0, 0, 0, 0)
    assert grouped(links(None, 0, None, 1, 2), here).tolist() == [[0, 0, 1, 0, 1]]
    assert grouped(links(None, None, None, 2, None), here).tolist() == [[-1, -1, 0, 0, -1]]


def test_right_links_cost_nothing_and_wrong_ones_much() -> None:
    here = listed(0, 0, 1, 0, 1)
    assert link_loss(links(None, 0, None, 1, 2), here).item() < 1e-3
    assert link_loss(links(None, 0, None, 0, 2), here).item() < 1e-3  # any of the group will do
    assert link_loss(links(None, 0, 1, 1, 2), here).item() > 3
    assert link_loss(links(None, None, None, 1, 2), here).item() > 3


def test_text_without_spans_teaches_no_links() -> None:
    nothing = torch.full((1, 1, 3), -1)
    assert link_loss(torch.full((1, 1, 1), NOTHING), nothing).item() == 0


def told(text: str, *spans: FactSpan) -> Triple:
    value = spans_of(text.split(), spans)
    return Triple(
        input=tuple(text.split()),
        question=SCHEMA.question,
        answer=str(value),
        value=value,
        task="same",
    )


def test_groups_are_learnt_by_heart() -> None:
    triples = [
        told(
            "Ann saw Bob : she and he waved",
            *(FactSpan(0, 0, group=1), FactSpan(4, 4, group=1)),
            *(FactSpan(2, 2, group=2), FactSpan(6, 6, group=2)),
        ),
        told("her dog likes her", FactSpan(0, 0, group=1), FactSpan(3, 3, group=1)),
        told("it rained"),
    ]
    known = tiny_engine(triples, tasks=(SCHEMA,), steps=60).checkpoint
    examples = [example(triple, SCHEMA) for triple in triples]
    said = outcomes(known.network, known.vocabulary, examples, torch.device("cpu"))
    assert [partition(one.said.spans) for one in said] == [
        [{(0, 0), (4, 4)}, {(2, 2), (6, 6)}],
        [{(0, 0), (3, 3)}],
        [],
    ]


def partition(spans: tuple[FactSpan, ...]) -> list[set[tuple[int, int]]]:
    groups: dict[int | None, set[tuple[int, int]]] = {}
    for span in spans:
        groups.setdefault(span.group, set()).add(span[:2])
    return list(groups.values())
