"""What the answer modules for texts have in common: parts of words, written or copied.

A text is written part by part, and the chance of each is mixed of that of writing it and that of
copying it from the words of the input (See et al. 2017, arXiv 1704.04368); a beam looks for the
likeliest text.
"""

from __future__ import annotations

import math
from abc import abstractmethod

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Parts
from qaengine.network.answers.beam import Writing, search
from qaengine.network.answers.module import AnswerModule
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import END, Vocabulary

START = 1
"""The part that stands before the first; never written."""


class TextAnswer(AnswerModule):
    """Writes a text part by part; the question says in which language."""

    kind = "text"
    BEAM = 4
    SMOOTHING = 0.1
    DRAWN = 600
    """Parts that stand for those which nobody wrote in a batch."""

    point: nn.Linear
    """From what a step knows to what it would copy."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        self.bias = nn.Parameter(torch.zeros(len(vocabulary.parts)))
        self.dropout = nn.Dropout(config.written_dropout)

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """The best text that a beam finds: `parts` (b, l), END behind it; `attention` (b, l, t);
        `likelihood` (b), the geometric mean over its parts."""
        most = 2 * thought.present.sum(1) + 20
        return search(self.drafts(thought, batch), most, start=START, end=END, beam=self.BEAM)

    @abstractmethod
    def drafts(self, thought: Thought, batch: Batch) -> Writing:
        """Texts on their way, BEAM for each question."""

    def pointed(
        self, states: Float[Tensor, "b l h"], keys: Float[Tensor, "b s h"], parts: Parts
    ) -> Float[Tensor, "b l s"]:
        """Which part of the input's words would be copied, at each step."""
        pointed = torch.bmm(self.point(states), keys.transpose(1, 2))
        behind = (parts.ids == END).unsqueeze(1)
        pointed = pointed * states.shape[-1] ** -0.5
        return pointed.masked_fill(behind, NOTHING).softmax(-1)

    def surprise(
        self,
        gold: Int[Tensor, "b l"],
        features: Float[Tensor, "b l e"],
        table: Float[Tensor, "v e"],
        copying: Float[Tensor, "b l"],
        by_copy: Float[Tensor, "b l"],
    ) -> Float[Tensor, " b"]:
        """Smoothed negative log likelihood of the gold parts (-1 behind the last), the mean of each
        text. Features and table tell what is written, `copying` the log odds that a part is copied,
        and `by_copy` the chance of the gold part then."""
        mask = gold >= 0
        by_word, on_average = self._written(features[mask], gold[mask], table)
        copying, by_copy = copying[mask], by_copy[mask]
        chance = (F.logsigmoid(-copying) + by_word).exp() + copying.sigmoid() * by_copy
        smooth = (1 - self.SMOOTHING) * chance.clamp(min=1e-9).log() + self.SMOOTHING * on_average
        rows = mask.nonzero()[:, 0]
        return -smooth.new_zeros(len(gold)).index_add(0, rows, smooth) / mask.sum(1)

    def _written(
        self, features: Float[Tensor, "n e"], gold: Int[Tensor, " n"], table: Float[Tensor, "v e"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
        """Log likelihood of the gold parts, and its mean over all parts: no other part's is
        needed, and none is kept."""
        total = self._total(features, gold, table)
        right = (features * table[gold]).sum(-1) + self.bias[gold]
        mean = features @ table.mean(0) + self.bias.mean()
        return right - total, mean - total

    def _total(
        self, features: Float[Tensor, "n e"], gold: Int[Tensor, " n"], table: Float[Tensor, "v e"]
    ) -> Float[Tensor, " n"]:
        """Logarithm of the sum that the softmax divides by. In training most parts that nobody
        wrote are left out of it, and some drawn at random stand for all of them."""
        if not self.training or len(table) <= 2 * self.DRAWN:
            return torch.addmm(self.bias, features, table.T).logsumexp(-1)
        written = torch.zeros(len(table), dtype=torch.bool, device=gold.device)
        written[gold] = True
        (others,) = (~written).nonzero(as_tuple=True)
        drawn = others[torch.randperm(len(others), device=gold.device)[: self.DRAWN]]
        stands_for = self.bias[drawn] + math.log(len(others) / max(len(drawn), 1))
        weights = torch.cat([self.bias[written], stands_for])
        counted = torch.cat([table[written], table[drawn]])
        return torch.addmm(weights, features, counted.T).logsumexp(-1)


def fed(gold: Int[Tensor, "b l"]) -> Int[Tensor, "b l"]:
    """What stands before each gold part: the beginning, then the parts themselves."""
    return F.pad(gold[:, :-1].clamp(min=0), (1, 0), value=START)


def copied(
    pointed: Float[Tensor, "b l s"], parts: Parts, gold: Int[Tensor, "b l"]
) -> Float[Tensor, "b l"]:
    """The chance of each gold part where one is copied."""
    same: Bool[Tensor, "b l s"] = parts.ids.unsqueeze(1) == gold.clamp(min=0).unsqueeze(-1)
    return (pointed * same).sum(-1)


def mixed(
    logits: Float[Tensor, "n v"],
    copying: Float[Tensor, "n 1"],
    pointed: Float[Tensor, "n s"],
    parts: Int[Tensor, "n s"],
) -> Float[Tensor, "n v"]:
    """Chances of the next part, written or copied; `copying`: the chance of the latter."""
    chances = (1 - copying) * logits.softmax(-1)
    chances.scatter_add_(1, parts, copying * pointed)
    chances[:, START] = 0.0
    return chances


def trimmed(parts: Int[Tensor, " l"]) -> list[int]:
    """The parts before the end."""
    ids: list[int] = parts.tolist()
    return ids[: ids.index(END)] if END in ids else ids
