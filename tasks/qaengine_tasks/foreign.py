"""Questions that no task answers, from foreign.txt: what the router learns to abstain from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import product

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


@cache
def foreign_questions() -> tuple[str, ...]:
    """All lines of foreign.txt, each once, in their order, with "(a|b)" written out as both."""
    text = files("qaengine_tasks").joinpath("foreign.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(dict.fromkeys(told for line in lines for told in _expanded(line)))


def _expanded(line: str) -> Iterator[str]:
    """The line with each way to choose among its alternatives."""
    fixed_and_choices = _CHOICE.split(line)
    parts = [
        part.split("|") if index % 2 else [part] for index, part in enumerate(fixed_and_choices)
    ]
    return ("".join(chosen) for chosen in product(*parts))
