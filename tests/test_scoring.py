"""Scores, batches, and what confidence means."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qaengine.batch import Example, FactSpan
from qaengine.engine import Engine
from qaengine.saying import Said
from qaengine.schema import AnswerKind, Triple
from qaengine.scoring import (
    Calibration,
    Outcome,
    batches,
    calibrate,
    calibration_chance,
    calibration_error,
    is_right,
    measured,
    outcomes,
    summary,
)
from qaengine.testing import tiny_engine
from qaengine.text import example


def outcome(
    right: bool = True, likelihood: float = 0.9, wanted: int = 0, found: int = 0
) -> Outcome:
    return Outcome(right, Said(("x",), likelihood), wanted, found)


def test_what_is_known_by_heart_is_right(engine: Engine, samples: tuple[Triple, ...]) -> None:
    known = engine.checkpoint
    schemas = known.vocabulary.schemas
    examples = [example(triple, schemas[triple.task or ""]) for triple in samples]
    score = summary(outcomes(known.network, known.vocabulary, examples, torch.device("cpu")))
    assert (score.questions, score.accuracy) == (len(samples), 100)
    assert score.evidence > 90


def test_answer_counts_whatever_its_case() -> None:
    """Labels and tags are written in capitals: "NN" is generated, and right."""
    triple = Triple(input=("Dogs bark.",), question="Which tag?", answer="NN,VB")
    known = tiny_engine([triple], steps=40).checkpoint
    (found,) = outcomes(known.network, known.vocabulary, [example(triple)], torch.device("cpu"))
    assert found.right
    assert found.said.items == ("NN", "VB")


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


def test_examples_of_a_batch_are_asked_in_one_way() -> None:
    ways: list[tuple[AnswerKind, str]] = [("words", "babi"), ("label", "mood"), ("words", "worlds")]
    examples = [replace(told(2, 3), kind=kind, task=task) for _ in range(4) for kind, task in ways]
    found = list(batches(examples, 8, 50))
    assert len(found) == len(ways)
    for batch in found:
        assert len({(one.kind, one.task) for _, one in batch}) == 1


def asked(kind: AnswerKind, *answer: str, spans: tuple[FactSpan, ...] = ()) -> Example:
    return Example((("a", "b"),), ("q",), answer, kind=kind, spans=spans)


def judged(one: Example, *items: str, spans: tuple[FactSpan, ...] = ()) -> Outcome:
    said = Said(items, 0.9, spans=spans)
    return Outcome(is_right(said, one), said, 0, 0)


@pytest.mark.parametrize(
    ("one", "said", "right"),
    [
        (asked("words", "Mary", "milk"), ("mary", "Milk"), True),
        (asked("words", "milk"), ("milk", "hall"), False),
        (asked("words"), (), True),
        (asked("words"), ("milk",), False),
        (asked("label", "good"), ("bad",), False),
        (asked("score", "3.5"), ("4.000",), True),
        (asked("score", "3.5"), ("2.900",), False),
    ],
)
def test_what_is_right(one: Example, said: tuple[str, ...], right: bool) -> None:
    assert judged(one, *said).right is right


def test_spans_are_right_all_together_in_any_order() -> None:
    first, second = FactSpan(0, 0, "A"), FactSpan(0, 1, "B")
    gold = asked("spans", spans=(first, second))
    assert judged(gold, spans=(second, first)).right
    assert not judged(gold, spans=(first,)).right
    assert not judged(gold, spans=(first, second._replace(type="A"))).right


def test_groups_may_bear_other_numbers() -> None:
    gold = asked("spans", spans=(FactSpan(0, 0, group=5),))
    assert judged(gold, spans=(FactSpan(0, 0, group=0),)).right


def test_labels_are_measured_by_accuracy() -> None:
    one = asked("label", "good")
    found = measured([one, one], [judged(one, "good"), judged(one, "bad")])
    assert found == {"accuracy": 50}


def test_evidence_is_measured_where_supports_are_known() -> None:
    one = asked("words", "x")
    found = measured([one, one], [outcome(wanted=2, found=1), outcome(False)])
    assert found == {"accuracy": 50, "evidence": 50}


def test_tags_are_measured_one_by_one() -> None:
    gold = [asked("tags", "D", "N"), asked("tags", "N", "V")]
    found = measured(gold, [judged(gold[0], "D", "N"), judged(gold[1], "N", "N")])
    assert list(found.items()) == [("tag accuracy", 75), ("accuracy", 50)]


def test_spans_are_measured_by_f1() -> None:
    """Of two found one is right, of two wanted one is found; a text without spans adds none."""
    right, other, wrong = FactSpan(0, 0, "A"), FactSpan(1, 1, "A"), FactSpan(1, 1, "B")
    gold = [asked("spans", spans=(right, other)), asked("spans")]
    said = [judged(gold[0], spans=(right, wrong)), judged(gold[1])]
    assert list(measured(gold, said).items()) == [("f1", 50), ("accuracy", 50)]


def test_scores_are_measured_by_correlation() -> None:
    gold = [asked("score", number) for number in ("1", "2", "3", "4")]
    same = [judged(one, said) for one, said in zip(gold, ("2", "2.5", "3", "3.5"), strict=True)]
    against = [judged(one, said) for one, said in zip(gold, ("4", "3", "2", "1"), strict=True)]
    alike = [judged(one, "3") for one in gold]
    assert measured(gold, same)["pearson"] == pytest.approx(100)
    assert measured(gold, against)["pearson"] == pytest.approx(-100)
    assert measured(gold, alike)["pearson"] == 0
    assert next(iter(measured(gold[:1], same[:1]))) == "pearson"


def test_texts_are_measured_by_bleu() -> None:
    text = "der Hund schläft auf dem Sofa"
    gold = [asked("text", text)]
    assert measured(gold, [judged(gold[0], text)])["bleu"] == pytest.approx(100)
    half = measured(gold, [judged(gold[0], "der Hund schläft auf einem Bett")])["bleu"]
    assert 0 < half < 100
    assert next(iter(measured(gold, [judged(gold[0])]).items())) == ("bleu", 0)


@pytest.mark.parametrize("likelihood", [0.0, 0.2, 0.5, 0.99, 1.0])
def test_uncalibrated_likelihood_is_left(likelihood: float) -> None:
    assert Calibration()(likelihood) == pytest.approx(likelihood, abs=1e-6)


def test_lower_scale_is_less_sure() -> None:
    assert 0.5 < Calibration(scale=1 / 3)(0.99) < 0.9
    assert 0.1 < Calibration(scale=1 / 3)(0.01) < 0.5


def test_certainty_and_doubt_count_apart() -> None:
    """Of a network that is seldom as sure as it says, though it doubts with good reason."""
    assert Calibration(scale=0.5) == Calibration(scale=0.5, doubt=0.5)
    wary = Calibration(scale=1.0, doubt=0.2)
    assert wary(0.9999) < Calibration()(0.9999)
    assert wary(0.01) == pytest.approx(0.01, abs=1e-3)
    rng = random.Random(0)
    chances = [rng.uniform(0.02, 0.98) for _ in range(4_000)]
    results = [outcome(rng.random() < wary(p), p) for p in chances]
    fitted = calibrate(results)
    assert fitted.scale == pytest.approx(1.0, abs=0.25)
    assert fitted.doubt == pytest.approx(0.2, abs=0.1)
    assert calibration_error(results, fitted) < calibration_error(results, Calibration())


def test_what_few_questions_show_by_chance() -> None:
    """Of one question that is half sure the gap is a half; of many it goes to nothing."""
    assert calibration_chance([outcome(True, 0.5)], Calibration()) == pytest.approx(0.5)
    few, many = ([outcome(True, 0.5)] * count for count in (20, 2_000))
    assert 0.06 < calibration_chance(few, Calibration()) < 0.12
    assert calibration_chance(many, Calibration()) < 0.02
    assert calibration_chance([outcome(False, 0.0)] * 9, Calibration()) == pytest.approx(
        0, abs=1e-6
    )


def test_shift_moves_every_likelihood() -> None:
    assert Calibration(shift=1)(0.5) > 0.7
    assert Calibration(shift=-1)(0.9) < 0.9


@given(
    st.floats(-50, 50),
    st.floats(0.05, 50),
    st.floats(0.05, 50),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_confidence_is_a_probability_and_keeps_the_order(
    shift: float, scale: float, doubt: float, likelihoods: list[float]
) -> None:
    fitted = Calibration(scale=scale, doubt=doubt, shift=shift)
    low, high = map(fitted, sorted(likelihoods))
    assert 0 <= low <= high <= 1


def overconfident(count: int = 2_000) -> list[Outcome]:
    """The log odds of what is said are twice those of being right."""
    rng = random.Random(0)
    chances = [rng.uniform(0.05, 0.95) for _ in range(count)]
    return [outcome(rng.random() < p, Calibration(scale=2)(p)) for p in chances]


def too_modest(count: int = 2_000) -> list[Outcome]:
    """A long list of tags is never likely as a whole, and right all the same."""
    rng = random.Random(0)
    chances = [rng.uniform(0.05, 0.95) for _ in range(count)]
    return [outcome(rng.random() < p, Calibration(shift=-2)(p)) for p in chances]


def test_fitted_calibration_undoes_overconfidence() -> None:
    fitted = calibrate(overconfident())
    assert fitted.scale == pytest.approx(0.5, abs=0.1)
    assert fitted.shift == pytest.approx(0, abs=0.15)


def test_fitted_calibration_undoes_modesty() -> None:
    fitted = calibrate(too_modest())
    assert fitted.scale == pytest.approx(1, abs=0.2)
    for likelihood in (0.05, 0.2, 0.5):  # few are above, so that `doubt` has little to say
        assert fitted(likelihood) == pytest.approx(Calibration(shift=2)(likelihood), abs=0.05)


@pytest.mark.parametrize("right", [True, False])
def test_few_outcomes_change_little(right: bool) -> None:
    """Three right answers don't make the network sure of everything."""
    fitted = calibrate([outcome(right, 0.8)] * 3)
    assert 0.02 < fitted(0.8) < 0.98
    assert calibrate([]) == Calibration()


def test_calibration_lowers_the_error() -> None:
    for results in (overconfident(), too_modest()):
        before = calibration_error(results, Calibration())
        assert calibration_error(results, calibrate(results)) < 0.05 < before


def test_error_of_the_surely_wrong_is_one() -> None:
    assert calibration_error([outcome(False, 1.0)], Calibration()) == pytest.approx(1, abs=1e-6)
    assert calibration_error([outcome(True, 1.0)], Calibration()) == pytest.approx(0, abs=1e-6)
