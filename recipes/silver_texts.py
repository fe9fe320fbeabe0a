"""Texts that nobody has answered, for `recipes/silver.py`: made from training texts alone.

A text is varied by words of the same class, by a part of it, and by the halves of two (Tang et al.
2019, arXiv 1903.12136, section 3.3). Sentences are paired with their neighbours by word vectors.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest

import torch

from qaengine.batch import Words
from qaengine.checkpoint import Checkpoint
from qaengine.data import locate
from qaengine.engine import Engine
from qaengine.prepare import Groups
from qaengine.schema import Tags
from qaengine.text import words
from qaengine_tasks.overlaps import bare
from qaengine_tasks.relatedness import held_out
from qaengine_tasks.relatedness_files import Pair
from qaengine_tasks.translation_files import read_multi30k, read_tatoeba

LONGEST = 60
"""Words of a text that is taken from another task."""
EXCHANGED = 0.15
"""Share of a text's words that others of their class stand in for."""
ASKING = {"what", "who", "whom", "whose", "which", "where", "when", "why", "how", "in", "name"}
"""How questions for a fact begin."""
NEAR, FAR = 20, 200
"""Neighbours of a sentence that it is paired with: the nearest, and those behind them."""


class Variations:
    """Texts varied at random, by the tags that a checkpoint gives their words; words that it is
    `given` stand in for theirs as often as their own do."""

    def __init__(
        self, texts: Sequence[Words], tagger: Checkpoint, given: Lexicon | None = None
    ) -> None:
        self._texts = list(dict.fromkeys(texts))
        answers = Engine(tagger).ask_many(
            [(text, "What are the POS tags?") for text in self._texts],
            task="part_of_speech",
        )
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._tags: dict[Words, tuple[str, ...]] = {}
        for text, answer in zip(self._texts, answers, strict=True):
            assert isinstance(answer.value, Tags)
            self._tags[text] = tuple(answer.value.tags)
            for word, tag in zip(text, answer.value.tags, strict=True):
                counts[tag][word] += 1
        self._by_tag, self._given = _choices(counts), _choices(given or {})

    def draw(self, rng: random.Random) -> Words:
        """A text with some words exchanged, a part of one, two halves, or one as it is."""
        text = rng.choice(self._texts)
        chance = rng.random()
        if chance < 0.5:
            return self.exchanged(text, rng)
        if chance < 0.7 and len(text) > 4:
            size = rng.randint(3, len(text))
            begin = rng.randint(0, len(text) - size)
            return text[begin : begin + size]
        if chance < 0.9:
            other = rng.choice(self._texts)
            joined = text[: rng.randint(1, len(text))] + other[-rng.randint(1, len(other)) :]
            return joined[:LONGEST]
        return text

    def exchanged(self, text: Words, rng: random.Random) -> Words:
        """The text with other words of the same classes."""
        tags, certain = self._tags[text], rng.randrange(len(text))
        return tuple(
            rng.choices(*self._class(tag, rng))[0]
            if place == certain or rng.random() < EXCHANGED
            else word
            for place, (word, tag) in enumerate(zip(text, tags, strict=True))
        )

    def _class(self, tag: str, rng: random.Random) -> tuple[list[str], list[int]]:
        """Words of a tag and how often they occur, here or in what was given."""
        wider = tag in self._given and rng.random() < 0.5
        return self._given[tag] if wider else self._by_tag[tag]


Lexicon = Mapping[str, Counter[str]]
"""By tag, how often each word has it."""


def _choices(words: Lexicon) -> dict[str, tuple[list[str], list[int]]]:
    """By tag, words and how often each may be drawn."""
    return {tag: (list(some), list(some.values())) for tag, some in words.items()}


def lexicon(groups: Groups) -> Lexicon:
    """The words of tagged texts, by their gold tags."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in chain.from_iterable(groups.values()):
        for word, tag in zip(one.facts[0], one.answer or (), strict=True):
            counts[tag][word] += 1
    return counts


def single(groups: Groups) -> Iterator[Words]:
    """The texts of stories of one text each, longer ones by sentences, of no more than `LONGEST`
    words, without the brackets that mark what is asked about."""
    for some in groups.values():
        for one in some:
            if one.unit == "tokens" and len(one.facts) == 1:
                text = tuple(word for word in one.facts[0] if word not in {"[", "]"})
                parts = [text] if len(text) <= LONGEST else sentences(text)
                yield from (part for part in parts if 1 < len(part) <= LONGEST)


def sentences(text: Words) -> Iterator[Words]:
    """A text cut behind each full stop, question mark and exclamation mark."""
    begin = 0
    for end, word in enumerate(text, start=1):
        if word in {".", "?", "!"} or end == len(text):
            yield text[begin:end]
            begin = end


def asking(groups: Groups) -> Iterator[Words]:
    """The questions of stories that ask for something."""
    for some in groups.values():
        for one in some:
            if one.question[-1] == "?" and one.question[0].lower() in ASKING:
                yield one.question


def by_turns(kinds: Sequence[Iterable[Words]], rng: random.Random) -> list[Words]:
    """One text of each kind, again and again, none of them twice; at last of the largest alone."""
    shuffled = [sorted(set(some)) for some in kinds]
    for some in shuffled:
        rng.shuffle(some)
    drawn = (text for turn in zip_longest(*shuffled) for text in turn if text is not None)
    return list(dict.fromkeys(drawn))


def questions() -> list[Words]:
    """Questions of Tatoeba's training part that ask for something."""
    english = dict.fromkeys(one for one, _ in read_tatoeba(locate("tatoeba_fra_eng"), "train"))
    asked = (words(one) for one in english if one.endswith("?"))
    return [one for one in asked if one[0].lower() in ASKING]


def captions() -> list[Words]:
    """The English sentences of Multi30k's training part, as those of SICK without their stops;
    none that stands in a dev or test pair."""
    english = (one for one, _ in read_multi30k(locate("multi30k"), "train", "german"))
    left_out = set().union(*held_out())
    fit = (one for one in dict.fromkeys(english) if bare(one) not in left_out)
    return [words(one.removesuffix(".")) for one in fit]


class Pairs:
    """Pairs of sentences near and far, and of sentences and their variations."""

    def __init__(self, sentences: Sequence[Words], known: Checkpoint) -> None:
        self._held_out = held_out()
        self._sentences = list(dict.fromkeys(sentences))
        self._variations = Variations(self._sentences, known)
        self._points = _points(self._sentences, known)

    def draw(self, rng: random.Random) -> Iterator[tuple[Words, Words]]:
        """Without end; none is a dev or test pair."""
        while True:
            some = rng.choices(range(len(self._sentences)), k=256)
            nearest = (self._points[some] @ self._points.T).topk(FAR + 1).indices.tolist()
            for number, near in zip(some, nearest, strict=True):
                one, other = self._sentences[number], self._other(number, near[1:], rng)
                pair = (one, other) if rng.random() < 0.5 else (other, one)
                if Pair(*map(" ".join, pair), 0.0).key not in self._held_out:
                    yield pair

    def _other(self, number: int, near: Sequence[int], rng: random.Random) -> Words:
        chance = rng.random()
        if chance < 0.25:
            return self._variations.exchanged(self._sentences[number], rng)
        if chance < 0.7:
            return self._sentences[rng.choice(near[:NEAR])]
        if chance < 0.85:
            return self._sentences[rng.choice(near[NEAR:])]
        return rng.choice(self._sentences)


def _points(sentences: Sequence[Words], known: Checkpoint) -> torch.Tensor:
    """(n, d): the mean vector of each sentence's words, of length 1; rare words count more."""
    counts = Counter(word.lower() for one in sentences for word in set(one))
    table, numbers = known.network.embedding.vectors, known.vocabulary.vector_ids
    assert table is not None, "neighbours are found by word vectors"
    rows = []
    for one in sentences:
        ids = torch.tensor([numbers.get(word.lower(), 0) for word in one])
        weights = torch.tensor([1 / (1 + 1e-3 * counts[word.lower()]) for word in one])
        rows.append((table.weight[ids] * weights.unsqueeze(1)).sum(0))
    return torch.nn.functional.normalize(torch.stack(rows), dim=-1)
