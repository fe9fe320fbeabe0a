"""A closer reading of a single text: its words once more, in a wider recurrence of two layers.

Facts and memory are narrow, as suits stories; the words of a language want room (Huang et al. 2015,
arXiv 1508.01991). It stands beside the facts, not in their place: answer modules add what it says,
which begins at nothing, so that a network that learnt without it says what it said.
"""

from __future__ import annotations

from collections.abc import Iterable

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


class Gathered(nn.Module):
    """A text closely read as one vector: its highest features, their mean, and what the question
    looks at."""

    PARTS = 3

    def __init__(self, width: int, states: int) -> None:
        super().__init__()
        self.look = nn.Linear(width, states)

    def forward(
        self,
        states: Float[Tensor, "b f w"],
        present: Bool[Tensor, "b f"],
        question: Float[Tensor, "b d"],
    ) -> Float[Tensor, "b three_w"]:
        highest = states.masked_fill(~present.unsqueeze(-1), NOTHING).amax(1)
        mean = states.sum(1) / present.sum(1, keepdim=True)
        fit = torch.einsum("bfw,bw->bf", states, self.look(question)) * states.shape[-1] ** -0.5
        chances = fit.masked_fill(~present, NOTHING).softmax(-1)
        return torch.cat([highest, mean, torch.einsum("bf,bfw->bw", chances, states)], -1)


def beside(
    width: int, config: NetworkConfig, tasks: Iterable[str], parts: int = 1
) -> nn.ModuleDict:
    """What an answer module adds of so many vectors of a closer reading, for each of its tasks that
    is read closely: nothing at first."""
    added = {
        task: nn.Linear(parts * 2 * config.closer[name].width, width, bias=False)
        for task in tasks
        if (name := config.closely(task)) is not None
    }
    for one in added.values():
        nn.init.zeros_(one.weight)
    return nn.ModuleDict(added)
