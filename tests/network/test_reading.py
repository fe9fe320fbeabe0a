"""Reading: which facts, which words, which slots."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qaengine.network.reading import Page, SharedDropout, choose, lay_out, slots

CHOSEN = torch.tensor([[True, False, True], [False, False, False], [False, True, False]])
FACTS = torch.tensor([[1, 2, 3], [2, 0, 0], [3, 1, 0]])
QUESTIONS = torch.tensor([0, 4, 0])
LENGTHS = torch.tensor([2, 3, 1, 4, 1])


@pytest.fixture
def page() -> Page:
    return lay_out(CHOSEN, FACTS, QUESTIONS, LENGTHS)


def read_by_hand() -> list[tuple[int, int, int, int, int, int]]:
    words = []
    for owner in range(3):
        chosen = [n for n in range(3) if CHOSEN[owner, n]]
        sentences = [(0, int(QUESTIONS[owner]))] + [(n, int(FACTS[owner, n])) for n in chosen]
        column = 0
        for order, (fact, row) in enumerate(sentences):
            for place in range(int(LENGTHS[row])):
                words.append((owner, column, order, fact, row, place))
                column += 1
    return words


def test_page_is_the_question_then_the_chosen_facts(page: Page) -> None:
    columns = (page.owner, page.column, page.sentence, page.fact, page.row, page.place)
    assert list(zip(*(one.tolist() for one in columns), strict=True)) == read_by_hand()
    assert page.shape == (3, 2 + 3 + 4)


def test_spread_and_gather_are_each_others_reverse(page: Page) -> None:
    values = torch.randn(len(page.owner), 2)
    padded = page.spread(values)
    assert torch.equal(page.gather(padded), values)
    assert (padded[~page.present] == 0).all()
    assert page.present.sum(1).tolist() == [9, 1, 5]


def weights(*strongest: float) -> Tensor:
    return torch.tensor([[strongest]])


def test_facts_of_some_weight_in_any_pass_are_read() -> None:
    passes = torch.tensor([[[0.9, 0.05, 0.0], [0.0, 0.08, 0.2]]])
    assert choose(passes, most=3).tolist() == [[True, False, True]]


def test_no_more_than_the_heaviest_facts_are_read() -> None:
    assert choose(weights(0.2, 0.5, 0.3, 0.4), most=2).tolist() == [[False, True, False, True]]


def test_ties_do_not_exceed_the_limit() -> None:
    assert int(choose(torch.full((1, 2, 6), 0.3), most=4).sum()) == 4


def test_nothing_is_read_without_passes() -> None:
    assert not choose(torch.zeros(2, 0, 5), most=3).any()


def test_same_word_same_slot() -> None:
    assert slots(torch.tensor([[7, 3, 7, 9, 3]])).tolist() == [[0, 1, 0, 2, 1]]


def test_slots_do_not_depend_on_which_words_they_are() -> None:
    one, other = torch.tensor([[7, 3, 7, 9]]), torch.tensor([[1, 8, 1, 2]])
    assert torch.equal(slots(one), slots(other))


def test_dropout_drops_the_same_features_at_all_words_of_a_question(page: Page) -> None:
    torch.manual_seed(0)
    dropped = SharedDropout(0.5).train()(torch.ones(len(page.owner), 32), page)
    for owner in range(3):
        rows = dropped[page.owner == owner]
        assert (rows == rows[0]).all()
    assert 0 < (dropped == 0).float().mean() < 1
