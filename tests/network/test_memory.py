"""Episodic memory: what the gates are, in each of their forms."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import Tensor

from qaengine.network.config import Attention, NetworkConfig, Update
from qaengine.network.episodic_memory import EpisodicMemory, most_recent
from qaengine.network.memory import Episodes

WIDTH = 8
FORMS = get_args(Attention)


def memory_of(attention: Attention, passes: int = 3, update: Update = "gru") -> EpisodicMemory:
    torch.manual_seed(0)
    config = NetworkConfig(width=WIDTH, passes=passes, attention=attention, update=update)
    return EpisodicMemory(config).double().eval()


def remember(
    memory: EpisodicMemory, facts: Tensor, present: Tensor, question: Tensor, **passes: int
) -> Episodes:
    """What the memory makes of facts that share half a word each with each."""
    overlap = torch.full((*present.shape, present.shape[1]), 0.5).double()
    episodes: Episodes = memory(facts, present, overlap, question, **passes)
    return episodes


def story(facts: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    """Two questions; the second has two facts fewer."""
    torch.manual_seed(1)
    present = torch.ones(2, facts, dtype=torch.bool)
    present[1, -2:] = False
    return (
        torch.randn(2, facts, WIDTH).double(),
        present,
        torch.randn(2, WIDTH).double(),
    )


@pytest.mark.parametrize("update", get_args(Update))
@pytest.mark.parametrize("attention", FORMS)
def test_weights_and_enough_sum_to_one(attention: Attention, update: Update) -> None:
    episodes = remember(memory_of(attention, update=update), *story())
    total = episodes.log_gates.exp().sum(-1) + episodes.log_enough.exp()
    assert torch.allclose(total, torch.ones_like(total))


@pytest.mark.parametrize("attention", FORMS)
def test_absent_fact_weighs_nothing_and_changes_nothing(attention: Attention) -> None:
    facts, present, question = story()
    memory = memory_of(attention)
    episodes = remember(memory, facts, present, question)
    other = torch.where(present.unsqueeze(-1), facts, torch.randn_like(facts))
    again = remember(memory, other, present, question)
    assert episodes.log_gates.exp()[~present.unsqueeze(1).expand(-1, 3, -1)].max() == 0
    assert torch.allclose(episodes.memory, again.memory)
    assert torch.allclose(episodes.log_enough, again.log_enough)


@pytest.mark.parametrize("attention", FORMS)
def test_memory_without_passes_is_the_question(attention: Attention) -> None:
    facts, present, question = story()
    episodes = remember(memory_of(attention, passes=0), facts, present, question)
    assert torch.equal(episodes.memory, question)
    assert episodes.weights.shape == (2, 0, 5)


@pytest.mark.parametrize("attention", FORMS)
def test_fewer_passes_are_the_first_ones(attention: Attention) -> None:
    memory = memory_of(attention)
    whole, short = remember(memory, *story()), remember(memory, *story(), passes=2)
    assert torch.equal(short.log_gates, whole.log_gates[:, :2])


@pytest.mark.parametrize("attention", ["recent", "closed"])
def test_later_of_two_equal_facts_weighs_more(attention: Attention) -> None:
    facts, _, question = story(1)
    twice = facts.repeat(1, 2, 1)
    present = torch.ones(2, 2, dtype=torch.bool)
    weights = remember(memory_of(attention), twice, present, question).log_gates
    assert (weights[:, 0, 1] > weights[:, 0, 0]).all()


def test_soft_attention_weighs_equal_facts_alike() -> None:
    facts, _, question = story(1)
    present = torch.ones(2, 2, dtype=torch.bool)
    weights = remember(memory_of("soft"), facts.repeat(1, 2, 1), present, question).log_gates
    assert torch.allclose(weights[:, 0, 1], weights[:, 0, 0])


def test_closed_form_is_the_recurrence() -> None:
    """h_t = (1 - g_t) h_(t-1) + g_t x_t, which is an attention GRU whose candidate is the fact."""
    torch.manual_seed(2)
    logits, facts = torch.randn(3, 7).double(), torch.randn(3, 7, WIDTH).double()
    log_weights, log_none = most_recent(logits)
    state, none = torch.zeros(3, WIDTH).double(), torch.ones(3).double()
    for gate, fact in zip(logits.sigmoid().unbind(1), facts.unbind(1), strict=True):
        state = (1 - gate)[:, None] * state + gate[:, None] * fact
        none = none * (1 - gate)
    assert torch.allclose(torch.einsum("bf,bfd->bd", log_weights.exp(), facts), state)
    assert torch.allclose(log_none.exp(), none)


def test_attention_gru_is_a_loop_over_the_facts() -> None:
    facts, present, question = story()
    memory = memory_of("gru", passes=1)
    episodes = remember(memory, facts, present, question)
    gates = episodes.log_gates.exp()[:, 0]
    states = torch.zeros(2, WIDTH).double()
    for row in range(2):
        state = torch.zeros(1, WIDTH).double()
        for place in range(int(present[row].sum())):
            candidate = memory.cell(facts[row, place : place + 1], state)
            gate = gates[row, place]
            state = gate * candidate + (1 - gate) * state
        states[row] = state[0]
    expected = memory.tied(torch.cat([states, question], -1), question)
    assert torch.allclose(episodes.memory, expected)


def test_passes_after_enough_weigh_nothing() -> None:
    gates = torch.tensor([[[0.9], [0.2], [0.9]]]).log()
    enough = torch.tensor([[0.1, 0.8, 0.1]]).log()
    weights = Episodes(torch.zeros(1, 4), gates, enough).weights
    assert weights.flatten().tolist() == pytest.approx([0.9, 0, 0])


def test_gate_sees_where_the_last_pass_looked() -> None:
    """Order reaches the second pass: two stories that differ only in order differ in memory."""
    facts, _, question = story()
    present = torch.ones(2, 5, dtype=torch.bool)
    memory = memory_of("soft", passes=2)
    first = remember(memory, facts, present, question).log_gates
    turned = remember(memory, facts.flip(1), present, question).log_gates.flip(-1)
    assert torch.allclose(first[:, 0], turned[:, 0])
    assert not torch.allclose(first[:, 1], turned[:, 1])
