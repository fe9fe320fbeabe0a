"""A recurrence gives a sentence the same states, whatever it is read with."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from qaengine.network.packed import run


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
def test_alone_or_beside_a_longer_one(kind: type[nn.RNNBase]) -> None:
    torch.manual_seed(0)
    rnn = kind(5, 3, num_layers=2, batch_first=True, bidirectional=True)
    words = torch.randn(2, 7, 5)
    beside, last = run(rnn, words, torch.tensor([7, 4]))
    alone, own = run(rnn, words[1:, :4], torch.tensor([4]))  # none behind: nothing is packed
    assert torch.allclose(beside[1:, :4], alone, atol=1e-6)
    assert not beside[1, 4:].any()
    for one, other in zip(_tensors(last), _tensors(own), strict=True):
        assert torch.allclose(one[:, 1:], other, atol=1e-6)


def _tensors(last: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return last if isinstance(last, tuple) else (last,)
