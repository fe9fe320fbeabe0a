"""The encoders over trees: as their equations say, all trees at once, as deep as one likes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_trees import MANY, dependency_trees
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.utils._python_dispatch import TorchDispatchMode

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.forest import Forest
from qaengine.testing import check_encoder
from qaengine.tree import RELATIONS, Tree
from qaengine_encoders.over_trees import qaengine_encoders

ENCODERS = {encoder.name: encoder for encoder in qaengine_encoders()}
WIDTH = 4
Visit = Callable[[Tree, int, Tensor | None, list[Any]], Any]
"""A node's state, of its tree, its number, its word's vector and its children's states."""

every = pytest.mark.parametrize("name", ENCODERS)
forests = st.lists(dependency_trees(most=8), min_size=1, max_size=4)
few = settings(max_examples=50)


def made(name: str, width: int = WIDTH) -> Encoder:
    torch.manual_seed(0)
    return ENCODERS[name](width).double()


def sentences(trees: Sequence[Tree], width: int = WIDTH, *, binary: bool) -> Sentences:
    """Random words for trees; what stands behind a sentence's end is random, too."""
    lengths = torch.tensor([len(tree.tokens) for tree in trees])
    torch.manual_seed(1)
    embedded = torch.randn(len(trees), int(lengths.max()), width, dtype=torch.float64)
    forest = Forest.of(trees, binary=binary)
    return Sentences(embedded.requires_grad_(), lengths, forest)


# --- the contract


@every
def test_contract_is_kept(name: str) -> None:
    check_encoder(ENCODERS[name])


@every
def test_encoder_tells_its_paper_and_its_trees(name: str) -> None:
    assert ENCODERS[name].paper
    assert ENCODERS[name].needs_trees


@every
@few
@given(forests)
def test_trees_of_a_batch_are_read_apart(name: str, trees: list[Tree]) -> None:
    encoder = made(name).eval()
    given_ = sentences(trees, binary=encoder.binary_trees)
    together = encoder(given_)
    for row, tree in enumerate(trees):
        words = len(tree.tokens)
        alone = encoder(
            Sentences(
                given_.embedded[row : row + 1, :words],
                torch.tensor([words]),
                Forest.of([tree], binary=encoder.binary_trees),
            )
        )
        assert torch.allclose(together.states[row, :words], alone.states[0])
        assert not together.states[row, words:].any()
        assert torch.allclose(together.summary[row], alone.summary[0])
        nodes = alone.nodes.shape[1]
        assert torch.allclose(together.nodes[row, :nodes], alone.nodes[0])
        assert not together.nodes[row, nodes:].any()
        assert torch.equal(alone.nodes[0, -1], alone.summary[0])


@every
def test_order_of_children_counts_where_it_should(name: str) -> None:
    """A tree and its mirror image: only sums over children, or relations, do not tell them."""
    one, other = Tree.from_heads("abc", [2, 0, 2]), Tree.from_heads("abc", [2, 0, 2])
    encoder = made(name).eval()
    given_ = sentences([one], binary=encoder.binary_trees)
    mirrored = Sentences(
        given_.embedded.flip(1), given_.lengths, Forest.of([other], binary=encoder.binary_trees)
    )
    same = torch.allclose(encoder(given_).summary, encoder(mirrored).summary)
    assert same == (name in ("child_sum_tree_lstm", "sdt_rnn"))


@pytest.mark.parametrize("name", [name for name in ENCODERS if ENCODERS[name].binary_trees])
def test_tree_that_is_not_binary_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}.* binary"):
        made(name)(sentences([Tree.from_heads("abc", [2, 0, 2])], binary=False))


def test_forest_of_other_sentences_is_refused() -> None:
    given_ = sentences([Tree.chain("abc")], binary=False)
    for embedded in (given_.embedded[:, :2], given_.embedded.repeat(2, 1, 1)):
        other = Sentences(embedded, torch.tensor([2] * len(embedded)), given_.trees)
        with pytest.raises(ValueError, match="trees of other sentences"):
            made("child_sum_tree_lstm")(other)


# --- as the equations say


def expected(trees: Sequence[Tree], embedded: Tensor, visit: Visit) -> list[list[Any]]:
    """The states of the nodes of each tree, by calling oneself at every child."""

    def state(tree: Tree, row: int, number: int) -> Any:
        node = tree.nodes[number]
        children = [state(tree, row, child) for child in node.children]
        word = None if node.token is None else embedded[row, node.token]
        states[number] = visit(tree, number, word, children)
        return states[number]

    every = []
    for row, tree in enumerate(trees):
        states: dict[int, Any] = {}
        state(tree, row, len(tree.nodes) - 1)
        every.append([states[number] for number in range(len(tree.nodes))])
    return every


def child_sum(encoder: Any) -> Visit:
    w_u, w_i, w_o, w_f = encoder.word.weight.chunk(4)
    b_u, b_i, b_o, b_f = encoder.word.bias.chunk(4)
    u_u, u_i, u_o = encoder.summed.weight.chunk(3)
    u_f = encoder.forget.weight

    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        h = sum((hidden for hidden, _ in children), torch.zeros(WIDTH, dtype=torch.float64))
        i = (w_i @ x + u_i @ h + b_i).sigmoid()
        o = (w_o @ x + u_o @ h + b_o).sigmoid()
        u = (w_u @ x + u_u @ h + b_u).tanh()
        kept = [(w_f @ x + u_f @ hidden + b_f).sigmoid() * cell for hidden, cell in children]
        cell = i * u + sum(kept)
        return o * cell.tanh(), cell

    return visit


def constituency(encoder: Any) -> Visit:
    w_u, w_i, w_o = encoder.word.weight.chunk(3)
    b_u, b_i, b_o = encoder.word.bias.chunk(3)
    u_u, u_i, u_o, u_l, u_r = encoder.both.weight.chunk(5)
    c_u, c_i, c_o, c_l, c_r = encoder.both.bias.chunk(5)

    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            cell = (w_i @ x + b_i).sigmoid() * (w_u @ x + b_u).tanh()
            return (w_o @ x + b_o).sigmoid() * cell.tanh(), cell
        (h_l, cell_l), (h_r, cell_r) = children
        h = torch.cat([h_l, h_r])
        cell = (u_i @ h + c_i).sigmoid() * (u_u @ h + c_u).tanh()
        cell = cell + (u_l @ h + c_l).sigmoid() * cell_l + (u_r @ h + c_r).sigmoid() * cell_r
        return (u_o @ h + c_o).sigmoid() * cell.tanh(), cell

    return visit


def plain(encoder: Any) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            return (x,)
        (a,), (b,) = children
        return ((encoder.both.weight @ torch.cat([a, b]) + encoder.both.bias).tanh(),)

    return visit


def matrix_vector(encoder: Any) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            a, diagonal, *low = encoder.word(x).chunk(8)
            u, v = torch.stack(low[:3], dim=1), torch.stack(low[3:])
            vector, matrix = a, u @ v + torch.diag(1 + diagonal)
        else:
            (_, a, matrix_a), (_, b, matrix_b) = children
            vector = encoder.both(torch.cat([matrix_b @ a, matrix_a @ b])).tanh()
            matrix = encoder.matrix @ torch.cat([matrix_a, matrix_b])
        return encoder.wide(vector), vector, matrix

    return visit


def tensor_network(encoder: Any) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            vector = encoder.word(x)
        else:
            both = torch.cat([vector for _, vector in children])
            product = [both @ part @ both for part in encoder.tensor.unbind(2)]
            vector = (torch.stack(product) + encoder.both(both)).tanh()
        return encoder.wide(vector), vector

    return visit


def autoencoder(encoder: Any) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            return (normalize(x, dim=0),)
        (a,), (b,) = children
        return (normalize(encoder.both(torch.cat([a, b])).tanh(), dim=0),)

    return visit


def deep(encoder: Any) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        if x is not None:
            one = encoder.word[0](x).relu()
            two = encoder.word[1](one).relu()
            return encoder.word[2](two).relu(), two, one
        (l_3, l_2, l_1), (r_3, r_2, r_1) = children
        one = encoder.both[0](torch.cat([l_1, r_1])).relu()
        two = (encoder.both[1](torch.cat([l_2, r_2])) + encoder.below[0](one)).relu()
        return (encoder.both[2](torch.cat([l_3, r_3])) + encoder.below[1](two)).relu(), two, one

    return visit


def by_matrix(encoder: Any, slot: Callable[[Tree, int], int]) -> Visit:
    def visit(tree: Tree, number: int, x: Tensor | None, children: list[Any]) -> Any:
        total, words = encoder.word.weight @ x, 1
        for child, (hidden, below) in zip(tree.nodes[number].children, children, strict=True):
            total = total + below * (hidden @ encoder.child.chunk(encoder.slots)[slot(tree, child)])
            words += below
        return (total / words).tanh(), words

    return visit


def by_place(encoder: Any) -> Visit:
    slots = {-1: 0, -2: 1, -3: 2, -4: 3, 1: 4, 2: 5, 3: 6, 4: 7}
    return by_matrix(encoder, lambda tree, child: slots[max(-4, min(4, tree.sides[child]))])


def by_relation(encoder: Any) -> Visit:
    def slot(tree: Tree, child: int) -> int:
        return RELATIONS.index(tree.nodes[child].label or "dep")

    return by_matrix(encoder, slot)


EQUATIONS = {
    "recursive": plain,
    "mv_rnn": matrix_vector,
    "rntn": tensor_network,
    "recursive_autoencoder": autoencoder,
    "drnn": deep,
    "dt_rnn": by_place,
    "sdt_rnn": by_relation,
    "child_sum_tree_lstm": child_sum,
    "constituency_tree_lstm": constituency,
}


def related(tree: Tree) -> Tree:
    """The same tree with relations."""
    nodes = [
        node._replace(label=RELATIONS[7 * number % len(RELATIONS)])
        for number, node in enumerate(tree.nodes)
    ]
    return Tree(tree.tokens, tuple(nodes))


def gradients(encoder: Encoder, embedded: Tensor, values: Sequence[Tensor]) -> list[Tensor]:
    """Of a random mixture of values, for the words and each parameter."""
    torch.manual_seed(2)
    mixed = torch.stack([(value * torch.randn_like(value)).sum() for value in values]).sum()
    parameters = [embedded, *encoder.parameters()]
    found = torch.autograd.grad(mixed, parameters, allow_unused=True, materialize_grads=True)
    return list(found)


@every
@few
@given(forests)
def test_levels_give_what_recursion_over_nodes_gives(name: str, trees: list[Tree]) -> None:
    """Forward and backward, to 1e-5 and better, in float64."""
    encoder = made(name).eval()
    trees = [tree.binarised if encoder.binary_trees else related(tree) for tree in trees]
    given_ = sentences(trees, binary=encoder.binary_trees)
    encoded = encoder(given_)
    naive = expected(trees, given_.embedded, EQUATIONS[name](encoder))
    ours, theirs = [], []
    for row, (tree, states) in enumerate(zip(trees, naive, strict=True)):
        ours += [*encoded.nodes[row, : len(states)], encoded.summary[row]]
        theirs += [state[0] for state in states] + [states[-1][0]]
        for node, state in zip(tree.nodes, states, strict=True):
            if node.token is not None:
                ours.append(encoded.states[row, node.token])
                theirs.append(state[0])
    assert torch.allclose(torch.stack(ours), torch.stack(theirs), atol=1e-9)
    for one, other in zip(
        gradients(encoder, given_.embedded, ours),
        gradients(encoder, given_.embedded, theirs),
        strict=True,
    ):
        assert torch.allclose(one, other, atol=1e-9)


def test_child_sum_over_a_chain_is_torchs_lstm() -> None:
    encoder = made("child_sum_tree_lstm")
    lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True).double()
    u, i, o, f = encoder.word.weight.chunk(4)
    b_u, b_i, b_o, b_f = encoder.word.bias.chunk(4)
    u_u, u_i, u_o = encoder.summed.weight.chunk(3)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.cat([i, f, u, o]))
        lstm.weight_hh_l0.copy_(torch.cat([u_i, encoder.forget.weight, u_u, u_o]))
        lstm.bias_ih_l0.copy_(torch.cat([b_i, b_f, b_u, b_o]))
        lstm.bias_hh_l0.zero_()
    torch.manual_seed(1)
    ours = torch.randn(3, 7, WIDTH, dtype=torch.float64, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    encoded = encoder(Sentences(ours, torch.tensor([7, 7, 7])))
    states, (last, _) = lstm(theirs)
    assert torch.allclose(encoded.states, states)
    assert torch.allclose(encoded.summary, last[0])
    encoded.states.square().sum().backward()
    states.square().sum().backward()
    assert torch.allclose(ours.grad, theirs.grad)
    assert torch.allclose(encoder.forget.weight.grad, lstm.weight_hh_l0.grad[WIDTH : 2 * WIDTH])


# --- the autoencoder's loss


def test_autoencoder_has_to_tell_the_children_again() -> None:
    encoder = made("recursive_autoencoder").train()
    tree = Tree.from_penn("(a (b (c x) (d y)) (e z))")
    given_ = sentences([tree, Tree.chain("w")], binary=True)
    x, y, z = normalize(given_.embedded[0], dim=1)
    p = normalize(encoder.both(torch.cat([x, y])).tanh(), dim=0)
    q = normalize(encoder.both(torch.cat([p, z])).tanh(), dim=0)
    (x_, y_), (p_, z_) = encoder.again(p).chunk(2), encoder.again(q).chunk(2)
    lower = (x - x_).square().sum() / 2 + (y - y_).square().sum() / 2
    upper = (p - p_).square().sum() * 2 / 3 + (z - z_).square().sum() / 3
    loss = encoder(given_).loss
    assert torch.allclose(loss, torch.stack([0.2 * (lower + upper) / 2, 0 * lower]))


@every
def test_only_the_autoencoder_has_a_loss_and_only_in_training(name: str) -> None:
    encoder = made(name)
    given_ = sentences([Tree.chain("abc")], binary=encoder.binary_trees)
    assert encoder.eval()(given_).loss is None
    assert (encoder.train()(given_).loss is not None) == (name == "recursive_autoencoder")


# --- depth


class Written(TorchDispatchMode):
    """Counts the numbers that torch writes, forward and backward."""

    count = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = operation(*args, **(kwargs or {}))
        for value in result if isinstance(result, tuple | list) else (result,):
            if isinstance(value, Tensor):
                self.count += value.numel()
        return result


def chain_of(words: int, name: str) -> tuple[Tensor, Encoded]:
    encoder, embedded = made(name).train(), torch.randn(1, words, WIDTH, dtype=torch.float64)
    embedded.requires_grad_()
    return embedded, encoder(Sentences(embedded, torch.tensor([words])))


def written(words: int, name: str) -> int:
    """How many numbers a step of training writes, for one chain."""
    with Written() as mode:
        _, encoded = chain_of(words, name)
        encoded.summary.sum().backward()
    return mode.count


@every
def test_work_grows_with_the_words_and_not_with_their_square(name: str) -> None:
    assert written(400, name) < 2.1 * written(200, name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name.endswith("tree_lstm") else pytest.mark.slow)
        for name in ENCODERS
    ],
)
@pytest.mark.usefixtures("shallow")
def test_long_chain_neither_recurses_nor_explodes(name: str) -> None:
    embedded, encoded = chain_of(MANY, name)
    encoded.nodes.sum().backward()
    assert encoded.nodes.isfinite().all()
    assert embedded.grad.isfinite().all()
    assert embedded.grad.any()
