"""Scores on prepared examples: accuracy of answers, share of supporting facts attended to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from qaengine.batch import Batch, Example, Words, collate
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork, Reply
from qaengine.schema import Frozen
from qaengine.vocabulary import ABSTAIN, END, Vocabulary

CELLS = 10_000_000
"""The most pairs of words that a batch compares: bounds memory where sentences are long."""


class Score(Frozen):
    """Scores of one group of questions, in percent."""

    questions: int
    accuracy: float
    evidence: float
    """Share of supporting facts among the k facts of highest weight; k: their number."""


def spoken(reply: Reply, batch: Batch, vocabulary: Vocabulary) -> list[Words]:
    """Each question's answer items, copied ones in lower case; () where the network abstains."""
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
    words = 0
    for number in order:
        example = examples[number]
        words = max(words, _longest(example))
        bound = min(most, facts // len(example.facts), CELLS // _cells(len(example.facts), words))
        if batch and len(batch) >= bound:
            yield batch
            batch, words = [], _longest(example)
        batch.append((number, example))
    if batch:
        yield batch


def _longest(example: Example) -> int:
    return max(len(example.question), *map(len, example.facts))


def _cells(facts: int, words: int) -> int:
    """Pairs of words that are compared for a question: of facts with it, and of those read."""
    return words**2 * (facts + min(facts + 1, 11) ** 2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    right: bool
    likelihood: float
    """Of what was said, before calibration."""
    said: Words
    wanted: int
    """Supporting facts, and how many of them were found."""
    found: int


def outcomes(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Sequence[Example],
    device: torch.device,
) -> list[Outcome]:
    """Asks every example; outcomes in their order."""
    network.eval()
    results: dict[int, Outcome] = {}
    for numbered in batches(examples, 256, 6_000):
        batch = collate([example for _, example in numbered], vocabulary)
        reply = network.reply(batch.to(device))
        rows = zip(
            numbered,
            spoken(reply, batch, vocabulary),
            likelihoods(reply),
            _ranked(reply),
            strict=True,
        )
        for (number, example), said, likelihood, ranked in rows:
            wanted = set(example.supports or ())
            results[number] = Outcome(
                right=_lower(said) == _lower(example.answer or ()),
                likelihood=likelihood,
                said=said,
                wanted=len(wanted),
                found=len(wanted.intersection(ranked[: len(wanted)])),
            )
    return [results[number] for number in range(len(examples))]


def _lower(items: Words) -> Words:
    return tuple(item.lower() for item in items)


def summary(results: Sequence[Outcome]) -> Score:
    """Outcomes as percentages."""
    wanted = sum(one.wanted for one in results)
    return Score(
        questions=len(results),
        accuracy=100 * sum(one.right for one in results) / max(len(results), 1),
        evidence=100 * sum(one.found for one in results) / wanted if wanted else 100.0,
    )


def likelihoods(reply: Reply) -> list[float]:
    """How likely the network finds each of its answers, in [0, 1]."""
    total: list[float] = reply.decoded.log_probabilities.sum(1).exp().clamp(max=1.0).tolist()
    return total


def calibrated(likelihood: float, temperature: float) -> float:
    """A likelihood as the probability of being right: its log odds divided by a temperature."""
    odds = math.log(max(likelihood, 1e-9)) - math.log(max(1 - likelihood, 1e-9))
    return 1 / (1 + math.exp(-odds / temperature))


def fit_temperature(results: Sequence[Outcome]) -> float:
    """The temperature that makes the outcomes likeliest (Guo et al. 2017, arXiv 1706.04599)."""

    def surprise(temperature: float) -> float:
        chances = [(calibrated(one.likelihood, temperature), one.right) for one in results]
        return -sum(math.log(max(p if right else 1 - p, 1e-12)) for p, right in chances)

    return min((step / 20 for step in range(10, 161)), key=surprise)


def calibration_error(results: Sequence[Outcome], temperature: float, bins: int = 10) -> float:
    """Expected calibration error in [0, 1]: mean gap of confidence and accuracy over the bins."""
    binned: dict[int, list[tuple[float, bool]]] = {}
    for one in results:
        p = calibrated(one.likelihood, temperature)
        binned.setdefault(min(int(p * bins), bins - 1), []).append((p, one.right))
    gaps = (
        abs(sum(p for p, _ in some) - sum(right for _, right in some)) for some in binned.values()
    )
    return sum(gaps) / max(len(results), 1)


def _ranked(reply: Reply) -> list[list[int]]:
    """The facts of each question by their highest weight over the passes."""
    weights = reply.episodes.weights
    strongest = weights.amax(1) if weights.shape[1] else weights.sum(1)
    order: list[list[int]] = strongest.argsort(dim=1, descending=True).tolist()
    return order
