"""Lines with choices, "(a|b) c", and the lines that they stand for."""

from __future__ import annotations

import re
from itertools import product
from math import prod

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


def written_out(line: str, most: int) -> list[str]:
    """The line with each way to choose among its alternatives, the last choice changing first.

    Where these are more than `most`, so many of them: each alternative comes about equally often,
    if `most` is at least their number. Brackets without a choice stay.
    """
    parts = [
        part.split("|") if index % 2 else [part] for index, part in enumerate(_CHOICE.split(line))
    ]
    if prod(map(len, parts)) <= most:
        return ["".join(chosen) for chosen in product(*parts)]
    longest = max(map(len, parts))
    # each round shifts the choices against each other
    return [
        "".join(
            part[(number + number // longest * place) % len(part)]
            for place, part in enumerate(parts)
        )
        for number in range(most)
    ]
