"""Word lists and phrase tables as text: sections of lines, `#` comments, "(a|b)" for both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import product

_HEADER = re.compile(r"\[([^\]]+)\]$")
_CHOICE = re.compile(r"\(([^)]*)\)")
_WAYS = ("north", "east", "south", "west")


def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The lines under each "[header]" of a table."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in files(__name__).joinpath(f"{name}.txt").read_text("utf-8").splitlines():
        if header := _HEADER.match(line):
            lines = found.setdefault(header[1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {header: tuple(lines) for header, lines in found.items()}


def word_lists() -> dict[str, list[str]]:
    """The words under each header of words.txt."""
    return {header: " ".join(lines).split() for header, lines in sections("words").items()}


def phrasings(name: str) -> dict[str, tuple[str, ...]]:
    """The phrasings under each header of a table, choices expanded, WAY for each way."""
    told = {
        header: tuple(p for line in lines for p in _expand(line))
        for header, lines in sections(name).items()
    }
    for header in [header for header in told if "WAY" in header]:
        phrases = told.pop(header)
        for way in _WAYS:
            turned = tuple(phrase.replace("WAY", way) for phrase in phrases)
            told[header.replace("WAY", way)] = tuple(p[0].upper() + p[1:] for p in turned)
    return told


def _expand(line: str) -> Iterator[str]:
    parts = _CHOICE.split(line)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return ("".join(chosen) for chosen in product(*choices))
