"""Answers questions about a text with one small network, and shows why.

    >>> from qaengine import Engine
    >>> Engine.load().ask("Mary took the milk. Mary went to the garden.", "Where is the milk?").text
    'garden'

Names are imported when first used: `import qaengine` loads neither torch nor pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qaengine.engine import Engine as Engine
    from qaengine.errors import CheckpointError as CheckpointError
    from qaengine.errors import DataError as DataError
    from qaengine.errors import InputError as InputError
    from qaengine.errors import PluginError as PluginError
    from qaengine.errors import QAEngineError as QAEngineError
    from qaengine.errors import RecipeError as RecipeError
    from qaengine.errors import TrainingError as TrainingError
    from qaengine.plugin_api import Task as Task
    from qaengine.plugin_api import hookimpl as hookimpl
    from qaengine.schema import Answer as Answer
    from qaengine.schema import Evidence as Evidence
    from qaengine.schema import TaskSchema as TaskSchema
    from qaengine.schema import Triple as Triple

__version__ = "0.1.0"

_HOMES = {
    "errors": (
        "CheckpointError",
        "DataError",
        "InputError",
        "PluginError",
        "QAEngineError",
        "RecipeError",
        "TrainingError",
    ),
    "schema": ("Answer", "Evidence", "TaskSchema", "Triple"),
    "plugin_api": ("Task", "hookimpl"),
    "engine": ("Engine",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'qaengine' has no attribute {name!r}")
    value = getattr(import_module(f"qaengine.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
