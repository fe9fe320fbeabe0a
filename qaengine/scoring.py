"""Scores on prepared examples: accuracy of answers, share of supporting facts attended to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from qaengine.batch import Batch, Example, Words, collate
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork, Reply
from qaengine.schema import Frozen
from qaengine.vocabulary import ABSTAIN, END, Vocabulary


class Score(Frozen):
    """Scores of one group of questions, in percent."""

    questions: int
    accuracy: float
    evidence: float
    """Share of supporting facts among the k facts of highest weight; k: their number."""


def spoken(reply: Reply, batch: Batch, vocabulary: Vocabulary) -> list[Words]:
    """Each question's answer items in lower case; () where the network abstains."""
    decoded = zip(reply.decoded.outputs.tolist(), reply.decoded.identity.tolist(), strict=True)
    return [_items(outputs, copies, batch, vocabulary) for outputs, copies in decoded]


def _items(
    outputs: Sequence[int], copies: Sequence[int], batch: Batch, vocabulary: Vocabulary
) -> Words:
    said = []
    for output, copy in zip(outputs, copies, strict=True):
        if output in (END, ABSTAIN):
            break
        said.append(vocabulary.outputs[output] if output >= 0 else batch.spellings[copy])
    return tuple(said)


def batches(
    examples: Sequence[Example], most: int, facts: int
) -> Iterator[list[tuple[int, Example]]]:
    """Examples with their numbers, those of like length together, within the bounds of a batch."""
    order = sorted(range(len(examples)), key=lambda number: len(examples[number].facts))
    batch: list[tuple[int, Example]] = []
    for number in order:
        if len(batch) == most or (len(batch) + 1) * len(examples[number].facts) > facts and batch:
            yield batch
            batch = []
        batch.append((number, examples[number]))
    if batch:
        yield batch


def score(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Sequence[Example],
    device: torch.device,
) -> Score:
    """How many answers are right, and how much of the evidence was found."""
    network.eval()
    right = found = supports = 0
    for numbered in batches(examples, 256, 6_000):
        batch = collate([example for _, example in numbered], vocabulary)
        reply = network.reply(batch.to(device))
        strongest = _strongest(reply)
        for row, (said, (_, example)) in enumerate(
            zip(spoken(reply, batch, vocabulary), numbered, strict=True)
        ):
            right += said == tuple(item.lower() for item in example.answer or ())
            wanted = set(example.supports or ())
            supports += len(wanted)
            if wanted:
                top = strongest[row].topk(len(wanted)).indices.tolist()
                found += len(wanted.intersection(top))
    return Score(
        questions=len(examples),
        accuracy=100 * right / max(len(examples), 1),
        evidence=100 * found / max(supports, 1),
    )


def _strongest(reply: Reply) -> torch.Tensor:
    weights = reply.episodes.weights
    return (weights.amax(1) if weights.shape[1] else weights.sum(1)).cpu()
