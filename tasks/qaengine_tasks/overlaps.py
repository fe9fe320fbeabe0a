"""When two texts count as the same: to keep what a test asks out of the training text."""

from __future__ import annotations

import re

_OTHERS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """The letters and digits of a text in lower case: what is left when texts are compared."""
    return _OTHERS.sub("", text.lower())
