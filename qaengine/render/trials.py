"""What became of an answer when its question was disturbed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qaengine.render.element import Html, element, percent, scrolling, typed
from qaengine.schema import Answer

LONGEST = 120


class Trial(NamedTuple):
    """A question asked again in another form."""

    change: str
    """What was changed."""
    input: str
    question: str
    answer: Answer
    held: bool
    """Whether the answer stayed the same, but for what was changed on purpose."""


def trials_view(before: Answer, trials: Sequence[Trial]) -> Html:
    """The answer before, and after each change."""
    heads = [
        element("th", "Change", scope="col"),
        element("th", "Answer", scope="col"),
        element("th", "Sure", scope="col", class_="qa-number"),
        element("th", "Stayed", scope="col"),
    ]
    table = element(
        "table",
        element("caption", "The answer before and after each change."),
        element("thead", element("tr", *heads)),
        element("tbody", _row("As you asked", before, ""), *map(_trial, trials)),
        class_="qa-trials",
    )
    return element("div", scrolling(table, "Answers before and after"), class_="qa")


def _trial(trial: Trial) -> Html:
    verdict = (
        element("span", "✓ same", class_="qa-held")
        if trial.held
        else element("span", "≠ changed", class_="qa-changed")
    )
    asked = element(
        "details",
        element("summary", "What was asked"),
        typed(trial.input, "p"),
        typed(trial.question, "p", class_="qa-question"),
    )
    return _row(trial.change, trial.answer, verdict, asked)


def _row(change: str, answer: Answer, verdict: str, *details: Html) -> Html:
    text = answer.text if len(answer.text) <= LONGEST else f"{answer.text[:LONGEST]}…"
    return element(
        "tr",
        element("th", change, *details, scope="row"),
        typed(text, "td"),
        element("td", percent(answer.confidence), class_="qa-number"),
        element("td", verdict),
    )
