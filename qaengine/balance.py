"""How likely a span must be to count as found, or a pair to be answered yes: chosen on validation
data, where F1 is what counts.

Each span is decided by itself, and most are none: a network that is right about its chances finds
too few, so that half of a chance is seldom the threshold of the best F1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import mean
from typing import NamedTuple

import torch
from torch import Tensor

from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.spans import Pairs, SpansAnswer
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.prepare import Groups
from qaengine.schema import TaskSchema
from qaengine.scoring import Calibration, Outcome, calibrate, measured, outcomes
from qaengine.vocabulary import Vocabulary
from qaengine.weighing import measure, weigh

SHIFTS = (-0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
"""Tried as additions to the log odds of every span of a task."""


class Balance(NamedTuple):
    """How a task's answers are decided."""

    shift: float = 0.0
    """Added to the log odds of its spans, or of its first label."""
    weight: float = 0.0
    """Of labels: what the log odds of an answer that was asked along count for the first one's."""
    further: float = 0.0
    """Of labels: what is added where something was asked along."""


@contextmanager
def settled(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    groups: Groups,
    results: Mapping[str, list[Outcome]],
    device: torch.device,
) -> Iterator[dict[str, Calibration]]:
    """The network with the best thresholds, for as long as the block; by task, how sure it may be.

    `results` are the outcomes of the groups without any change.
    """
    balances = balance(network, vocabulary, groups, device)
    by_task: dict[str, list[Outcome]] = {}
    with balanced(network, vocabulary, balances):
        for name, some in groups.items():
            task = some[0].task
            own = outcomes(network, vocabulary, some, device) if task in balances else results[name]
            by_task.setdefault(task, []).extend(own)
        yield {task: calibrate(own) for task, own in by_task.items()}


def balance(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> dict[str, Balance]:
    """By task, what is best for those that are scored by F1."""
    found = {}
    for schema in vocabulary.tasks:
        own = {name: some for name, some in groups.items() if some[0].task == schema.name}
        if own and _counts_f1(network, schema):
            choose = _of_labels if schema.answer == "label" else _of_spans
            found[schema.name] = choose(network, vocabulary, own, device)
    return found


def _of_spans(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> Balance:
    (task,) = {some[0].task for some in groups.values()}
    scores = {}
    for shift in SHIFTS:
        with balanced(network, vocabulary, {task: Balance(shift)}):
            scores[shift] = mean(
                next(iter(measured(some, outcomes(network, vocabulary, some, device)).values()))
                for some in groups.values()
            )
    return Balance(max(scores, key=lambda shift: (scores[shift], -abs(shift))))


def _of_labels(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> Balance:
    return Balance(*weigh([measure(network, vocabulary, some, device) for some in groups.values()]))


@contextmanager
def balanced(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, balances: Mapping[str, Balance]
) -> Iterator[None]:
    """The network with more, or fewer, of what is sought; as it was behind the block."""
    changed = [
        change
        for task, one in balances.items()
        for change in _changes(network, vocabulary.schemas[task], one)
    ]
    before = [(weights, weights.detach().clone()) for weights, _ in changed]
    with torch.no_grad():
        for weights, value in changed:
            weights.copy_(value)
    try:
        yield
    finally:
        with torch.no_grad():
            for weights, value in before:
                weights.copy_(value)


def _changes(
    network: DynamicMemoryNetwork, schema: TaskSchema, one: Balance
) -> Iterator[tuple[Tensor, Tensor]]:
    """Weights of the network, and what they become."""
    module = network.answers[schema.answer]
    if isinstance(module, LabelAnswer):
        bias = module.heads[schema.name].get_parameter("bias")[:1]
        if schema.name in module.further:
            further = module.further[schema.name]
            yield further, further.new_tensor([one.weight, one.further])
    else:
        assert isinstance(module, SpansAnswer)
        pairs = module.heads[schema.name]
        assert isinstance(pairs, Pairs)
        bias = pairs.first.bias
    yield bias, bias + one.shift


def _counts_f1(network: DynamicMemoryNetwork, schema: TaskSchema) -> bool:
    """Several spans, or two labels that are scored by F1; a plugin's module decides as it likes."""
    if schema.answer not in network.answers:
        return False
    module = network.answers[schema.answer]
    if isinstance(module, SpansAnswer):
        return not schema.single
    return isinstance(module, LabelAnswer) and len(schema.labels) == 2 and schema.metric == "F1"
