"""How right answers are: what a task's `score` may return."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set

from qaengine.schema import Spans, Tags, Triple, Value

Gold = Sequence[Triple]
Given = Sequence[Value | None]
"""What was said to each; None where the answer abstained."""


def tag_accuracy(gold: Gold, said: Given) -> dict[str, float]:
    """The percentage of all facts with the right tag."""
    right = total = 0
    for triple, value in zip(gold, said, strict=True):
        wanted = (triple.answer or "").split(" ")
        given = value.tags if isinstance(value, Tags) else ()
        right += sum(one == other for one, other in zip(wanted, given, strict=False))
        total += len(wanted)
    return {"accuracy": 100 * right / max(total, 1)}


def span_scores(gold: Gold, said: Given) -> dict[str, float]:
    """F1, precision and recall in percent over all examples; both ends and the type must agree."""
    pairs = zip(gold, said, strict=True)
    return set_scores((_spans(triple.value), _spans(value)) for triple, value in pairs)


def set_scores(examples: Iterable[tuple[Set[Hashable], Set[Hashable]]]) -> dict[str, float]:
    """F1, precision and recall in percent of what was found, from what each example wants and what
    was said."""
    right = wanted = found = 0
    for gold, said in examples:
        right += len(gold & said)
        wanted += len(gold)
        found += len(said)
    return {
        "F1": f1(right, found, wanted),
        "precision": 100 * right / max(found, 1),
        "recall": 100 * right / max(wanted, 1),
    }


def f1(right: int, found: int, wanted: int) -> float:
    """In percent; of nothing found where nothing is wanted 0."""
    return 200 * right / max(found + wanted, 1)


def _spans(value: Value | None) -> set[tuple[int, int, str]]:
    spans = value.spans if isinstance(value, Spans) else ()
    return {(span.start, span.end, span.type) for span in spans}
