"""How right the answers of a task from a file are, by the kind of answer."""

from __future__ import annotations

from collections.abc import Callable
from statistics import StatisticsError, correlation

from qaengine.metrics import Given, Gold, span_scores, tag_accuracy
from qaengine.schema import AnswerKind, Score

MIDDLE = 3.0
"""Of the scale of scores: what an abstention counts as."""


def pearson(gold: Gold, said: Given) -> dict[str, float]:
    """Pearson's r in [-1, 1]; 0 where either side does not vary."""
    wanted = [float(triple.answer or MIDDLE) for triple in gold]
    given = [value.value if isinstance(value, Score) else MIDDLE for value in said]
    try:
        return {"pearson": correlation(wanted, given)}
    except StatisticsError:
        return {"pearson": 0.0}


def chrf(gold: Gold, said: Given) -> dict[str, float]:
    """chrF of the whole (sacrebleu); an abstention says nothing."""
    from sacrebleu import corpus_chrf  # loaded here, lest a training without texts wait for it

    answers = ["" if value is None else str(value) for value in said]
    return {"chrF": corpus_chrf(answers, [[triple.answer or "" for triple in gold]]).score}


SCORES: dict[AnswerKind, tuple[str, Callable[[Gold, Given], dict[str, float]]]] = {
    "tags": ("accuracy", tag_accuracy),
    "spans": ("F1", span_scores),
    "score": ("pearson", pearson),
    "text": ("chrF", chrf),
}
"""The metric's name and the metric, where it is not the accuracy of whole answers."""
