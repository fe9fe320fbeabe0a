"""Scores on prepared examples: accuracy of answers, share of supporting facts attended to."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from qaengine.batch import Batch, Example, FactSpan, Words, collate
from qaengine.metrics import set_scores
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
    results: dict[int, Outcome] = {}
    for numbered, batch in batched(network, vocabulary, examples):
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


def batched(
    network: DynamicMemoryNetwork, vocabulary: Vocabulary, examples: Sequence[Example]
) -> Iterator[tuple[list[tuple[int, Example]], Batch]]:
    """The examples with their numbers, and as the network reads them, which is put in its way of
    answering."""
    network.eval()
    for numbered in batches(examples, 256, 6_000):
        yield numbered, with_trees(collate([one for _, one in numbered], vocabulary), network)


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
    pairs = zip(examples, results, strict=True)
    scores = set_scores(
        (_places(example.spans or ()), _places(one.said.spans)) for example, one in pairs
    )
    return {"f1": scores["F1"]}


def _correlated(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    said = torch.tensor([float(one.said.items[0]) for one in results])
    gold = torch.tensor([float((example.answer or ("0",))[0]) for example in examples])
    return {"pearson": 100 * correlation(said, gold)}


def correlation(said: Float[Tensor, " n"], gold: Float[Tensor, " n"]) -> float:
    """Pearson's r; 0 where one says the same of all."""
    if len(said) < 2:
        return 0.0
    return float(torch.corrcoef(torch.stack([said, gold]))[0, 1].nan_to_num())


def _translated(examples: Sequence[Example], results: Sequence[Outcome]) -> dict[str, float]:
    from sacrebleu import corpus_bleu

    said = ["".join(one.said.items) for one in results]
    gold = ["".join(example.answer or ()) for example in examples]
    return {"bleu": float(corpus_bleu(said, [gold]).score)}


_MEASURES = {"tags": _tagged, "spans": _span_f1, "score": _correlated, "text": _translated}


class Calibration(Frozen):
    """How a likelihood p becomes the probability of being right, whose log odds are
    `scale` log p - `doubt` log(1 - p) + `shift` (beta calibration: Kull et al. 2017, AISTATS).

    With one factor for both (where no `doubt` is given) it is Platt's (1999). Two are for a network
    whose certainty means less than its doubt, or more.
    """

    scale: float = 1.0
    doubt: float = 1.0
    shift: float = 0.0

    @model_validator(mode="before")
    @classmethod
    def _alike(cls, given: Any) -> Any:
        if isinstance(given, dict) and "scale" in given:
            return {"doubt": given["scale"], **given}
        return given

    def __call__(self, likelihood: float) -> float:
        likely, unlikely = _logs(likelihood)
        odds = self.scale * likely - self.doubt * unlikely + self.shift
        return 1 / (1 + math.exp(-max(min(odds, 30.0), -30.0)))


def _logs(likelihood: float) -> tuple[float, float]:
    """Of a likelihood, and of its opposite."""
    return math.log(max(likelihood, 1e-9)), math.log(max(1 - likelihood, 1e-9))


LEAST = 0.05
"""Of both factors: more likely must mean more sure."""


def calibrate(results: Sequence[Outcome]) -> Calibration:
    """The calibration that makes the outcomes likeliest, held near to none where they are few."""
    logs = torch.tensor([_logs(one.likelihood) for one in results], dtype=torch.float64)
    right = torch.tensor([float(one.right) for one in results], dtype=torch.float64)
    start = torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)
    fitted = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([fitted], max_iter=100, line_search_fn="strong_wolfe")

    def surprise() -> float:
        optimizer.zero_grad()
        scale, doubt = fitted[:2].clamp(min=LEAST)
        said = scale * logs[:, 0] - doubt * logs[:, 1] + fitted[2]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(said, right, reduction="sum")
        loss = loss + ((fitted - start) ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    if results:
        optimizer.step(surprise)  # type: ignore[no-untyped-call]
    scale, doubt, shift = fitted.tolist()
    return Calibration(
        scale=round(max(scale, LEAST), 4), doubt=round(max(doubt, LEAST), 4), shift=round(shift, 4)
    )


def calibration_error(
    results: Sequence[Outcome], calibration: Calibration, bins: int = 10
) -> float:
    """Expected calibration error in [0, 1]: mean gap of confidence and accuracy over the bins."""
    sure = [(calibration(one.likelihood), one.right) for one in results]
    return _gap(sure, bins)


def calibration_chance(
    results: Sequence[Outcome], calibration: Calibration, bins: int = 10, draws: int = 200
) -> float:
    """What `calibration_error` comes to by chance alone: its mean where each answer is right as
    often as its confidence says, over as many questions.

    Few questions in a bin never are right in just the share that they should be.
    """
    rng = random.Random(0)
    sure = [calibration(one.likelihood) for one in results]
    gaps = (_gap([(p, rng.random() < p) for p in sure], bins) for _ in range(draws))
    return sum(gaps) / draws


def _gap(sure: Sequence[tuple[float, bool]], bins: int) -> float:
    binned: dict[int, list[float]] = {}
    for p, right in sure:
        binned.setdefault(min(int(p * bins), bins - 1), []).append(p - right)
    return sum(abs(sum(some)) for some in binned.values()) / max(len(sure), 1)


def _ranked(reply: Reply) -> list[list[int]]:
    """The facts of each question by their highest weight over the passes."""
    weights = reply.thought.episodes.weights
    strongest = weights.amax(1) if weights.shape[1] else weights.sum(1)
    order: list[list[int]] = strongest.argsort(dim=1, descending=True).tolist()
    return order
