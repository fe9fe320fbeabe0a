"""Scores on prepared examples: accuracy of answers, share of supporting facts attended to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch

from qaengine.batch import Example, FactSpan, Words, collate
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork, Reply
from qaengine.parsing import with_trees
from qaengine.saying import Said, say
from qaengine.schema import Frozen
from qaengine.vocabulary import Vocabulary

CELLS = 10_000_000
"""The most pairs of words that a batch compares: bounds memory where sentences are long."""


class Score(Frozen):
    """Scores of one group of questions, in percent."""

    questions: int
    accuracy: float
    evidence: float
    """Share of supporting facts among the k facts of highest weight; k: their number."""


def batches(
    examples: Sequence[Example], most: int, facts: int
) -> Iterator[list[tuple[int, Example]]]:
    """Examples with their numbers, those of like length together, within the bounds of a batch;
    the examples of a batch are asked in one way."""
    order = sorted(range(len(examples)), key=lambda number: (*way(examples[number]), number))
    for _, same in groupby(order, key=lambda number: way(examples[number])[:2]):
        batch: list[tuple[int, Example]] = []
        words = 0
        for number in same:
            example = examples[number]
            words = max(words, _longest(example))
            bound = min(most, facts // example.count, CELLS // _cells(example, words))
            if batch and len(batch) >= bound:
                yield batch
                batch, words = [], _longest(example)
            batch.append((number, example))
        yield batch


def way(example: Example) -> tuple[str, str, int]:
    """What the examples of a batch have in common, kind of answer and task; and by what they are
    sorted, the number of facts."""
    return example.kind, example.task, example.count


def _longest(example: Example) -> int:
    return max(len(example.question), *map(len, example.facts))


def _cells(example: Example, words: int) -> int:
    """Pairs of words that are compared for a question: of facts with it, and of those read."""
    if example.unit == "tokens":
        return 8 * example.count**2
    facts = len(example.facts)
    return words**2 * (facts + min(facts + 1, 11) ** 2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    right: bool
    said: Said
    wanted: int
    """Supporting facts, and how many of them were found."""
    found: int

    @property
    def likelihood(self) -> float:
        """Of what was said, before calibration."""
        return self.said.likelihood


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
        batch = with_trees(collate([example for _, example in numbered], vocabulary), network)
        reply = network.reply(batch.to(device))
        rows = zip(numbered, say(reply, batch, vocabulary), _ranked(reply), strict=True)
        for (number, example), said, ranked in rows:
            wanted = set(example.supports or ())
            results[number] = Outcome(
                right=is_right(said, example),
                said=said,
                wanted=len(wanted),
                found=len(wanted.intersection(ranked[: len(wanted)])),
            )
    return [results[number] for number in range(len(examples))]


def is_right(said: Said, example: Example) -> bool:
    """Whether an answer is the gold one; a score is right within half a step."""
    if example.kind == "spans":
        return _places(said.spans) == _places(example.spans or ())
    if example.kind == "score" and example.answer:
        return abs(float(said.items[0]) - float(example.answer[0])) <= 0.5
    return _lower(said.items) == _lower(example.answer or ())


def _places(spans: Sequence[FactSpan]) -> set[tuple[int, int, str]]:
    """Spans without their groups, whose numbers mean nothing."""
    return {span[:3] for span in spans}


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


def measured(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    """What counts for the kind of answer, in percent, first; then what else is known."""
    one = summary(results)
    kind = examples[0].kind if examples else "words"
    own = _MEASURES[kind](examples, results) if kind in _MEASURES else {}
    supported = {"evidence": one.evidence} if any(result.wanted for result in results) else {}
    return {**own, "accuracy": one.accuracy, **supported}


def _tagged(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    pairs = [
        said == gold
        for example, one in zip(examples, results, strict=True)
        for said, gold in zip(one.said.items, example.answer or (), strict=True)
    ]
    return {"tag accuracy": 100 * sum(pairs) / max(len(pairs), 1)}


def _span_f1(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    found = wanted = right = 0
    for example, one in zip(examples, results, strict=True):
        said, gold = _places(one.said.spans), _places(example.spans or ())
        found, wanted, right = found + len(said), wanted + len(gold), right + len(said & gold)
    return {"f1": 200 * right / max(found + wanted, 1)}


def _correlated(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    said = torch.tensor([float(one.said.items[0]) for one in results])
    gold = torch.tensor([float((example.answer or ("0",))[0]) for example in examples])
    if len(said) < 2:
        return {"pearson": 0.0}
    return {"pearson": 100 * float(torch.corrcoef(torch.stack([said, gold]))[0, 1].nan_to_num())}


def _translated(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    from sacrebleu import corpus_bleu

    said = ["".join(one.said.items) for one in results]
    gold = ["".join(example.answer or ()) for example in examples]
    return {"bleu": float(corpus_bleu(said, [gold]).score)}


_MEASURES = {"tags": _tagged, "spans": _span_f1, "score": _correlated, "text": _translated}


class Calibration(Frozen):
    """How a likelihood becomes the probability of being right (Platt 1999): its log odds times
    `scale`, plus `shift`."""

    scale: float = 1.0
    shift: float = 0.0

    def __call__(self, likelihood: float) -> float:
        odds = self.scale * _log_odds(likelihood) + self.shift
        return 1 / (1 + math.exp(-max(min(odds, 30.0), -30.0)))


def _log_odds(likelihood: float) -> float:
    return math.log(max(likelihood, 1e-9)) - math.log(max(1 - likelihood, 1e-9))


def calibrate(results: Sequence[Outcome]) -> Calibration:
    """The calibration that makes the outcomes likeliest, held near to none where they are few."""
    odds = torch.tensor([_log_odds(one.likelihood) for one in results], dtype=torch.float64)
    right = torch.tensor([float(one.right) for one in results], dtype=torch.float64)
    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    both = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([both], max_iter=50, line_search_fn="strong_wolfe")

    def surprise() -> float:
        optimizer.zero_grad()
        said = both[0] * odds + both[1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(said, right, reduction="sum")
        loss = loss + ((both - start) ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimizer.step(surprise)  # type: ignore[no-untyped-call]
    scale, shift = both.tolist()
    return Calibration(scale=round(max(scale, 0.05), 4), shift=round(shift, 4))


def calibration_error(
    results: Sequence[Outcome], calibration: Calibration, bins: int = 10
) -> float:
    """Expected calibration error in [0, 1]: mean gap of confidence and accuracy over the bins."""
    binned: dict[int, list[tuple[float, bool]]] = {}
    for one in results:
        p = calibration(one.likelihood)
        binned.setdefault(min(int(p * bins), bins - 1), []).append((p, one.right))
    gaps = (
        abs(sum(p for p, _ in some) - sum(right for _, right in some)) for some in binned.values()
    )
    return sum(gaps) / max(len(results), 1)


def _ranked(reply: Reply) -> list[list[int]]:
    """The facts of each question by their highest weight over the passes."""
    weights = reply.thought.episodes.weights
    strongest = weights.amax(1) if weights.shape[1] else weights.sum(1)
    order: list[list[int]] = strongest.argsort(dim=1, descending=True).tolist()
    return order
