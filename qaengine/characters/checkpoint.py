"""A trained language model of characters: a folder with config.json, weights and cells.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from qaengine.characters.alphabet import Alphabet
from qaengine.characters.network import CharacterLSTM
from qaengine.characters.recipe import Network
from qaengine.errors import CheckpointError
from qaengine.files import write_whole
from qaengine.schema import Frozen

SHIPPED = Path(__file__).with_name("weights")
WEIGHTS = "weights.safetensors"


class Bits(Frozen):
    """Bits per character of a book's held-out parts."""

    valid: float
    test: float | None = None
    """Measured when training has ended."""


class Config(Frozen):
    """What config.json holds."""

    recipe: str
    license: str = ""
    alphabet: Alphabet
    network: Network
    bits: dict[str, Bits] = {}
    """By book."""


class Follower(Frozen):
    """A cell that follows something in the text."""

    feature: str
    layer: int = Field(ge=1)
    cell: int = Field(ge=1)
    """Counted from 1, as the layers."""
    valid: float
    """Correlation (Pearson) of the cell with the feature in the parts by which it was chosen."""
    test: float
    """The same, in parts that nothing was chosen by."""


FOLLOWERS = TypeAdapter(tuple[Follower, ...])


@dataclass(frozen=True)
class CharacterModel:
    """The network and all it needs to read and write."""

    config: Config
    network: CharacterLSTM

    def save(self, folder: Path) -> None:
        """Writes config.json and the weights, in half precision."""
        weights = {
            name: tensor.detach().half().cpu() for name, tensor in self.network.state_dict().items()
        }
        write_whole(folder / "config.json", self.config.model_dump_json(indent=1))
        write_whole(folder / WEIGHTS, save(weights))


def load_model(folder: Path | None = None) -> CharacterModel:
    """Reads a folder, the shipped one if none is named; `CheckpointError` says what is wrong."""
    folder = folder or SHIPPED
    config = load_config(folder)
    network = CharacterLSTM(config.network, len(config.alphabet))
    try:
        weights = load(_read(folder, WEIGHTS))
        network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(
            f"{folder / WEIGHTS} is damaged or of another network ({str(error).splitlines()[0]}). "
            "Train it again."
        ) from None
    return CharacterModel(config, network.requires_grad_(False).eval())


def load_config(folder: Path | None = None) -> Config:
    """A folder's config.json, without weights."""
    folder = folder or SHIPPED
    try:
        return Config.model_validate_json(_read(folder, "config.json"))
    except ValidationError as error:
        raise _foreign(folder / "config.json", error) from None


def load_followers(folder: Path | None = None) -> tuple[Follower, ...]:
    """A folder's cells.json: the cells that were found to follow something, the best first."""
    folder = folder or SHIPPED
    try:
        return FOLLOWERS.validate_json(_read(folder, "cells.json"))
    except ValidationError as error:
        raise _foreign(folder / "cells.json", error) from None


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"There is no language model of characters at {folder}: {name} cannot be read "
            f"({error.strerror}). Name a folder that `qaengine train` wrote from a recipe of "
            'kind = "characters", or none for the shipped one.'
        ) from None


def _foreign(path: Path, error: ValidationError) -> CheckpointError:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return CheckpointError(
        f"{path} is no language model's of characters ({place}: {first['msg']}). "
        'Name a folder that `qaengine train` wrote from a recipe of kind = "characters".'
    )
