"""Recursive networks over binary trees: from Socher et al. 2011 to Irsoy and Cardie 2014."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from qaengine_encoders.trees import BinaryEncoder

NARROW = 32
"""Width, at most, of cells whose cost grows with its square or cube for each node; a linear map
leads there, and another one back. Socher et al. 2013 found 25 to 35 best."""


class RecursiveEncoder(BinaryEncoder):
    """A leaf is its word's vector, a phrase p = tanh(W [a; b] + c) of its children a and b."""

    name = "recursive"
    paper = "Socher et al. 2011, Parsing Natural Scenes and Natural Language, ICML"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.both = nn.Linear(2 * width, width)

    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w d"]:
        return words

    def join(self, children: Float[Tensor, "m 2 d"]) -> Float[Tensor, "m d"]:
        return self.both(children.flatten(1)).tanh()


class MVRNNEncoder(BinaryEncoder):
    """MV-RNN: a node is a vector and a matrix, which changes the vector of its sibling.

    For children (a, A) and (b, B):

    p = tanh(W [B a; A b] + c)
    P = W_M [A; B]

    The paper trains the matrix of each word, A = U V + diag(v) with U and V of rank 3. Here U, V
    and v are linear in the word's vector, so that words never met have matrices, too. P begins as
    the mean of A and B. The inner width is at most `NARROW`.
    """

    name = "mv_rnn"
    paper = "Socher et al. 2012, EMNLP, D12-1110"
    rank = 3

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.inner = inner = min(width, NARROW)
        self.word = nn.Linear(width, inner * (2 + 2 * self.rank))  # a, v, U, V
        self.both = nn.Linear(2 * inner, inner)
        self.matrix = nn.Parameter(torch.eye(inner).repeat(1, 2) / 2)
        self.wide = nn.Linear(inner, width)

    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w s"]:
        given = torch.unflatten(self.word(words), 1, (-1, self.inner))  # (w, 2 + 2 rank, inner)
        vector, diagonal, u, v = given.split_with_sizes([1, 1, self.rank, self.rank], dim=1)
        matrix = u.transpose(1, 2) @ v + torch.diag_embed(1 + diagonal.squeeze(1))
        return torch.cat([vector.flatten(1), matrix.flatten(1)], dim=1)

    def join(self, children: Float[Tensor, "m 2 s"]) -> Float[Tensor, "m s"]:
        inner = self.inner
        vectors, matrices = children.split_with_sizes([inner, inner**2], dim=2)
        matrices = torch.unflatten(matrices, 2, (inner, inner))  # (m, 2, inner, inner)
        changed = torch.einsum("mcij,mcj->mci", matrices.flip(1), vectors)
        matrix = self.matrix @ matrices.flatten(1, 2)
        return torch.cat([self.both(changed.flatten(1)).tanh(), matrix.flatten(1)], dim=1)

    def shown(self, states: Float[Tensor, "k s"]) -> Float[Tensor, "k d"]:
        return self.wide(states[:, : self.inner])


class RNTNEncoder(BinaryEncoder):
    """Recursive Neural Tensor Network: the children multiply, through a tensor.

    p = tanh([a; b]' V [a; b] + W [a; b] + c), with a matrix of V for each dimension of p.

    A leaf is linear in its word's vector; the inner width is at most `NARROW`.
    """

    name = "rntn"
    paper = "Socher et al. 2013, EMNLP, D13-1170"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        inner = min(width, NARROW)
        self.word = nn.Linear(width, inner)
        self.both = nn.Linear(2 * inner, inner)
        self.tensor = nn.Parameter(torch.empty(2 * inner, 2 * inner, inner))
        nn.init.uniform_(self.tensor, -1 / (4 * inner), 1 / (4 * inner))
        self.wide = nn.Linear(inner, width)

    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w s"]:
        return self.word(words)

    def join(self, children: Float[Tensor, "m 2 s"]) -> Float[Tensor, "m s"]:
        both = children.flatten(1)
        product = torch.einsum("mi,ijk,mj->mk", both, self.tensor, both)
        return (product + self.both(both)).tanh()

    def shown(self, states: Float[Tensor, "k s"]) -> Float[Tensor, "k d"]:
        return self.wide(states)


class RecursiveAutoencoderEncoder(BinaryEncoder):
    """Recursive autoencoder: a phrase should tell its children.

    p        = tanh(W [a; b] + c), brought to length 1
    [a'; b'] = W' p + c'
    loss     = (n_a |a - a'|^2 + n_b |b - b'|^2) / (n_a + n_b), n: words of a child

    The paper finds the tree by least loss; here it is given. `Encoded.loss` is `weight` times the
    mean over the phrases of a sentence. Words are brought to length 1, too. The state is (p, l, n):
    the vector, the loss at and below the node, its words.
    """

    name = "recursive_autoencoder"
    paper = "Socher et al. 2011, Semi-Supervised Recursive Autoencoders, EMNLP, D11-1014"
    weight = 0.2

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.both = nn.Linear(2 * width, width)
        self.again = nn.Linear(width, 2 * width)

    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w s"]:
        begun = words.new_tensor([0.0, 1.0]).expand(len(words), 2)
        return torch.cat([F.normalize(words, dim=1), begun], dim=1)

    def join(self, children: Float[Tensor, "m 2 s"]) -> Float[Tensor, "m s"]:
        vectors, losses, words = children.split_with_sizes([self.width, 1, 1], dim=2)
        vector = F.normalize(self.both(vectors.flatten(1)).tanh(), dim=1)
        again = torch.unflatten(self.again(vector), 1, (2, -1))
        count = words.sum(1)
        missed = (vectors - again).square().sum(2, keepdim=True) * words
        return torch.cat([vector, losses.sum(1) + missed.sum(1) / count, count], dim=1)

    def loss(self, roots: Float[Tensor, "n s"]) -> Float[Tensor, " n"]:
        total, words = roots[:, self.width :].unbind(1)
        return self.weight * total / (words - 1).clamp(min=1)


class DRNNEncoder(BinaryEncoder):
    """Deep recursive network: layers over one tree, each reading the one before at every node.

    leaf      h^1 = relu(V^1 x + b^1),        h^i = relu(V^i h^{i-1} + b^i)
    phrase    h^1 = relu(W^1 [l^1; r^1] + c^1), h^i = relu(W^i [l^i; r^i] + U^i h^{i-1} + c^i)

    Leaves and phrases have matrices of their own; others see the last layer. The state is
    (h^1, h^2, h^3).
    """

    name = "drnn"
    paper = "Irsoy and Cardie 2014, NIPS 27"
    layers = 3

    def __init__(self, width: int) -> None:
        super().__init__(width)
        deeper, size = range(self.layers - 1), width
        self.word = nn.ModuleList([nn.Linear(size, size) for _ in range(self.layers)])
        self.both = nn.ModuleList([nn.Linear(2 * size, size) for _ in range(self.layers)])
        self.below = nn.ModuleList([nn.Linear(size, size, bias=False) for _ in deeper])
        for both in self.both.parameters():
            if both.dim() == 2:
                nn.init.kaiming_uniform_(both, nonlinearity="relu")

    def leaf(self, words: Float[Tensor, "w d"]) -> Float[Tensor, "w s"]:
        layers = [words]
        for word in self.word:
            layers.append(word(layers[-1]).relu())
        return torch.cat(layers[1:], dim=1)

    def join(self, children: Float[Tensor, "m 2 s"]) -> Float[Tensor, "m s"]:
        layers: list[Tensor] = []
        pairs = children.chunk(self.layers, dim=2)  # of each layer (m, 2, d)
        for number, (both, pair) in enumerate(zip(self.both, pairs, strict=True)):
            mixed = both(pair.flatten(1))
            if number:
                mixed = mixed + self.below[number - 1](layers[-1])
            layers.append(mixed.relu())
        return torch.cat(layers, dim=1)

    def shown(self, states: Float[Tensor, "k s"]) -> Float[Tensor, "k d"]:
        return states[:, -self.width :]
