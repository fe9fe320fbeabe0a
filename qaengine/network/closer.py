"""A closer reading of a single text, or of the two sentences that a score compares: their words
once more, in a wider recurrence of two layers.

Facts and memory are narrow, as suits stories; the words of a language want room (Huang et al. 2015,
arXiv 1508.01991). The modules of spans and of texts add what it says of each word, which begins at
nothing, so that a network that learnt without it says what it said. Tags and labels are told from
it in place of facts and memory (a label also from where memory looked), and so are spans where
`alone` says so: beside what these know by heart it would learn little. A score gets one more way.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import WordTable
from qaengine.network.config import NetworkConfig
from qaengine.network.packed import run
from qaengine.network.pooling import pools


class CloserReading(nn.Module):
    """Reads the fact that each word is (of a sentence: its state there), the word by itself, its
    vector made elsewhere, and what the reading itself makes of how it is spelled."""

    LAYERS = 2

    def __init__(
        self,
        given: int,
        width: int,
        dropout: float,
        hide: float,
        spelled: int = 0,
        buckets: int = 1,
    ) -> None:
        """`given`: numbers a word; `width`: of the recurrence, in each direction; `spelled`: of
        what is made of a spelling, whose n-grams fall into so many buckets; 0 for none."""
        super().__init__()
        self.spelling = Spelling(buckets, spelled) if spelled else None
        self.read = nn.GRU(
            given + spelled,
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
        spelled: Float[Tensor, "b f s"] | None = None,
    ) -> Float[Tensor, "b f w"]:
        """States of the words, zero behind the end; `counts`, the words of each text, on the CPU;
        `spelled`: what `spelling` says of each word.

        In training vectors are hidden now and then, since rare words have none."""
        given = [facts, words]
        if vectors is not None:
            if self.training:
                known = torch.rand(vectors.shape[:2], device=vectors.device) >= self.hide
                vectors = vectors * known.unsqueeze(-1)
            given.append(vectors)
        if spelled is not None:
            given.append(spelled)
        states, _ = run(self.read, self.dropout(torch.cat(given, -1)), counts)
        return states


class Spelling(nn.Module):
    """Distinct words by their n-grams, and by their beginnings, endings and outlines."""

    def __init__(self, buckets: int, width: int) -> None:
        super().__init__()
        self.ngrams = nn.EmbeddingBag(buckets, width, mode="mean")
        self.affixes = nn.EmbeddingBag(buckets, width, mode="mean")

    def forward(self, table: WordTable) -> Float[Tensor, "w s"]:
        ngrams: Tensor = self.ngrams(table.ngram_ids, table.ngram_offsets)
        affixes: Tensor = self.affixes(table.affix_ids)
        return ngrams + affixes


class Gathered(nn.Module):
    """A text closely read as one vector, in the light of a question: its highest features, their
    mean, and what the passes of memory attended to."""

    def __init__(self, width: int, states: int, given: int) -> None:
        """`width`: of the question; `states`: of the words; `given`: of what comes out."""
        super().__init__()
        self.join = nn.Linear(3 * states + width, given)

    def forward(
        self,
        states: Float[Tensor, "b f w"],
        present: Bool[Tensor, "b f"],
        weights: Float[Tensor, "b p f"],
        question: Float[Tensor, "b d"],
    ) -> Float[Tensor, "b o"]:
        """`weights`: each pass's attention."""
        attended = (weights.sum(1, keepdim=True) @ states).squeeze(1)
        gathered: Tensor = self.join(torch.cat([*pools(states, present), attended, question], -1))
        return gathered


def closely_read(config: NetworkConfig, tasks: Iterable[str]) -> dict[str, int]:
    """Of those tasks that are read closely, the width of a word's state."""
    return {
        task: 2 * config.closer[name].width
        for task in tasks
        if (name := config.closely(task)) is not None
    }


def beside(width: int, config: NetworkConfig, tasks: Iterable[str]) -> nn.ModuleDict:
    """What an answer module adds of a closer reading, for each of its tasks that is read closely:
    nothing at first, but where it is all that there is."""
    added = {
        task: nn.Linear(states, width, bias=False)
        for task, states in closely_read(config, tasks).items()
    }
    for task, one in added.items():
        if not config.alone(task):
            nn.init.zeros_(one.weight)
    return nn.ModuleDict(added)
