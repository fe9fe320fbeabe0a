"""The encoders of word sequences: each does what its paper says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.registry import BUILT_IN, Registry
from qaengine_encoders.clockwork import PERIODS, ClockworkCell
from qaengine_encoders.convolution import MultichannelCNNEncoder
from qaengine_encoders.dcnn import fold, k_max
from qaengine_encoders.depth_gated import DepthGatedCell
from qaengine_encoders.recurrence import Cell, State, recur
from qaengine_encoders.rnn import ElmanCell

ENCODERS = Registry(BUILT_IN, ()).encoders()
WIDTH = 8
LENGTHS = (5, 1, 9, 3)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def sentences(width: int = WIDTH) -> Sentences:
    embedded = torch.randn(len(LENGTHS), max(LENGTHS), width, dtype=torch.float64)
    return Sentences(embedded, torch.tensor(LENGTHS))


def encoder(name: str, width: int = WIDTH) -> Encoder:
    return ENCODERS[name](width).double().eval()


# -- the driver ------------------------------------------------------------------------------


class TorchCell(Cell):
    """A cell of torch's own."""

    def __init__(self, cell: nn.GRUCell | nn.LSTMCell) -> None:
        super().__init__(cell.hidden_size)
        self.cell = cell
        self.parts = 2 if isinstance(cell, nn.LSTMCell) else 1  # type: ignore[misc]

    def project(self, inputs: Tensor) -> Tensor:
        return inputs

    def forward(self, projected: Tensor, state: State, step: int) -> State:
        if self.parts == 2:
            return self.cell(projected, state)
        return (self.cell(projected, state[0]),)


def torch_cell(layer: nn.RNNBase, suffix: str) -> TorchCell:
    """The cell of a layer's direction."""
    cell = (nn.LSTMCell if isinstance(layer, nn.LSTM) else nn.GRUCell)(WIDTH, WIDTH).double()
    for name, parameter in cell.named_parameters():
        parameter.data = getattr(layer, f"{name}_l0{suffix}").data
    return TorchCell(cell)


def elman_cell(layer: nn.RNNBase, suffix: str) -> ElmanCell:
    cell = ElmanCell(WIDTH).double()
    weights = (getattr(layer, f"{name}_l0{suffix}").data for name in ("weight_ih", "weight_hh"))
    cell.word.weight.data, cell.before.weight.data = weights
    biases = (getattr(layer, f"{name}_l0{suffix}").data for name in ("bias_ih", "bias_hh"))
    cell.word.bias.data = sum(biases)
    return cell


@pytest.mark.parametrize(
    ("layer", "cell"), [(nn.GRU, torch_cell), (nn.LSTM, torch_cell), (nn.RNN, elman_cell)]
)
def test_driver_equals_torch_in_both_directions(
    layer: Callable[..., nn.RNNBase], cell: Callable[[nn.RNNBase, str], Cell]
) -> None:
    theirs = layer(WIDTH, WIDTH, batch_first=True, bidirectional=True).double()
    given = sentences()
    cells = cell(theirs, ""), cell(theirs, "_reverse")
    states, lasts = zip(
        *(recur(one, given.embedded, given, backwards=one is cells[1]) for one in cells),
        strict=True,
    )
    for row, length in enumerate(LENGTHS):
        expected, last = theirs(given.embedded[row : row + 1, :length])
        found = torch.cat([parts[0][row] for parts in states], dim=-1)
        torch.testing.assert_close(found[:length], expected[0], atol=1e-10, rtol=0)
        assert not found[length:].any()
        hidden = last[0] if isinstance(last, tuple) else last
        for direction in (0, 1):
            torch.testing.assert_close(
                lasts[direction][0][row], hidden[direction, 0], atol=1e-10, rtol=0
            )


def test_gradients_of_the_driver_equal_those_of_torch() -> None:
    theirs = nn.LSTM(WIDTH, WIDTH, batch_first=True).double()
    given = sentences()
    words = given.embedded.requires_grad_()
    states, _ = recur(torch_cell(theirs, ""), words, given)
    (ours,) = torch.autograd.grad(states[0].square().sum(), words)
    alone = [theirs(words[row : row + 1, :length])[0] for row, length in enumerate(LENGTHS)]
    (expected,) = torch.autograd.grad(
        torch.stack([one.square().sum() for one in alone]).sum(), words
    )
    torch.testing.assert_close(ours, expected, atol=1e-10, rtol=0)


# -- cells -----------------------------------------------------------------------------------


def test_clockwork_modules_change_at_their_ticks_only() -> None:
    given = sentences(16)
    (states,), _ = recur(ClockworkCell(16).double(), given.embedded, given)
    longest = states[LENGTHS.index(9)].unflatten(-1, (len(PERIODS), -1))  # (t, modules, size)
    for step in range(1, 9):
        for module, period in enumerate(PERIODS):
            same = torch.equal(longest[step, module], longest[step - 1, module])
            assert same == bool(step % period)


def test_slow_clockwork_modules_do_not_see_quick_ones() -> None:
    given = sentences()
    cell = ClockworkCell(WIDTH).double()
    (before,), _ = recur(cell, given.embedded, given)
    cell.before.weight.data[2:, :2] += 1  # from the quickest module to all others
    (after,), _ = recur(cell, given.embedded, given)
    assert torch.equal(before, after)


def test_depth_gate_that_is_shut_leaves_an_lstm() -> None:
    cell = DepthGatedCell(WIDTH).double()
    forget, enter, depth, leave, new = range(5)
    cell.word.bias.data.unflatten(0, (5, -1))[depth] = -torch.inf
    lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True).double()
    order = [enter, forget, new, leave]
    lstm.weight_ih_l0.data = cell.word.weight.data.unflatten(0, (5, -1))[order].flatten(0, 1)
    lstm.bias_ih_l0.data = cell.word.bias.data.unflatten(0, (5, -1))[order].flatten(0, 1)
    lstm.weight_hh_l0.data = cell.before.weight.data.unflatten(0, (4, -1))[[1, 0, 3, 2]].flatten(
        0, 1
    )
    lstm.bias_hh_l0.data.zero_()
    given = sentences(2 * WIDTH)
    states, _ = recur(cell, given.embedded, given)
    expected, _ = lstm(given.embedded[..., :WIDTH])
    for row, length in enumerate(LENGTHS):
        torch.testing.assert_close(
            states[0][row, :length], expected[row, :length], atol=1e-10, rtol=0
        )


def test_open_depth_gate_lifts_the_memory_cell() -> None:
    cell = DepthGatedCell(WIDTH).double()
    forget, enter, depth, _, _ = cell.word.bias.data.unflatten(0, (5, -1))
    for gate, value in ((forget, -torch.inf), (enter, -torch.inf), (depth, torch.inf)):
        gate.fill_(value)
    given = sentences(2 * WIDTH)
    (_, cells), _ = recur(cell, given.embedded, given)
    for row, length in enumerate(LENGTHS):
        assert torch.equal(cells[row, :length], given.embedded[row, :length, WIDTH:])


@pytest.mark.parametrize("gate", [0, 1, 2])
def test_peephole_of_each_gate_reads_the_past_cell(gate: int) -> None:
    """With no other weights: c_t = f c_{t-1} + i tanh(1) + d l, where a gate is sigmoid(3 c_{t-1})
    or, without its peephole, sigmoid(0)."""
    cell = DepthGatedCell(WIDTH).double()
    for parameter in cell.parameters():
        parameter.data.zero_()
    cell.word.bias.data[4 * WIDTH :] = 1
    cell.past.data.unflatten(0, (3, -1))[gate] = 3
    given = sentences(2 * WIDTH)
    (_, cells), _ = recur(cell, given.embedded, given)
    row = LENGTHS.index(9)
    past, below = cells[row, :-1], given.embedded[row, 1:, WIDTH:]
    gates = [torch.full_like(past, 0.5)] * 3
    gates[gate] = (3 * past).sigmoid()
    added = gates[1] * torch.ones_like(past).tanh()
    expected = gates[0] * past + added + gates[2] * below
    torch.testing.assert_close(cells[row, 1:], expected, atol=1e-10, rtol=0)


# -- dropout ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lstm2", "bilstm2"])
def test_dropout_is_along_depth_only(name: str) -> None:
    """When all is dropped between the layers, the upper one runs undisturbed over zeros."""
    given, network = sentences(), encoder(name).train()
    rnn = network.rnn
    assert isinstance(rnn, nn.LSTM)
    rnn.dropout = 1.0
    found = network(given).states
    upper = nn.LSTM(WIDTH, rnn.hidden_size, batch_first=True, bidirectional=rnn.bidirectional)
    weights = rnn.state_dict()
    upper.load_state_dict(
        {key.replace("_l1", "_l0"): weights[key] for key in weights if "_l1" in key}
    )
    for row, length in enumerate(LENGTHS):
        expected, _ = upper.double()(torch.zeros(1, length, WIDTH, dtype=torch.float64))
        torch.testing.assert_close(found[row, :length], expected[0])


def test_depth_gated_drops_between_its_layers_only() -> None:
    given, network = sentences(), encoder("depth_gated")
    expected = network(given).states
    assert not torch.allclose(network.train()(given).states, expected)
    network.dropout = nn.Identity()
    assert torch.equal(network(given).states, expected)


# -- words without order ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mean", "bag_of_words"])
def test_order_of_the_words_does_not_matter(name: str) -> None:
    words = torch.randn(1, 6, WIDTH, dtype=torch.float64)
    lengths = torch.tensor([6])
    one, other = (encoder(name, WIDTH) for _ in range(2))
    other.load_state_dict(one.state_dict())
    turned = other(Sentences(words.flip(1), lengths))
    torch.testing.assert_close(one(Sentences(words, lengths)).summary, turned.summary)


def test_mean_of_a_sentence() -> None:
    given = sentences()
    expected = torch.stack(
        [given.embedded[row, :length].mean(0) for row, length in enumerate(LENGTHS)]
    )
    torch.testing.assert_close(encoder("mean")(given).summary, expected)


# -- convolutions ----------------------------------------------------------------------------


def seen_from(name: str, place: int) -> list[int]:
    """The words that a word's state depends on."""
    words = torch.randn(1, 9, 16, dtype=torch.float64, requires_grad=True)
    states = encoder(name, 16)(Sentences(words, torch.tensor([9]))).states
    (gradient,) = torch.autograd.grad(states[0, place].sum(), words)
    return gradient[0].abs().sum(-1).nonzero().flatten().tolist()


@pytest.mark.parametrize(("name", "reach"), [("window", 2), ("cnn_nonstatic", 2), ("dcnn", 3)])
def test_word_sees_its_window(name: str, reach: int) -> None:
    assert seen_from(name, 4) == list(range(4 - reach, 5 + reach))


@pytest.mark.parametrize("name", ["window", "cnn_static", "cnn_nonstatic", "cnn_multichannel"])
def test_summary_is_the_maximum_over_time(name: str) -> None:
    encoded: Encoded = encoder(name)(sentences())
    for row, length in enumerate(LENGTHS):
        assert torch.equal(encoded.summary[row], encoded.states[row, :length].amax(0))


@pytest.mark.parametrize(("silent", "tunes"), [(0, False), (1, True)])
def test_one_of_two_channels_tunes_the_words(silent: int, tunes: bool) -> None:
    network = MultichannelCNNEncoder(WIDTH).double()
    for windows in network.filters:
        windows.linear.weight.data.unflatten(1, (2, -1))[:, silent] = 0
    given = sentences()
    words = given.embedded.requires_grad_()
    (gradient,) = torch.autograd.grad(network(given).summary.sum(), words)
    assert bool(gradient.any()) == tunes


def test_k_max_keeps_the_order() -> None:
    values = torch.tensor([[[3.0, 1, 5, 2, 9]], [[0, -1, -3, -2, 7]], [[4, 4, 4, 1, 2]]])
    kept = k_max(values, torch.tensor([4, 3, 5]), torch.tensor([2, 3, 2]))
    assert kept.tolist() == [[[3, 5, 0]], [[0, -1, -3]], [[4, 4, 0]]]


def test_k_max_passes_gradients_to_what_it_keeps() -> None:
    values = torch.tensor([[[3.0, 1, 5, 2]]], requires_grad=True)
    (gradient,) = torch.autograd.grad(
        k_max(values, torch.tensor([4]), torch.tensor([2])).sum(), values
    )
    assert gradient.tolist() == [[[1, 0, 1, 0]]]


def test_folding_adds_neighbouring_dimensions_map_by_map() -> None:
    values = torch.tensor([1.0, 2, 10, 20, 100, 200, 1000, 2000]).reshape(1, 8, 1)
    assert fold(values, 4).flatten().tolist() == [11, 22, 1100, 2200]


def test_long_sentences_keep_half_of_their_values_below() -> None:
    """Kalchbrenner et al. 2014, equation 4, with four at the top."""
    network = encoder("dcnn")
    seen: list[int] = []
    network.upper.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[-1]))
    for length in (1, 8, 9, 20):
        network(Sentences(torch.randn(1, length, WIDTH).double(), torch.tensor([length])))
    assert seen == [4, 4, 5, 10]


@pytest.mark.parametrize(("name", "width"), [("bilstm", 7), ("clockwork", 10), ("dcnn", 7)])
def test_width_that_cannot_be_shared(name: str, width: int) -> None:
    with pytest.raises(ValueError, match=f"not {width}"):
        ENCODERS[name](width)
