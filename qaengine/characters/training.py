"""Training, resumable to the same weights.

    qaengine train recipes/char-lm.toml --out runs/char-lm

A round is once through all books in `streams` stretches, from a place that follows from the seed
and the round, with nothing read at first. Gradients go back `steps` characters, the state goes on.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qaengine.characters.alphabet import Alphabet, folded
from qaengine.characters.books import Parts, read_book
from qaengine.characters.cells import find_followers
from qaengine.characters.checkpoint import (
    FOLLOWERS,
    Bits,
    CharacterModel,
    Config,
    load_model,
)
from qaengine.characters.network import (
    CharacterLSTM,
    State,
    bits_per_character,
    chunks,
    side_by_side,
)
from qaengine.characters.recipe import CharacterRecipe
from qaengine.devices import best_device
from qaengine.errors import CheckpointError
from qaengine.files import write_whole
from qaengine.training_state import NAME, check, read_state, set_rate, write_state


def train(
    recipe: CharacterRecipe,
    folder: Path,
    *,
    resume: bool = False,
    device: str = "auto",
    rounds: int | None = None,
) -> dict[str, Any]:
    """Trains a recipe into `folder`, and gives what was measured of the best round's weights.

    `folder` gets those weights, config.json with bits per character, cells.json with the cells that
    follow something, metrics.jsonl, and what `resume` needs. `rounds` stops early, to be resumed.
    """
    books = {book.name: read_book(book, recipe.held_out) for book in recipe.books}
    session = _Session(recipe, books, folder, best_device(device))
    if resume:
        session.restore()
    elif (folder / NAME).exists():
        raise CheckpointError(
            f"{folder} already holds a training. Go on with --resume, or choose another folder."
        )
    session.run(rounds)
    return finish(folder, books)


def finish(folder: Path, books: Mapping[str, Parts]) -> dict[str, Any]:
    """Measures the kept weights, as they are kept, on the test parts, and finds cells that follow
    something."""
    model = load_model(folder)
    alphabet, bits = model.config.alphabet, {}
    for name, parts in books.items():
        test = bits_per_character(model.network, torch.tensor(alphabet.numbers(parts.test)))
        bits[name] = model.config.bits[name].model_copy(update={"test": round(test, 4)})
    followers = find_followers(
        model,
        valid=[parts.valid for parts in books.values()],
        test=[parts.test for parts in books.values()],
    )
    config = model.config.model_copy(update={"bits": bits})
    write_whole(folder / "config.json", config.model_dump_json(indent=1))
    write_whole(folder / "cells.json", FOLLOWERS.dump_json(followers, indent=1))
    found: dict[str, Any] = {f"{name}, bits per character": one.test for name, one in bits.items()}
    for one in followers:
        found.setdefault(f"{one.feature}, best cell", f"{one.layer}/{one.cell} ({one.test:+.2f})")
    return found


class _Session:
    """A training in progress."""

    def __init__(
        self,
        recipe: CharacterRecipe,
        books: Mapping[str, Parts],
        folder: Path,
        device: torch.device,
    ) -> None:
        self.recipe, self.folder, self.device = recipe, folder, device
        texts = [parts.train for parts in books.values()]
        self.alphabet = Alphabet.of(map(folded, texts), recipe.least)
        self.text = self._numbers("".join(texts))
        self.valid = {name: self._numbers(parts.valid) for name, parts in books.items()}
        torch.manual_seed(recipe.training.seed)
        self.network = CharacterLSTM(recipe.network, len(self.alphabet)).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), fused=True)
        self.round, self.best = 0, math.inf

    def _numbers(self, text: str) -> Tensor:
        return torch.tensor(self.alphabet.numbers(text), device=self.device)

    def run(self, rounds: int | None) -> None:
        last = self.recipe.training.rounds
        stop = last if rounds is None else min(last, self.round + rounds)
        while self.round < stop:
            began = time.perf_counter()
            line: dict[str, Any] = {"round": self.round + 1, "train_bits": self._train_round()}
            self.round += 1
            line["valid_bits"] = self._validate()
            line["seconds"] = round(time.perf_counter() - began, 1)
            self._save_state()
            with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _train_round(self) -> float:
        """Once through the books; gives the mean bits per character."""
        plan = self.recipe.training
        turn = random.Random(f"{plan.seed}:{self.round}").randrange(len(self.text))
        rows = side_by_side(self.text.roll(-turn), plan.streams)
        pieces = list(chunks(rows, plan.steps))
        state: State | None = None
        total = torch.zeros((), device=self.device)
        self.network.train()
        for number, (read, following) in enumerate(pieces):
            progress = (self.round + number / len(pieces)) / plan.rounds
            set_rate(self.optimizer, plan.learning_rate, plan.warmup, progress)
            with torch.autocast(
                self.device.type, torch.bfloat16, enabled=plan.precision == "bfloat16"
            ):
                logits, state = self.network(read, state)
            loss = F.cross_entropy(logits.float().flatten(0, 1), following.flatten())
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), plan.clip)
            self.optimizer.step()
            state = (state[0].detach(), state[1].detach())
            total += loss.detach()
        check(float(total), "the loss", self.round + 1, self.folder)
        return float(total) / len(pieces) / math.log(2)

    def _validate(self) -> dict[str, float]:
        """Bits per character of each book; the weights with the lowest mean are kept."""
        self.network.eval()
        bits = {
            name: round(bits_per_character(self.network, text), 4)
            for name, text in self.valid.items()
        }
        mean = sum(bits.values()) / len(bits)
        if mean < self.best:
            self.best = mean
            config = Config(
                recipe=self.recipe.name,
                license=self.recipe.license,
                alphabet=self.alphabet,
                network=self.recipe.network,
                bits={name: Bits(valid=value) for name, value in bits.items()},
            )
            CharacterModel(config, self.network).save(self.folder)
        return bits

    def _save_state(self) -> None:
        counters = {"round": self.round, "best": self.best}
        write_state(self.folder, self.network, self.optimizer, self.recipe, counters)

    def restore(self) -> None:
        """Goes on where the last complete round ended."""
        state = read_state(self.folder, self.recipe)
        self.network.load_state_dict(state.network)
        state.restore_optimizer(self.optimizer, self.network)
        self.round, self.best = state.counters["round"], state.counters["best"]
