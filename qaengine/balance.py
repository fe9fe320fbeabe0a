"""How likely a span must be to count as found: chosen on validation data.

Each span is decided by itself, and most are none: a network that is right about its chances finds
too few, so that half of a chance is seldom the threshold of the best F1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import mean

import torch
from torch import Tensor

from qaengine.network.answers.spans import Pairs, SpansAnswer
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.prepare import Groups
from qaengine.scoring import Calibration, Outcome, calibrate, measured, outcomes
from qaengine.vocabulary import Vocabulary

SHIFTS = (-0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
"""Tried as additions to the log odds of every span of a task."""


@contextmanager
def settled(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    groups: Groups,
    results: Mapping[str, list[Outcome]],
    device: torch.device,
) -> Iterator[dict[str, Calibration]]:
    """The network with the best thresholds, for as long as the block; by task, how sure it may be.

    `results` are the outcomes of the groups without any shift.
    """
    shifts = balance(network, vocabulary, groups, device)
    by_task: dict[str, list[Outcome]] = {}
    with shifted(network, shifts):
        for name, some in groups.items():
            task = some[0].task
            own = outcomes(network, vocabulary, some, device) if task in shifts else results[name]
            by_task.setdefault(task, []).extend(own)
        yield {task: calibrate(own) for task, own in by_task.items()}


def balance(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> dict[str, float]:
    """By task, what is best added to the log odds of its spans; nothing for other tasks."""
    found = {}
    for task in _tasks(network, vocabulary):
        own = {name: some for name, some in groups.items() if some[0].task == task}
        scores = {}
        for shift in SHIFTS if own else ():
            with shifted(network, {task: shift}):
                scores[shift] = mean(
                    next(iter(measured(some, outcomes(network, vocabulary, some, device)).values()))
                    for some in own.values()
                )
        if scores:
            found[task] = max(scores, key=lambda shift: (scores[shift], -abs(shift)))
    return {task: shift for task, shift in found.items() if shift}


@contextmanager
def shifted(network: DynamicMemoryNetwork, shifts: Mapping[str, float]) -> Iterator[None]:
    """The network with more, or fewer, spans; as it was behind the block."""
    biases = {task: _bias(network, task) for task in shifts}
    before = {task: bias.detach().clone() for task, bias in biases.items()}
    with torch.no_grad():
        for task, bias in biases.items():
            bias += shifts[task]
    try:
        yield
    finally:
        with torch.no_grad():
            for task, bias in biases.items():
                bias.copy_(before[task])


def _bias(network: DynamicMemoryNetwork, task: str) -> Tensor:
    pairs = _module(network).heads[task]
    assert isinstance(pairs, Pairs)
    return pairs.first.bias


def _tasks(network: DynamicMemoryNetwork, vocabulary: Vocabulary) -> list[str]:
    if "spans" not in network.answers or not isinstance(network.answers["spans"], SpansAnswer):
        return []  # a plugin's module decides as it likes
    heads = _module(network).heads
    return [task for task in heads if not vocabulary.schemas[task].single]


def _module(network: DynamicMemoryNetwork) -> SpansAnswer:
    module = network.answers["spans"]
    assert isinstance(module, SpansAnswer)
    return module
