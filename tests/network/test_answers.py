"""The answer module: words generated or copied, and how likely they are."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qaengine.batch import Gold
from qaengine.network.answers import Decoded, WordsAnswer
from qaengine.vocabulary import END

WIDTH, OUTPUTS = 8, 4
IDENTITY = torch.tensor([[5, 6, 5, 7], [6, 8, 0, 0]])
KNOWN = torch.tensor([[-1, 3, -1, -1], [3, -1, -1, -1]])
READABLE = torch.tensor([[True] * 4, [True, True, False, False]])


@pytest.fixture
def module() -> WordsAnswer:
    torch.manual_seed(0)
    return WordsAnswer(WIDTH, OUTPUTS, 0.0).double().eval()


@pytest.fixture
def words() -> Tensor:
    torch.manual_seed(1)
    return torch.randn(2, 4, WIDTH).double() * 3


def begun(module: WordsAnswer, seed: int = 2) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    return module.begin(torch.randn(2, WIDTH).double(), torch.randn(2, WIDTH).double())


def as_gold(decoded: Decoded) -> Gold:
    """The decoded answers as if they were the wanted ones."""
    both = torch.where(decoded.identity == 6, 3, decoded.outputs)
    ended = (decoded.outputs == END).cumsum(1) - (decoded.outputs == END).long()
    nothing = torch.zeros(2, 1, dtype=torch.bool)
    return Gold(both, decoded.identity, ended == 0, nothing, nothing[:, 0])


@pytest.mark.parametrize("seed", range(5))
def test_greedy_likelihood_is_the_losss_for_the_same_answer(
    module: WordsAnswer, words: Tensor, seed: int
) -> None:
    start = begun(module, seed)
    decoded = module.greedy(start, words, IDENTITY, KNOWN, READABLE, 5)
    loss = module.loss(start, words, IDENTITY, READABLE, as_gold(decoded))
    assert torch.allclose(decoded.log_probabilities.sum(1), -loss)


def test_probabilities_of_the_first_item_sum_to_one(module: WordsAnswer, words: Tensor) -> None:
    first = module.greedy(begun(module), words, IDENTITY, KNOWN, READABLE, 5).first
    assert torch.allclose(first.exp().sum(1), torch.ones(2).double())


def test_word_read_twice_counts_once_with_both_its_chances(
    module: WordsAnswer, words: Tensor
) -> None:
    start = begun(module)
    _, apart = module.step(*start, words, READABLE)
    merged = module.greedy(start, words, IDENTITY, KNOWN, READABLE, 1).first
    both = apart[0, [OUTPUTS, OUTPUTS + 2]].logsumexp(0)
    assert torch.allclose(merged[0, OUTPUTS], both)
    assert merged[0, OUTPUTS + 2].exp() == 0


def test_word_both_known_and_read_counts_once_with_both_its_chances(
    module: WordsAnswer, words: Tensor
) -> None:
    start = begun(module)
    _, apart = module.step(*start, words, READABLE)
    merged = module.greedy(start, words, IDENTITY, KNOWN, READABLE, 1).first
    assert torch.allclose(merged[1, OUTPUTS], apart[1, [3, OUTPUTS]].logsumexp(0))
    assert merged[1, 3].exp() == 0


def test_padding_is_never_copied(module: WordsAnswer, words: Tensor) -> None:
    first = module.greedy(begun(module), words, IDENTITY, KNOWN, READABLE, 1).first
    assert first[1, OUTPUTS + 2 :].exp().max() == 0


def test_answer_ends_at_the_limit(module: WordsAnswer, words: Tensor) -> None:
    with torch.no_grad():
        module.outputs.weight[END] = 0
        module.generate.bias[:] = 0
        module.generate.weight[:] = 0
        module.copy.weight *= 50
    decoded = module.greedy(begun(module), words, IDENTITY, KNOWN, READABLE, 3)
    assert decoded.outputs.shape == (2, 3)


def test_nothing_follows_the_end(module: WordsAnswer, words: Tensor) -> None:
    """One question ends at once, the other goes on."""
    decoded = module.greedy(begun(module, 1), words, IDENTITY, KNOWN, READABLE, 6)
    assert END not in decoded.outputs[0].tolist()
    assert set(decoded.outputs[1].tolist()) == {END}
    assert decoded.log_probabilities[1, 0] < 0
    assert decoded.log_probabilities[1, 1:].abs().sum() == 0


def test_answer_that_was_not_read_teaches_nothing(module: WordsAnswer, words: Tensor) -> None:
    unread = Gold(
        torch.full((2, 1), -1),
        torch.full((2, 1), 99),
        torch.ones(2, 1, dtype=torch.bool),
        torch.zeros(2, 1, dtype=torch.bool),
        torch.zeros(2, dtype=torch.bool),
    )
    assert module.loss(begun(module), words, IDENTITY, READABLE, unread).abs().max() == 0
