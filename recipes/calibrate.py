"""Chooses a checkpoint's thresholds and calibrates its confidence on all validation questions.

    PYTHONPATH=.:tasks python recipes/calibrate.py CHECKPOINT --prepared runs/joint-4/prepared \
        --out runs/calibrated

Training does so on `validate_on` questions of each group, which are few for rare names or long
chains. `--prepared` is the folder of prepared stories that the checkpoint was trained on; tasks
without stories there stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from qaengine.balance import settled
from qaengine.batch import Example
from qaengine.checkpoint import Checkpoint, build, load_checkpoint
from qaengine.prepare import read_stories
from qaengine.registry import registry
from qaengine.scoring import outcomes
from qaengine.train import thinned

MOST = 2_000
"""Questions of a group."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--prepared", type=Path, required=True, help="folder of prepared stories")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    checkpoint = asking_along(load_checkpoint(chosen.checkpoint))
    network, vocabulary = checkpoint.network, checkpoint.vocabulary
    device = torch.device("cpu")
    groups = validation(chosen.prepared, set(vocabulary.schemas))
    results = {name: outcomes(network, vocabulary, some, device) for name, some in groups.items()}
    with settled(network, vocabulary, groups, results, device) as found:
        calibration = {**checkpoint.config.calibration, **found}
        config = checkpoint.config.model_copy(update={"calibration": calibration})
        Checkpoint(config, vocabulary, network).save(chosen.out, half=True)
    print("calibrated:", ", ".join(found))


def asking_along(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint, with weights for what the installed tasks ask along by now."""
    installed = registry().tasks()
    tasks = tuple(
        schema.model_copy(update={"further": installed[schema.name].schema.further})
        if schema.name in installed
        else schema
        for schema in checkpoint.config.tasks
    )
    if tasks == checkpoint.config.tasks:
        return checkpoint
    known = checkpoint.vocabulary
    vocabulary = known.extended(known.model_copy(update={"tasks": tasks}))
    network = build(checkpoint.config.network, vocabulary).eval()
    network.load_state_dict({**network.state_dict(), **checkpoint.network.state_dict()})
    return Checkpoint(checkpoint.config.model_copy(update={"tasks": tasks}), vocabulary, network)


def validation(folder: Path, tasks: set[str]) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = {}
    for path in sorted(folder.glob("*-valid.jsonl.gz")):
        for name, examples in read_stories(path).items():
            if examples[0].task in tasks:
                groups.setdefault(name, []).extend(examples)
    return {name: thinned(examples, MOST) for name, examples in groups.items()}


if __name__ == "__main__":
    main()
