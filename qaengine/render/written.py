"""Tokens as one writes them."""

from __future__ import annotations

from collections.abc import Iterable

CLOSING = tuple(".,;:?!)]%'’") + ("n't", "n’t")
OPENING = ("(", "[", "$", "#")


def written(tokens: Iterable[str]) -> str:
    """Tokens with blanks between them, but for punctuation."""
    text, opened = "", True
    for token in tokens:
        text += token if opened or token.startswith(CLOSING) else f" {token}"
        opened = token in OPENING
    return text
