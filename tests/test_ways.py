"""What each way to a score counts: what gives the best r on validation data."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qaengine.balance import balance, balanced
from qaengine.registry import registry
from qaengine.scoring import measured, outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example
from qaengine.ways import Ways, share_out, ways_of

CPU = torch.device("cpu")


def ways(*said: Tensor, gold: Tensor) -> Ways:
    return Ways(torch.stack(said), gold)


def test_a_way_that_knows_counts_for_all_and_one_that_does_not_for_nothing() -> None:
    torch.manual_seed(0)
    gold, noise = torch.rand(300), torch.rand(300)
    assert share_out([ways(noise, gold, gold=gold)]) == (0.0, 1.0)
    assert share_out([ways(gold, noise, noise, gold=gold)]) == (1.0, 0.0, 0.0)


def test_ways_that_err_apart_share_and_the_better_one_has_more() -> None:
    torch.manual_seed(0)
    gold, one, two = torch.randn(3, 2000).unbind()
    first, second = share_out([ways(gold + 0.3 * one, gold + 0.6 * two, gold=gold)])
    assert first + second == 1.0
    assert first > second > 0


def test_of_equals_the_most_alike_are_taken() -> None:
    gold = torch.rand(50)
    assert share_out([ways(gold, gold, gold=gold)]) == (0.5, 0.5)


def test_all_groups_have_a_say() -> None:
    torch.manual_seed(0)
    gold, noise = torch.rand(300), torch.rand(300)
    both = [ways(gold, noise, gold=gold), ways(noise, gold, gold=gold)]
    first, second = share_out(both)
    assert 0.3 <= first <= 0.7
    assert first + second == pytest.approx(1)


def test_a_network_is_given_the_shares_that_are_best_on_what_it_was_asked() -> None:
    task = registry().task("relatedness")
    closer = {"near": {"width": 8, "tasks": ["relatedness"]}}
    made = tiny_engine(task.samples(), compare=8, closer=closer, steps=15).checkpoint
    network, vocabulary = made.network, made.vocabulary
    examples = [example(one, task.schema) for one in task.samples()]
    groups = {"pairs": examples}
    chosen = balance(network, vocabulary, groups, CPU)
    assert len(chosen["relatedness"].shares) == 3
    assert sum(chosen["relatedness"].shares) == pytest.approx(1)
    said = ways_of(network, vocabulary, examples, CPU)
    assert said.said.shape == (3, len(examples))

    def r() -> float:
        return measured(examples, outcomes(network, vocabulary, examples, CPU))["pearson"]

    before = r()
    with balanced(network, vocabulary, chosen):
        assert r() == pytest.approx(100 * said.worth(chosen["relatedness"].shares), abs=0.2)
        assert r() >= before - 0.1


def test_one_way_has_nothing_to_share() -> None:
    task = registry().task("relatedness")
    made = tiny_engine(task.samples()).checkpoint
    groups = {"pairs": [example(one, task.schema) for one in task.samples()]}
    assert balance(made.network, made.vocabulary, groups, CPU) == {}
