"""The Dynamic Memory Network, whole: read top to bottom once.

Kumar et al. 2015, "Ask Me Anything" (arXiv 1506.07285), with the input fusion of DMN+ (Xiong et
al. 2016, arXiv 1603.01417), gates that know order, and an answer module that reads words.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Gold
from qaengine.network.answers import Decoded, WordsAnswer
from qaengine.network.config import NetworkConfig
from qaengine.network.embedding import WordEmbedding
from qaengine.network.encoder import Encoder, Sentences
from qaengine.network.fusion import Fusion
from qaengine.network.matching import Matching, Overlap
from qaengine.network.memory import Episodes, EpisodicMemory
from qaengine.network.reading import Page, Reader, choose, lay_out
from qaengine.network.transformer import NOTHING


@dataclass(frozen=True)
class Loss:
    """The parts of the loss, a number a question each."""

    answer: Float[Tensor, " b"]
    gates: Float[Tensor, " b"]


@dataclass(frozen=True)
class Reply:
    """What the network says to a batch."""

    decoded: Decoded
    episodes: Episodes
    read: Bool[Tensor, "b f"]
    """The facts whose words the answer was read from."""
    identity: Int[Tensor, "b r"]
    """The words that could be copied."""


@dataclass(frozen=True)
class _Thought:
    """Everything up to the first word of the answer."""

    episodes: Episodes
    read: Tensor  # (b, f)
    page: Page
    words: Tensor  # (b, r, d)
    identity: Tensor  # (b, r)
    start: tuple[Tensor, Tensor]


class DynamicMemoryNetwork(nn.Module):
    """Facts and question in, answer and gates out; knows tensors only, no texts."""

    def __init__(
        self, config: NetworkConfig, encoder: type[Encoder], words: int, outputs: int, buckets: int
    ) -> None:
        super().__init__()
        self.config, width = config, config.width
        self.embedding = WordEmbedding(words, buckets, width, config.hide)
        self.encoder = encoder(width)
        self.dropout = nn.Dropout(config.dropout)
        if config.matching:
            self.matching, self.overlap = Matching(width), Overlap(width)
        self.fusion = Fusion(width, config.fusion, config.relate, config.heads)
        self.memory = EpisodicMemory(width, config.passes, config.attention, config.update)
        self.reader = Reader(width, config.layers, config.heads, config.dropout)
        self.answer = WordsAnswer(width, outputs, config.dropout)

    def loss(self, batch: Batch) -> Loss:
        """How far the answers and the gates are from the gold ones."""
        assert batch.gold is not None, "a loss needs gold answers"
        gold = batch.gold
        # a pass for each support, and one to say "enough"
        passes = int(gold.supports.sum(1).max()) + 1 if bool(gold.supervised.all()) else None
        thought = self._think(batch, passes, gold.supports)
        readable = thought.page.present
        answer = self.answer.loss(thought.start, thought.words, thought.identity, readable, gold)
        return Loss(answer, gate_loss(thought.episodes, gold))

    @torch.no_grad()
    def reply(self, batch: Batch, passes: int | None = None) -> Reply:
        """Greedy answers with the facts that they rest on."""
        thought = self._think(batch, passes)
        readable = thought.page.present
        decoded = self.answer.greedy(
            thought.start,
            thought.words,
            thought.identity,
            self._known(batch, thought.page),
            readable,
            self.config.longest_answer,
        )
        return Reply(decoded, thought.episodes, thought.read, thought.identity)

    def _think(self, batch: Batch, passes: int | None, also: Tensor | None = None) -> _Thought:
        """`also`: facts to read beside the attended ones, so that reading learns from the start."""
        embedded = self.dropout(self.embedding(batch.words))[batch.sentences]  # (n, t, d)
        encoded = self.encoder(Sentences(embedded, batch.lengths))
        question = encoded.summary[batch.questions]  # (b, d)
        present = self._present(batch)
        identity = batch.words.identity[batch.sentences]  # (n, t)
        facts = self.dropout(encoded.summary)[batch.facts]
        overlap = facts.new_zeros(*facts.shape[:2], facts.shape[1])
        if self.config.matching:
            facts = facts + self.matching(encoded.states, identity, batch.facts, batch.questions)
            overlap = self.overlap(embedded, identity, batch.facts)
        facts = self.fusion(facts, batch.fact_counts, present, overlap)
        episodes = self.memory(facts, present, overlap, question, passes)
        most = self.config.read if also is None else 2
        read = choose(episodes.weights.detach(), most)
        read = read | also if also is not None else read
        if not self.config.layers:
            read = torch.zeros_like(read)
        page = lay_out(read, batch.facts, batch.questions, batch.lengths)
        readable = page.spread(identity[page.row, page.place])
        words = self.reader(encoded.states, facts, episodes.memory, page, readable)
        summary = _mean(words, page.present)
        start = self.answer.begin(episodes.memory, summary)
        return _Thought(episodes, read, page, words, readable, start)

    def _known(self, batch: Batch, page: Page) -> Int[Tensor, "b r"]:
        """The number in the answer vocabulary of each word read, or -1."""
        numbers = batch.words.outputs[batch.sentences[page.row, page.place]]
        return page.spread(numbers).masked_fill(~page.present, -1)

    def _present(self, batch: Batch) -> Bool[Tensor, "b f"]:
        places = torch.arange(batch.facts.shape[1], device=batch.facts.device)
        return places < batch.fact_counts.to(places.device).unsqueeze(1)


def gate_loss(episodes: Episodes, gold: Gold) -> Float[Tensor, " b"]:
    """Each pass should take one support that no earlier pass took; then comes "enough".

    The order is the network's own choice: of the supports left, the one with the highest weight
    counts as taken.
    """
    left = gold.supports.clone()
    total = episodes.log_enough.new_zeros(len(left))
    active = gold.supervised.clone()
    steps = gold.supports.sum(1) + 1
    for log_gates, log_enough in zip(
        episodes.log_gates.unbind(1), episodes.log_enough.unbind(1), strict=True
    ):
        wanted = log_gates.masked_fill(~left, NOTHING)
        done = ~left.any(1)
        likelihood = torch.where(done, log_enough, wanted.logsumexp(1))
        total = total - likelihood * active
        taken = torch.zeros_like(left).scatter_(1, wanted.argmax(1, keepdim=True), True)
        left = left & ~taken
        active = active & ~done
    return total / steps


def _mean(words: Float[Tensor, "b r d"], present: Bool[Tensor, "b r"]) -> Float[Tensor, "b d"]:
    weights = present.to(words.dtype)
    return torch.einsum("brd,br->bd", words, weights) / weights.sum(1, keepdim=True)
