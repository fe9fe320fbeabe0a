"""What the pretrained encoders share: words through a transformer's pieces, and a linear map."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.errors import CheckpointError, PluginError
from qaengine.network.encoder import Encoded, Encoder, Sentences

FOLDER_VARIABLE = "QAENGINE_PRETRAINED"
KEPT = 1_000_000
"""Words whose vectors a frozen transformer keeps, in half precision: 768 bytes each of 384."""
_lock = Lock()
"""A tokenizer is told anew how to pad and cut each time: one thread at a time."""


class PretrainedEncoder(Encoder):
    """A frozen transformer of width h, mapped to width d and added to the words' own vectors.

    A word is the mean of its pieces, a sentence the mean of its words. The transformer's weights
    are not part of a checkpoint, which only knows which folder they came from. What it says of a
    sentence is kept, since it says the same each time.
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
        self._said: dict[tuple[str, ...], Tensor] = {}

    def forward(self, sentences: Sentences) -> Encoded:
        if sentences.words is None:
            raise ValueError(f"the encoder {self.name!r} reads words: Sentences.words is None")
        embedded = sentences.embedded
        inside = _inside(sentences)  # (n, t)
        said = self._say(sentences.words, embedded)
        known = self.norm(said) * (said != 0).any(-1, keepdim=True)  # (n, t, h)
        states = (self.word(known) + embedded) * inside.unsqueeze(-1)
        count = inside.sum(1, keepdim=True).to(embedded.dtype)
        mean = (embedded * inside.unsqueeze(-1)).sum(1) / count
        return Encoded(states, self.sentence(known.sum(1) / count) + mean)

    def _say(
        self, words: Sequence[Sequence[str]], like: Float[Tensor, "n t d"]
    ) -> Float[Tensor, "n t h"]:
        (transformer,) = self._frozen
        if sum(map(len, self._said)) > KEPT:
            self._said = {}
        kept = self._said  # another thread may begin a new one
        sentences = [tuple(sentence) for sentence in words]
        new = [one for one in dict.fromkeys(sentences) if one not in kept]
        if new:
            with torch.no_grad():
                read = self._means(transformer.to(like.device), new, max(map(len, new)), like)
            for sentence, vectors in zip(new, read, strict=True):
                kept[sentence] = vectors[: len(sentence)].half().cpu()
        said = [kept[sentence].to(like) for sentence in sentences]
        padded = nn.utils.rnn.pad_sequence(said, batch_first=True)
        return nn.functional.pad(padded, (0, 0, 0, like.shape[1] - padded.shape[1]))

    def _means(
        self,
        transformer: nn.Module,
        words: Sequence[Sequence[str]],
        most: int,
        like: Tensor,
    ) -> Float[Tensor, "n t h"]:
        """What the transformer makes of each word, the mean over its pieces; zero for a word
        without any, and for those behind its longest text."""
        with _lock:
            encoding = self._pieces(
                [list(sentence) for sentence in words],
                is_split_into_words=True,
                padding=True,
                truncation=True,
                max_length=self._longest,
                return_tensors="pt",
            )
        owners = torch.tensor([_owners(encoding, row, most) for row in range(len(words))])
        owners = owners.to(like.device)  # (n, p): a word's place, or `most` for none
        pieces = {name: tensor.to(like.device) for name, tensor in encoding.items()}
        states = transformer(**pieces).last_hidden_state.to(like.dtype)
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

    def settled(self) -> Iterable[nn.Parameter]:
        return (one for one in self.transformer.parameters() if one.requires_grad)

    def _say(
        self, words: Sequence[Sequence[str]], like: Float[Tensor, "n t d"]
    ) -> Float[Tensor, "n t h"]:
        return self._means(self.transformer, words, like.shape[1], like)


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
