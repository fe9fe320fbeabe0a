"""Reading: the words of the question and of the few attended facts, together.

A vector a fact cannot bind "the pink square" to its place; the words can. Facts that no pass
attended to are never read, so the evidence is what the answer rests on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn


@dataclass(frozen=True)
class Page:
    """r words a question: first the question's own, then those of the facts read, in order."""

    sentence: Int[Tensor, "b r"]
    """Which sentence a word stands in: 0 is the question; then the facts read, from 1."""
    fact: Int[Tensor, "b r"]
    """Number of the word's fact in the story; 0 for the question's words."""
    row: Int[Tensor, "b r"]
    """Number of the word's sentence in the batch."""
    place: Int[Tensor, "b r"]
    """Place of the word in its sentence."""
    present: Bool[Tensor, "b r"]


def choose(
    weights: Float[Tensor, "b p f"], most: int, least: float = 0.1
) -> Bool[Tensor, "b f"]:
    """The facts that are read: of weight `least` or more in some pass, at most `most` of them."""
    strongest = weights.amax(1) if weights.shape[1] else weights.sum(1)
    chosen = strongest >= least
    if strongest.shape[1] > most:
        threshold = strongest.topk(most, dim=-1).values[:, -1:]
        chosen &= strongest >= threshold
        chosen &= chosen.cumsum(-1) <= most  # ties
    return chosen


def lay_out(
    chosen: Bool[Tensor, "b f"],
    facts: Int[Tensor, "b f"],
    questions: Int[Tensor, " b"],
    lengths: Int[Tensor, " n"],
) -> Page:
    """Lays the words of each question and of its chosen facts end to end."""
    device = chosen.device
    rows = torch.cat([questions.unsqueeze(1), facts], dim=1)  # (b, 1 + f)
    read = F.pad(chosen, (1, 0), value=True)
    owner, column = read.nonzero(as_tuple=True)  # a sentence read each, in order
    sentence_row = rows[owner, column]
    order = (read.cumsum(1) - 1)[owner, column]
    length = lengths.to(device)[sentence_row]
    # a word each
    source = torch.repeat_interleave(torch.arange(len(owner), device=device), length)
    begins = length.cumsum(0) - length
    place = torch.arange(len(source), device=device) - begins[source]
    counts = torch.zeros(len(chosen), dtype=length.dtype, device=device)
    counts.index_add_(0, owner, length)
    word_owner = owner[source]
    column_of_word = torch.arange(len(source), device=device) - (counts.cumsum(0) - counts)[word_owner]
    shape = (len(chosen), int(counts.max()))

    def spread(values: Tensor) -> Tensor:
        laid = torch.zeros(shape, dtype=values.dtype, device=device)
        laid[word_owner, column_of_word] = values
        return laid

    return Page(
        sentence=spread(order[source]),
        fact=spread((column[source] - 1).clamp(min=0)),
        row=spread(sentence_row[source]),
        place=spread(place),
        present=spread(torch.ones_like(source, dtype=torch.bool)),
    )


def slots(identity: Int[Tensor, "b r"]) -> Int[Tensor, "b r"]:
    """Same word, same slot: the number of the distinct word that each word is, in order."""
    first = (identity.unsqueeze(2) == identity.unsqueeze(1)).to(torch.uint8).argmax(2)
    is_first = first == torch.arange(identity.shape[1], device=identity.device)
    return (is_first.cumsum(1) - 1).gather(1, first)


class Layer(nn.Module):
    """Transformer layer, normalised first, whose heads learn to like the same word and sentence."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 3 * width), nn.ReLU(), nn.Linear(3 * width, width))
        self.relations = nn.Parameter(torch.randn(heads, 2) * 0.5)
        self.dropout = SharedDropout(dropout)

    def forward(
        self, words: Float[Tensor, "b r d"], same: Float[Tensor, "b r r 2"], hidden: Tensor
    ) -> Float[Tensor, "b r d"]:
        """`same`: same word, same sentence; `hidden`: (b, 1, 1, r), very low behind the end."""
        split = self.project(self.before_attention(words)).unflatten(-1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4)  # (b, heads, r, d / heads) each
        bias = torch.einsum("bijk,hk->bhij", same, self.relations) + hidden
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        words = words + self.dropout(self.join(attended.transpose(1, 2).flatten(2)))
        mixed: Tensor = words + self.dropout(self.mlp(self.before_mlp(words)))
        return mixed


class SharedDropout(nn.Module):
    """Drops the same features at every place of a row: along depth, never along time."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.keep = 1 - rate

    def forward(self, words: Float[Tensor, "b r d"]) -> Float[Tensor, "b r d"]:
        if not self.training or self.keep == 1:
            return words
        mask = torch.rand_like(words[:, :1]) < self.keep
        return words * (mask / self.keep)


class Reader(nn.Module):
    """A small transformer over the words that the passes laid before it."""

    SLOTS = 128

    def __init__(self, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.word, self.fact = nn.Linear(width, width), nn.Linear(width, width)
        self.slot = nn.Embedding(self.SLOTS, width)
        self.sentence = nn.Embedding(12, width)
        nn.init.normal_(self.slot.weight, std=0.5)
        nn.init.normal_(self.sentence.weight, std=0.5)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(
        self,
        states: Float[Tensor, "n t d"],
        facts: Float[Tensor, "b f d"],
        memory: Float[Tensor, "b d"],
        page: Page,
        identity: Int[Tensor, "b r"],
    ) -> Float[Tensor, "b r d"]:
        """States of the words read; the memory enters through the question's words."""
        width = states.shape[-1]
        of_fact = facts.gather(1, page.fact.unsqueeze(-1).expand(-1, -1, width))
        context = torch.where((page.sentence == 0).unsqueeze(-1), memory.unsqueeze(1), of_fact)
        words = self.word(states[page.row, page.place]) + self.fact(context)
        words = words + self.slot(slots(identity) % self.SLOTS)
        words = words + self.sentence(page.sentence.clamp(max=11))
        same = torch.stack([_equal(identity), _equal(page.sentence)], -1).to(words.dtype)
        hidden = torch.zeros_like(page.present, dtype=words.dtype)
        hidden = hidden.masked_fill(~page.present, -1e4)[:, None, None, :]
        for layer in self.layers:
            words = layer(words, same, hidden)
        return self.norm(words)


def _equal(numbers: Int[Tensor, "b r"]) -> Bool[Tensor, "b r r"]:
    return numbers.unsqueeze(2) == numbers.unsqueeze(1)
