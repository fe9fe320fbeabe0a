"""Many phrasings of each task's question, from phrasings.toml: what the router learns from."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import chain

from qaengine.errors import InputError, unknown


def phrasings(task: str, variant: str = "") -> tuple[str, ...]:
    """The phrasings of a task's question; where it has variants, those of one, or of all.

    Variants: `two` and `five` of sentiment, `french` and `german` of translation. Slots are left
    in place: {pronoun} in antecedent, {a} and {b} in coreference. The phrasings of babi name people
    and things of no particular story. Raises `InputError` for what does not exist.
    """
    table = _table()
    if task not in table:
        raise InputError(unknown("task with phrasings", task, table))
    variants = table[task]
    if not variant:
        return tuple(chain.from_iterable(variants.values()))
    if variant not in variants:
        raise InputError(unknown(f"variant of {task} called", variant, filter(None, variants)))
    return variants[variant]


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Task -> variant ("" where it has none) -> phrasings."""
    content = tomllib.loads(files("qaengine_tasks").joinpath("phrasings.toml").read_text("utf-8"))
    return {
        task: {
            variant: tuple(one["phrasings"])
            for variant, one in ({"": tables} if "phrasings" in tables else tables).items()
        }
        for task, tables in content.items()
    }
