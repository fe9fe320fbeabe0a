"""How likely a span must be to count as found, or a pair to be answered yes: chosen on validation
data, where F1 is what counts.

Each span is decided by itself, and most are none: a network that is right about its chances finds
too few, so that half of a chance is seldom the threshold of the best F1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import mean

import torch
from torch import Tensor

from qaengine.batch import Example
from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.spans import Pairs, SpansAnswer
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.prepare import Groups
from qaengine.schema import TaskSchema
from qaengine.scoring import Calibration, Outcome, calibrate, f1, measured, outcomes
from qaengine.vocabulary import Vocabulary

SHIFTS = (-0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
"""Tried as additions to the log odds of every span of a task, or of its first label."""


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
    with shifted(network, vocabulary, shifts):
        for name, some in groups.items():
            task = some[0].task
            own = outcomes(network, vocabulary, some, device) if task in shifts else results[name]
            by_task.setdefault(task, []).extend(own)
        yield {task: calibrate(own) for task, own in by_task.items()}


def balance(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> dict[str, float]:
    """By task, what is best added to the log odds of its spans, or of its first label; nothing for
    other tasks."""
    found = {}
    tasks = [schema for schema in vocabulary.tasks if _balanced(network, schema)]
    for schema in tasks:
        task = schema.name
        own = {name: some for name, some in groups.items() if some[0].task == task}
        scores = {}
        for shift in SHIFTS if own else ():
            with shifted(network, vocabulary, {task: shift}):
                scores[shift] = mean(
                    _worth(schema, some, outcomes(network, vocabulary, some, device))
                    for some in own.values()
                )
        if scores:
            found[task] = max(scores, key=lambda shift: (scores[shift], -abs(shift)))
    return {task: shift for task, shift in found.items() if shift}


@contextmanager
def shifted(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, shifts: Mapping[str, float]
) -> Iterator[None]:
    """The network with more, or fewer, of what is sought; as it was behind the block."""
    biases = {task: _bias(network, vocabulary.schemas[task]) for task in shifts}
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


def _worth(schema: TaskSchema, examples: Sequence[Example], results: Sequence[Outcome]) -> float:
    """What the threshold is chosen by, F1 in percent; of labels that of the first one."""
    if schema.answer != "label":
        return next(iter(measured(examples, results).values()))
    first = schema.labels[:1]
    said = [one.said.items == first for one in results]
    gold = [one.answer == first for one in examples]
    both = sum(a and b for a, b in zip(said, gold, strict=True))
    return f1(both, sum(said), sum(gold))


def _bias(network: DynamicMemoryNetwork, schema: TaskSchema) -> Tensor:
    """What is added to all spans, or to the first label."""
    module = network.answers[schema.answer]
    if isinstance(module, LabelAnswer):
        return module.heads[schema.name].get_parameter("bias")[:1]
    assert isinstance(module, SpansAnswer)
    pairs = module.heads[schema.name]
    assert isinstance(pairs, Pairs)
    return pairs.first.bias


def _balanced(network: DynamicMemoryNetwork, schema: TaskSchema) -> bool:
    """Several spans, or two labels that are scored by F1; a plugin's module decides as it likes."""
    if schema.answer not in network.answers:
        return False
    module = network.answers[schema.answer]
    if isinstance(module, SpansAnswer):
        return not schema.single
    return isinstance(module, LabelAnswer) and len(schema.labels) == 2 and schema.metric == "F1"
