"""What the pretrained encoders share: words through a transformer's pieces, and a linear map."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.errors import CheckpointError, PluginError
from qaengine.network.encoder import Encoded, Encoder, Sentences

FOLDER_VARIABLE = "QAENGINE_PRETRAINED"
_lock = Lock()
"""A tokenizer is told anew how to pad and cut each time: one thread at a time."""


class PretrainedEncoder(Encoder):
    """A frozen transformer of width h, mapped to width d and added to the words' own vectors.

    A word is the mean of its pieces, a sentence the mean of its words. The transformer's weights
    are not part of a checkpoint, which only knows which folder they came from.
    """

    name = "pretrained"
    paper = "Devlin et al. 2019, arXiv 1810.04805"
    origin: Tensor

    def __init__(self, width: int) -> None:
        super().__init__(width)
        folder = _folder()
        self._pieces, transformer = _load(folder)
        hidden = transformer.config.hidden_size
        positions = getattr(transformer.config, "max_position_embeddings", 512)
        self._longest = min(self._pieces.model_max_length, positions - 2)  # RoBERTa keeps two
        self.norm = nn.LayerNorm(hidden)
        self.word, self.sentence = nn.Linear(hidden, width), nn.Linear(hidden, width)
        self._origin = _fingerprint(folder)
        self.register_buffer("origin", torch.tensor(self._origin))
        self.register_load_state_dict_post_hook(_check_origin)  # type: ignore[no-untyped-call]
        self._keep(transformer)

    def _keep(self, transformer: nn.Module) -> None:
        """In a tuple, where neither optimizers nor checkpoints find it."""
        self._frozen = (transformer.requires_grad_(False).eval(),)

    def _read(self, pieces: dict[str, Tensor]) -> Float[Tensor, "n p h"]:
        (transformer,) = self._frozen
        with torch.no_grad():
            return transformer.to(pieces["input_ids"].device)(**pieces).last_hidden_state

    def forward(self, sentences: Sentences) -> Encoded:
        if sentences.words is None:
            raise ValueError(f"the encoder {self.name!r} reads words: Sentences.words is None")
        embedded = sentences.embedded
        inside = _inside(sentences)  # (n, t)
        known = self._known(sentences.words, embedded)  # (n, t, h)
        states = (self.word(known) + embedded) * inside.unsqueeze(-1)
        count = inside.sum(1, keepdim=True).to(embedded.dtype)
        mean = (embedded * inside.unsqueeze(-1)).sum(1) / count
        return Encoded(states, self.sentence(known.sum(1) / count) + mean)

    def _known(
        self, words: Sequence[Sequence[str]], embedded: Float[Tensor, "n t d"]
    ) -> Float[Tensor, "n t h"]:
        """What the transformer makes of each word; zero for a word without pieces, and for those
        behind its longest text."""
        rows, most, _ = embedded.shape
        with _lock:
            encoding = self._pieces(
                [list(sentence) for sentence in words],
                is_split_into_words=True,
                padding=True,
                truncation=True,
                max_length=self._longest,
                return_tensors="pt",
            )
        owners = torch.tensor([_owners(encoding, row, most) for row in range(rows)])
        owners = owners.to(embedded.device)  # (n, p): a word's place, or `most` for none
        pieces = {name: tensor.to(embedded.device) for name, tensor in encoding.items()}
        states = self.norm(self._read(pieces).to(embedded.dtype))
        one_hot = nn.functional.one_hot(owners, most + 1)[..., :most].to(states.dtype)
        sums = torch.einsum("npt,nph->nth", one_hot, states)
        return sums / one_hot.sum(1).clamp(min=1).unsqueeze(-1)


class TunedEncoder(PretrainedEncoder):
    """The same, with the transformer trained along and kept in the checkpoint."""

    name = "pretrained-tuned"

    def _keep(self, transformer: nn.Module) -> None:
        pooler = getattr(transformer, "pooler", None)
        if pooler is not None:  # reads the first piece only, and nothing of it is used here
            pooler.requires_grad_(False)
        self.transformer = transformer

    def _read(self, pieces: dict[str, Tensor]) -> Float[Tensor, "n p h"]:
        return self.transformer(**pieces).last_hidden_state


def _inside(sentences: Sentences) -> Bool[Tensor, "n t"]:
    device = sentences.embedded.device
    places = torch.arange(sentences.embedded.shape[1], device=device)
    return places < sentences.lengths.to(device).unsqueeze(1)


def _owners(encoding: Any, row: int, nobody: int) -> list[int]:
    """The place of the word that each piece belongs to; `nobody` for the transformer's own."""
    return [nobody if word is None else word for word in encoding.word_ids(row)]


def _folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        raise PluginError(
            f"{FOLDER_VARIABLE} is not set. Set it to the folder of a transformer: config.json, "
            "model.safetensors and its tokenizer."
        )
    if not (Path(named) / "config.json").is_file():
        raise PluginError(
            f"{named} ({FOLDER_VARIABLE}) holds no config.json. Name the folder of a transformer "
            "as `save_pretrained` writes it."
        )
    return Path(named)


def _load(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and transformer of a folder; nothing is fetched, no pickle is read."""
    try:
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise PluginError(
            f"The pretrained encoders need transformers ({error}). "
            "Install it with `pip install 'qaengine[pretrained]'`."
        ) from None
    local: dict[str, Any] = {"local_files_only": True}
    try:
        pieces = AutoTokenizer.from_pretrained(folder, add_prefix_space=True, **local)
        transformer = AutoModel.from_pretrained(folder, use_safetensors=True, **local)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise PluginError(f"The transformer in {folder} cannot be read: {reason}.") from None
    return pieces, transformer.float()


def _fingerprint(folder: Path) -> list[float]:
    """Numbers that tell two folders apart and survive half precision."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return [float(byte) for byte in digest.digest()[:8]]


def _check_origin(encoder: PretrainedEncoder, _: object) -> None:
    if encoder.origin.tolist() != encoder._origin:
        raise CheckpointError(
            f"The checkpoint was trained with another transformer than that in {FOLDER_VARIABLE}. "
            "Set the variable to the folder that it was trained with."
        )
