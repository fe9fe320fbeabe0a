"""Every built-in memory keeps the contract, does what its paper says, and can be named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from qaengine.checkpoint import build, load_config
from qaengine.cli import main
from qaengine.errors import PluginError
from qaengine.network.config import NetworkConfig
from qaengine.network.episodic_memory import EpisodicMemory
from qaengine.network.memory import Episodes, Memory
from qaengine.plugin_api import hookimpl
from qaengine.registry import BUILT_IN, Registry
from qaengine.testing import check_memory, tiny_engine
from qaengine_memories.dmn import DMNPlusMemory
from qaengine_memories.memn2n import MemN2NMemory
from qaengine_memories.ntm import NTMMemory, _left

MEMORIES = Registry(BUILT_IN, ()).memories()
EVERY = pytest.mark.parametrize("memory", MEMORIES.values(), ids=list(MEMORIES))
WIDTH = 8


def story(questions: int = 2, facts: int = 5) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Facts that are all there and share nothing, and the questions."""
    torch.manual_seed(1)
    present = torch.ones(questions, facts, dtype=torch.bool)
    overlap = torch.zeros(questions, facts, facts).double()
    given = torch.randn(questions, facts, WIDTH).double()
    return given, present, overlap, torch.randn(questions, WIDTH).double()


def made(memory: type[Memory], **settings: Any) -> Any:
    torch.manual_seed(0)
    config = NetworkConfig(**{"width": WIDTH, "passes": 2, **settings})
    return memory(config).double().eval()


# -- the contract ----------------------------------------------------------------------------


@EVERY
def test_built_in_memory(memory: type[Memory]) -> None:
    check_memory(memory)


@EVERY
def test_mixed_precision_leaves_the_gates_whole(memory: type[Memory]) -> None:
    """As while training on a GPU."""
    facts, present, overlap, question = (one.float() for one in story())
    with torch.autocast("cpu", torch.bfloat16):
        episodes = made(memory).float()(facts, present.bool(), overlap, question)
    total = episodes.log_gates.exp().sum(-1) + episodes.log_enough.exp()
    assert torch.allclose(total.float(), torch.ones_like(total.float()), atol=0.02)


@EVERY
def test_built_in_memory_says_what_it_is_and_whose(memory: type[Memory]) -> None:
    assert (memory.__doc__ or "").splitlines()[0].endswith((".", "default."))
    assert any(part.isdigit() and len(part) == 4 for part in memory.paper.replace(",", "").split())


class Padded(EpisodicMemory):
    """Attends to facts that are not there."""

    def forward(self, facts: Tensor, present: Tensor, *rest: Any, **more: Any) -> Episodes:
        return super().forward(facts, torch.ones_like(present), *rest, **more)


class Counting(EpisodicMemory):
    """Has seen padding, though no pass attends to it."""

    def forward(self, facts: Tensor, *rest: Any, **more: Any) -> Episodes:
        episodes = super().forward(facts, *rest, **more)
        return replace(episodes, memory=episodes.memory + facts.shape[1])


class Random(EpisodicMemory):
    def forward(self, *given: Any, **more: Any) -> Episodes:
        episodes = super().forward(*given, **more)
        return replace(episodes, memory=episodes.memory + torch.rand(1))


class Greedy(EpisodicMemory):
    """Its gates and "enough" are more than one."""

    def forward(self, *given: Any, **more: Any) -> Episodes:
        episodes = super().forward(*given, **more)
        return replace(episodes, log_enough=episodes.log_enough + 1)


class Cut(EpisodicMemory):
    def forward(self, facts: Tensor, *rest: Any, **more: Any) -> Episodes:
        return super().forward(facts.detach(), *rest, **more)


class Idle(EpisodicMemory):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.forgotten = torch.nn.Parameter(torch.zeros(3))


class Endless(EpisodicMemory):
    """Goes on though it may end."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        torch.nn.init.constant_(self.enough.bias, 5.0)

    def forward(self, *given: Any, may_end: bool = True, **more: Any) -> Episodes:
        return super().forward(*given, may_end=False, **more)


class Stubborn(EpisodicMemory):
    """Makes all passes, whatever it is asked for."""

    def forward(self, *given: Any, **more: Any) -> Episodes:
        return super().forward(*given[:4], **more)


@pytest.mark.parametrize(
    ("memory", "complaint"),
    [
        (Padded, "a fact that is not there"),
        (Counting, "the width of the padding"),
        (Random, "from call to call"),
        (Greedy, "not to 1"),
        (Cut, "no gradient reaches the facts"),
        (Idle, "no gradient reaches the parameter forgotten"),
        (Endless, "further passes though it may end"),
        (Stubborn, "fewer passes are not the first ones"),
        (dict, "not a Memory class"),
    ],
)
def test_fault_is_named(memory: type[Memory], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_memory(memory)


# -- naming one ------------------------------------------------------------------------------


class Blank(EpisodicMemory):
    name = "blank"


class Plugin:
    @hookimpl
    def qaengine_memories(self) -> list[type[Memory]]:
        return [Blank]


@pytest.mark.parametrize("name", [*MEMORIES, "blank"])
def test_engine_learns_with_a_memory_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Registry(entry_points=())
    plugins._register("blank", Plugin())
    monkeypatch.setattr("qaengine.checkpoint.registry", lambda: plugins)
    triples = plugins.task("babi").samples()[:3]
    engine = tiny_engine(triples, steps=40, memory=name, slots=4)
    assert engine.checkpoint.network.memory.name == name
    for triple in triples:
        assert engine.ask(list(triple.input), triple.question).text == triple.answer


def test_command_line_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["memories", "--json"])
    told = {memory["name"]: memory for memory in json.loads(capsys.readouterr().out)}
    assert set(MEMORIES) <= set(told)
    assert told["ntm"]["paper"] == "Graves et al. 2014, arXiv 1410.5401"
    with pytest.raises(SystemExit, match="0"):
        main(["memories"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in told)


def test_one_that_nobody_brings() -> None:
    engine = tiny_engine(steps=0)
    with pytest.raises(PluginError, match=r"no memory 'memn2m'\. Did you mean 'memn2n'\?"):
        build(NetworkConfig(memory="memn2m"), engine.checkpoint.vocabulary)


def test_checkpoint_that_names_none_has_the_episodic_one() -> None:
    """Those of before there were others."""
    from qaengine.checkpoint import PRETRAINED

    assert MEMORIES[load_config(PRETRAINED).network.memory] is EpisodicMemory
    assert NetworkConfig().memory == EpisodicMemory.name


# -- what the papers say ---------------------------------------------------------------------


def test_dmn_plus_is_a_gru_whose_update_gate_is_the_attention() -> None:
    facts, *rest, question = story()
    memory = made(DMNPlusMemory, passes=1)
    episodes = memory(facts, *rest, question)
    gates = episodes.log_gates.exp()[:, 0]
    gru = torch.nn.GRUCell(WIDTH, WIDTH).double()
    state = torch.zeros(2, WIDTH).double()
    for place in range(5):
        fact = facts[:, place]
        _copy(memory.cell, gru)
        # torch's GRU: h' = (1 - z) n + z h; a gate wide open gives n
        state = torch.lerp(state, gru(fact, state), gates[:, place : place + 1])
    update = memory.untied[0](torch.cat([question, state, question], -1))
    assert torch.allclose(episodes.memory, torch.relu(update))


def _copy(cell: Any, gru: torch.nn.GRUCell) -> None:
    """Takes weights over into torch's GRU, whose update gate stays shut: z = 0."""
    with torch.no_grad():
        for mine, weight, bias in (
            (cell.of_fact, gru.weight_ih, gru.bias_ih),
            (cell.of_state, gru.weight_hh, gru.bias_hh),
        ):
            weight.zero_()
            weight[:WIDTH], weight[2 * WIDTH :] = mine.weight.chunk(2)
            bias[:WIDTH], bias[2 * WIDTH :] = mine.bias.chunk(2)
            bias[WIDTH : 2 * WIDTH] = -1e3


@pytest.mark.parametrize("name", ["dmn", "dmn_plus"])
def test_gates_of_the_papers_know_no_order(name: str) -> None:
    """Facts turned round have their gates turned round, once the memory is the same."""
    facts, present, overlap, question = story()
    memory = made(MEMORIES[name], passes=1)
    forth = memory(facts, present, overlap, question).log_gates
    back = memory(facts.flip(1), present, overlap, question).log_gates
    assert torch.allclose(forth, back.flip(-1))


def test_memn2n_is_the_papers_sum_over_the_facts() -> None:
    """Equations 1 and 2 with adjacent tying, without the slot for "enough"."""
    facts, *rest, question = story()
    memory = made(MemN2NMemory)
    torch.nn.init.constant_(memory.enough.bias, -1e3)
    episodes = memory(facts, *rest, question)
    behind = torch.arange(4, -1, -1)
    stored = [
        facts @ embed.weight.T + places.weight[behind]
        for embed, places in zip(memory.embed, memory.places, strict=True)
    ]
    known = question @ memory.embed[0].weight.T
    for number in range(2):
        match = (stored[number] @ known.unsqueeze(-1)).squeeze(-1).softmax(-1)
        assert torch.allclose(episodes.log_gates[:, number].exp(), match)
        known = known + (match.unsqueeze(1) @ stored[number + 1]).squeeze(1)
    assert torch.allclose(episodes.memory, known)


def test_memn2n_tells_equal_facts_apart_by_their_place() -> None:
    facts, *rest = story()
    gates = made(MemN2NMemory)(facts[:, :1].expand_as(facts), *rest).log_gates[:, 0]
    assert (gates.max(-1).values - gates.min(-1).values > 1e-3).all()


def test_memn2n_leaves_gaps_between_facts_while_it_learns() -> None:
    present = torch.ones(200, 40, dtype=torch.bool)
    memory = made(MemN2NMemory)
    still, gapped = memory._behind(present), memory.train()._behind(present)
    assert torch.equal(still[0], torch.arange(39, -1, -1))
    assert 1.05 < float(gapped[:, 0].double().mean() / 39) < 1.15


def test_ntm_slots_hold_the_sum_of_what_is_left_of_the_facts() -> None:
    """The gates rest on this: writing is linear in what is added."""
    facts, present, *_ = story()
    present[1, -2:] = False
    _, slots, left = made(NTMMemory, slots=3)._written(facts, present)
    assert slots.abs().max() > 1e-2
    assert torch.allclose(left.sum(1), slots)
    assert left[1, -2:].abs().max() == 0


def test_ntm_forgets_what_is_erased() -> None:
    """Two facts in one slot, the later one of which wipes half of the cells."""
    stands = torch.ones(1, 2, 1)
    erased = torch.tensor([[[0.0, 0.0], [1.0, 0.0]]])
    left = _left(stands, erased, torch.ones(1, 2, 2))
    assert left[0, 0, 0].tolist() == pytest.approx([0, 1], abs=1e-5)
    assert left[0, 1, 0].tolist() == pytest.approx([1, 1])


def test_ntm_gate_is_the_share_of_what_was_read_there() -> None:
    """A head that is turned to one fact's slot gives that fact its gate."""
    facts, present, overlap, question = story(facts=4)
    memory = made(NTMMemory, slots=6, passes=1)
    with torch.no_grad():  # a tape: each fact in the next slot, nothing moves the heads otherwise
        memory.heads.weight.zero_()
        write, read = memory.heads.bias.view(2, -1)
        for head in (write, read):
            head[-5:] = torch.tensor([-1e3, -1e3, -1e3, 1e3, 1e2])
    gates = memory(facts, present, overlap, question).log_gates[:, 0].exp()
    assert gates.shape == (2, 4)
    # both heads begin on slot 0; the reading head has stepped once more, on a slot never written
    assert torch.allclose(gates, gates[:, :1].expand(-1, 4))
    with torch.no_grad():
        read[-5:] = torch.tensor([-1e3, 1e3, -1e3, -1e3, 1e2])  # a step back a time, in the ring
    gates = memory(facts, present, overlap, question).log_gates[:, 0].exp()
    # after five steps back of six slots it stands on slot 1: the first fact's
    assert (gates.argmax(-1) == 0).all()
    assert (gates[:, 0] > 0.9 * gates.sum(-1)).all()


def test_ntm_needs_no_more_slots_than_it_has() -> None:
    facts, *rest = story(facts=50)
    episodes = made(NTMMemory, slots=3)(facts, *rest)
    assert episodes.log_gates.isfinite().all()
