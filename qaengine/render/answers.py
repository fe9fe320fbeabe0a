"""An answer as HTML, by the kind of its value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from qaengine.render.element import Html, bar, element, joined, percent, typed
from qaengine.render.heat import attention_table, steps_table
from qaengine.render.spans import HUES, spans_view
from qaengine.render.written import written
from qaengine.schema import (
    Alternative,
    Answer,
    Further,
    Label,
    Score,
    Spans,
    Tags,
    Translation,
    Value,
    Words,
)

STEPS = 5
"""Of the scale of a score, where no distribution tells."""
UNLIKELY = 0.0005
"""What would be shown as 0.0% was not considered."""


def answer_view(answer: Answer) -> Html:
    """The answer, how sure it is, and what else it might be."""
    body = _abstention(answer) if answer.value is None else value_view(answer.value)
    parts = [element("h2", "Answer"), body, _sure(answer), _more(answer.value)]
    parts += [element("p", note, class_="qa-note") for note in answer.notes]
    if answer.further:
        parts.append(_further(answer.further))
    if others := [one for one in answer.alternatives if one.confidence >= UNLIKELY]:
        parts.append(_alternatives(others))
    return element("section", *parts, class_="qa qa-answer", aria_label="Answer")


def problem_view(sentence: str, heading: str = "That can't be asked") -> Html:
    """A mistake of the user's, said kindly."""
    message = typed(sentence, "p", class_="qa-message")
    return element("section", element("h2", heading), message, class_="qa qa-problem", role="alert")


def _further(one: Further) -> Html:
    """What was asked along, and what came of it."""
    return element(
        "p",
        "Asked along: ",
        typed(one.question, "q"),
        " ",
        typed(one.text, "b"),
        f", {percent(one.confidence)}.",
        class_="qa-note",
    )


@singledispatch
def value_view(value: Value) -> Html:
    """An answer's value."""
    raise TypeError(f"no view for {type(value).__name__}")


@value_view.register
def _(value: Label) -> Html:
    return _large(value.label)


@value_view.register
def _(value: Words) -> Html:
    return _large(", ".join(value.words))


@value_view.register
def _(value: Tags) -> Html:
    hues = {tag: number % HUES for number, tag in enumerate(dict.fromkeys(value.tags))}
    words = [
        element(
            "ruby",
            typed(token, "span"),
            element("rt", tag, class_=f"qa-hue-{hues[tag]}"),
        )
        for token, tag in zip(value.tokens, value.tags, strict=True)
    ]
    return element("p", *words, class_="qa-tags", dir="auto")


@value_view.register
def _(value: Spans) -> Html:
    if not value.spans:
        return joined([_large("None found"), spans_view(value)])
    first = value.spans[0]
    alone = len(value.spans) == 1 and not first.type and first.group is None
    large = [_large(value.text[first.start : first.end])] if alone else []
    return joined([*large, spans_view(value)])


@value_view.register
def _(value: Translation) -> Html:
    source = element("div", element("h3", "Text"), typed(written(value.source_tokens), "p"))
    target = element("div", element("h3", "Translation"), _large(value.text))
    return element("div", target, source, class_="qa-pair")


@value_view.register
def _(value: Score) -> Html:
    steps = len(value.distribution) or STEPS
    number = element(
        "p",
        f"{value.value:.2f}",
        element("small", f" on a scale from 1 to {steps}"),
        class_="qa-large",
    )
    ticks = [element("span", str(step)) for step in range(1, steps + 1)]
    scale = element(
        "div",
        bar((value.value - 1) / max(steps - 1, 1)),
        element("div", *ticks, class_="qa-ticks", aria_hidden="true"),
        class_="qa-scale",
    )
    return joined([number, scale])


def _large(text: str) -> Html:
    return typed(text, "p", class_="qa-large")


def _more(value: Value | None) -> Html:
    """The numbers behind a value, where it has some."""
    if isinstance(value, Translation):
        return attention_table(value)
    if isinstance(value, Score) and value.distribution:
        return steps_table("How likely each step is.", value.distribution)
    return Html("")


def _abstention(answer: Answer) -> Html:
    return typed(answer.text, "p", class_="qa-message")


def _sure(answer: Answer) -> Html:
    """How sure, by which task, how fast."""
    many = isinstance(answer.value, Tags | Spans)
    what = " that it cannot tell" if answer.value is None else " of all of it" if many else ""
    number = element("strong", f"{percent(answer.confidence)} sure", f"{what}")
    about = [f"task {answer.task.replace('_', ' ')}"] if answer.task else []
    fast = answer.seconds < 1
    about.append(f"{1000 * answer.seconds:.0f} ms" if fast else f"{answer.seconds:.1f} s")
    return element(
        "p",
        *([] if answer.refused else [bar(answer.confidence), number]),
        element("span", " · ".join(about), class_="qa-muted"),
        class_="qa-sure",
    )


def _alternatives(others: Sequence[Alternative]) -> Html:
    rows = [
        element(
            "li", typed(one.text), bar(one.confidence), element("span", percent(one.confidence))
        )
        for one in others
    ]
    title = element("h3", "Also considered")
    return element("div", title, element("ul", *rows), class_="qa-others")
