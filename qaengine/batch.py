"""Prepared examples as tensors: equal words are looked up once, equal sentences encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import torch
from torch import Tensor

from qaengine.vocabulary import ABSTAIN, END, SPECIAL_OUTPUTS, UNKNOWN, Vocabulary, ngram_ids

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A triple whose texts are split into words: what training and the network read."""

    facts: tuple[Words, ...]
    question: Words
    answer: Words | None = None
    """The items of the gold answer; () where the facts don't tell; None when a user asks."""
    supports: tuple[int, ...] | None = None
    """Facts that the answer rests on; () for none; None where nobody knows."""
    task: str = ""


@dataclass(frozen=True)
class WordTable:
    """The w distinct words of a batch; number 0 is padding."""

    word_ids: Tensor  # (w)
    ngram_ids: Tensor  # (all n-grams, end to end)
    ngram_offsets: Tensor  # (w) where each word's n-grams begin
    identity: Tensor  # (w) equal for words that differ in case only
    outputs: Tensor  # (w) the word's number among the outputs, or -1


@dataclass(frozen=True)
class Gold:
    """What training compares with. l is the longest answer with its end."""

    outputs: Tensor  # (b, l) numbers among the outputs; -1: can only be copied
    identity: Tensor  # (b, l) identities as in the WordTable; -1: can only be generated
    mask: Tensor  # (b, l) which places count
    supports: Tensor  # (b, f) bool
    supervised: Tensor  # (b) bool: whether the supports are known


@dataclass(frozen=True)
class Batch:
    """b questions over n distinct sentences (questions are sentences, too) of at most t words."""

    words: WordTable
    sentences: Tensor  # (n, t) places in the word table, 0 behind the end
    lengths: Tensor  # (n) on the CPU
    facts: Tensor  # (b, f) numbers of sentences; 0 behind the last fact
    fact_counts: Tensor  # (b) on the CPU
    questions: Tensor  # (b) numbers of sentences
    spellings: Words  # the lower-case word of each identity
    gold: Gold | None = None

    def to(self, device: torch.device) -> Batch:
        """The same on another device; what packing needs stays on the CPU."""
        gold = _moved(self.gold, device) if self.gold is not None else None
        return replace(
            self,
            words=_moved(self.words, device),
            sentences=self.sentences.to(device),
            facts=self.facts.to(device),
            questions=self.questions.to(device),
            gold=gold,
        )

    def __len__(self) -> int:
        return len(self.questions)


Part = TypeVar("Part", WordTable, Gold)


def _moved(part: Part, device: torch.device) -> Part:
    return type(part)(*(getattr(part, field.name).to(device) for field in fields(part)))


class _Numbering(dict[object, int]):
    """Numbers things in the order in which they come."""

    def __missing__(self, key: object) -> int:
        self[key] = number = len(self)
        return number


def collate(examples: Sequence[Example], vocabulary: Vocabulary) -> Batch:
    """Examples as one batch, with gold tensors where every example has an answer."""
    sentences, words = _Numbering(), _Numbering({"": 0})
    facts = [[sentences[fact] for fact in example.facts] for example in examples]
    questions = [sentences[example.question] for example in examples]
    rows = [[words[word] for word in sentence] for sentence in sentences]  # type: ignore[attr-defined]
    identities = _Numbering()
    for word in words:
        identities[word.lower()]  # type: ignore[attr-defined]
    gold = None
    if all(example.answer is not None for example in examples):
        gold = _gold(examples, identities, vocabulary, max(map(len, facts)))
    return Batch(
        words=_word_table([str(word) for word in words], identities, vocabulary),
        sentences=_padded(rows),
        lengths=torch.tensor([len(row) for row in rows]),
        facts=_padded(facts),
        fact_counts=torch.tensor([len(row) for row in facts]),
        questions=torch.tensor(questions),
        spellings=tuple(map(str, identities)),
        gold=gold,
    )


def _word_table(words: list[str], identities: _Numbering, vocabulary: Vocabulary) -> WordTable:
    lower = [word.lower() for word in words]
    grams = [ngram_ids(word, vocabulary.buckets) for word in words]
    offsets = torch.tensor([0, *map(len, grams[:-1])]).cumsum(0)
    return WordTable(
        torch.tensor([0, *(vocabulary.word_ids.get(word, UNKNOWN) for word in lower[1:])]),
        torch.tensor([gram for word in grams for gram in word]),
        offsets,
        torch.tensor([identities[word] for word in lower]),
        torch.tensor([_sayable(word, vocabulary) for word in lower]),
    )


def _sayable(word: str, vocabulary: Vocabulary) -> int:
    """A word's number among the outputs, or -1; a text's "<end>" is a word like any other."""
    number = vocabulary.output_ids.get(word, -1)
    return number if number >= len(SPECIAL_OUTPUTS) else -1


def _gold(
    examples: Sequence[Example], identities: _Numbering, vocabulary: Vocabulary, most: int
) -> Gold:
    outputs, identity = [], []
    for example in examples:
        items = [item.lower() for item in example.answer or ()]
        numbers = [_sayable(item, vocabulary) for item in items]
        outputs.append([*numbers, END] if items else [ABSTAIN, END])
        identity.append([*(identities.get(item, -1) for item in items), -1] if items else [-1, -1])
    supports = torch.zeros(len(examples), most, dtype=torch.bool)
    for row, example in enumerate(examples):
        supports[row, list(example.supports or ())] = True
    return Gold(
        _padded(outputs, -1),
        _padded(identity, -1),
        _padded([[1] * len(row) for row in outputs]).bool(),
        supports,
        torch.tensor([example.supports is not None for example in examples]),
    )


def _padded(rows: Sequence[Sequence[int]], filler: int = 0) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])
