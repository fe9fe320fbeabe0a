"""Many phrasings of each task's question, from phrasings.toml: what the router learns from."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, cycle

from qaengine.errors import InputError, unknown
from qaengine.plugin_api import Task
from qaengine_tasks.choices import written_out

MOST = 10
"""Ways of a line with choices that are used."""
NAMES = ("Ida", "the old farmer", "Mr. Novak", "her sister", "Lisbon", "the firm", "Peter Lund")
PRONOUNS = ("she", "he", "her", "his", "they", "it", "him", "them")


class Phrased(Task):
    """A task whose phrasings stand in phrasings.toml."""

    def phrasings(self) -> Sequence[str]:
        """All of them, with names and pronouns in the slots."""
        slots = zip(cycle(NAMES), cycle(PRONOUNS), strict=False)  # each name meets each pronoun
        ways = phrasings(self.schema.name)
        return tuple(
            way.replace("{a}", name).replace("{b}", pronoun).replace("{pronoun}", pronoun)
            for way, (name, pronoun) in zip(ways, slots, strict=False)
        )


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
    """Task -> variant ("" where it has none) -> phrasings, choices written out, each once."""
    content = tomllib.loads(files("qaengine_tasks").joinpath("phrasings.toml").read_text("utf-8"))
    return {
        task: {
            variant: tuple(
                {
                    way.lower(): way for line in one["phrasings"] for way in written_out(line, MOST)
                }.values()
            )
            for variant, one in ({"": tables} if "phrasings" in tables else tables).items()
        }
        for task, tables in content.items()
    }
