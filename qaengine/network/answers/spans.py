"""The answer module for spans: from which fact to which, and of what type; nested ones too.

Each pair of a first and a last fact is scored (biaffine: Dozat and Manning 2017, arXiv 1611.01734;
for nested names Yu et al. 2020, arXiv 2005.07150). Groups: each span chooses an earlier one that
means the same, or none (Lee et al. 2017, arXiv 1707.07045).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch
from qaengine.network.answers.module import AnswerModule, labels_by_task
from qaengine.network.closer import beside
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import Vocabulary


class SpansAnswer(AnswerModule):
    """Whether a span of a type goes from a fact to another, each decided by itself."""

    kind = "spans"
    JOINED = 96
    LENGTHS = 16
    """Lengths told apart; longer spans are alike."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        self.config, width = config, config.width
        self.first = nn.Linear(2 * width, self.JOINED)
        self.last = nn.Linear(2 * width, self.JOINED)
        self.dropout = nn.Dropout(config.deep_dropout)
        counts = labels_by_task("spans", vocabulary)
        self.closer = beside(2 * self.JOINED, config, counts)
        self.heads = nn.ModuleDict(
            {task: Pairs(self.JOINED, max(count, 1)) for task, count in counts.items()}
        )
        self.schemas = vocabulary.schemas
        self.links = nn.ModuleDict(
            {task: _Links(self.JOINED) for task in counts if self.schemas[task].grouped}
        )

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """The sum over all spans, by the number of facts; where there are groups, how far each
        span is from an earlier one of its group, besides."""
        assert batch.gold is not None
        gold = batch.gold.answer
        first, last = self._ends(thought, batch.task)
        logits = self.heads[batch.task](first, last)
        losses = F.binary_cross_entropy_with_logits(
            logits, gold["spans"].to(logits.dtype), reduction="none"
        )
        losses = losses * possible(thought.present).unsqueeze(-1)
        total = losses.flatten(1).sum(1) / thought.present.sum(1)
        if batch.task in self.links:
            listed = gold["listed"]
            total = total + link_loss(self._linked(first, last, listed, batch), listed)
        return total

    def decode(self, thought: Thought, batch: Batch) -> dict[str, Tensor]:
        """`found` (b, m, 4): first and last fact, type and group of the spans, -1 behind the last
        and for no group; `likelihood` (b) of all decisions together, or of the only span."""
        schema = self.schemas[batch.task]
        first, last = self._ends(thought, batch.task)
        chances = self.heads[batch.task](first, last).sigmoid()
        chances = chances * possible(thought.present).unsqueeze(-1)
        found = [
            chosen(one, nested=not schema.labels, single=schema.single) for one in chances.unbind(0)
        ]
        most = max(1, *map(len, found))
        listed = torch.full((len(found), most, 3), -1, device=chances.device)
        for row, spans in enumerate(found):
            if spans:
                listed[row, : len(spans)] = torch.tensor(spans, device=chances.device)
        groups = torch.full_like(listed[..., :1], -1)
        if batch.task in self.links:
            groups = grouped(self._linked(first, last, listed, batch), listed).unsqueeze(-1)
        sure = torch.maximum(chances, 1 - chances).flatten(1).double().clamp(min=1e-6)
        likelihood = chances.flatten(1).amax(1) if schema.single else sure.log().sum(1).exp()
        return {"found": torch.cat([listed, groups], -1), "likelihood": likelihood}

    def odds(
        self, thought: Thought, batch: Batch, spans: Int[Tensor, "b 2"]
    ) -> Float[Tensor, " b"]:
        """Of a task with a single span: the log odds that it touches the given one, from the
        chances of all spans."""
        logits = self.heads[batch.task](*self._ends(thought, batch.task)).squeeze(-1)
        likely = F.logsigmoid(logits).masked_fill(~possible(thought.present), NOTHING)
        places = torch.arange(likely.shape[1], device=spans.device)
        begun = places <= spans[:, 1:]  # (b, f): a span that begins here
        over = places >= spans[:, :1]
        touching = begun.unsqueeze(2) & over.unsqueeze(1)
        return _total(likely, touching) - _total(likely, ~touching)

    def _ends(
        self, thought: Thought, task: str
    ) -> tuple[Float[Tensor, "b f j"], Float[Tensor, "b f j"]]:
        if thought.closer is None:
            known = self._known(thought)
        else:
            known = self.closer[task](self.dropout(thought.closer))
            if not self.config.alone(task):
                known = known + self._known(thought)
        first, last = self.dropout(torch.relu(known)).chunk(2, -1)
        return first, last

    def _known(self, thought: Thought) -> Float[Tensor, "b f two_j"]:
        """Of facts and memory, as what begins and as what ends a span."""
        memory = thought.memory.unsqueeze(1).expand_as(thought.facts)
        known = self.dropout(torch.cat([thought.facts, memory], -1))
        return torch.cat([self.first(known), self.last(known)], -1)

    def _linked(
        self, first: Tensor, last: Tensor, listed: Int[Tensor, "b m _"], batch: Batch
    ) -> Float[Tensor, "b m m"]:
        """How well each span goes with each earlier one; the log odds against none."""
        rows = torch.arange(len(listed), device=listed.device).unsqueeze(1)
        begins, ends = listed[..., 0].clamp(min=0), listed[..., 1].clamp(min=0)
        spans = torch.cat([first[rows, begins], last[rows, ends]], -1)
        words = batch.words.identity[batch.sentences[batch.facts[:, 0]]]
        named = words.gather(1, ends) * 100_000 + words.gather(1, begins)
        links: Tensor = self.links[batch.task](spans, words.gather(1, ends), named)
        earlier = torch.ones(links.shape[1:], dtype=torch.bool, device=links.device).tril(-1)
        there = listed[..., 0] >= 0
        return links.masked_fill(~(earlier & there.unsqueeze(1) & there.unsqueeze(2)), NOTHING)


class Pairs(nn.Module):
    """A biaffine score for each pair and type, with one for its length."""

    def __init__(self, joined: int, types: int) -> None:
        super().__init__()
        self.both = nn.Parameter(torch.randn(types, joined, joined) * joined**-1.0)
        self.first, self.last = nn.Linear(joined, types), nn.Linear(joined, types)
        self.length = nn.Embedding(SpansAnswer.LENGTHS, types)
        nn.init.constant_(self.length.weight, -2.0)

    def forward(
        self, first: Float[Tensor, "b f j"], last: Float[Tensor, "b f j"]
    ) -> Float[Tensor, "b f f types"]:
        pairs = torch.einsum("bij,cjk,blk->bilc", first, self.both, last)
        pairs = pairs + self.first(first).unsqueeze(2) + self.last(last).unsqueeze(1)
        places = torch.arange(first.shape[1], device=first.device)
        lengths = (places - places.unsqueeze(1)).clamp(0, SpansAnswer.LENGTHS - 1)
        logits: Tensor = pairs + self.length(lengths)
        return logits


class _Links(nn.Module):
    """Whether two spans mean the same: what they are, the same last word, the same ends, and how
    far they are apart."""

    DISTANCES = 16

    def __init__(self, joined: int) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(2 * joined, joined), nn.Linear(2 * joined, joined)
        self.distance = nn.Embedding(self.DISTANCES, 1)
        self.same = nn.Parameter(torch.zeros(2))

    def forward(
        self,
        spans: Float[Tensor, "b m two_j"],
        heads: Int[Tensor, "b m"],
        ends: Int[Tensor, "b m"],
    ) -> Float[Tensor, "b m m"]:
        fit = self.one(spans) @ self.other(spans).transpose(1, 2) * spans.shape[-1] ** -0.5
        places = torch.arange(spans.shape[1], device=spans.device)
        apart = (places.unsqueeze(1) - places).clamp(0, self.DISTANCES - 1)
        alike = [one.unsqueeze(2) == one.unsqueeze(1) for one in (heads, ends)]
        shared = torch.stack(alike, -1).to(fit.dtype) @ self.same
        linked: Tensor = fit + shared + self.distance(apart).squeeze(-1)
        return linked


def link_loss(
    links: Float[Tensor, "b m m"], listed: Int[Tensor, "b m three"]
) -> Float[Tensor, " b"]:
    """Negative log likelihood that each span chooses an earlier one of its group, or none where
    there is none; their mean."""
    group = listed[..., 2]
    there = listed[..., 0] >= 0
    same = (group.unsqueeze(2) == group.unsqueeze(1)) & (links > NOTHING)
    none = torch.zeros_like(links[..., :1])
    chances = torch.cat([none, links], -1).log_softmax(-1)
    right = torch.cat([~same.any(-1, keepdim=True), same], -1)
    losses = -chances.masked_fill(~right, NOTHING).logsumexp(-1)
    return (losses * there).sum(1) / there.sum(1).clamp(min=1)


def grouped(links: Float[Tensor, "b m m"], listed: Int[Tensor, "b m three"]) -> Int[Tensor, "b m"]:
    """Each span's group, from 0; -1 for those that are alone."""
    best, place = links.max(-1)
    groups = torch.full_like(place, -1)
    for row, (odds, chosen_before) in enumerate(zip(best.tolist(), place.tolist(), strict=True)):
        count = 0
        for span, (likely, before) in enumerate(zip(odds, chosen_before, strict=True)):
            if likely <= 0:
                continue
            if groups[row, before] < 0:
                groups[row, before] = count
                count += 1
            groups[row, span] = groups[row, before]
    return groups.masked_fill(listed[..., 0] < 0, -1)


LIKELY = 0.5
"""A span is found that is likelier than not."""


def chosen(
    chances: Float[Tensor, "f f types"], *, nested: bool, single: bool
) -> list[tuple[int, int, int]]:
    """The spans of one text, in order: of those that cross, or overlap where none may be nested,
    the likeliest. A single one is always found."""
    least = float(chances.max()) if single else LIKELY
    places = (chances >= max(least, 1e-9)).nonzero()
    likely = chances[tuple(places.unbind(1))].tolist()
    found = sorted(zip(likely, places.tolist(), strict=True), reverse=True)
    kept: list[tuple[int, int, int]] = []
    for _, (first, last, kind) in found[:1] if single else found:
        if not any(_clash((first, last), other[:2], nested) for other in kept):
            kept.append((first, last, kind))
    return sorted(kept, key=lambda span: (span[0], -span[1]))


def _clash(one: tuple[int, int], other: tuple[int, int], nested: bool) -> bool:
    (a, b), (c, d) = one, other
    if b < c or d < a:
        return False
    inside = (a >= c and b <= d) or (c >= a and d <= b)
    return not (nested and inside and one != other)


def _total(likely: Float[Tensor, "b f f"], counted: Bool[Tensor, "b f f"]) -> Float[Tensor, " b"]:
    return likely.masked_fill(~counted, NOTHING).flatten(1).logsumexp(1)


def possible(present: Bool[Tensor, "b f"]) -> Bool[Tensor, "b f f"]:
    """Pairs of a first and a last fact in order."""
    facts = present.shape[1]
    upper = torch.ones(facts, facts, dtype=torch.bool, device=present.device).triu()
    return upper & present.unsqueeze(1) & present.unsqueeze(2)
