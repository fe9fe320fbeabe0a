"""Which task a question belongs to, from its words alone."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from qaengine.network.pooling import pools

SPANS = (1, 2, 3)
"""Words that a filter sees."""


class Router(nn.Module):
    """A layer over what is known of a question as a whole.

    It learns apart from the rest, on each question once (`qaengine.routing`).
    """

    HIDDEN = 128

    def __init__(self, features: int, routes: Iterable[str]) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.hidden = nn.Linear(features, self.HIDDEN)
        self.dropout = nn.Dropout(0.3)
        self.heads = nn.ModuleDict({route: nn.Linear(self.HIDDEN, 1) for route in routes})

    def forward(self, asked: Float[Tensor, "b x"]) -> Float[Tensor, "b routes"]:
        """Log probabilities of the routes."""
        hidden = self.dropout(torch.relu(self.hidden(self.dropout(self.norm(asked)))))
        heads = [head for head in self.heads.values() if isinstance(head, nn.Linear)]
        weight, bias = (
            torch.cat([one.weight for one in heads]),
            torch.cat([one.bias for one in heads]),
        )
        return F.linear(hidden, weight, bias).log_softmax(-1)


class QuestionEncoder(nn.Module):
    """What a sentence transformer would make of a question, told from the vectors of its words.

    Filters over one, two and three words in a row, each where it fits best (Kim 2014, arXiv
    1408.5882), and the mean of the words; distilled once, for all tasks, and then left as it is
    (`recipes/question_encoder.py`).
    """

    FILTERS, HIDDEN, WIDTH = 256, 640, 192

    def __init__(self, vectors: int) -> None:
        super().__init__()
        self.filters = nn.ModuleList(nn.Linear(span * vectors, self.FILTERS) for span in SPANS)
        found = len(SPANS) * self.FILTERS + vectors
        self.hidden = nn.Linear(found, self.HIDDEN)
        self.out = nn.Linear(self.HIDDEN, self.WIDTH)
        self.features = found + self.WIDTH
        """How many numbers `asked` tells."""

    def forward(
        self, words: Float[Tensor, "b t d"], present: Bool[Tensor, "b t"]
    ) -> Float[Tensor, "b w"]:
        """The embedding that it was taught; words without a vector are zero."""
        return self._embedding(self._found(words, present))

    def asked(
        self, words: Float[Tensor, "b t d"], present: Bool[Tensor, "b t"]
    ) -> Float[Tensor, "b x"]:
        """The embedding, and what it is told from: that keeps more of the single words."""
        found = self._found(words, present)
        return torch.cat([self._embedding(found), found], -1)

    def _found(self, words: Tensor, present: Tensor) -> Tensor:
        count = present.sum(1, keepdim=True).clamp(min=1)
        mean = (words * present.unsqueeze(-1)).sum(1) / count
        # ends show; and as nothing follows every question, it counts the same in every batch
        padded = F.pad(words, (0, 0, 1, max(SPANS)))
        fits = [
            torch.relu(filters(padded.unfold(1, span, 1).transpose(2, 3).flatten(2))).amax(1)
            for span, filters in zip(SPANS, self.filters, strict=True)
        ]
        return torch.cat([*fits, mean], -1)

    def _embedding(self, found: Tensor) -> Tensor:
        told: Tensor = self.out(torch.relu(self.hidden(found)))
        return told


def pooled(words: Float[Tensor, "b t d"], present: Tensor) -> Float[Tensor, "b two_d"]:
    """The mean of the words that are present (b, t), and their highest features; zero for none."""
    highest, mean = pools(words, present)
    return torch.cat([mean, highest], -1)
