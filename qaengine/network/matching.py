"""Words that stand in two sentences: what a vector a sentence forgets, and relations need."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn


class Matching(nn.Module):
    """Tells each fact which words of the question stand in it, and in what role.

    For each word of a fact that stands in the question, too, the states of both are joined: "the
    kitchen" as where the way begins meets "the kitchen" as what lies in the south. It works for
    words never seen, since only sameness counts.
    """

    def __init__(self, width: int, joined: int = 48) -> None:
        super().__init__()
        self.fact, self.question = nn.Linear(width, joined), nn.Linear(width, joined)
        self.out = nn.Linear(joined, width)

    def forward(
        self,
        facts: Float[Tensor, "b f t j"],
        questions: Float[Tensor, "b q j"],
        same: Bool[Tensor, "b f t q"],
    ) -> Float[Tensor, "b f d"]:
        """States of the words, projected by `fact` and `question`; `same`: which are the same."""
        partner = torch.einsum("bftq,bqj->bftj", same.to(questions.dtype), questions)
        joined = torch.relu(facts + partner)
        matched = same.any(-1).to(joined.dtype)
        found: Tensor = self.out(torch.einsum("bftj,bft->bfj", joined, matched))
        return found


def shared(fact: Int[Tensor, "b f t"], question: Int[Tensor, "b q"]) -> Bool[Tensor, "b f t q"]:
    """Which words of the facts stand in the question; an identity of 0 is no word."""
    return (fact.unsqueeze(-1) == question[:, None, None, :]) & (fact > 0).unsqueeze(-1)


class Overlap(nn.Module):
    """How much two facts share: a sum over their common words, weighted by what a word is worth."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.worth = nn.Linear(width, 1)

    def forward(
        self,
        embedded: Float[Tensor, "n t d"],
        identity: Int[Tensor, "n t"],
        facts: Int[Tensor, "b f"],
    ) -> Float[Tensor, "b f f"]:
        worth = torch.sigmoid(self.worth(embedded)).squeeze(-1) * (identity > 0)
        bags = worth.new_zeros(len(identity), int(identity.max()) + 1)
        told = bags.scatter_add(1, identity, worth)[facts]  # (b, f, distinct words)
        return told @ told.transpose(1, 2)
