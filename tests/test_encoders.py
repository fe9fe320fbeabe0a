"""Every built-in encoder keeps the contract, and `check_encoder` notices who does not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.registry import BUILT_IN, Registry
from qaengine.testing import check_encoder

ENCODERS = Registry(BUILT_IN, ()).encoders()
OWN = {name: one for name, one in ENCODERS.items() if not name.startswith("pretrained")}
"""Those that need no transformer (tests/test_pretrained_encoder.py has the others)."""


@pytest.mark.parametrize("encoder", OWN.values(), ids=list(OWN))
def test_built_in_encoder(encoder: type[Encoder]) -> None:
    check_encoder(encoder)


def test_forget_gates_begin_open() -> None:
    """Jozefowicz et al. 2015: a forget bias of 1."""
    biases = {
        parameter: bias
        for parameter, bias in ENCODERS["bilstm2"](16).named_parameters()
        if parameter.startswith("rnn.bias_ih")
    }
    assert len(biases) == 4  # two layers, two directions
    for bias in biases.values():
        assert torch.equal(bias[8:16], torch.ones(8))


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=list(ENCODERS))
def test_built_in_encoder_says_what_it_is_and_whose(encoder: type[Encoder]) -> None:
    assert (encoder.__doc__ or "").splitlines()[0].endswith(".")
    assert any(part.isdigit() and len(part) == 4 for part in encoder.paper.replace(",", "").split())


class Fine(Encoder):
    """A linear layer a word, and the mean for the sentence."""

    name = "fine"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.linear = nn.Linear(width, width)

    def forward(self, sentences: Sentences) -> Encoded:
        inside = torch.arange(sentences.embedded.shape[1]) < sentences.lengths[:, None]
        states = self.linear(sentences.embedded) * inside[..., None]
        return Encoded(states, states.sum(1) / sentences.lengths[:, None])


class Padded(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        states = super().forward(sentences).states
        return Encoded(states, states.mean(1))


class Ahead(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        return Encoded(self.linear(sentences.embedded), super().forward(sentences).summary)


class Mixing(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        encoded = super().forward(sentences)
        return Encoded(encoded.states, encoded.summary - encoded.summary.mean(0))


class Random(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        encoded = super().forward(sentences)
        return Encoded(encoded.states, nn.functional.dropout(encoded.summary))


class Idle(Fine):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.forgotten = nn.Parameter(torch.zeros(3))


class Cut(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        return super().forward(Sentences(sentences.embedded.detach(), sentences.lengths))


class Lying(Fine):
    reaches_words = False


class Narrow(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        encoded = super().forward(sentences)
        return Encoded(encoded.states, encoded.summary[:, :-1])


class Single(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        encoded = super().forward(sentences)
        return Encoded(encoded.states.float(), encoded.summary.float())


class Infinite(Fine):
    def forward(self, sentences: Sentences) -> Encoded:
        encoded = super().forward(sentences)
        return Encoded(encoded.states, encoded.summary / 0)


def test_plain_encoder_passes() -> None:
    check_encoder(Fine)


@pytest.mark.parametrize(
    ("encoder", "complaint"),
    [
        (Padded, "the width of the padding"),
        (Ahead, "behind a sentence's end are not zero"),
        (Mixing, "changes with the other sentences"),
        (Random, "from call to call"),
        (Idle, "no gradient reaches the parameter forgotten"),
        (Cut, "no gradient reaches the words"),
        (Lying, "reaches_words lies"),
        (Single, "float64"),
        (Infinite, "not finite"),
        (dict, "not an Encoder class"),
    ],
)
def test_fault_is_named(encoder: type[Encoder], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_encoder(encoder)


def test_wrong_width_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugin authors run the check without the checks of shapes that our own tests have."""
    monkeypatch.setattr(Encoded, "__init__", _unchecked)
    with pytest.raises(AssertionError, match=r"summary have the shape \(4, 15\), not \(4, 16\)"):
        check_encoder(Narrow)


def _unchecked(self: Encoded, states: torch.Tensor, summary: torch.Tensor) -> None:
    object.__setattr__(self, "states", states)
    object.__setattr__(self, "summary", summary)
