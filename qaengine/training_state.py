"""What a training is resumed from: weights, optimizer and counters in one file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from qaengine.errors import CheckpointError, TrainingError
from qaengine.files import write_whole

NAME = "training.safetensors"


class State(NamedTuple):
    """A training as it was left."""

    counters: dict[str, Any]
    network: dict[str, Tensor]
    optimizer: dict[str, Tensor]

    def restore_optimizer(self, optimizer: Optimizer, network: nn.Module) -> None:
        """Gives each weight its own state back, in whatever order a network names them by now;
        raises `CheckpointError` where it is not known by name."""
        numbers = {name: number for number, name in _names(optimizer, network).items()}
        state: dict[int, dict[str, Tensor]] = {}
        for named, tensor in self.optimizer.items():
            name, _, key = named.rpartition(".")
            if name not in numbers:
                raise CheckpointError(
                    f"The training was saved by another qaengine: its optimizer knows {name!r}. "
                    "Begin anew, with --from its checkpoint."
                )
            state.setdefault(numbers[name], {})[key] = tensor.cpu() if key == "step" else tensor
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})


def _names(optimizer: Optimizer, network: nn.Module) -> dict[int, str]:
    """The weights' names, by the numbers that the optimizer gives them."""
    known = {id(one): name for name, one in network.named_parameters()}
    weights = (one for group in optimizer.param_groups for one in group["params"])
    return {number: known[id(one)] for number, one in enumerate(weights)}


def write_state(
    folder: Path,
    network: nn.Module,
    optimizer: Optimizer,
    recipe: BaseModel,
    counters: Mapping[str, Any],
) -> None:
    """Writes the file whole, with the recipe beside the counters."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    names = _names(optimizer, network)
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{names[number]}.{key}": value for key, value in state.items()}
    content = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    told = {**counters, "recipe": recipe.model_dump(mode="json")}
    write_whole(folder / NAME, save(content, {"counters": json.dumps(told)}))


def read_state(folder: Path, recipe: BaseModel, device: str = "cpu") -> State:
    """Reads it for the recipe that it began with; raises `CheckpointError` where there is none, it
    is damaged, or of another recipe."""
    path = folder / NAME
    if not path.exists():
        raise CheckpointError(f"{folder} holds nothing to resume. Train without --resume.")
    try:
        with safe_open(path, "pt", device=device) as file:
            counters = json.loads(file.metadata()["counters"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged ({error}). Start anew.") from None
    if counters["recipe"] != recipe.model_dump(mode="json"):
        raise CheckpointError(
            f"{folder} was trained with another recipe or seed. "
            "Resume with the recipe that it began with, or choose another folder."
        )
    return State(counters, _below(tensors, "network."), _below(tensors, "optimizer."))


def check(loss: float, what: str, number: int, folder: Path) -> None:
    """Raises `TrainingError` for a loss that is no number, in this round: what comes of it must
    not be saved over what was learnt before."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"In round {number} {what} is {loss}. What was saved before stands in {folder}. Begin "
            "anew, from there where a command has --from, with a lower training.learning_rate, or "
            "in full training.precision."
        )


def set_rate(optimizer: Optimizer, highest: float, warmup: float, progress: float) -> None:
    """The learning rate at a share of the training: rises for `warmup` of it, then falls along a
    cosine to a hundredth. A group of parameters may have a "share" of it."""
    rising = min(1.0, progress / warmup) if warmup else 1.0
    falling = 0.5 * (1 + math.cos(math.pi * progress))
    for group in optimizer.param_groups:
        group["lr"] = group.get("share", 1.0) * highest * rising * max(falling, 0.01)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
