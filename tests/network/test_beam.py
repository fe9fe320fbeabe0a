"""Beam search on texts whose next part hangs on the last one alone."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from qaengine.network.answers.beam import LONGER, Writing, search

START, END, PARTS = 0, 1, 5


class Chain(Writing):
    """Parts follow one another by a table of chances; it looks at the word of the part's number."""

    def __init__(self, table: Tensor) -> None:
        self.table = table

    def chances(self, parts: Tensor) -> tuple[Tensor, Tensor]:
        return self.table[parts], torch.nn.functional.one_hot(parts, PARTS).float()

    def keep(self, rows: Tensor) -> None:
        """Nothing of a text is known but its last part."""


def table(seed: int) -> Tensor:
    chances = torch.rand(PARTS, PARTS, generator=torch.Generator().manual_seed(seed)) ** 3
    chances[:, START] = 0.0
    return chances / chances.sum(-1, keepdim=True)


def found(table: Tensor, most: list[int], beam: int) -> dict[str, Tensor]:
    return search(Chain(table), torch.tensor(most), start=START, end=END, beam=beam)


def likelihood(table: Tensor, text: tuple[int, ...], power: float = 1.0) -> float:
    steps = zip((START, *text), text, strict=False)
    logs = [math.log(max(float(table[one, other]), 1e-12)) for one, other in steps]
    return math.exp(sum(logs) / len(logs) ** power)


@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_finds_the_likeliest_text_of_all(seed: int) -> None:
    """Of those that end, and those as long as they may be, by sum over a power of length."""
    chances, most = table(seed), 4
    parts = [part for part in range(PARTS) if part not in (START, END)]
    texts = [
        (*text, END) for length in range(most) for text in product(parts, repeat=length)
    ] + list(product(parts, repeat=most))
    best = max(texts, key=lambda text: likelihood(chances, text, LONGER))
    said = found(chances, [most], beam=200)
    assert tuple(said["parts"][0].tolist())[: len(best)] == best
    assert set(said["parts"][0].tolist()[len(best) :]) <= {END}
    assert float(said["likelihood"][0]) == pytest.approx(likelihood(chances, best), rel=1e-4)


def test_each_part_comes_with_where_it_looked() -> None:
    """Here at the part before, though other texts stood in its row at times."""
    for seed in range(5):
        said = found(table(seed), [6, 3], beam=3)
        for text, looks in zip(said["parts"].tolist(), said["attention"], strict=True):
            whole = text.index(END) + 1 if END in text else len(text)
            assert looks.argmax(-1).tolist()[:whole] == [START, *text][:whole]


def test_each_question_has_a_limit_of_its_own() -> None:
    endless = torch.full((PARTS, PARTS), 0.25)
    endless[:, START] = endless[:, END] = 0.0
    said = found(endless, [5, 2], beam=2)
    assert END not in said["parts"][0].tolist()
    assert said["parts"][1].tolist()[2:] == [END] * 3
    assert END not in said["parts"][1].tolist()[:2]


def test_a_beam_may_be_wider_than_there_are_parts() -> None:
    narrow, wide = (found(table(0), [4], beam=beam)["likelihood"] for beam in (1, PARTS + 3))
    assert float(wide) >= float(narrow) > 0
