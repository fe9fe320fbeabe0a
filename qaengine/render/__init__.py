"""Answers as HTML: pure functions, from `answer.value` to strings. No torch, no Gradio.

Everything that a user wrote is escaped (`element`). `STYLE` belongs into the page once; it follows
the system's light or dark, or Gradio's choice of them.
"""

from pathlib import Path

from qaengine.render.answers import answer_view, problem_view, value_view
from qaengine.render.element import Html, element, joined
from qaengine.render.heat import STEP, heat_table, why_view
from qaengine.render.inside import FOLLOW, inside_view
from qaengine.render.share import COPY, copyable, download_link, triple_view
from qaengine.render.spans import spans_view
from qaengine.render.tree import LEVELS, levelled, tree_svg, tree_view
from qaengine.render.trials import Trial, trials_view
from qaengine.render.written import written

__all__ = [
    "COPY",
    "FOLLOW",
    "LEVELS",
    "STEP",
    "STYLE",
    "Html",
    "Trial",
    "answer_view",
    "copyable",
    "download_link",
    "element",
    "heat_table",
    "inside_view",
    "joined",
    "levelled",
    "problem_view",
    "spans_view",
    "tree_svg",
    "tree_view",
    "trials_view",
    "triple_view",
    "value_view",
    "why_view",
    "written",
]

STYLE = "\n".join(
    Path(__file__).with_name(name).read_text("utf-8") for name in ("style.css", "inside.css")
)
"""The style sheet."""
