"""Episodic memory: several passes over the facts, with a gate a fact and pass.

Kumar et al. 2015 (arXiv 1506.07285), section 2.3; Xiong et al. 2016 (arXiv 1603.01417), 3.3.
"""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.memory import Episodes, Memory
from qaengine.network.transformer import NOTHING


class EpisodicMemory(Memory):
    """Attends to the facts pass by pass, with question and memory in mind; the default.

    `attention`:
    - "soft": softmax over the facts and an "enough" slot (soft attention of DMN+).
    - "recent", the default: as "soft", but each later fact that fits takes something away, so
      that of the facts that fit the last one wins, however long the story.
    - "closed": the closed form of an attention GRU whose candidate ignores its last state. Each
      fact has an independent gate g and weighs g_t times the product of (1 - g_s) over later
      facts s; what no fact takes is the weight of "enough".
    - "gru": gates as in "soft", but the episode is the last state of a GRU over the facts, which
      a fact moves as far as its gate is open: h_i = g_i GRU(f_i, h_{i-1}) + (1 - g_i) h_{i-1}
      (Kumar et al.).
    `update`: how an episode changes the memory: "gru" (Kumar et al., tied over passes) or "relu"
    (DMN+, a matrix of its own for each pass).

    A gate also sees where earlier passes looked: whether this fact was taken before, and whether
    it stands before or after the fact of the last and of the first pass ("Where was the apple
    *before* the kitchen?"). Such order needs no learnt positions, so it holds for any length.
    """

    name = "episodic"
    paper = "Kumar et al. 2015, arXiv 1506.07285"
    GATE = 64
    """Width of what a gate is computed from."""
    ORDER: ClassVar[int] = 7
    """Seen before; before and after the last pass's fact; before and after the first pass's; words
    shared with the last pass's, and with all that were seen. 0: a gate knows no order."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        width, gate_width = config.width, self.GATE
        self.attention, self.update = config.attention, config.update
        self.fact = nn.Linear(width, gate_width)
        self.query = nn.Linear(2 * width, 2 * gate_width)
        self.interact = nn.Linear(5 * gate_width + self.ORDER, gate_width)
        self.order_by_pass = nn.Parameter(torch.zeros(max(self.passes, 1), gate_width))
        self.gate = nn.Linear(gate_width, 1)
        if self.attention in ("recent", "closed"):
            nn.init.constant_(self.gate.bias, -2.0)
        if self.attention == "recent":
            self.recency = nn.Parameter(torch.tensor(-1.0))
        if self.attention != "closed":
            self.enough = nn.Linear(2 * width, 1)
        if self.attention == "gru":
            self.cell: nn.Module = nn.GRUCell(width, width)
        if self.update == "gru":
            self.tied = nn.GRUCell(2 * width, width)
        else:
            each = (nn.Linear(3 * width, width) for _ in range(self.passes))
            self.untied = nn.ModuleList(each)

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
        made, keys = self.begin(question, present, passes, may_end), self.fact(facts)
        order = facts.new_zeros(*facts.shape[:2], self.ORDER)
        for number in range(made.most):
            logits = self._logits(keys, question, made.memory, order, number)
            log_gates, log_enough = self._attend(logits, present, question, made.memory)
            weights = log_gates.exp()
            episode = self._episode(weights, facts)
            updated = self._updated(number, made.memory, episode, question)
            if not made.add(log_gates, log_enough, updated):
                break
            if self.ORDER:
                order = _order(order, weights, overlap, first=number == 0)
        return made.episodes()

    def _logits(
        self, keys: Tensor, question: Tensor, memory: Tensor, order: Tensor, number: int
    ) -> Float[Tensor, "b f"]:
        query = self.query(torch.cat([question, memory], -1)).unsqueeze(1)
        asked, remembered = query.chunk(2, dim=-1)  # (b, 1, gate width)
        features = torch.cat(
            [
                keys,
                keys * asked,
                keys * remembered,
                (keys - asked).abs(),
                (keys - remembered).abs(),
                order,
            ],
            dim=-1,
        )
        hidden = torch.relu(self.interact(features) + self.order_by_pass[number])
        logits: Tensor = self.gate(hidden).squeeze(-1)
        return logits

    def _attend(
        self, logits: Tensor, present: Tensor, question: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self.attention == "closed":
            return most_recent(logits.masked_fill(~present, NOTHING))
        if self.attention == "recent":
            opened = F.softplus(logits) * present
            later = opened.flip(-1).cumsum(-1).flip(-1) - opened
            logits = logits - self.recency.exp() * later
        enough = self.enough(torch.cat([question, memory], -1))
        scores = torch.cat([logits.masked_fill(~present, NOTHING), enough], dim=-1)
        log_weights = scores.log_softmax(dim=-1)
        return log_weights[:, :-1], log_weights[:, -1]

    def _episode(self, weights: Tensor, facts: Tensor) -> Float[Tensor, "b d"]:
        if self.attention != "gru":
            return torch.einsum("bf,bfd->bd", weights, facts)
        state = torch.zeros_like(facts[:, 0])
        for gate, fact in zip(weights.unbind(1), facts.unbind(1), strict=True):
            # no lerp: it wants one type of number, which mixed precision does not give
            state = state + gate.unsqueeze(-1) * (self.cell(fact, state) - state)
        return state

    def _updated(self, number: int, memory: Tensor, episode: Tensor, question: Tensor) -> Tensor:
        if self.update == "gru":
            new: Tensor = self.tied(torch.cat([episode, question], -1), memory)
            return new
        return torch.relu(self.untied[number](torch.cat([memory, episode, question], -1)))


def most_recent(logits: Float[Tensor, "b f"]) -> tuple[Float[Tensor, "b f"], Float[Tensor, " b"]]:
    """Log weights of "the last fact whose gate is open", and the log that none is.

    weight_t = sigmoid(z_t) * product over s > t of (1 - sigmoid(z_s)).
    """
    closed = F.logsigmoid(-logits)
    all_later = closed.flip(-1).cumsum(-1).flip(-1)  # this fact's, too
    return F.logsigmoid(logits) + all_later - closed, all_later[:, 0]


def _order(
    order: Tensor, weights: Float[Tensor, "b f"], overlap: Float[Tensor, "b f f"], *, first: bool
) -> Tensor:
    """The order features after a pass with these weights."""
    upto = weights.cumsum(-1)
    after, before = upto - weights, upto[:, -1:] - upto
    seen = torch.maximum(order[..., 0], weights)
    start = (before, after) if first else (order[..., 3], order[..., 4])
    shared = torch.einsum("bij,kbj->kbi", overlap, torch.stack([weights, seen]))
    return torch.stack([seen, before, after, *start, *shared], dim=-1)
