"""TOML files that users write: read, and held against a model of what may stand in them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qaengine.errors import QAEngineError

M = TypeVar("M", bound=BaseModel)


def read_toml(path: str | Path, what: str, error: type[QAEngineError]) -> dict[str, Any]:
    """What stands in a file; raises `error` that names it, as a `what`, where it is no TOML."""
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as reason:
        raise error(f"The {what} {path} cannot be read: {reason.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise error(f"The {what} {path} is not valid TOML: {reason}.") from None


def fitted(model: type[M], content: Any, whose: str, error: type[QAEngineError]) -> M:
    """The content as a model; raises `error` with the place in it that is wrong, and why."""
    try:
        return model.model_validate(content)
    except ValidationError as reason:
        first = reason.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise error(f"{whose} is wrong at {place}: {first['msg']}.") from None
