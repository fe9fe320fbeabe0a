"""The answer module for texts in which attention alone reads and writes: a small transformer.

Some layers read the words of the input once more, others write parts of words from left to right,
each looking back at what is written and at what was read (Vaswani et al. 2017, arXiv 1706.03762,
but normalised first). Memory and question, which says in which language, stand at the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Parts
from qaengine.network.answers.beam import Writing
from qaengine.network.answers.text import TextAnswer, copied, fed, mixed
from qaengine.network.config import NetworkConfig
from qaengine.network.thought import Thought
from qaengine.network.transformer import NOTHING, TransformerLayer, apart, attend, together
from qaengine.vocabulary import Vocabulary


class _Seen(NamedTuple):
    """What a layer attends to: keys and values of its n = b * heads heads."""

    keys: Float[Tensor, "n t e"]
    values: Float[Tensor, "n t e"]


class ReadingLayer(TransformerLayer):
    """The words of the input attend to each other."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__(width, heads, 2 * width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, words: Float[Tensor, "b t d"], unseen: Float[Tensor, "n 1 t"]
    ) -> Float[Tensor, "b t d"]:
        """`unseen`: very low where there is no word."""
        projected = self.project(self.before_attention(words))
        bias = torch.unflatten(unseen, 0, (-1, self.heads))
        words = words + self.dropout(self.join(self.attend(projected, bias)))
        read: Tensor = words + self.dropout(self.mlp(self.before_mlp(words)))
        return read


class WritingLayer(TransformerLayer):
    """The parts of a text attend to those before them, then to the words of the input."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__(width, heads, 2 * width)
        self.before_look = nn.LayerNorm(width)
        self.query, self.looked = nn.Linear(width, width), nn.Linear(width, width)
        self.source = nn.Linear(width, 2 * width)
        self.dropout = nn.Dropout(dropout)

    def words(self, words: Float[Tensor, "b t d"]) -> _Seen:
        """What this layer can look at of the input."""
        return _Seen(*(apart(one, self.heads) for one in self.source(words).chunk(2, -1)))

    def parts(self, steps: Float[Tensor, "b l d"]) -> tuple[Tensor, _Seen]:
        """What parts ask for (n, l, e), and what is seen of them."""
        asked, keys, values = (
            apart(one, self.heads)
            for one in self.project(self.before_attention(steps)).chunk(3, -1)
        )
        return asked, _Seen(keys, values)

    def forward(
        self,
        steps: Float[Tensor, "b l d"],
        asked: Float[Tensor, "n l e"],
        before: _Seen,
        behind: Float[Tensor, "#n #l #p"],
        words: _Seen,
        unseen: Float[Tensor, "q 1 t"],
    ) -> tuple[Float[Tensor, "b l d"], Float[Tensor, "q k t"]]:
        """`before`: p parts up to the steps, `behind` very low where one must not be seen; `words`
        and `unseen` have q heads, which fewer than n are where several texts are drafts of one
        answer. Gives the steps one layer on, and how much they look at which word."""
        attended, _ = attend(asked, *before, behind)
        steps = steps + self.dropout(self.join(together(attended, self.heads)))
        questions = len(words.keys) // self.heads
        looking = self.query(self.before_look(steps)).view(questions, -1, steps.shape[-1])
        seen, weights = attend(apart(looking, self.heads), *words, unseen)
        looked = self.looked(together(seen, self.heads)).view_as(steps)
        steps = steps + self.dropout(looked)
        return steps + self.dropout(self.mlp(self.before_mlp(steps))), weights


class _Source(NamedTuple):
    """The input as it is written from."""

    words: list[_Seen]
    """For each layer that writes."""
    unseen: Float[Tensor, "n 1 t"]
    part_keys: Float[Tensor, "b s d"]
    parts: Parts
    start: Float[Tensor, "b d"]


class AttentiveText(TextAnswer):
    """Layers of attention, `network.writer` wide: `network.text_layers` read and write."""

    def __init__(self, config: NetworkConfig, vocabulary: Vocabulary) -> None:
        super().__init__(config, vocabulary)
        own, (reading, writing) = config.writer, config.text_layers
        form = own, config.heads, config.written_dropout
        self.heads = config.heads
        self.table = nn.Embedding(len(vocabulary.parts), own)
        nn.init.normal_(self.table.weight, std=own**-0.5)
        self.start = nn.Linear(4 * config.width, own)
        self.words = nn.Linear(2 * config.width, own)
        self.reading = nn.ModuleList(ReadingLayer(*form) for _ in range(reading))
        self.read = nn.LayerNorm(own)
        self.writing = nn.ModuleList(WritingLayer(*form) for _ in range(writing))
        self.wrote = nn.LayerNorm(own)
        self.point, self.part_key = nn.Linear(own, own), nn.Linear(own, own)
        self.copies = nn.Linear(own, 1)
        nn.init.constant_(self.copies.bias, -2.0)

    def loss(self, thought: Thought, batch: Batch) -> Float[Tensor, " b"]:
        """Smoothed negative log likelihood of the gold parts, their mean."""
        assert batch.gold is not None
        gold = batch.gold.answer["parts"]
        source = self.source(thought, batch)
        steps = self.entered(fed(gold), 0, source.start)
        behind = steps.new_full((1, gold.shape[1], gold.shape[1]), NOTHING).triu(1)
        for layer, words in zip(self.layers(), source.words, strict=True):
            steps, _ = layer(steps, *layer.parts(steps), behind, words, source.unseen)
        states = self.wrote(steps)
        pointed = self.pointed(states, source.part_keys, source.parts)
        return self.surprise(
            gold,
            states,
            self.table.weight,
            self.copies(states).squeeze(-1),
            copied(pointed, source.parts, gold),
        )

    def drafts(self, thought: Thought, batch: Batch) -> Writing:
        return _Drafts(self, self.source(thought, batch))

    def layers(self) -> Sequence[WritingLayer]:
        return [layer for layer in self.writing if isinstance(layer, WritingLayer)]

    def source(self, thought: Thought, batch: Batch) -> _Source:
        """Reads the words once more: as facts, and each by itself."""
        assert batch.parts is not None
        assert thought.embedded is not None, "a text is written from words"
        words = self.dropout(self.words(torch.cat([thought.facts, thought.embedded], -1)))
        absent = (~thought.present).to(words.dtype) * NOTHING
        unseen = absent.repeat_interleave(self.heads, 0).unsqueeze(1)
        for layer in self.reading:
            words = layer(words, unseen)
        words = self.read(words)
        rows = torch.arange(len(words), device=words.device).unsqueeze(1)
        parts = words[rows, batch.parts.words] + self.table(batch.parts.ids)
        return _Source(
            [layer.words(words) for layer in self.layers()],
            unseen,
            self.part_key(parts),
            batch.parts,
            self.start(thought.gist),
        )

    def entered(
        self, parts: Int[Tensor, "b l"], place: int, start: Float[Tensor, "b d"]
    ) -> Float[Tensor, "b l d"]:
        """Parts with their places in the text, from `place` on; with the first comes the start."""
        width, end = self.table.embedding_dim, place + parts.shape[1]
        known = places(1 << (end - 1).bit_length(), width)[place:end]  # some, ever again
        steps = self.table(parts) * width**0.5 + known.to(start)
        if place == 0:
            steps = torch.cat([steps[:, :1] + start.unsqueeze(1), steps[:, 1:]], 1)
        entered: Tensor = self.dropout(steps)
        return entered


class _Drafts(Writing):
    """Texts on their way: what each layer saw of them."""

    ROOM = 16
    """Parts that there is room for at first."""

    def __init__(self, module: AttentiveText, source: _Source) -> None:
        self.module, self.source = module, source
        self.start = source.start.repeat_interleave(module.BEAM, 0)
        self.ids = source.parts.ids.repeat_interleave(module.BEAM, 0)
        shape = 2 * len(source.words), len(self.ids), module.heads, self.ROOM
        self.seen = self.start.new_empty(*shape, self.start.shape[-1] // module.heads)
        """Keys and values of each layer, in one tensor: to keep some rows is one step, not many."""
        self.place = 0

    def chances(
        self, parts: Int[Tensor, " n"]
    ) -> tuple[Float[Tensor, "n v"], Float[Tensor, "n t"]]:
        """Of the next part, written or copied."""
        module, source = self.module, self.source
        if self.place == self.seen.shape[3]:
            self.seen = torch.cat([self.seen, torch.empty_like(self.seen)], 3)
        steps = module.entered(parts.unsqueeze(1), self.place, self.start)
        behind = steps.new_zeros(1, 1, 1)
        for number, layer in enumerate(module.layers()):
            asked, own = layer.parts(steps)
            before = self._with(number, own)
            steps, weights = layer(
                steps, asked, before, behind, source.words[number], source.unseen
            )
        self.place += 1
        states = module.wrote(steps).view(-1, module.BEAM, steps.shape[-1])
        pointed = module.pointed(states, source.part_keys, source.parts).flatten(0, 1)
        states = states.flatten(0, 1)
        # the table times the few states, not they times it: a sixth less of a step on a CPU
        logits = torch.mm(module.table.weight, states.T).T + module.bias
        copying = torch.sigmoid(module.copies(states))
        looked = torch.unflatten(weights, 0, (-1, module.heads)).mean(1).flatten(0, 1)
        return mixed(logits, copying, pointed, self.ids), looked

    def _with(self, number: int, own: _Seen) -> _Seen:
        """What a layer saw before, and this step."""
        both = self.seen[2 * number : 2 * number + 2].flatten(1, 2)
        for all_of_them, new in zip(both, own, strict=True):
            all_of_them[:, self.place] = new.squeeze(1)
        return _Seen(*both[:, :, : self.place + 1])

    def keep(self, rows: Int[Tensor, " n"]) -> None:
        self.seen = self.seen.index_select(1, rows)


@cache
def places(count: int, width: int) -> Float[Tensor, "l d"]:
    """Sines and cosines that tell the places of parts in a text."""
    numbers = torch.arange(count, dtype=torch.float32).unsqueeze(1)
    rates = 10_000 ** -(torch.arange(0, width, 2, dtype=torch.float32) / width)
    return torch.cat([(numbers * rates).sin(), (numbers * rates).cos()], -1)
