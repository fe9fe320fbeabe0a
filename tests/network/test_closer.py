"""The closer reading of a text's words, and what answer modules add of it."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from qaengine.batch import collate
from qaengine.network.closer import CloserReading
from qaengine.registry import registry
from qaengine.testing import tiny_engine
from qaengine.text import example

COUNTS = torch.tensor([4, 2])
TASKS = ("part_of_speech", "named_entities", "sentiment", "translation")


def words(width: int, seed: int, longest: int = 4) -> Tensor:
    torch.manual_seed(seed)
    return torch.nn.functional.pad(torch.randn(2, 4, width), (0, 0, 0, longest - 4))


def closer(hide: float = 0.0) -> CloserReading:
    torch.manual_seed(0)
    return CloserReading(6 + 6 + 3, 5, 0.0, hide)


def test_what_stands_behind_a_text_does_not_matter() -> None:
    read, given = closer().eval(), [words(6, 1), words(6, 2), words(3, 3)]
    dirty = [words(6, 1, 6), words(6, 2, 6), words(3, 3, 6)]
    for some in dirty:
        for row, count in enumerate(COUNTS):
            some[row, count:] = 9.0
    clean = read(*given, COUNTS)
    assert clean.shape == (2, 4, 10)
    assert torch.allclose(clean, read(*dirty, COUNTS)[:, :4], atol=1e-6)
    assert not clean[1, 2:].any()


def test_vectors_are_hidden_in_training_alone() -> None:
    read = closer(hide=0.999999)
    one, other = [words(6, 1), words(6, 2), words(3, 3)], [words(6, 1), words(6, 2), words(3, 4)]
    assert torch.equal(read.train()(*one, COUNTS), read(*other, COUNTS))
    assert not torch.allclose(read.eval()(*one, COUNTS), read(*other, COUNTS))


def test_words_without_vectors_are_read() -> None:
    read = CloserReading(6 + 6, 5, 0.0, 0.1).eval()
    assert read(words(6, 1), words(6, 2), None, COUNTS).shape == (2, 4, 10)


@pytest.mark.parametrize("name", TASKS)
def test_it_begins_at_nothing_and_learns(name: str) -> None:
    task = registry().task(name)
    samples = task.samples()
    plain = tiny_engine(samples, tasks=(task.schema,)).checkpoint
    wider = tiny_engine(samples, tasks=(task.schema,), closer=8).checkpoint.network
    known = plain.network.state_dict()
    assert wider.load_state_dict(known, strict=False).unexpected_keys == []
    batch = collate([example(one, task.schema) for one in samples], plain.vocabulary)
    before, after = plain.network.eval().loss(batch), wider.eval().loss(batch)
    assert torch.allclose(before.answer, after.answer, atol=1e-6)
    served = [part for part, _ in wider.named_parameters() if part.endswith(".closer.weight")]
    assert bool(served) == (name != "translation")
    learnt = copy.deepcopy(wider)
    for step in range(2):  # what begins at nothing lets gradients through from the second step
        learnt.zero_grad()
        learnt.loss(batch).answer.mean().backward()
        if step == 0:
            with torch.no_grad():
                for part, weight in learnt.named_parameters():
                    if part in served:
                        assert weight.grad is not None
                        assert weight.grad.any(), part
                        weight -= weight.grad
    reads = [weight.grad for weight in learnt.closer.parameters()]
    assert all((found is not None and bool(found.any())) == bool(served) for found in reads)
