"""Two sentences, word against word: what each says that the other says, too, or does not.

After Parikh et al. 2016 (arXiv 1606.01933) and Chen et al. 2017 (arXiv 1609.06038): each word looks
at its likeness in the other sentence, and is compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.network.packed import run
from qaengine.network.pooling import pools
from qaengine.network.transformer import NOTHING


@dataclass(frozen=True)
class Sides:
    """The words of two sentences, one and other."""

    words: Float[Tensor, "b two t x"]
    lengths: Int[Tensor, "b two"]
    """On the CPU, as packing wants it."""
    closer: Float[Tensor, "b two t w"] | None = None
    """The words as a closer reading has them, for tasks that want one."""

    @property
    def again(self) -> Sides:
        """Both sentences, closely read."""
        assert self.closer is not None, "the task has no closer reading"
        return Sides(self.closer, self.lengths)

    def flat(self) -> tuple[Float[Tensor, "n t x"], Int[Tensor, " n"]]:
        return self.words.flatten(0, 1), self.lengths.flatten()


class Comparison(nn.Module):
    """Reads both sentences once more where it `reads`, aligns their words softly, and compares what
    is aligned."""

    def __init__(self, given: int, width: int, dropout: float, reads: bool = True) -> None:
        """`given`: numbers a word; `width`: of the recurrence, in each direction, and of what is
        made of two words."""
        super().__init__()
        self.read: nn.GRU | None = None
        if reads:
            self.read = nn.GRU(given, width, batch_first=True, bidirectional=True)
        self.compare = nn.Linear(4 * (2 * width if reads else given), width)
        self.dropout = nn.Dropout(dropout)
        self.features = 4 * width
        """How many numbers come out."""

    def forward(self, sides: Sides) -> Float[Tensor, "b f"]:
        """The same whichever sentence comes first."""
        words, lengths = sides.flat()
        states = words
        if self.read is not None:
            states, _ = run(self.read, self.dropout(words), lengths)
        states = torch.unflatten(states, 0, (-1, 2))  # (b, 2, t, s)
        places = torch.arange(words.shape[1], device=words.device)
        present = places < sides.lengths.to(words.device).unsqueeze(-1)
        other, other_present = states.flip(1), present.flip(1)
        likeness = states @ other.transpose(-1, -2) * states.shape[-1] ** -0.5
        likeness = likeness.masked_fill(~other_present.unsqueeze(2), NOTHING)
        aligned = likeness.softmax(-1) @ other
        both = [states, aligned, states * aligned, (states - aligned).abs()]
        compared = torch.relu(self.compare(self.dropout(torch.cat(both, -1))))
        highest, mean = pools(compared, present)
        one, two = torch.cat([mean, highest], -1).unbind(1)
        return torch.cat([one * two, (one - two).abs()], -1)
