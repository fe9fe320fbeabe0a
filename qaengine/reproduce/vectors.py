"""Word vectors for a table: of a file, or those that a checkpoint has from elsewhere."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from qaengine.checkpoint import load_checkpoint
from qaengine.errors import DataError
from qaengine.word_vectors import WordVectors, read_vectors


def vectors_of(path: Path, wanted: Container[str]) -> WordVectors:
    """Those of the wanted words; a folder is a checkpoint.

    Raises `DataError` and `CheckpointError`.
    """
    if not path.is_dir():
        return read_vectors(path, wanted)
    checkpoint = load_checkpoint(path)
    table = checkpoint.network.embedding.vectors
    if table is None:
        raise DataError(
            f"The checkpoint {path} learnt all its word vectors itself, with its own network. Name "
            "one that was given some, a file of vectors such as GloVe's, or `random`."
        )
    words = checkpoint.vocabulary.vectored
    places = [place for place, word in enumerate(words) if word in wanted]
    rows = table.weight.detach().numpy()[1:]  # the first is for words without a vector
    return WordVectors(tuple(words[place] for place in places), rows[places])
