"""Reading: the words of the question and of the few attended facts, together.

A vector a fact cannot bind "the pink square" to its place; the words can. Facts that no pass
attended to are never read, so the evidence is what the answer rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.network.transformer import NOTHING, TransformerLayer


@dataclass(frozen=True)
class Page:
    """The w words that a batch reads, end to end without padding: for each question its own
    words first, then those of the facts read, in order."""

    owner: Int[Tensor, " w"]
    """The question that reads the word."""
    column: Int[Tensor, " w"]
    """The word's place among those of its question."""
    sentence: Int[Tensor, " w"]
    """Which sentence it stands in: 0 is the question; then the facts read, from 1."""
    fact: Int[Tensor, " w"]
    """Number of its fact in the story; 0 for the question's words."""
    row: Int[Tensor, " w"]
    """Number of its sentence in the batch."""
    place: Int[Tensor, " w"]
    """Its place in its sentence."""
    shape: tuple[int, int]
    """Questions, and words of the longest page."""

    def spread(self, values: Tensor) -> Tensor:
        """Values a word (w, ...) as a padded tensor (b, r, ...), zero where no word is."""
        if self.full:
            return torch.unflatten(values, 0, self.shape)
        flat = values.new_zeros(self.shape[0] * self.shape[1], *values.shape[1:])
        return torch.unflatten(flat.index_copy(0, self.cell, values), 0, self.shape)

    def gather(self, padded: Tensor) -> Tensor:
        """The reverse: (b, r, ...) as (w, ...)."""
        if self.full:
            return padded.flatten(0, 1)
        return padded.flatten(0, 1).index_select(0, self.cell)

    def of_texts(self, padded: Float[Tensor, "b r d"], longest: int) -> Float[Tensor, "b f d"]:
        """Where each question reads one text: the values of the text's words by their places."""
        in_text = self.sentence > 0
        cells = (self.owner * longest + self.place)[in_text]
        flat = padded.new_zeros(self.shape[0] * longest, padded.shape[-1])
        values = self.gather(padded)[in_text]
        return torch.unflatten(flat.index_copy(0, cells, values), 0, (-1, longest))

    @property
    def full(self) -> bool:
        """Whether all pages are of one length, as that of one question is: nothing is padded."""
        return len(self.owner) == self.shape[0] * self.shape[1]

    @cached_property
    def cell(self) -> Int[Tensor, " w"]:
        """Each word's cell in the padded tensor, row by row."""
        return self.owner * self.shape[1] + self.column

    @cached_property
    def present(self) -> Bool[Tensor, "b r"]:
        """Where the padded tensor holds a word."""
        return self.spread(torch.ones_like(self.owner, dtype=torch.bool))


def choose(weights: Float[Tensor, "b p f"], most: int, least: float = 0.1) -> Bool[Tensor, "b f"]:
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
    ones = torch.arange(len(source), device=device)
    word_owner = owner[source]
    counts = torch.zeros(len(chosen), dtype=length.dtype, device=device)
    counts.index_add_(0, owner, length)
    return Page(
        owner=word_owner,
        column=ones - (counts.cumsum(0) - counts)[word_owner],
        sentence=order[source],
        fact=(column[source] - 1).clamp(min=0),
        row=sentence_row[source],
        place=ones - (length.cumsum(0) - length)[source],
        shape=(len(chosen), int(counts.max())),
    )


def slots(identity: Int[Tensor, "b r"]) -> Int[Tensor, "b r"]:
    """Same word, same slot: the number of the distinct word that each word is, in order."""
    first = (identity.unsqueeze(2) == identity.unsqueeze(1)).to(torch.uint8).argmax(2)
    is_first = first == torch.arange(identity.shape[1], device=identity.device)
    return (is_first.cumsum(1) - 1).gather(1, first)


class Layer(TransformerLayer):
    """A layer over the words read, whose heads learn to like the same word and sentence."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__(width, heads, hidden=3 * width)
        self.relations = nn.Parameter(torch.randn(heads, 2) * 0.5)
        self.dropout = SharedDropout(dropout)

    def forward(
        self,
        words: Float[Tensor, "w d"],
        page: Page,
        same: Float[Tensor, "b r r 2"],
        hidden: Tensor,
    ) -> Float[Tensor, "w d"]:
        """`same`: same word, same sentence; `hidden`: (b, 1, 1, r), very low behind the end."""
        bias = torch.einsum("bijk,hk->bhij", same, self.relations) + hidden
        projected = page.spread(self.project(self.before_attention(words)))
        attended = page.gather(self.attend(projected, bias))
        words = words + self.dropout(self.join(attended), page)
        mixed: Tensor = words + self.dropout(self.mlp(self.before_mlp(words)), page)
        return mixed


class SharedDropout(nn.Module):
    """Drops the same features at all words of a question: along depth, never along time."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.keep = 1 - rate

    def forward(self, words: Float[Tensor, "w d"], page: Page) -> Float[Tensor, "w d"]:
        if not self.training or self.keep == 1:
            return words
        kept = torch.rand(page.shape[0], words.shape[1], device=words.device) < self.keep
        return words * (kept / self.keep).to(words.dtype).index_select(0, page.owner)


class Reader(nn.Module):
    """A small transformer over the words that the passes laid before it."""

    SLOTS = 128
    SENTENCES = 12

    def __init__(self, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.word, self.fact = nn.Linear(width, width), nn.Linear(width, width)
        self.slot = nn.Embedding(self.SLOTS, width)
        self.sentence = nn.Embedding(self.SENTENCES, width)
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
        of_fact = _at(self.fact(facts), page.owner, page.fact)
        of_question = self.fact(memory).index_select(0, page.owner)
        words = self.word(_at(states, page.row, page.place))
        words = words + torch.where((page.sentence == 0).unsqueeze(-1), of_question, of_fact)
        words = words + self.slot(page.gather(slots(identity)) % self.SLOTS)
        words = words + self.sentence(page.sentence.clamp(max=self.SENTENCES - 1))
        sentences = page.spread(page.sentence)
        same = torch.stack([_equal(identity), _equal(sentences)], -1).to(words.dtype)
        hidden = torch.zeros_like(page.present, dtype=words.dtype)
        hidden = hidden.masked_fill(~page.present, NOTHING)[:, None, None, :]
        for layer in self.layers:
            words = layer(words, page, same, hidden)
        return page.spread(self.norm(words))


def _at(padded: Float[Tensor, "n t d"], row: Tensor, place: Tensor) -> Float[Tensor, "w d"]:
    return padded.flatten(0, 1).index_select(0, row * padded.shape[1] + place)


def _equal(numbers: Int[Tensor, "b r"]) -> Bool[Tensor, "b r r"]:
    return numbers.unsqueeze(2) == numbers.unsqueeze(1)
