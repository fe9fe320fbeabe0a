"""The answer module for words: generated or copied, and how likely they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from qaengine.batch import Batch, Example, Gold, collate
from qaengine.network.answers.words import WordsAnswer
from qaengine.network.config import NetworkConfig
from qaengine.network.memory import Episodes
from qaengine.network.reading import Page
from qaengine.network.thought import Reading, Thought
from qaengine.vocabulary import END, Vocabulary

WIDTH, OUTPUTS = 8, 4
VOCABULARY = Vocabulary(
    words=("<pad>", "<unknown>"), outputs=("<end>", "<abstain>", "yes", "garden")
)
IDENTITY = torch.tensor([[5, 6, 5, 7], [6, 8, 0, 0]])
KNOWN = torch.tensor([[-1, 3, -1, -1], [3, -1, -1, -1]])
OWNER = torch.tensor([0, 0, 0, 0, 1, 1])
COLUMN = torch.tensor([0, 1, 2, 3, 0, 1])
NOWHERE = torch.zeros_like(OWNER)
PAGE = Page(OWNER, COLUMN, NOWHERE, NOWHERE, NOWHERE, NOWHERE, (2, 4))


@pytest.fixture
def module() -> WordsAnswer:
    torch.manual_seed(0)
    config = NetworkConfig(width=WIDTH, dropout=0, longest_answer=5)
    return WordsAnswer(config, VOCABULARY).double().eval()


@pytest.fixture
def words() -> Tensor:
    torch.manual_seed(1)
    return torch.randn(2, 4, WIDTH).double() * 3


def thought(words: Tensor, seed: int = 2) -> Thought:
    """Two questions that have read four words and two."""
    torch.manual_seed(seed)
    memory, summary = torch.randn(2, WIDTH).double(), torch.randn(2, WIDTH).double()
    nothing = torch.zeros(2, 0).double()
    return Thought(
        question=memory,
        facts=memory.unsqueeze(1),
        present=torch.ones(2, 1, dtype=torch.bool),
        episodes=Episodes(memory, nothing.unsqueeze(2).expand(2, 0, 1), nothing),
        read=torch.ones(2, 1, dtype=torch.bool),
        reading=Reading(PAGE, words, IDENTITY, KNOWN, summary),
    )


def asked(gold: dict[str, Tensor] | None = None) -> Batch:
    """A batch of two questions: only what is wanted of them matters here."""
    batch = collate([Example((("a",),), ("b",))] * 2, VOCABULARY)
    nothing = torch.zeros(2, 1, dtype=torch.bool)
    return batch if gold is None else replace(batch, gold=Gold(gold, nothing, nothing[:, 0]))


def decoded(module: WordsAnswer, words: Tensor, seed: int = 2, most: int = 5) -> dict[str, Tensor]:
    module.most = most
    return module.decode(thought(words, seed), asked())


def first_step(module: WordsAnswer, words: Tensor) -> Tensor:
    """Log probabilities of the first word, generated and copied apart."""
    given = thought(words)
    assert given.reading is not None
    start = module.begin(given.memory, given.reading.summary)
    return module.step(*start, words, PAGE.present)[1]


def as_gold(said: dict[str, Tensor]) -> dict[str, Tensor]:
    """The decoded answers as if they were the wanted ones."""
    outputs, identity = said["outputs"], said["identity"]
    ended = (outputs == END).cumsum(1) - (outputs == END).long()
    return {
        "outputs": torch.where(identity == 6, 3, outputs),
        "identity": identity,
        "mask": ended == 0,
    }


@pytest.mark.parametrize("seed", range(5))
def test_greedy_likelihood_is_the_losss_for_the_same_answer(
    module: WordsAnswer, words: Tensor, seed: int
) -> None:
    said = decoded(module, words, seed)
    loss = module.loss(thought(words, seed), asked(as_gold(said)))
    assert torch.allclose(said["log_probabilities"].sum(1), -loss)


def test_probabilities_of_the_first_item_sum_to_one(module: WordsAnswer, words: Tensor) -> None:
    first = decoded(module, words)["first"]
    assert torch.allclose(first.exp().sum(1), torch.ones(2).double())


def test_word_read_twice_counts_once_with_both_its_chances(
    module: WordsAnswer, words: Tensor
) -> None:
    apart, merged = first_step(module, words), decoded(module, words, most=1)["first"]
    both = apart[0, [OUTPUTS, OUTPUTS + 2]].logsumexp(0)
    assert torch.allclose(merged[0, OUTPUTS], both)
    assert merged[0, OUTPUTS + 2].exp() == 0


def test_word_both_known_and_read_counts_once_with_both_its_chances(
    module: WordsAnswer, words: Tensor
) -> None:
    apart, merged = first_step(module, words), decoded(module, words, most=1)["first"]
    assert torch.allclose(merged[1, OUTPUTS], apart[1, [3, OUTPUTS]].logsumexp(0))
    assert merged[1, 3].exp() == 0


def test_padding_is_never_copied(module: WordsAnswer, words: Tensor) -> None:
    first = decoded(module, words, most=1)["first"]
    assert first[1, OUTPUTS + 2 :].exp().max() == 0


def test_answer_ends_at_the_limit(module: WordsAnswer, words: Tensor) -> None:
    with torch.no_grad():
        module.outputs.weight[END] = 0
        module.generate.bias[:] = 0
        module.generate.weight[:] = 0
        module.copy.weight *= 50
    assert decoded(module, words, most=3)["outputs"].shape == (2, 3)


def test_nothing_follows_the_end(module: WordsAnswer, words: Tensor) -> None:
    """One question ends at once, the other goes on."""
    said = decoded(module, words, seed=1, most=6)
    assert END not in said["outputs"][0].tolist()
    assert set(said["outputs"][1].tolist()) == {END}
    assert said["log_probabilities"][1, 0] < 0
    assert said["log_probabilities"][1, 1:].abs().sum() == 0


def test_answer_that_was_not_read_teaches_nothing(module: WordsAnswer, words: Tensor) -> None:
    unread = {
        "outputs": torch.full((2, 1), -1),
        "identity": torch.full((2, 1), 99),
        "mask": torch.ones(2, 1, dtype=torch.bool),
    }
    assert module.loss(thought(words), asked(unread)).abs().max() == 0
