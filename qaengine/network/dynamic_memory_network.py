"""The Dynamic Memory Network, whole: read top to bottom once.

Kumar et al. 2015, "Ask Me Anything" (arXiv 1506.07285), with the input fusion of DMN+ (Xiong et
al. 2016, arXiv 1603.01417), gates that know order, and an answer module that reads words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qaengine.batch import Batch, Gold
from qaengine.network.answers import MODULES, AnswerModule
from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.spans import SpansAnswer
from qaengine.network.closer import CloserReading
from qaengine.network.comparison import Sides
from qaengine.network.config import NetworkConfig
from qaengine.network.embedding import WordEmbedding
from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.episodic_memory import EpisodicMemory
from qaengine.network.forest import Forest
from qaengine.network.fusion import Fusion
from qaengine.network.matching import Matching, Overlap, shared
from qaengine.network.memory import Episodes, Memory
from qaengine.network.reading import Reader, choose, lay_out
from qaengine.network.router import QuestionEncoder, Router, pooled
from qaengine.network.thought import Odds, Reading, Thought
from qaengine.network.transformer import NOTHING
from qaengine.vocabulary import Vocabulary


@dataclass(frozen=True)
class Loss:
    """The parts of the loss, a number a question each."""

    answer: Float[Tensor, " b"]
    gates: Float[Tensor, " b"]
    encoder: Float[Tensor, " b"] | None = None
    """Of an encoder that has one of its own: alike for all questions of a batch."""


@dataclass(frozen=True)
class Reply:
    """What the network says to a batch."""

    decoded: dict[str, Tensor]
    """As the answer module of the batch's kind decodes it."""
    thought: Thought


@dataclass(frozen=True)
class _Facts:
    """What memory attends to: sentences of a story, or the words or nodes of one text."""

    states: Float[Tensor, "b f d"]
    overlap: Float[Tensor, "b f f"]
    present: Bool[Tensor, "b f"]


class DynamicMemoryNetwork(nn.Module):
    """Facts and question in, answer and gates out; knows tensors only, no texts."""

    def __init__(
        self,
        config: NetworkConfig,
        encoder: type[Encoder],
        vocabulary: Vocabulary,
        answers: Mapping[str, type[AnswerModule]] = MODULES,
        memory: type[Memory] = EpisodicMemory,
    ) -> None:
        """`answers`: the module for each kind of answer."""
        super().__init__()
        self.config, width = config, config.width
        self.embedding = WordEmbedding(
            len(vocabulary.words),
            vocabulary.buckets,
            width,
            config.hide,
            len(vocabulary.vectored) + 1 if vocabulary.vectored else 0,
            config.vectors,
            config.affixes,
        )
        self.encoder = encoder(width)
        self.dropout = nn.Dropout(config.dropout)
        if config.matching:
            self.matching, self.overlap = Matching(width), Overlap(width)
        self.fusion = Fusion(width, config.fusion, config.relate, config.heads)
        self.memory = memory(config)
        self.reader = Reader(width, config.layers, config.heads, config.dropout)
        if config.reread:
            self.reread = nn.Linear(width, width)
            nn.init.zeros_(self.reread.weight)  # a network that learnt without stays as it was
        if config.shortcut:
            self.shortcut = nn.Linear(width, width, bias=False)
            nn.init.zeros_(self.shortcut.weight)
        given = 2 * width + (config.vectors if vocabulary.vectored else 0)
        self.closer = nn.ModuleDict(
            {
                name: CloserReading(
                    given,
                    one.width,
                    config.deep_dropout,
                    config.hide,
                    one.spelled,
                    vocabulary.buckets,
                )
                for name, one in config.closer.items()
            }
        )
        kinds = dict.fromkeys(schema.answer for schema in vocabulary.tasks) or ("words",)
        self.answers = nn.ModuleDict({kind: answers[kind](config, vocabulary) for kind in kinds})
        self.router: Router | None = None
        if len(vocabulary.routes) > 1:
            features = 2 * (config.vectors or width)
            if config.asking:
                self.asking = QuestionEncoder(config.vectors).requires_grad_(False)
                features = self.asking.features
            self.router = Router(features, vocabulary.routes)

    def loss(self, batch: Batch) -> Loss:
        """How far the answers and the gates are from the gold ones."""
        assert batch.gold is not None, "a loss needs gold answers"
        gold = batch.gold
        passes = None
        if bool(gold.supervised.all()):  # a pass for each support, and one to say "enough"
            passes = int(gold.supports.sum(1).max()) + 1
        thought = self._think(batch, passes, gold.supports)
        answer = self._answer(batch).loss(thought, batch)
        own = thought.encoder_loss
        return Loss(
            answer,
            gate_loss(thought.episodes, gold),
            own.expand(len(batch)) if own is not None else None,
        )

    @torch.no_grad()
    def reply(self, batch: Batch, passes: int | None = None) -> Reply:
        """Greedy answers with the facts that they rest on."""
        thought = self._think(batch, passes)
        module = self._answer(batch)
        if isinstance(module, LabelAnswer) and module.listens(batch.task):
            thought = replace(thought, further=self.further(batch))
        return Reply(module.decode(thought, batch), thought)

    @torch.no_grad()
    def further(self, batch: Batch) -> Odds | None:
        """How likely the spans in question answer what is asked along; None where nothing is, or
        where a plugin's module answers it."""
        asked = batch.further
        if asked is None:
            return None
        module = self._answer(asked.batch)
        if not isinstance(module, SpansAnswer):
            return None
        thought = self._think(asked.batch, None)
        return Odds(asked.rows, module.odds(thought, asked.batch, asked.spans))

    @torch.no_grad()
    def routes(self, batch: Batch) -> Float[Tensor, "b routes"]:
        """To which task each question belongs: log probabilities in the vocabulary's order."""
        assert self.router is not None, "a network of one task has no router"
        return self.router(self.asked(batch))

    @torch.no_grad()
    def asked(self, batch: Batch) -> Float[Tensor, "b x"]:
        """What the router sees of each question: its words' given vectors where there are any,
        which know words that no question of the training text had; else the learnt ones."""
        rows = batch.sentences[batch.questions]
        if self.embedding.vectors is not None:
            ids = batch.words.vector_ids[rows]
            read = self.asking.asked if self.config.asking else pooled
            return read(self.embedding.vectors(ids), ids > 0)
        return pooled(self.embedding(batch.words)[rows], rows > 0)

    def _answer(self, batch: Batch) -> AnswerModule:
        module = self.answers[batch.kind]
        assert isinstance(module, AnswerModule)
        return module

    def _think(self, batch: Batch, passes: int | None, also: Tensor | None = None) -> Thought:
        """`also`: facts to read beside the attended ones, so that reading learns from the start."""
        embedded = self.dropout(self.embedding(batch.words))[batch.sentences]  # (n, t, d)
        forest = Forest.of(batch.trees) if batch.trees is not None else None
        encoded = self.encoder(Sentences(embedded, batch.lengths, forest, batch.texts))
        question = encoded.summary[batch.questions]  # (b, d)
        identity = batch.words.identity[batch.sentences]  # (n, t)
        of = {"tokens": self._words, "nodes": self._nodes}.get(batch.unit, self._sentences)
        given = of(batch, embedded, encoded, identity)
        facts = self.fusion(given.states, batch.fact_counts, given.present, given.overlap)
        guided = batch.kind == "words"
        episodes = self.memory(
            facts,
            given.present,
            given.overlap,
            question,
            passes if guided else self.config.glances,
            may_end=guided,
        )
        read = self._chosen(episodes, given.present, also, batch.kind)
        reading, closely = None, self.config.closely(batch.task)
        if batch.kind in ("words", "score"):
            reading = self._read(batch, encoded, identity, facts, episodes.memory, read)
        elif batch.unit == "tokens" and self.config.reread:
            facts = facts + self._reread(batch, encoded, identity, facts, episodes.memory)
        words = None
        if batch.unit == "tokens":
            words = embedded[batch.facts[:, 0], : facts.shape[1]]
        closer, sides = None, None
        if words is not None and closely is not None:
            places = batch.sentences[batch.facts[:, 0], : facts.shape[1]]
            closer = self._read_closely(closely, batch, facts, words, places, batch.fact_counts)
        if batch.kind == "score" and (self.config.compare or closely is not None):
            sides = self._sides(batch, encoded, embedded, closely)
        own = encoded.loss.mean() if encoded.loss is not None else None
        return Thought(
            question, facts, given.present, episodes, read, reading, words, sides, closer, own
        )

    def _sentences(
        self, batch: Batch, embedded: Tensor, encoded: Encoded, identity: Tensor
    ) -> _Facts:
        facts = self.dropout(encoded.summary)[batch.facts]
        overlap = facts.new_zeros(*facts.shape[:2], facts.shape[1])
        if self.config.matching:
            states, asked = self.matching.fact(encoded.states), self._matched(batch, encoded)
            same = shared(identity[batch.facts], identity[batch.questions])
            facts = facts + self.matching(states[batch.facts], asked, same)
            overlap = self.overlap(embedded, identity, batch.facts)
        return _Facts(facts, overlap, _present(batch, facts))

    def _words(self, batch: Batch, embedded: Tensor, encoded: Encoded, identity: Tensor) -> _Facts:
        text, most = batch.facts[:, 0], int(batch.fact_counts.max())
        facts = self.dropout(encoded.states)[text, :most]
        if self.config.shortcut:
            facts = facts + self.shortcut(embedded[text, :most])
        own = identity[text, :most]
        overlap = facts.new_zeros(*facts.shape[:2], facts.shape[1])
        if self.config.matching:
            states, asked = self.matching.fact(facts), self._matched(batch, encoded)
            same = shared(own.unsqueeze(2), identity[batch.questions])
            facts = facts + self.matching(states.unsqueeze(2), asked, same)
            overlap = ((own.unsqueeze(2) == own.unsqueeze(1)) & (own > 0).unsqueeze(1)).to(
                facts.dtype
            )
        return _Facts(facts, overlap, _present(batch, facts))

    def _nodes(self, batch: Batch, embedded: Tensor, encoded: Encoded, identity: Tensor) -> _Facts:
        """Which words a phrase shares with the question is not looked at: it holds too many."""
        assert encoded.nodes is not None, "only an encoder over trees has nodes"
        text, most = batch.facts[:, 0], int(batch.fact_counts.max())
        facts = self.dropout(encoded.nodes)[text, :most]
        overlap = facts.new_zeros(*facts.shape[:2], most)
        return _Facts(facts, overlap, _present(batch, facts))

    def _matched(self, batch: Batch, encoded: Encoded) -> Float[Tensor, "b q j"]:
        asked: Tensor = self.matching.question(encoded.states)[batch.questions]
        return asked

    def _chosen(
        self, episodes: Episodes, present: Tensor, also: Tensor | None, kind: str
    ) -> Bool[Tensor, "b f"]:
        if kind == "score":  # two sentences, and both are compared
            return present
        most = self.config.read if also is None else 2
        read = choose(episodes.weights.detach(), most)
        if not self.config.layers:
            return torch.zeros_like(read)
        return read | also if also is not None else read

    def _read(
        self,
        batch: Batch,
        encoded: Encoded,
        identity: Tensor,
        facts: Tensor,
        memory: Tensor,
        read: Tensor,
    ) -> Reading:
        page = lay_out(read, batch.facts, batch.questions, batch.lengths)
        readable = page.spread(identity[page.row, page.place])
        words = self.reader(encoded.states, facts, memory, page, readable)
        numbers = batch.words.outputs[batch.sentences[page.row, page.place]]
        known = page.spread(numbers).masked_fill(~page.present, -1)
        return Reading(page, words, readable, known, _mean(words, page.present))

    def _reread(
        self, batch: Batch, encoded: Encoded, identity: Tensor, facts: Tensor, memory: Tensor
    ) -> Float[Tensor, "b f d"]:
        """The words of a text, read together with those of the question."""
        whole = torch.ones_like(batch.facts, dtype=torch.bool)
        page = lay_out(whole, batch.facts, batch.questions, batch.lengths)
        page = replace(page, fact=page.place * page.sentence)  # each word is a fact by itself
        same = page.spread(identity[page.row, page.place])
        words = self.reader(encoded.states, facts, memory, page, same)
        reread: Tensor = self.reread(page.of_texts(words, facts.shape[1]))
        return reread

    def _sides(
        self, batch: Batch, encoded: Encoded, embedded: Tensor, closely: str | None
    ) -> Sides:
        """`closely`: the closer reading of the two sentences, if there is one."""
        two = batch.facts[:, [0, -1]]
        states, words, lengths = encoded.states[two], embedded[two], batch.lengths[two.cpu()]
        closer: Tensor | None = None
        if closely is not None:
            flat = (one.flatten(0, 1) for one in (states, words, batch.sentences[two], lengths))
            closer = torch.unflatten(self._read_closely(closely, batch, *flat), 0, (-1, 2))
        return Sides(torch.cat([states, words], -1), lengths, closer)

    def _read_closely(
        self,
        name: str,
        batch: Batch,
        facts: Tensor,
        words: Tensor,
        places: Int[Tensor, "n t"],
        counts: Int[Tensor, " n"],
    ) -> Float[Tensor, "n t w"]:
        """`places`: each word's row in the batch's table of words."""
        closer = self.closer[name]
        assert isinstance(closer, CloserReading)
        vectors = self.embedding.given(batch.words)
        spelled = closer.spelling(batch.words) if closer.spelling is not None else None
        known, made = (one[places] if one is not None else None for one in (vectors, spelled))
        states: Tensor = closer(facts, words, known, counts, made)
        return states


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


def _present(batch: Batch, facts: Tensor) -> Bool[Tensor, "b f"]:
    places = torch.arange(facts.shape[1], device=facts.device)
    return places < batch.fact_counts.to(places.device).unsqueeze(1)


def _mean(words: Float[Tensor, "b r d"], present: Bool[Tensor, "b r"]) -> Float[Tensor, "b d"]:
    weights = present.to(words.dtype)
    return torch.einsum("brd,br->bd", words, weights) / weights.sum(1, keepdim=True)
