"""A closer reading of a single text: its words once more, in a wider recurrence of two layers.

Facts and memory are narrow, as suits stories; the words of a language want room (Huang et al. 2015,
arXiv 1508.01991). It stands beside the facts, not in their place: answer modules add what it says,
which begins at nothing, so that a network that learnt without it says what it said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.packed import run
from qaengine.network.transformer import NOTHING


class CloserReading(nn.Module):
    """Reads the fact that each word is, the word by itself, and its vector made elsewhere."""

    LAYERS = 2

    def __init__(self, given: int, width: int, dropout: float, hide: float) -> None:
        """`given`: numbers a word; `width`: of the recurrence, in each direction."""
        super().__init__()
        self.read = nn.GRU(
            given,
            width,
            num_layers=self.LAYERS,
            batch_first=True,
            bidirectional=True,
            dropout=dropout,
        )
        self.dropout = nn.Dropout(dropout)
        self.hide = hide

    def forward(
        self,
        facts: Float[Tensor, "b f d"],
        words: Float[Tensor, "b f d"],
        vectors: Float[Tensor, "b f v"] | None,
        counts: Int[Tensor, " b"],
    ) -> Float[Tensor, "b f w"]:
        """States of the words, zero behind the end; `counts`, the words of each text, on the CPU.

        In training vectors are hidden now and then, since rare words have none."""
        given = [facts, words]
        if vectors is not None:
            if self.training:
                known = torch.rand(vectors.shape[:2], device=vectors.device) >= self.hide
                vectors = vectors * known.unsqueeze(-1)
            given.append(vectors)
        states, _ = run(self.read, self.dropout(torch.cat(given, -1)), counts)
        return states


def beside(width: int, config: NetworkConfig, tasks: Iterable[str]) -> nn.ModuleDict:
    """What an answer module adds of a closer reading, for each of its tasks that is read closely:
    nothing at first."""
    served = [task for task in tasks if task in config.closely]
    added = {task: nn.Linear(2 * config.closer, width, bias=False) for task in served}
    for one in added.values():
        nn.init.zeros_(one.weight)
    return nn.ModuleDict(added)


class Looks(nn.Module):
    """What a label is told by of a closer reading: a few looks at its words, each where it has
    learnt to look, such as at the brackets around two mentions; nothing at first."""

    LOOKS = 4
    SEEN = 64

    def __init__(self, given: int, labels: int, dropout: float) -> None:
        """`given`: numbers a word."""
        super().__init__()
        self.look = nn.Linear(given, self.LOOKS, bias=False)
        self.see = nn.Linear(self.LOOKS * given, self.SEEN)
        self.say = nn.Linear(self.SEEN, labels, bias=False)
        nn.init.zeros_(self.say.weight)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, states: Float[Tensor, "b f w"], present: Bool[Tensor, "b f"]
    ) -> Float[Tensor, "b labels"]:
        """What is added to the labels' log odds."""
        states = self.dropout(states)
        weights = self.look(states).masked_fill(~present.unsqueeze(-1), NOTHING).softmax(1)
        seen = (weights.transpose(1, 2) @ states).flatten(1)
        added: Tensor = self.say(self.dropout(torch.relu(self.see(seen))))
        return added


def looks(config: NetworkConfig, labels: Mapping[str, int]) -> nn.ModuleDict:
    """As `beside`, of the tasks of labels; `labels`: how many each task has."""
    return nn.ModuleDict(
        {
            task: Looks(2 * config.closer, count, config.deep_dropout)
            for task, count in labels.items()
            if task in config.closely
        }
    )
