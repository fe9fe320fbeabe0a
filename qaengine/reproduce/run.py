"""Trains the rows of a table that are not in its file yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qaengine.devices import best_device
from qaengine.errors import DataError, unknown
from qaengine.network.encoder import Encoder
from qaengine.reproduce import sick, sst
from qaengine.reproduce.experiment import Experiment
from qaengine.reproduce.heads import Heads
from qaengine.reproduce.rows import Key, Row, Settings, add_row, read_rows
from qaengine.reproduce.training import DivergedError, Tell, built, trained, words_of
from qaengine.reproduce.vectors import vectors_of
from qaengine.word_vectors import WordVectors

EXPERIMENTS: dict[str, Callable[..., Experiment[Any]]] = {
    "sst": sst.experiment,
    "sick": sick.experiment,
}
VARIANTS = {"sst": ("fine", "binary"), "sick": ("relatedness",)}
"""What each table trains an encoder for, apart."""


def reproduce(
    table: str,
    encoders: Mapping[str, type[Encoder]],
    seeds: Sequence[int],
    settings: Settings,
    out: Path,
    *,
    variants: Sequence[str] = (),
    vectors: Path | None = None,
    heads: Path | None = None,
    device: str = "auto",
    tell: Tell = print,
) -> list[Row]:
    """All rows of the file `out`, with those of each encoder, variant and seed in it.

    A row is written when it is done, and none is trained twice: what was interrupted goes on with
    the next row. All encoders come with the first seed before any comes with the second. Raises
    `DataError` and `InputError`.
    """
    for variant in variants:
        if variant not in VARIANTS[table]:
            raise DataError(unknown("variant", variant, VARIANTS[table]))
    named = {
        "vectors": vectors.name if vectors else settings.vectors,
        "heads": heads.name if heads else settings.heads,
    }
    settings = settings.model_copy(update=named)
    rows = read_rows(out)
    done = {row.key for row in rows if row.table == table}
    plan = [
        Key(variant, name, seed, settings)
        for seed in seeds
        for name in encoders
        for variant in variants or VARIANTS[table]
    ]
    waiting = [key for key in plan if key not in done]
    for name in dict.fromkeys(key.encoder for key in waiting):
        built(encoders[name], settings.width)  # complains before hours have passed
    parsed = Heads(heads) if heads and waiting else None
    on = best_device(device)
    for number, key in enumerate(waiting, start=1):
        tell(f"{number} of {len(waiting)}: {key.encoder}, {key.variant}, seed {key.seed}")
        encoder = encoders[key.encoder]
        experiment = EXPERIMENTS[table](encoder, key.variant, settings, parsed)
        given: WordVectors | None = None
        if vectors:
            given = vectors_of(vectors, words_of(experiment, "train", "valid", "test"))
        try:
            row = trained(experiment, encoder, key.seed, settings, given, on, tell)
        except DivergedError as error:  # the other rows do not wait for this one
            tell(f"  no row: {error}")
            continue
        add_row(out, row)
        rows.append(row)
    return rows
