"""The two Tree-LSTMs of Tai, Socher and Manning 2015."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.network.forest import Forest, Level
from qaengine.network.late import Late
from qaengine_encoders.trees import TreeEncoder, climb

PAPER = "Tai et al. 2015, arXiv 1503.00075"


class ChildSumTreeLSTMEncoder(TreeEncoder):
    """Child-Sum Tree-LSTM: any number of children, their order forgotten (equations 2 to 8).

    For a node j with the word x_j and the children C:

    h~   = sum of h_k over C
    i    = sigmoid(W_i x_j + U_i h~ + b_i)
    f_k  = sigmoid(W_f x_j + U_f h_k + b_f)   for each child
    o    = sigmoid(W_o x_j + U_o h~ + b_o)
    u    = tanh(W_u x_j + U_u h~ + b_u)
    c_j  = i * u + sum of f_k * c_k
    h_j  = o * tanh(c_j)

    Over a chain it is the LSTM.
    """

    name = "child_sum_tree_lstm"
    paper = PAPER

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.word = nn.Linear(width, 4 * width)  # u, i, o, f
        self.summed = nn.Linear(width, 3 * width, bias=False)  # u, i, o
        self.forget = nn.Linear(width, width, bias=False)

    def climb(self, forest: Forest, words: Float[Tensor, "w d"]) -> Float[Tensor, "k s"]:
        read = self.word(forest.by_node(words))
        rest, forget = read.split_with_sizes([3 * self.width, self.width], dim=1)
        leaves, *sizes = forest.sizes
        of_leaves, of_others = rest.split_with_sizes([leaves, sum(sizes)])
        summed = Late(self.summed.weight, of_others, sizes)
        gates = Late(self.forget.weight, forget.index_select(0, forest.above), forest.given[1:])

        def step(level: Level, children: Tensor | None) -> Tensor:
            if children is None:
                return _node(of_leaves)
            hidden, cell = children.chunk(2, dim=1)
            kept = level.sum(gates(hidden).sigmoid() * cell)
            return _node(summed(level.sum(hidden)), kept)

        return climb(forest, step)


class ConstituencyTreeLSTMEncoder(TreeEncoder):
    """Binary Tree-LSTM over constituency trees (equations 9 to 14 with N = 2).

    A leaf has a word and no children; a phrase has a left and a right child, and no word:

    leaf      u, i, o = W x + b
    phrase    u, i, o, f_l, f_r = U [h_l; h_r] + b'
              c = sigmoid(i) * tanh(u) + sigmoid(f_l) * c_l + sigmoid(f_r) * c_r
              h = sigmoid(o) * tanh(c)

    Leaves and phrases have biases of their own.
    """

    name = "constituency_tree_lstm"
    paper = PAPER
    binary_trees = True

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.word = nn.Linear(width, 3 * width)  # u, i, o
        self.both = nn.Linear(2 * width, 5 * width)  # u, i, o, f_l, f_r

    def climb(self, forest: Forest, words: Float[Tensor, "w d"]) -> Float[Tensor, "k s"]:
        _, *sizes = forest.sizes
        both = Late(self.both.weight, self.both.bias.expand(sum(sizes), -1), sizes)

        def step(level: Level, children: Tensor | None) -> Tensor:
            if children is None:
                return _node(self.word(words))
            hidden, cells = level.paired(children).chunk(2, dim=2)  # (m, 2, d)
            update, gates = _opened(both(hidden.flatten(1)), self.width)
            i, o, forget = gates.split_with_sizes([self.width, self.width, 2 * self.width], dim=1)
            return _state(update, i, o, (forget.view_as(cells) * cells).sum(1))

        return climb(forest, step)


def _node(
    given: Float[Tensor, "m three_d"], kept: Float[Tensor, "m d"] | None = None
) -> Float[Tensor, "m s"]:
    """The state out of u, i and o, and of what is kept of the children's cells."""
    update, gates = _opened(given, given.shape[1] // 3)
    i, o = gates.chunk(2, dim=1)
    return _state(update, i, o, kept)


def _opened(given: Float[Tensor, "m g"], width: int) -> tuple[Tensor, Tensor]:
    """tanh(u), and the gates that stand behind u."""
    update, gates = given.split_with_sizes([width, given.shape[1] - width], dim=1)
    return update.tanh(), gates.sigmoid()


def _state(update: Tensor, i: Tensor, o: Tensor, kept: Tensor | None) -> Float[Tensor, "m s"]:
    """Hidden state and cell (equations 7 and 8, 13 and 14)."""
    cell = i * update if kept is None else torch.addcmul(kept, i, update)
    return torch.cat([o * cell.tanh(), cell], dim=1)
