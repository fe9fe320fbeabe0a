"""Which cells follow what: found by correlation in text that the network did not learn from.

Karpathy, Johnson and Fei-Fei 2015 (arXiv:1506.02078), section 4.2, found such cells by eye.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from qaengine.characters.checkpoint import CharacterModel, Follower
from qaengine.characters.network import CHUNK, side_by_side
from qaengine.characters.signals import signals

MOST = 2
"""Cells named for each feature."""
STREAMS = 32
SETTLED = 100
"""Characters of a stretch that do not count, since what stood before them was not read."""


def inside_quotes(text: str) -> list[int]:
    """1 from an opening double quote until its closing one, which is 0."""
    now, found = 0, []
    for character in text:
        if character == '"':
            now = 1 - now
        elif character in "“”":
            now = int(character == "“")
        found.append(now)
    return found


def position_in_line(text: str) -> list[int]:
    """Characters since the last line ended, which is 0."""
    return _counted(text, lambda character: character != "\n")


def bracket_depth(text: str) -> list[int]:
    """How many brackets are open; one that closes none changes nothing."""
    now, found = 0, []
    for character in text:
        now = max(0, now + (character in "([{") - (character in ")]}"))
        found.append(now)
    return found


def position_in_word(text: str) -> list[int]:
    """Letters since the word began; 0 between words."""
    return _counted(text, str.isalpha)


def _counted(text: str, goes_on: Callable[[str], bool]) -> list[int]:
    now, found = 0, []
    for character in text:
        now = now + 1 if goes_on(character) else 0
        found.append(now)
    return found


FEATURES: dict[str, Callable[[str], list[int]]] = {
    "inside quotes": inside_quotes,
    "position in line": position_in_line,
    "bracket depth": bracket_depth,
    "position in word": position_in_word,
}
"""What a cell may follow: a number for each character, that one read."""


def find_followers(
    model: CharacterModel, valid: Sequence[str], test: Sequence[str], most: int = MOST
) -> tuple[Follower, ...]:
    """For each feature the cells that correlate with it most (in either direction) in the `valid`
    texts, with their correlation in the `test` texts."""
    chosen_by, shown = (correlations(model, texts) for texts in (valid, test))
    width = model.network.lstm.hidden_size
    found = []
    for number, feature in enumerate(FEATURES):
        for place in chosen_by[number].abs().argsort(descending=True)[:most].tolist():
            found.append(
                Follower(
                    feature=feature,
                    layer=place // width + 1,
                    cell=place % width + 1,
                    valid=round(float(chosen_by[number, place]), 4),
                    test=round(float(shown[number, place]), 4),
                )
            )
    return tuple(found)


def correlations(model: CharacterModel, texts: Sequence[str]) -> Tensor:
    """Pearson correlation of each feature with each cell (features, layers * width), over all
    characters of the texts; 0 where one of both never changes."""
    cells = model.network.lstm.num_layers * model.network.lstm.hidden_size
    sums = _Sums(len(FEATURES), cells)
    for text in texts:
        numbers = torch.tensor(model.config.alphabet.numbers(text))
        features = [torch.tensor(feature(text)) for feature in FEATURES.values()]
        rows = side_by_side(numbers, STREAMS)
        wanted = torch.stack([side_by_side(one, STREAMS) for one in features], -1)
        state = None
        for begin in range(0, rows.shape[1], CHUNK):
            end, since = begin + CHUNK, max(0, SETTLED - begin)
            found, state = signals(model.network, rows[:, begin:end], state)
            held = found.cell.permute(1, 2, 0, 3).flatten(2)  # (streams, characters, cells)
            sums.add(wanted[:, begin + since : end].flatten(0, 1), held[:, since:].flatten(0, 1))
    return sums.correlations()


class _Sums:
    """Sums that a correlation is made of, in double precision, so that texts of any length fit."""

    def __init__(self, features: int, cells: int) -> None:
        self.count = 0
        self.x, self.xx = torch.zeros(2, features, dtype=torch.float64)
        self.y, self.yy = torch.zeros(2, cells, dtype=torch.float64)
        self.xy = torch.zeros(features, cells, dtype=torch.float64)

    def add(self, x: Tensor, y: Tensor) -> None:
        """Some more characters: `x` is (characters, features), `y` (characters, cells)."""
        x, y = x.double(), y.double()
        self.count += len(x)
        self.x += x.sum(0)
        self.xx += x.square().sum(0)
        self.y += y.sum(0)
        self.yy += y.square().sum(0)
        self.xy += x.T @ y

    def correlations(self) -> Tensor:
        together = self.count * self.xy - torch.outer(self.x, self.y)
        alone_x = (self.count * self.xx - self.x.square()).clamp_min(0).sqrt()
        alone_y = (self.count * self.yy - self.y.square()).clamp_min(0).sqrt()
        both = torch.outer(alone_x, alone_y)
        return torch.where(both > 0, together / both, torch.zeros_like(both))
