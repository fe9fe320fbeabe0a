"""How many spans are found: as many as give the best F1 on validation data."""

from __future__ import annotations

import torch

from qaengine.balance import SHIFTS, balance, shifted
from qaengine.batch import Example
from qaengine.engine import Engine
from qaengine.registry import registry
from qaengine.scoring import measured, outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example

TASK = "named_entities"
CPU = torch.device("cpu")


def learnt(steps: int) -> tuple[Engine, list[Example]]:
    triples = registry().task(TASK).samples()
    engine = tiny_engine(triples, steps=steps)
    return engine, [example(triple, registry().task(TASK).schema) for triple in triples]


def test_the_network_is_as_it_was_behind_the_block() -> None:
    network = learnt(0)[0].checkpoint.network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with shifted(network, {TASK: 1.2}):
        assert any(not value.equal(before[name]) for name, value in network.state_dict().items())
    assert all(value.equal(before[name]) for name, value in network.state_dict().items())


def test_no_other_shift_has_a_better_score() -> None:
    engine, examples = learnt(12)
    network, vocabulary = engine.checkpoint.network, engine.checkpoint.vocabulary

    def score(shift: float) -> float:
        with shifted(network, {TASK: shift}):
            scores = measured(examples, outcomes(network, vocabulary, examples, CPU))
        return next(iter(scores.values()))

    chosen = balance(network, vocabulary, {TASK: examples}, CPU).get(TASK, 0.0)
    assert score(chosen) == max(map(score, SHIFTS))
    assert score(chosen) > score(-5.0)


def test_a_task_of_labels_has_nothing_to_balance() -> None:
    engine = tiny_engine(registry().task("sentiment").samples())
    checkpoint = engine.checkpoint
    assert balance(checkpoint.network, checkpoint.vocabulary, {}, CPU) == {}
