"""Errors that a user can cause. Each says what is wrong, what to do, and what exists."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class QAEngineError(Exception):
    """Anything a user can put right: shown as one line, without a traceback."""


class InputError(QAEngineError):
    """The input, the question or an argument is not what it should be."""


class DataError(QAEngineError):
    """A data file is missing, damaged or malformed; names file, line and reason."""


class CheckpointError(QAEngineError):
    """A checkpoint is missing, damaged, foreign or newer than this version."""


class PluginError(QAEngineError):
    """A plugin is broken, or two plugins claim one name."""


class RecipeError(QAEngineError):
    """A training recipe holds an unknown key or an impossible value."""


class TrainingError(QAEngineError):
    """A training went astray; what was saved before stands."""


def unknown(kind: str, name: str, existing: Iterable[str]) -> str:
    """The sentence for a name that does not exist: "did you mean", and what there is."""
    names = sorted(existing)
    close = get_close_matches(name, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"There is no {kind} {name!r}.{hint} Available: {', '.join(names) or 'none'}."
