"""The published figures, from published.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import Field, model_validator

from qaengine.schema import Frozen


class Published(Frozen):
    """What a paper reports for an encoder on one data set."""

    scores: dict[str, tuple[float, ...]] = {}
    """By column: the mean, and the standard deviation over runs where it is given."""
    source: str = ""
    note: str = ""
    """Why no row of ours can stand beside it."""
    random: Published | None = None
    """The same for vectors that begin at random."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Published:
        if self.scores and not self.source:
            raise ValueError("published figures need a source")
        return self

    def beside(self, vectors: str) -> Published:
        """The figures to set beside a row with these vectors."""
        return self.random if vectors == "random" and self.random else self


class _Tables(Frozen):
    sst: dict[str, Published] = Field(min_length=1)
    sick: dict[str, Published] = Field(min_length=1)


def published(table: str) -> dict[str, Published]:
    """The published figures of "sst" or "sick" by encoder, in the order of the table."""
    text = Path(__file__).with_name("published.toml").read_text("utf-8")
    tables = _Tables.model_validate(tomllib.loads(text))
    return {"sst": tables.sst, "sick": tables.sick}[table]
