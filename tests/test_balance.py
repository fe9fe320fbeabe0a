"""How many spans are found, how many pairs said to be one: as many as give the best F1 on
validation data."""

from __future__ import annotations

from dataclasses import replace

import torch

from qaengine import weighing
from qaengine.balance import SHIFTS, Balance, balance, balanced
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
    checkpoint = learnt(0)[0].checkpoint
    network = checkpoint.network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with balanced(network, checkpoint.vocabulary, {TASK: Balance(1.2)}):
        assert any(not value.equal(before[name]) for name, value in network.state_dict().items())
    assert all(value.equal(before[name]) for name, value in network.state_dict().items())


def test_no_other_shift_has_a_better_score() -> None:
    engine, examples = learnt(12)
    network, vocabulary = engine.checkpoint.network, engine.checkpoint.vocabulary

    def score(shift: float) -> float:
        with balanced(network, vocabulary, {TASK: Balance(shift)}):
            scores = measured(examples, outcomes(network, vocabulary, examples, CPU))
        return next(iter(scores.values()))

    chosen = balance(network, vocabulary, {TASK: examples}, CPU)[TASK].shift
    assert score(chosen) == max(map(score, SHIFTS))
    assert score(chosen) > score(-5.0)


def test_pairs_are_answered_yes_as_often_as_gives_the_best_f1() -> None:
    """Here all are coreferent, of which the network has learnt nothing yet."""
    task = registry().task("coreference")
    checkpoint = tiny_engine(task.samples(), steps=0).checkpoint
    network, vocabulary = checkpoint.network, checkpoint.vocabulary
    yes = [example(one, task.schema) for one in task.samples()]
    yes = [replace(one, answer=("yes",)) for one in yes]

    def said(shift: float) -> int:
        with balanced(network, vocabulary, {"coreference": Balance(shift)}):
            results = outcomes(network, vocabulary, yes, CPU)
        return sum(one.said.items == ("yes",) for one in results)

    assert said(-20.0) == 0
    assert said(20.0) == len(yes)
    chosen = balance(network, vocabulary, {"coreference": yes}, CPU)["coreference"].shift
    assert said(chosen) == max(map(said, weighing.SHIFTS)) > 0


def test_a_task_of_labels_that_accuracy_scores_has_nothing_to_balance() -> None:
    task = registry().task("sentiment")
    checkpoint = tiny_engine(task.samples()).checkpoint
    groups = {"sentiment": [example(one, task.schema) for one in task.samples()]}
    assert balance(checkpoint.network, checkpoint.vocabulary, groups, CPU) == {}
