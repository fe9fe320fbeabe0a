"""Scores, batches, and what confidence means."""

from __future__ import annotations

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qaengine.batch import Example
from qaengine.engine import Engine
from qaengine.schema import Triple
from qaengine.scoring import (
    Outcome,
    batches,
    calibrated,
    calibration_error,
    fit_temperature,
    outcomes,
    summary,
)
from qaengine.testing import tiny_engine
from qaengine.text import example


def outcome(
    right: bool = True, likelihood: float = 0.9, wanted: int = 0, found: int = 0
) -> Outcome:
    return Outcome(right, likelihood, ("x",), wanted, found)


def test_what_is_known_by_heart_is_right(engine: Engine, samples: tuple[Triple, ...]) -> None:
    known = engine.checkpoint
    examples = [example(triple) for triple in samples]
    score = summary(outcomes(known.network, known.vocabulary, examples, torch.device("cpu")))
    assert (score.questions, score.accuracy) == (len(samples), 100)
    assert score.evidence > 90


def test_answer_counts_whatever_its_case() -> None:
    """Labels and tags are written in capitals: "NN" is generated, and right."""
    triple = Triple(input=("Dogs bark.",), question="Which tag?", answer="NN,VB")
    known = tiny_engine([triple], steps=40).checkpoint
    (found,) = outcomes(known.network, known.vocabulary, [example(triple)], torch.device("cpu"))
    assert found.right
    assert found.said == ("NN", "VB")


def test_summary_counts_answers_and_evidence() -> None:
    score = summary([outcome(True, wanted=2, found=1), outcome(False, wanted=2, found=2)])
    assert (score.questions, score.accuracy, score.evidence) == (2, 50, 75)


def told(facts: int, words: int) -> Example:
    return Example((("word",) * words,) * facts, ("word",) * 3)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), max_size=40))
def test_batches_hold_each_example_once_within_their_bounds(sizes: list[tuple[int, int]]) -> None:
    examples = [told(*size) for size in sizes]
    found = list(batches(examples, 4, 50))
    numbered = [(number, one) for batch in found for number, one in batch]
    assert sorted(number for number, _ in numbered) == list(range(len(examples)))
    assert all(one is examples[number] for number, one in numbered)
    for batch in found:
        longest = max(len(one.facts) for _, one in batch)
        assert 1 <= len(batch) <= 4
        assert len(batch) == 1 or len(batch) * longest <= 50


def test_long_sentences_make_small_batches() -> None:
    """Memory grows with the square of the words that are read together."""
    long, short = [told(10, 400)] * 20, [told(10, 10)] * 20
    assert max(map(len, batches(long, 128, 6_000))) == 1
    assert max(map(len, batches(short, 128, 6_000))) == 20


@pytest.mark.parametrize("likelihood", [0.0, 0.2, 0.5, 0.99, 1.0])
def test_temperature_of_one_leaves_a_likelihood(likelihood: float) -> None:
    assert calibrated(likelihood, 1.0) == pytest.approx(likelihood, abs=1e-6)


def test_higher_temperature_is_less_sure() -> None:
    assert 0.5 < calibrated(0.99, 3.0) < 0.9
    assert 0.1 < calibrated(0.01, 3.0) < 0.5


def overconfident(count: int = 2_000) -> list[Outcome]:
    """The log odds of what is said are twice those of being right."""
    rng = random.Random(0)
    chances = [rng.uniform(0.05, 0.95) for _ in range(count)]
    return [outcome(rng.random() < p, calibrated(p, 0.5)) for p in chances]


def test_fitted_temperature_undoes_overconfidence() -> None:
    assert fit_temperature(overconfident()) == pytest.approx(2, abs=0.3)


def test_calibration_lowers_the_error() -> None:
    results = overconfident()
    before, after = calibration_error(results, 1.0), calibration_error(results, 2.0)
    assert after < 0.05 < before


def test_error_of_the_surely_wrong_is_one() -> None:
    assert calibration_error([outcome(False, 1.0)], 1.0) == pytest.approx(1, abs=1e-6)
    assert calibration_error([outcome(True, 1.0)], 1.0) == pytest.approx(0, abs=1e-6)
