"""Fits the router of a checkpoint anew, to all phrasings that are installed.

    PYTHONPATH=.:tasks python recipes/fit_router.py CHECKPOINT --prepared runs/joint/prepared \
        --out runs/routed

`--prepared` is the folder of prepared stories that the checkpoint was trained on: its questions
name the people and things that phrasings lack. `--encoder` puts an encoder of questions in: a file
that `recipes/question_encoder.py` wrote for the same word vectors, or a checkpoint that has one.
A checkpoint that has one keeps it. All other weights stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from qaengine.batch import Example
from qaengine.checkpoint import Checkpoint, build, load_checkpoint
from qaengine.prepare import read_stories
from qaengine.routing import fit_router

PREFIX = "asking."


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--prepared", type=Path, required=True, help="folder of prepared stories")
    parser.add_argument("--encoder", type=Path, help="file or checkpoint with a question encoder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=40_000, help="questions of a task")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    checkpoint = load_checkpoint(chosen.checkpoint)
    if chosen.encoder:
        checkpoint = with_encoder(checkpoint, chosen.encoder)
    known = checkpoint.vocabulary.schemas
    examples = [one for one in stories(chosen.prepared) if one.task in known]
    fit_router(checkpoint.network, checkpoint.vocabulary, examples, chosen.seed, most=chosen.most)
    checkpoint.save(chosen.out, half=True)


def with_encoder(checkpoint: Checkpoint, path: Path) -> Checkpoint:
    """The same network with an encoder of questions, and a router that is yet to be fitted."""
    network = checkpoint.config.network.model_copy(update={"asking": True})
    grown = build(network, checkpoint.vocabulary).eval()
    kept = {
        name: tensor
        for name, tensor in checkpoint.network.state_dict().items()
        if not name.startswith(("router.", PREFIX))
    }
    left = grown.load_state_dict(kept | encoder(path), strict=False)
    assert not left.unexpected_keys, left.unexpected_keys
    assert all(name.startswith("router.") for name in left.missing_keys), left.missing_keys
    config = checkpoint.config.model_copy(update={"network": network})
    return Checkpoint(config, checkpoint.vocabulary, grown)


def encoder(path: Path) -> dict[str, Tensor]:
    """Its weights, by their names in a network."""
    if path.is_dir():
        weights = load_file(path / "model.safetensors")
        return {name: one.float() for name, one in weights.items() if name.startswith(PREFIX)}
    return {PREFIX + name: one.float() for name, one in load_file(path).items()}


def stories(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*-train.jsonl.gz")):
        for examples in read_stories(path).values():
            yield from examples


if __name__ == "__main__":
    main()
