"""Rows of a table in a file, a JSON line each: what was trained, how, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from qaengine.errors import DataError
from qaengine.files import write_whole
from qaengine.schema import Frozen

RANDOM = "random"


class Settings(Frozen):
    """What the rows of one run share; rows with other settings stand by themselves."""

    vectors: str = RANDOM
    """ "random", or the name of the file of word vectors."""
    heads: str = ""
    """The name of the file of dependency trees, if one is given."""
    phrases: int = Field(default=4, ge=0)
    """Of sst: so many labelled phrases a sentence are learnt by encoders over sequences besides it,
    drawn anew in each round."""
    width: int = Field(default=128, ge=1)
    epochs: int = Field(default=6, ge=1)
    batch: int = Field(default=25, ge=1)
    rate: float = Field(default=0.05, gt=0)
    """Adagrad's, for everything but the words' vectors."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """The share of the numbers of words' vectors that are hidden in training."""
    size: float = Field(default=0.4, gt=0)
    """The root mean square that vectors which are given are scaled to; GloVe's is about 0.4."""
    limit: int | None = Field(default=None, ge=1)
    """At most so many examples of each split: for trying, not for a table."""


class Key(NamedTuple):
    """What a row is known by: none is trained twice."""

    variant: str
    encoder: str
    seed: int
    settings: Settings


class Point(Frozen):
    """A round of a learning curve."""

    epoch: int
    loss: float
    """The mean over training."""
    valid: float
    """The first score on validation data."""


class Row(Frozen):
    """An encoder trained with one seed, and tested once."""

    table: str
    variant: str
    """ "fine" or "binary" for sst; "relatedness" for sick."""
    encoder: str
    seed: int
    settings: Settings
    reads: str
    """ "sequences", "chains" (a tree encoder without trees), "constituency" or "dependency"."""
    learns: str
    """ "sentences", "phrases", "nodes" or "pairs"."""
    examples: int
    """Of the training."""
    vectored: float
    """The share of the words known to the network that had a given vector."""
    device: str
    seconds: float
    epoch: int
    """The best on validation data, which is tested."""
    valid: dict[str, float]
    test: dict[str, float]
    curve: tuple[Point, ...]

    @property
    def key(self) -> Key:
        return Key(self.variant, self.encoder, self.seed, self.settings)


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, none where there is no file. A last line that was cut short is dropped
    from the file; any other that is no row raises `DataError`."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        write_whole(path, whole)
    rows = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            rows.append(Row.model_validate_json(line))
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise DataError(
                f"{path}, line {number}: {reason}. Remove the line, or name another --out."
            ) from None
    return rows


def add_row(path: Path, row: Row) -> None:
    """Writes a row behind the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(row.model_dump_json() + "\n")
