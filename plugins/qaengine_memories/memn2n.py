"""The end-to-end memory network's memory (Sukhbaatar et al. 2015), with adjacent weight tying."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.network.config import NetworkConfig
from qaengine.network.memory import Episodes, Memory
from qaengine.network.transformer import NOTHING


class MemN2NMemory(Memory):
    """Each pass compares the facts with what is known so far, and adds what fits best.

    a_i^k   = A_k f_i + T_k[n_i]          n_i facts stand behind f_i: temporal encoding
    p^k     = softmax_i(a_i^k . u^k)      with "enough" beside the facts: v . u^k
    u^{k+1} = u^k + sum_i p_i^k a_i^{k+1}

    u^1 = A_1 q and C_k = A_{k+1}, T likewise: the paper's adjacent tying (section 2.2), so that
    what one pass takes from a fact is what the next one is compared with. While learning, every
    tenth fact has a gap behind it, so that the places are learnt less by heart (section 4.1).
    The paper embeds bags of words, here f_i is the fact as encoded and fused; its last matrix is
    the answer's, too, here the answer module has its own. It has no "enough". Its linear start is
    left out: it is for hops that nothing supervises.
    """

    name = "memn2n"
    paper = "Sukhbaatar et al. 2015, arXiv 1503.08895"
    PLACES = 64
    """Facts further back than this share a place."""
    GAPS = 0.1
    SPREAD = 0.1
    """Standard deviation of the weights in the beginning, as in the paper."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        width, stores = config.width, config.passes + 1
        self.embed = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(stores))
        self.places = nn.ModuleList(nn.Embedding(self.PLACES, width) for _ in range(stores))
        self.enough = nn.Linear(width, 1)
        for weights in (*self.embed.parameters(), *self.places.parameters()):
            nn.init.normal_(weights, std=self.SPREAD)

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
        made = self.begin(self.embed[0](question), present, passes, may_end)
        behind = self._behind(present)
        stored = self._stored(0, facts, behind)
        for number in range(made.most):
            fit = torch.einsum("bfd,bd->bf", stored, made.memory)
            scores = torch.cat([fit.masked_fill(~present, NOTHING), self.enough(made.memory)], -1)
            log_weights = scores.log_softmax(-1)
            log_gates, log_enough = log_weights[:, :-1], log_weights[:, -1]
            stored = self._stored(number + 1, facts, behind)
            taken = torch.einsum("bf,bfd->bd", log_gates.exp(), stored)
            if not made.add(log_gates, log_enough, made.memory + taken):
                break
        return made.episodes()

    def _stored(self, number: int, facts: Tensor, behind: Tensor) -> Float[Tensor, "b f d"]:
        return self.embed[number](facts) + self.places[number](behind)

    def _behind(self, present: Tensor) -> Int[Tensor, "b f"]:
        """How many facts stand behind each, gaps counted."""
        steps = present.long()
        if self.training:
            steps = steps + (torch.rand(present.shape, device=present.device) < self.GAPS).long()
        upto = steps.flip(-1).cumsum(-1).flip(-1)
        return (upto - present.long()).clamp(0, self.PLACES - 1)
