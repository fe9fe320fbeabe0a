"""Wide convolutions with dynamic k-max pooling (Kalchbrenner et al. 2014, arXiv 1404.2188)."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine_encoders.padding import cut, inside

SIZES = (7, 5)
MAPS = (6, 14)
TOP = 4
"""Values that the last pooling keeps."""


class DCNNEncoder(Encoder):
    """Two wide convolutions over each dimension by itself, each followed by k-max pooling.

        a       = wide_7(x)                       6 maps, T + 6 long
        h       = tanh(kmax_k(a))                 k = max(4, T / 2 rounded up)
        g       = tanh(kmax_4(fold(wide_5(h))))   14 maps, half of the dimensions
        summary = W g + b
        state_t = V tanh(a_{t+3}) + c             the first filters, centred on x_t

    `wide` shows every word to every weight of a filter, and adds a bias. `fold` adds neighbouring
    dimensions. `kmax` keeps the k highest values in the order of the sentence. The paper has no
    states: here they are what the first layer finds around a word.
    """

    name = "dcnn"
    paper = "Kalchbrenner et al. 2014, arXiv 1404.2188"

    def __init__(self, width: int) -> None:
        super().__init__(width)
        if width % 2:
            raise ValueError(f"folding adds two dimensions each, so a width is even, not {width}")
        (size, upper_size), (maps, upper_maps) = SIZES, MAPS
        inner, outer = width * maps, width // 2 * upper_maps
        self.wide = nn.Conv1d(width, inner, size, padding=size - 1, groups=width)
        self.upper = nn.Conv1d(inner, 2 * outer, upper_size, padding=upper_size - 1, groups=width)
        self.word, self.sentence = nn.Linear(inner, width), nn.Linear(outer * TOP, width)

    def forward(self, sentences: Sentences) -> Encoded:
        within, lengths = inside(sentences), sentences.lengths
        words = cut(sentences.embedded, within).transpose(1, 2)  # (n, d, t)
        found = self.wide(words)  # (n, 6d, t + 6)
        kept = (lengths + 1).div(2, rounding_mode="floor").clamp(min=TOP)
        hidden = k_max(found, lengths + SIZES[0] - 1, kept).tanh()  # (n, 6d, k)
        folded = fold(self.upper(hidden), self.width)  # (n, 14 d/2, k + 4)
        top = k_max(folded, kept + SIZES[1] - 1, torch.full_like(kept, TOP))
        summary = self.sentence(top.tanh().flatten(1))  # (n, d)
        centre = SIZES[0] // 2
        states = self.word(found[..., centre:-centre].tanh().transpose(1, 2))  # (n, t, d)
        return Encoded(cut(states, within), summary)


def fold(values: Float[Tensor, "n c t"], width: int) -> Float[Tensor, "n half_c t"]:
    """Adds the maps of each dimension to those of its neighbour."""
    return torch.unflatten(values, 1, (width // 2, 2, -1)).sum(2).flatten(1, 2)


def k_max(
    values: Float[Tensor, "n c t"], lengths: Int[Tensor, " n"], k: Int[Tensor, " n"]
) -> Float[Tensor, "n c k"]:
    """The k highest of the first `length` values in their order, zero behind; of equals the first.

    `k` is at most `length`; both are on the CPU and differ from sentence to sentence.
    """
    device, most, end = values.device, int(k.max()), values.shape[-1]
    behind = (torch.arange(end) >= lengths[:, None]).to(device).unsqueeze(1)  # (n, 1, t)
    beyond = (torch.arange(most) >= k[:, None]).to(device).unsqueeze(1)  # (n, 1, k)
    ranked = values.detach().masked_fill(behind, -torch.inf)
    best = ranked.argsort(dim=-1, descending=True, stable=True)[..., :most]
    places = best.masked_fill(beyond, end).sort(dim=-1).values
    return nn.functional.pad(values, (0, 1)).gather(-1, places)  # a zero stands at `end`
