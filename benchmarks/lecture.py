"""The lecture's own example, asked of one set of weights: seven questions of five kinds.

    python benchmarks/lecture.py [CHECKPOINT]

Nothing is trained on these lines, and no checkpoint is chosen by them. A wrong answer is shown as
wrong; the exit code does not tell.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from qaengine.engine import Engine
from qaengine.errors import QAEngineError


class Line(NamedTuple):
    """What is asked, and what the lecture answers."""

    input: str
    question: str
    wanted: str


LINES = (
    Line(
        "Jane went to the hallway. Mary walked to the bathroom. Sandra went to the garden. "
        "Daniel went back to the garden. Sandra took the milk there.",
        "Where is the milk?",
        "garden",
    ),
    Line("Everybody is happy.", "What's the sentiment?", "positive"),
    Line("Everybody is happy.", "What are the POS tags?", "NN VBZ JJ ."),
    Line(
        "Peter's sister is called Isabelle.",
        "What are the mentions?",
        "[[Peter]'s sister] is called [Isabelle].",
    ),
    Line(
        "Peter's sister is called [Isabelle].",
        "Is it coreferent with: [Peter's sister] is called Isabelle?",
        "yes",
    ),
    Line(
        "Peter's sister is called [Isabelle].",
        "Is it coreferent with: [Peter]'s sister is called Isabelle?",
        "no",
    ),
    Line("The answer is far from obvious.", "In French?", "La réponse est loin d'être évidente."),
)
ENOUGH = 75
"""A translation of this chrF or more is right."""


class Told(NamedTuple):
    """What became of a line."""

    line: Line
    text: str
    task: str
    confidence: float | None
    chrf: float | None
    """Of a translation."""

    @property
    def right(self) -> bool:
        return self.text == self.line.wanted or (self.chrf or 0) >= ENOUGH


def ask(engine: Engine) -> Iterator[Told]:
    """Asks each line; one that cannot be asked is answered with the reason."""
    for line in LINES:
        try:
            answer = engine.ask(line.input, line.question)
        except QAEngineError as error:
            yield Told(line, str(error), "", None, None)
            continue
        translated = answer.value is not None and answer.value.kind == "translation"
        chrf = likeness(answer.text, line.wanted) if translated else None
        yield Told(line, answer.text, answer.task or "", answer.confidence, chrf)


def likeness(text: str, wanted: str) -> float:
    """chrF, in percent."""
    from sacrebleu import sentence_chrf

    return float(sentence_chrf(text, [wanted]).score)


def view(told: list[Told]) -> Text:
    """The exchanges, one below the other."""
    shown = Text()
    for one in told:
        shown.append(f"{one.line.input}\n{one.line.question}\n")
        shown.append(one.text, style="bold")
        sure = "" if one.confidence is None else f", {one.confidence:.0%} sure"
        shown.append(f"   {one.task}{sure}", style="dim")
        if not one.right:
            near = "" if one.chrf is None else f" (chrF {one.chrf:.0f})"
            shown.append(f"   not {one.line.wanted}{near}", style="red")
        shown.append("\n\n")
    shown.append(f"{sum(one.right for one in told)} of {len(told)} as in the lecture")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    Console().print(view(list(ask(Engine.load(parser.parse_args().checkpoint)))))


if __name__ == "__main__":
    main()
