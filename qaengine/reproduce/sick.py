"""Relatedness of two sentences: SICK (Marelli et al. 2014), with the head of Tai et al. 2015.

For the vectors a and b of the sentences (section 4.2):

    h = sigmoid(W [a * b; |a - b|] + b_h)
    p = softmax(V h + b_p)          over the steps 1 to 5
    y = p . (1, 2, 3, 4, 5)

The loss is the divergence of p from the distribution over the two steps next to the gold score.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from qaengine import text
from qaengine.data import locate
from qaengine.network.encoder import Encoded, Encoder
from qaengine.reproduce.experiment import Experiment, Head, fitting, lower, some
from qaengine.reproduce.heads import Heads
from qaengine.reproduce.reader import Reader, Sentence, encoders_loss
from qaengine.reproduce.rows import Settings
from qaengine.schema import Split
from qaengine_tasks.correlation import mean_squared_error, pearson, spearman
from qaengine_tasks.relatedness_files import Pair, read_sick

STEPS = 5
HIDDEN = 50


class Related(NamedTuple):
    """Two sentences, and how related they are, from 1 to 5."""

    first: Sentence
    second: Sentence
    score: float


class Comparison(Head[Related]):
    """A distribution over the steps, from the product and the distance of both sentences."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.hidden = nn.Linear(2 * reader.encoder.width, HIDDEN)
        self.steps = nn.Linear(HIDDEN, STEPS)

    def loss(self, examples: Sequence[Related]) -> Tensor:
        encoded, predicted = self._distribution(examples)
        gold = distribution([example.score for example in examples]).to(predicted.device)
        divergence = F.kl_div(predicted, gold, reduction="batchmean")
        return divergence + encoders_loss(encoded, divergence)

    def said(self, examples: Sequence[Related]) -> list[float]:
        """A score for each pair."""
        _, predicted = self._distribution(examples)
        steps = torch.arange(1.0, STEPS + 1, device=predicted.device)
        found: list[float] = (predicted.exp() @ steps).tolist()
        return found

    def _distribution(self, examples: Sequence[Related]) -> tuple[Encoded, Tensor]:
        """Logarithms of p, (n, 5)."""
        firsts, seconds = [one.first for one in examples], [one.second for one in examples]
        encoded = self.reader([*firsts, *seconds])
        one, other = encoded.summary.chunk(2)
        both = torch.cat([one * other, (one - other).abs()], dim=1)
        return encoded, self.steps(self.hidden(both).sigmoid()).log_softmax(1)


def distribution(scores: Sequence[float]) -> Float[Tensor, "n 5"]:
    """Over the steps 1 to 5: the two next to a score share it, so that their mean is the score."""
    steps = torch.arange(1.0, STEPS + 1)
    return (1 - (torch.tensor(scores)[:, None] - steps).abs()).clamp(min=0)


class Relatedness(Experiment[Related]):
    table = "sick"
    tunes = False

    def sentences(self, example: Related) -> Sequence[Sentence]:
        return example.first, example.second

    def head(self, reader: Reader) -> Comparison:
        return Comparison(reader)

    def score(self, examples: Sequence[Related], said: Sequence[Any]) -> dict[str, float]:
        """Pearson's r, Spearman's rho, and the mean squared error."""
        given = list(chain.from_iterable(said))
        gold = [example.score for example in examples]
        return {
            "pearson": pearson(gold, given),
            "spearman": spearman(gold, given),
            "mse": mean_squared_error(gold, given),
        }


def experiment(
    encoder: type[Encoder], variant: str, settings: Settings, heads: Heads | None
) -> Relatedness:
    """SICK as an encoder reads it. The data have no trees: without `heads`, encoders over trees
    read chains. Training pairs that stand in another split, too, are left out. Raises `DataError`.
    """
    parsed = heads if encoder.needs_trees else None

    def sentence(said: str) -> Sentence:
        if parsed is None:
            return Sentence(lower(text.words(said)))
        tree = fitting(encoder, parsed.tree(said))
        return Sentence(lower(tree.tokens), tree)

    splits: dict[Split, list[Related]] = {
        split: [
            Related(sentence(pair.first), sentence(pair.second), pair.score)
            for pair in some(pairs, settings.limit)
        ]
        for split, pairs in _pairs().items()
    }
    reads = "dependency" if parsed else "chains" if encoder.needs_trees else "sequences"
    return Relatedness(variant, reads, "pairs", splits)


def _pairs() -> dict[Split, list[Pair]]:
    folder = locate("sick")
    train, valid, test = (read_sick(folder, split) for split in ("train", "valid", "test"))
    held_out = {pair.key for pair in (*valid, *test)}
    kept = [pair for pair in train if pair.key not in held_out]
    return {"train": kept, "valid": valid, "test": test}
