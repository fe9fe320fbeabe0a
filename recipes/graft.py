"""Puts parts of one checkpoint into another of the same line: what learnt apart on a common trunk.

    PYTHONPATH=.:tasks:plugins python recipes/graft.py TRUNK OTHER --part answers.text \
        --out runs/both

All weights whose names begin so come from OTHER, and so do the network's settings that only they
need. What it was trained on may have moved since: train the part on, alone (`training.learns`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from qaengine.checkpoint import Checkpoint, build, load_checkpoint
from qaengine.errors import CheckpointError

OWN = {
    "answers.text": ("deeper", "source", "writer"),
    "answers.score": ("compare",),
    "closer": ("closer",),
}
"""Settings of the network that are a part's alone."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("trunk", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument(
        "--part", nargs="+", required=True, help="beginnings of the names of weights"
    )
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    trunk, other = load_checkpoint(chosen.trunk), load_checkpoint(chosen.other)
    grafted(trunk, other, chosen.part).save(chosen.out)


def grafted(trunk: Checkpoint, other: Checkpoint, parts: Sequence[str]) -> Checkpoint:
    """The trunk with the other's parts. Raises `CheckpointError` where it has none, or writes with
    other parts of words."""
    if trunk.vocabulary.subwords != other.vocabulary.subwords:
        raise CheckpointError("The two checkpoints write with other parts of words.")
    found, begin = other.network.state_dict(), tuple(parts)
    taken = {name: one for name, one in found.items() if name.startswith(begin)}
    for part in parts:
        if not any(name.startswith(part) for name in taken):
            raise CheckpointError(
                f"The other checkpoint has no weights whose names begin with {part}."
            )
    settings = {
        name: getattr(other.config.network, name) for part in parts for name in OWN.get(part, ())
    }
    read = dict.fromkeys((*trunk.config.network.closely, *other.config.network.closely))
    settings["closely"] = tuple(
        task
        for task in read
        if any(f".closer.{task}." in name for name in (*trunk.network.state_dict(), *taken))
    )
    config = trunk.config.model_copy(
        update={"network": trunk.config.network.model_copy(update=settings)}
    )
    network = build(config.network, trunk.vocabulary).eval()
    kept = {
        name: one for name, one in trunk.network.state_dict().items() if not name.startswith(begin)
    }
    network.load_state_dict(kept | taken)
    return Checkpoint(config, trunk.vocabulary, network)


if __name__ == "__main__":
    main()
