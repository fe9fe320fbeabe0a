"""How right the answers of a task from a file are, by the kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import StatisticsError, correlation

from qaengine.schema import AnswerKind, Score, Spans, Tags, Triple, Value

Gold = Sequence[Triple]
Given = Sequence[Value | None]

MIDDLE = 3.0
"""Of the scale of scores: what an abstention counts as."""


def tag_accuracy(gold: Gold, said: Given) -> dict[str, float]:
    """The percentage of all facts with the right tag."""
    right = total = 0
    for triple, value in zip(gold, said, strict=True):
        wanted = (triple.answer or "").split(" ")
        given = value.tags if isinstance(value, Tags) else ()
        right += sum(one == other for one, other in zip(wanted, given, strict=False))
        total += len(wanted)
    return {"accuracy": 100 * right / max(total, 1)}


def span_f1(gold: Gold, said: Given) -> dict[str, float]:
    """F1 in percent over all examples; both ends and the type must agree."""
    right = total = 0
    for triple, value in zip(gold, said, strict=True):
        wanted, given = _spans(triple.value), _spans(value)
        right += len(wanted & given)
        total += len(wanted) + len(given)
    return {"F1": 200 * right / max(total, 1)}


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
    "spans": ("F1", span_f1),
    "score": ("pearson", pearson),
    "text": ("chrF", chrf),
}
"""The metric's name and the metric, where it is not the accuracy of whole answers."""


def _spans(value: Value | None) -> set[tuple[int, int, str]]:
    spans = value.spans if isinstance(value, Spans) else ()
    return {(span.start, span.end, span.type) for span in spans}
