"""Puts parts of one checkpoint into another of the same line: what learnt apart on a common trunk.

    PYTHONPATH=.:tasks:plugins python recipes/graft.py TRUNK OTHER --part answers.text \
        --out runs/both

All weights whose names begin so come from OTHER, and so do the network's settings that only they
need. What it was trained on may have moved since: train the part on, alone (`training.learns`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from qaengine.checkpoint import Checkpoint, build, load_checkpoint
from qaengine.errors import CheckpointError

OWN = {
    "answers.text": ("deeper", "source", "text_layers", "writer"),
    "answers.score": ("compare",),
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
    kept = {
        name: one for name, one in trunk.network.state_dict().items() if not name.startswith(begin)
    }
    weights = kept | taken
    settings["closer"] = {
        name: one.model_copy(update={"tasks": served})
        for name, one in (trunk.config.network.closer | other.config.network.closer).items()
        if any(weight.startswith(f"closer.{name}.") for weight in weights)
        and (served := tuple(task for task in one.tasks if _added(task, weights)))
    }
    config = trunk.config.model_copy(
        update={"network": trunk.config.network.model_copy(update=settings)}
    )
    network = build(config.network, trunk.vocabulary).eval()
    network.load_state_dict(weights)
    return Checkpoint(config, trunk.vocabulary, network)


def _added(task: str, weights: Iterable[str]) -> bool:
    """Whether an answer module has weights for what a closer reading of the task says."""
    return any(f".closer.{task}." in name for name in weights)


if __name__ == "__main__":
    main()
