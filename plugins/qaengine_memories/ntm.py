"""The Neural Turing Machine's memory (Graves et al. 2014): slots that are written, then read."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.memory import Episodes, Memory
from qaengine.network.transformer import NOTHING

CELLS = 32
"""Numbers in a slot."""
HEAD = CELLS + 6
"""What a head is told: a key, its strength, interpolation, three shifts, sharpening."""
EMPTY = 1e-2
"""Squared length below which a slot resembles nothing: it is empty."""
EVEN = 1e-2
"""Share of the gates that all facts have alike, so that no log is without bounds."""
TINY = 1e-6


class _State(NamedTuple):
    hidden: Float[Tensor, "b d"]
    cell: Float[Tensor, "b d"]
    heads: Float[Tensor, "b 2 n"]
    """Where the writing and the reading head stand."""
    read: Float[Tensor, "b c"]


class NTMMemory(Memory):
    """A controller writes the facts, in order, into slots; each pass reads them, question in mind.

    h_t      = LSTM([f_t; r_{t-1}], h_{t-1})             the controller; its output tells the heads
    w^c(i)   = softmax_i(strength cos(key, M(i)))        by content
    w^g      = g w^c + (1 - g) w_{t-1}                   interpolation
    w~(i)    = sum_j shift(j) w^g(i - j), j = -1, 0, 1   by location, slots in a ring
    w_t(i)   = w~(i)^sharp / sum_j w~(j)^sharp           sharpening, sharp >= 1
    M_t(i)   = M_{t-1}(i) * (1 - w_t(i) erase_t) + w_t(i) add_t
    r_t      = sum_i w'_t(i) M_t(i)                      w' of the reading head, likewise
    m        = O [h_p; r_p]                              a pass, with q as input; it writes nothing

    `network.slots` slots, empty before the first fact. In the beginning the writing head steps on
    by a slot a fact, as on a tape, and the reading head goes by content.

    **Gates.** Writing is linear in what is added, so that a read is a sum with one term a fact:
    r = sum_t r(t), r(t) = sum_i w'(i) w_t(i) add_t * prod_{u > t} (1 - w_u(i) erase_u): where the
    head reads, what is left of what was written at f_t. A fact's gate is its share of the lengths,
    |r(t)| / sum_u |r(u)|; a hundredth is shared out evenly. What the controller itself remembers
    of a fact is not in it. "Enough" is a sigmoid of [q; m], and takes its part from all.
    """

    name = "ntm"
    paper = "Graves et al. 2014, arXiv 1410.5401"

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        width = config.width
        self.slots = config.slots
        self.controller = nn.LSTMCell(width + CELLS, width)
        self.asked = nn.Parameter(torch.zeros(width))  # tells a question from a fact
        self.heads = nn.Linear(width, 2 * HEAD)
        self.change = nn.Linear(width, 2 * CELLS)
        self.say = nn.Linear(width + CELLS, width)
        self.enough = nn.Linear(2 * width, 1)
        with torch.no_grad():
            write, read = self.heads.bias.view(2, HEAD)
            for head, by_content in ((write, -3.0), (read, 3.0)):
                head[CELLS:] = torch.tensor([2.0, by_content, 0.0, 0.0, 0.0, 1.0])
            write[CELLS + 4] = 3.0  # a slot further
            read[CELLS + 3] = 3.0  # where it is

    def forward(
        self,
        facts: Float[Tensor, "b f d"],
        present: Bool[Tensor, "b f"],
        overlap: Float[Tensor, "b f f"],
        question: Float[Tensor, "b d"],
        passes: int | None = None,
        *,
        may_end: bool = True,
    ) -> Episodes:
        made = self.begin(question, present, passes, may_end)
        state, slots, left = self._written(facts, present)
        for _ in range(made.most):
            hidden, cell, heads = self._controlled(question + self.asked, state, slots)
            state = _State(hidden, cell, heads, _read(heads, slots))
            memory = self.say(torch.cat([hidden, state.read], -1))
            enough = self.enough(torch.cat([question, memory], -1)).squeeze(-1)
            shares = _log_shares(heads[:, 1], left, present)
            log_gates = shares + F.logsigmoid(-enough).unsqueeze(1)
            if not made.add(log_gates, F.logsigmoid(enough), memory):
                break
        return made.episodes()

    def _written(
        self, facts: Tensor, present: Tensor
    ) -> tuple[_State, Float[Tensor, "b n c"], Float[Tensor, "b f n c"]]:
        """The state after the last fact, the slots, and what is left there of each fact."""
        state = self._begin(facts)
        slots = facts.new_zeros(len(facts), self.slots, CELLS)
        changes: list[tuple[Tensor, Tensor, Tensor]] = []
        for fact, here in zip(facts.unbind(1), present.unsqueeze(-1).unbind(1), strict=True):
            hidden, cell, heads = self._controlled(fact, state, slots)
            erase, add = self.change(hidden).chunk(2, -1)
            stand, erase, add = heads[:, 0] * here, erase.sigmoid(), add.tanh()
            slots = slots * (1 - _outer(stand, erase)) + _outer(stand, add)
            after = _State(hidden, cell, heads, _read(heads, slots))
            state = _State(*(_where(here, *pair) for pair in zip(after, state, strict=True)))
            changes.append((stand, erase, add))
        return state, slots, _left(*(torch.stack(one, 1) for one in zip(*changes, strict=True)))

    def _begin(self, facts: Tensor) -> _State:
        """Both heads on the first slot."""
        heads = facts.new_zeros(len(facts), 2, self.slots)
        heads[..., 0] = 1
        hidden = facts.new_zeros(len(facts), self.width)
        return _State(hidden, hidden, heads, facts.new_zeros(len(facts), CELLS))

    def _controlled(
        self, given: Float[Tensor, "b d"], state: _State, slots: Float[Tensor, "b n c"]
    ) -> tuple[Tensor, Tensor, Float[Tensor, "b 2 n"]]:
        """The controller's hidden state and cell, and where it moves the heads."""
        inputs = torch.cat([given, state.read], -1)
        hidden, cell = self.controller(inputs, (state.hidden, state.cell))
        told = self.heads(hidden).unflatten(-1, (2, HEAD))
        key, strength, gate, shift, sharp = told.split([CELLS, 1, 1, 3, 1], -1)
        alike = torch.einsum("bhc,bnc->bhn", _unit(key), _unit(slots))
        by_content = (F.softplus(strength) * alike).softmax(-1)
        chosen = state.heads + gate.sigmoid() * (by_content - state.heads)
        moved = sum(
            chance * chosen.roll(step, -1)
            for step, chance in zip((-1, 0, 1), shift.softmax(-1).split(1, -1), strict=True)
        )
        return hidden, cell, ((1 + F.softplus(sharp)) * (moved + TINY).log()).softmax(-1)


def _read(heads: Tensor, slots: Tensor) -> Float[Tensor, "b c"]:
    return torch.einsum("bn,bnc->bc", heads[:, 1], slots)


def _outer(stand: Tensor, change: Tensor) -> Float[Tensor, "... n c"]:
    return stand.unsqueeze(-1) * change.unsqueeze(-2)


def _unit(vectors: Tensor) -> Tensor:
    return vectors * (vectors.square().sum(-1, keepdim=True) + EMPTY).rsqrt()


def _where(here: Bool[Tensor, "b 1"], new: Tensor, old: Tensor) -> Tensor:
    return torch.where(here.view(-1, *[1] * (new.dim() - 1)), new, old)


def _left(
    stands: Float[Tensor, "b f n"], erased: Float[Tensor, "b f c"], added: Float[Tensor, "b f c"]
) -> Float[Tensor, "b f n c"]:
    """What is left of each fact in each slot; their sum over the facts is the slots' content."""
    kept = (1 - _outer(stands, erased)).clamp_min(TINY).log()
    since = kept.flip(1).cumsum(1).flip(1) - kept  # by all later facts
    return _outer(stands, added) * since.exp()


def _log_shares(
    head: Float[Tensor, "b n"], left: Float[Tensor, "b f n c"], present: Bool[Tensor, "b f"]
) -> Float[Tensor, "b f"]:
    """Log of the share that each fact has in what a head reads."""
    lengths = torch.einsum("bn,bfnc->bfc", head, left).norm(dim=-1) + TINY
    lengths = lengths.masked_fill(~present, 0.0)
    shares = (1 - EVEN) * lengths / lengths.sum(1, keepdim=True)
    even = EVEN / present.sum(1, keepdim=True)
    return (shares + even).log().masked_fill(~present, NOTHING)
