"""The driver of the encoders over trees: a cell runs up the levels, all trees at once.

An encoder here is a cell. Over binary trees (`BinaryEncoder`) it says what a leaf is, and what two
children make; over any others (`NodeEncoder`) what a node's word and its children make. A
sentence without a tree is read as a chain, from left to right.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.forest import Forest, Level

Step = Callable[[Level, Tensor | None], Tensor]
"""From a level and its nodes' children (c, s), None for leaves, to the nodes' states (m, s)."""


def climb(forest: Forest, step: Step) -> Float[Tensor, "k s"]:
    """The states of all nodes, from the leaves to the roots, a step a level."""
    arrived: list[list[Tensor]] = [[] for _ in [*forest.levels, "above the roots"]]
    states = []
    for level in forest.levels:
        children = arrived[level.number]
        state = step(level, torch.cat(children) if children else None)
        arrived[level.number] = []
        for goal, nodes in zip(level.goals, state.split_with_sizes(level.leaving), strict=True):
            arrived[goal].append(nodes)
        states.append(state)
    return torch.cat(states)


class TreeEncoder(Encoder):
    """A word's state is its node's, the summary the root's; `nodes` are all of them."""

    needs_trees = True

    def forward(self, sentences: Sentences) -> Encoded:
        embedded = sentences.embedded
        forest = sentences.trees
        if forest is None:
            forest = Forest.chains(sentences.lengths.tolist(), binary=self.binary_trees)
        if self.binary_trees and forest.pairs is None:
            raise ValueError(f"the encoder {self.name!r} reads binary trees: Tree.binarised")
        if len(forest) != len(embedded) or forest.longest > embedded.shape[1]:
            raise ValueError("the forest holds trees of other sentences")
        forest = forest.to(embedded.device)
        states = self.climb(forest, forest.read(embedded))
        shown = self.shown(states)
        return Encoded(
            states=forest.by_word(shown, embedded.shape[1]),
            summary=shown[forest.roots],
            nodes=forest.by_tree(shown),
            loss=self.loss(states[forest.roots]) if self.training else None,
        )

    @abstractmethod
    def climb(self, forest: Forest, words: Float[Tensor, "w d"]) -> Float[Tensor, "k s"]:
        """The states of all nodes."""

    def shown(self, states: Float[Tensor, "k s"]) -> Float[Tensor, "k d"]:
        """What others see of the cell's states."""
        return states[:, : self.width]

    def loss(self, roots: Float[Tensor, "n s"]) -> Float[Tensor, " n"] | None:
        """A loss of its own for each tree, from the root's state."""
        return None


class BinaryEncoder(TreeEncoder):
    """A cell over trees of words and of pairs."""

    binary_trees = True

    def climb(self, forest: Forest, words: Float[Tensor, "w d"]) -> Float[Tensor, "k s"]:
        def step(level: Level, children: Tensor | None) -> Tensor:
            return self.leaf(words) if children is None else self.join(level.paired(children))

        return climb(forest, step)

    @abstractmethod
    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w s"]:
        """The states of leaves."""

    @abstractmethod
    def join(self, children: Float[Tensor, "m 2 s"]) -> Float[Tensor, "m s"]:
        """The states of phrases, from those of their left and right children."""


class NodeEncoder(TreeEncoder):
    """A cell over trees whose nodes stand for words; the vector of one that does not is zero."""

    def climb(self, forest: Forest, words: Float[Tensor, "w d"]) -> Float[Tensor, "k s"]:
        given = self.read(forest.by_node(words)).split_with_sizes(forest.sizes)

        def step(level: Level, children: Tensor | None) -> Tensor:
            return self.node(given[level.number], children, level)

        return climb(forest, step)

    @abstractmethod
    def read(self, words: Float[Tensor, "k d"]) -> Float[Tensor, "k g"]:
        """What does not depend on children, for all nodes in one product."""

    @abstractmethod
    def node(
        self, given: Float[Tensor, "m g"], children: Float[Tensor, "c s"] | None, level: Level
    ) -> Float[Tensor, "m s"]:
        """The states of a level's nodes."""
