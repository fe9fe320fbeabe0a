"""How likely a span must be to count as found, or a pair to be answered yes, and what each way to a
score counts: chosen on validation data.

Where F1 is what counts, each span is decided by itself, and most are none: a network that is right
about its chances finds too few, so that half of a chance is seldom the threshold of the best F1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import mean
from typing import NamedTuple

import torch
from torch import Tensor

from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.score import ScoreAnswer
from qaengine.network.answers.spans import Pairs, SpansAnswer
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.prepare import Groups
from qaengine.schema import TaskSchema
from qaengine.scoring import Calibration, Outcome, calibrate, measured, outcomes
from qaengine.vocabulary import Vocabulary
from qaengine.ways import share_out, ways_of
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
    shares: tuple[float, ...] = ()
    """Of scores: what each way counts; together 1."""


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
    """By task, what is best for those that are scored by F1, or told in several ways."""
    found = {}
    for schema in vocabulary.tasks:
        own = {name: some for name, some in groups.items() if some[0].task == schema.name}
        if own and (choose := _chooser(network, schema)) is not None:
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


def _of_scores(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, groups: Groups, device: torch.device
) -> Balance:
    said = [ways_of(network, vocabulary, some, device) for some in groups.values()]
    return Balance(shares=share_out(said))


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
    if isinstance(module, ScoreAnswer):
        shares = module.shares[schema.name]
        yield shares, shares.new_tensor(one.shares)
        return
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


Chooser = Callable[[DynamicMemoryNetwork, Vocabulary, Groups, torch.device], Balance]


def _chooser(network: DynamicMemoryNetwork, schema: TaskSchema) -> Chooser | None:
    """For several spans, two labels that are scored by F1, and scores that are told in several
    ways; a plugin's module decides as it likes."""
    if schema.answer not in network.answers:
        return None
    module = network.answers[schema.answer]
    if isinstance(module, SpansAnswer) and not schema.single:
        return _of_spans
    if isinstance(module, LabelAnswer) and len(schema.labels) == 2 and schema.metric == "F1":
        return _of_labels
    if isinstance(module, ScoreAnswer) and len(module.shares[schema.name]) > 1:
        return _of_scores
    return None
