"""Beam search: a text is written part by part, and the likeliest few go on side by side.

Logs of chances go down with each part, so texts are compared by their sum over a power of the
length (Wu et al. 2016, arXiv 1609.08144, section 7); what is told as the likelihood of a text is
the geometric mean over its parts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor

from qaengine.network.transformer import NOTHING

UNLIKELY = 1e-12
"""A chance below it counts as this much."""
LONGER = 1.4
"""The power: with 1, which is the mean, texts came out 2 to 4% too short."""


class Writing(ABC):
    """Texts that are being written, n of them at a time."""

    @abstractmethod
    def chances(
        self, parts: Int[Tensor, " n"]
    ) -> tuple[Float[Tensor, "n v"], Float[Tensor, "n t"]]:
        """Writes these parts, and gives the chance of each next one, and where it looked."""

    @abstractmethod
    def keep(self, rows: Int[Tensor, " n"]) -> None:
        """Goes on with these texts; some may be named twice, others not at all."""


def search(
    writing: Writing, most: Int[Tensor, " q"], *, start: int, end: int, beam: int
) -> dict[str, Tensor]:
    """The likeliest text for each of q questions: `parts` (q, l), `end` behind it; `attention`
    (q, l, t); `likelihood` (q).

    `writing` has `beam` texts for each question, one after the other; `most`: parts of a text.
    """
    questions, device = len(most), most.device
    base = torch.arange(questions, device=device).unsqueeze(1) * beam
    part = torch.full((questions * beam,), start, device=device)
    total = torch.full((questions, beam), NOTHING, device=device)
    total[:, 0] = 0.0  # all begin alike: one of them is enough
    lengths = torch.zeros_like(total)
    ended = torch.zeros_like(total, dtype=torch.bool)
    written = part.new_zeros(questions * beam, 0)
    attention: Tensor | None = None
    for place in range(int(most.max())):
        chances, weights = writing.chances(part)
        likely, parts = chances.topk(min(beam, chances.shape[-1]), dim=-1)
        choices = parts.shape[-1]
        logs = likely.clamp(min=UNLIKELY).log().view(questions, beam, choices)
        logs = logs.masked_fill(ended.unsqueeze(-1), NOTHING)  # what has ended stays as it is
        logs[..., 0] = logs[..., 0].masked_fill(ended, 0.0)
        parts = parts.view_as(logs).masked_fill(ended.unsqueeze(-1), end)
        scores = total.unsqueeze(-1) + logs
        grown = (lengths + ~ended).unsqueeze(-1)
        _, best = (scores / grown**LONGER).flatten(1).topk(beam, dim=-1)
        origin = best // choices
        total, part = scores.flatten(1).gather(1, best), parts.flatten(1).gather(1, best).flatten()
        lengths = grown.squeeze(-1).gather(1, origin)
        ended = ended.gather(1, origin) | (part.view_as(ended) == end)
        ended = ended | (place + 1 >= most.unsqueeze(1))
        rows = (base + origin).flatten()
        writing.keep(rows)
        written = torch.cat([written[rows], part.unsqueeze(1)], 1)
        seen = weights.unsqueeze(1)
        attention = (seen if attention is None else torch.cat([attention, seen], 1))[rows]
        if bool(ended.all()):
            break
    best = (total / lengths**LONGER).argmax(-1)
    likelihood = (total / lengths).gather(1, best.unsqueeze(1)).squeeze(1)
    rows = base.squeeze(1) + best
    assert attention is not None, "a text may have a part at least"
    return {
        "parts": written[rows],
        "attention": attention[rows],
        "likelihood": likelihood.exp(),
    }
