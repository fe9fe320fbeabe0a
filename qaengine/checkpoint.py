"""A checkpoint: a folder with config.json, vocabulary.json, model.safetensors and a model card."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from qaengine import __version__
from qaengine.errors import CheckpointError, RecipeError
from qaengine.files import write_whole
from qaengine.network.answers import AnswerModule, built_in
from qaengine.network.config import NetworkConfig
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.older_forms import network_of_today, weights_of_today
from qaengine.packing import packed, unpacked
from qaengine.registry import registry
from qaengine.schema import Frozen, TaskSchema
from qaengine.scoring import Calibration
from qaengine.vocabulary import Vocabulary

FORMAT = 9
"""Version of the folder's form; grows when an older qaengine could not read it."""
OLDEST = 2
"""The oldest form that is read."""
FILES = ("config.json", "vocabulary.json", "model.safetensors")
"""What a checkpoint cannot do without."""
PRETRAINED = Path(__file__).parent / "pretrained"


class Config(Frozen):
    """What config.json holds beside the weights."""

    format: int = FORMAT
    qaengine: str = __version__
    recipe: str = ""
    network: NetworkConfig
    tasks: tuple[TaskSchema, ...] = Field(min_length=1)
    """The tasks that the weights were trained on."""
    calibration: dict[str, Calibration] = {}
    """By task, fitted on validation data."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained network and all it needs to read and answer."""

    config: Config
    vocabulary: Vocabulary
    network: DynamicMemoryNetwork

    def save(self, folder: Path, *, half: bool = False) -> None:
        """Writes the folder, each file whole; the weights last, in half the bytes if wanted."""
        weights = {
            name: tensor.detach().cpu() for name, tensor in self.network.state_dict().items()
        }
        if half:
            weights = packed(weights)
        config = self.config.model_copy(update={"format": FORMAT})
        write_whole(folder / "config.json", config.model_dump_json(indent=2))
        write_whole(folder / "vocabulary.json", self.vocabulary.model_dump_json())
        write_whole(folder / "model.safetensors", save(weights))

    def calibration(self, task: str) -> Calibration:
        """How sure the network may be of its answers to a task's questions."""
        return self.config.calibration.get(task, Calibration())


def build(config: NetworkConfig, vocabulary: Vocabulary) -> DynamicMemoryNetwork:
    """A new network for a vocabulary."""
    encoder = registry().encoder(config.encoder)
    if config.nodes and not encoder.needs_trees:
        raise RecipeError(
            f"network.nodes wants nodes for facts, but the encoder {config.encoder!r} reads no "
            "trees. `qaengine encoders` lists those that do."
        )
    memory = registry().memory(config.memory)
    return DynamicMemoryNetwork(config, encoder, vocabulary, _modules(config), memory)


def _modules(config: NetworkConfig) -> dict[str, type[AnswerModule]]:
    """The built-in answer modules, with a plugin's in place of those that the settings name."""
    modules = dict(built_in(config))
    for kind, name in config.answers.items():
        module = registry().answer(name)
        if module.kind != kind:
            raise RecipeError(
                f"The answer module {name!r} gives answers of the kind {module.kind!r}, not "
                f"{kind!r}. Name it under its own kind."
            )
        modules[kind] = module
    return modules


def load_checkpoint(folder: Path | str | None = None, device: str = "cpu") -> Checkpoint:
    """Reads a folder, by default the shipped one; `CheckpointError` says what is wrong with it."""
    folder = PRETRAINED if folder is None else Path(folder)
    config = load_config(folder)
    vocabulary = _vocabulary(folder).model_copy(update={"tasks": config.tasks})
    network = build(config.network, vocabulary)
    try:
        weights = load((folder / "model.safetensors").read_bytes())
        weights = weights_of_today(weights, config.format)
        network.load_state_dict(unpacked(weights))
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"The weights in {folder} are damaged or belong to another network ({reason}). "
            "Train or copy the checkpoint again."
        ) from None
    return Checkpoint(config, vocabulary, network.to(torch.device(device)).eval())


def load_config(folder: Path) -> Config:
    """Reads a checkpoint's config.json; `CheckpointError` says what is wrong with it."""
    raw = _read(folder / "config.json")
    try:
        content = json.loads(raw)
        form = content.get("format")
    except (ValueError, AttributeError):
        raise CheckpointError(
            f"{folder / 'config.json'} is damaged: it is no JSON object."
        ) from None
    if isinstance(form, int) and form > FORMAT:
        raise CheckpointError(
            f"The checkpoint {folder} has form {form}, newer than this qaengine {__version__} "
            f"reads ({FORMAT}). Install a newer qaengine."
        )
    if isinstance(form, int) and form < OLDEST:
        raise CheckpointError(
            f"The checkpoint {folder} has form {form}, older than this qaengine {__version__} "
            f"reads ({OLDEST}). Train it again, or install the qaengine that wrote it."
        )
    if isinstance(network := content.get("network"), dict):
        content["network"] = network_of_today(network)
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise CheckpointError(
            f"{folder / 'config.json'} is no qaengine checkpoint's: {place}: "
            f"{error.errors()[0]['msg']}."
        ) from None


def _vocabulary(folder: Path) -> Vocabulary:
    try:
        return Vocabulary.model_validate_json(_read(folder / "vocabulary.json"))
    except ValidationError as error:
        raise CheckpointError(
            f"{folder / 'vocabulary.json'} is damaged: {error.errors()[0]['msg']}."
        ) from None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise CheckpointError(
            f"There is no checkpoint at {path.parent}: {path.name} cannot be read ({reason}). "
            "Name a folder that `qaengine train` wrote."
        ) from None
