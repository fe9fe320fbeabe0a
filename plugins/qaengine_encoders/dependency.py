"""Recursive networks over dependency trees: DT-RNN and SDT-RNN (Socher et al. 2014)."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.network.forest import Level
from qaengine.tree import RELATIONS
from qaengine_encoders.trees import NodeEncoder

PAPER = "Socher et al. 2014, TACL 2, Q14-1017"
NEAREST = 4
"""Children told apart on each side; those farther away count as the last of them."""


class DependencyEncoder(NodeEncoder):
    """A node is its word and its children, each weighed by the words at and below it.

    The state is (h, l): the vector, and the number of those words.
    """

    slots: ClassVar[int]
    """Matrices for children."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.word = nn.Linear(width, width, bias=False)
        self.child = nn.Parameter(torch.empty(self.slots * width, width))
        nn.init.uniform_(self.child, -(width**-0.5), width**-0.5)

    @abstractmethod
    def slot(self, level: Level) -> Int[Tensor, " c"]:
        """The number of each child's matrix."""

    def read(self, words: Float[Tensor, "k d"]) -> Float[Tensor, "k d"]:
        return self.word(words)

    def node(
        self, given: Float[Tensor, "m d"], children: Float[Tensor, "c s"] | None, level: Level
    ) -> Float[Tensor, "m s"]:
        count = given.new_ones(len(given), 1)
        if children is None:
            return torch.cat([given.tanh(), count], dim=1)
        hidden, below = children.split_with_sizes([self.width, 1], dim=1)
        # the children of one matrix are summed first: one product for all nodes and matrices
        place = level.parents * self.slots + self.slot(level)
        summed = given.new_zeros(level.size * self.slots, self.width)
        summed = summed.index_add(0, place, below * hidden).view(level.size, -1)
        count = count + level.sum(below)
        return torch.cat([((given + summed @ self.child) / count).tanh(), count], dim=1)


class DTRNNEncoder(DependencyEncoder):
    """DT-RNN: a matrix for each place beside the head.

    h_i = tanh((W_v x_i + sum over the children j of l(j) W_pos(i,j) h_j) / l(i))

    l(i): words at and below i. pos(i,j): first, second ... child on the left or on the right,
    counted from the head.
    """

    name = "dt_rnn"
    paper = PAPER
    slots = 2 * NEAREST

    def slot(self, level: Level) -> Int[Tensor, " c"]:
        near = level.sides.abs().clamp(max=NEAREST) - 1
        return near + NEAREST * (level.sides > 0)


class SDTRNNEncoder(DependencyEncoder):
    """SDT-RNN: a matrix for each dependency relation.

    h_i = tanh((W_v x_i + sum over the children j of l(j) W_rel(i,j) h_j) / l(i))

    The relations are those of Universal Dependencies; others share the matrix of "dep".
    """

    name = "sdt_rnn"
    paper = PAPER
    slots = len(RELATIONS)

    def slot(self, level: Level) -> Int[Tensor, " c"]:
        return level.relations
