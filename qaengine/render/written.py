"""Tokens as one writes them."""

from __future__ import annotations

from collections.abc import Iterable

CLOSING = (*".,;:?!)]%'", "n't", "\u2019", "n\u2019t")
OPENING = ("(", "[", "$", "#")


def written(tokens: Iterable[str]) -> str:
    """Tokens with blanks between them, but for punctuation."""
    text, opened = "", True
    for token in tokens:
        text += token if opened or token.startswith(CLOSING) else f" {token}"
        opened = token in OPENING
    return text
