"""Episodic memory: several passes over the facts, with a gate a fact and pass.

Kumar et al. 2015 (arXiv 1506.07285), section 2.3; Xiong et al. 2016 (arXiv 1603.01417), 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qaengine.network.config import Attention, Update
from qaengine.network.transformer import NOTHING

ENOUGH = 0.5
"""A question whose "enough" weighs so much makes no further pass."""


@dataclass(frozen=True)
class Episodes:
    """What the passes left behind; p passes over f facts."""

    memory: Float[Tensor, "b d"]
    log_gates: Float[Tensor, "b p f"]
    """Log of each pass's attention; with the log of "enough" it sums to 1."""
    log_enough: Float[Tensor, "b p"]
    """Log of each pass's weight on "enough": no further fact is needed."""

    @property
    def weights(self) -> Float[Tensor, "b p f"]:
        """Attention of each pass, zero for those after "enough" was the likeliest."""
        enough = self.log_enough.exp()
        needed = (enough < ENOUGH).to(enough.dtype).cumprod(dim=1)
        return self.log_gates.exp() * needed.unsqueeze(-1)


class EpisodicMemory(nn.Module):
    """Attends to the facts pass by pass, with question and memory in mind.

    `attention`:
    - "soft": softmax over the facts and an "enough" slot (soft attention of DMN+).
    - "recent", the default: as "soft", but each later fact that fits takes something away, so
      that of the facts that fit the last one wins, however long the story.
    - "closed": the closed form of an attention GRU whose candidate ignores its last state. Each
      fact has an independent gate g and weighs g_t times the product of (1 - g_s) over later
      facts s; what no fact takes is the weight of "enough".
    - "gru": gates as in "soft", but the episode is the last state of the attention GRU of
      DMN+ (equation 11), a recurrence over the facts.
    `update`: how an episode changes the memory: "gru" (Kumar et al., tied over passes) or "relu"
    (DMN+, a matrix of its own for each pass).

    A gate also sees where earlier passes looked: whether this fact was taken before, and whether
    it stands before or after the fact of the last and of the first pass ("Where was the apple
    *before* the kitchen?"). Such order needs no learnt positions, so it holds for any length.
    """

    ORDER = 7
    """Seen before; before and after the last pass's fact; before and after the first pass's; words
    shared with the last pass's, and with all that were seen."""

    def __init__(
        self,
        width: int,
        passes: int,
        attention: Attention = "recent",
        update: Update = "gru",
        gate_width: int = 64,
    ) -> None:
        super().__init__()
        self.passes, self.attention, self.update = passes, attention, update
        self.fact = nn.Linear(width, gate_width)
        self.query = nn.Linear(2 * width, 2 * gate_width)
        self.interact = nn.Linear(5 * gate_width + self.ORDER, gate_width)
        self.order_by_pass = nn.Parameter(torch.zeros(max(passes, 1), gate_width))
        self.gate = nn.Linear(gate_width, 1)
        if attention in ("recent", "closed"):
            nn.init.constant_(self.gate.bias, -2.0)
        if attention == "recent":
            self.recency = nn.Parameter(torch.tensor(-1.0))
        if attention != "closed":
            self.enough = nn.Linear(2 * width, 1)
        if attention == "gru":
            self.cell = nn.GRUCell(width, width)
        if update == "gru":
            self.tied = nn.GRUCell(2 * width, width)
        else:
            self.untied = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(passes))

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
        """`overlap`: how much each two facts share; `passes`: fewer than the most, when a batch is
        known to need no more; `may_end`: whether "enough" ends them where nobody learns."""
        passes = self.passes if passes is None else min(passes, self.passes)
        memory, keys = question, self.fact(facts)
        gates: list[Tensor] = []
        enoughs: list[Tensor] = []
        order = facts.new_zeros(*facts.shape[:2], self.ORDER)
        ended = torch.zeros(len(facts), 1, dtype=torch.bool, device=facts.device)
        for number in range(passes):
            logits = self._logits(keys, question, memory, order, number)
            log_gates, log_enough = self._attend(logits, present, question, memory)
            weights = log_gates.exp()
            episode = self._episode(weights, facts)
            updated = self._updated(number, memory, episode, question)
            memory = torch.where(ended, memory, updated)
            gates.append(log_gates.masked_fill(ended, NOTHING))
            enoughs.append(log_enough.masked_fill(ended.squeeze(1), 0.0))
            if may_end and not self.training:  # while learning, every pass is asked for
                ended = ended | (log_enough.exp() >= ENOUGH).unsqueeze(1)
                if bool(ended.all()):
                    break
            order = _order(order, weights, overlap, first=number == 0)
        return Episodes(
            memory,
            _stacked(gates, facts[..., 0], passes, NOTHING),
            _stacked(enoughs, facts[:, 0, 0], passes, 0.0),
        )

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
            state = torch.lerp(state, self.cell(fact, state), gate.unsqueeze(-1))
        return state

    def _updated(self, number: int, memory: Tensor, episode: Tensor, question: Tensor) -> Tensor:
        if self.update == "gru":
            new: Tensor = self.tied(torch.cat([episode, question], -1), memory)
            return new
        return torch.relu(self.untied[number](torch.cat([memory, episode, question], -1)))


def _stacked(made: list[Tensor], like: Tensor, passes: int, filler: float) -> Tensor:
    """What each pass gave, (b, p, ...), with a filler for the passes that nobody needed."""
    if not passes:
        return like.new_zeros(len(like), 0, *like.shape[1:])
    missing = [torch.full_like(like, filler)] * (passes - len(made))
    return torch.stack(made + missing, 1)


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
