"""Prepared examples as tensors: equal words are looked up once, equal sentences encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor

from qaengine.schema import AnswerKind, FactUnit
from qaengine.tree import Tree
from qaengine.vocabulary import (
    ABSTAIN,
    END,
    SPECIAL_OUTPUTS,
    UNKNOWN,
    Vocabulary,
    affix_ids,
    ngram_ids,
)

Words = tuple[str, ...]


class FactSpan(NamedTuple):
    """A span of facts, for "spans": its first, its last (inclusive), its type, its group."""

    first: int
    last: int
    type: str = ""
    group: int | None = None


def in_order(span: FactSpan) -> tuple[int, int]:
    """Sorts spans by their start, longer ones first."""
    return span.first, -span.last


@dataclass(frozen=True, slots=True)
class Example:
    """A triple whose texts are split into words: what training and the network read."""

    facts: tuple[Words, ...]
    question: Words
    answer: Words | None = None
    """The items of the gold answer (words, tags; one label, number or text, of labels also several
    votes, of tags one vote on all facts after the other); () where the facts don't tell; None when
    a user asks."""
    supports: tuple[int, ...] | None = None
    """Facts that the answer rests on; () for none; None where nobody knows."""
    task: str = ""
    kind: AnswerKind = "words"
    unit: FactUnit = "sentences"
    """With "tokens" there is one text, and its words are the facts that memory attends to."""
    spans: tuple[FactSpan, ...] | None = None
    further: Example | None = None
    """Asked along: how likely its one span is the answer bears on the first label."""

    @property
    def count(self) -> int:
        """How many facts memory can attend to."""
        return len(self.facts[0]) if self.unit == "tokens" else len(self.facts)


def asked_along(task: str, text: Words, question: Words, spans: tuple[FactSpan, ...]) -> Example:
    """A further question, about the words of one text: is this span its answer?"""
    return Example((text,), question, task=task, kind="spans", unit="tokens", spans=spans)


@dataclass(frozen=True)
class WordTable:
    """The w distinct words of a batch; number 0 is padding."""

    word_ids: Tensor  # (w)
    ngram_ids: Tensor  # (all n-grams, end to end)
    ngram_offsets: Tensor  # (w) where each word's n-grams begin
    affix_ids: Tensor  # (w, a)
    identity: Tensor  # (w) equal for words that differ in case only
    outputs: Tensor  # (w) the word's number among the outputs, or -1
    vector_ids: Tensor  # (w) the word's number among the vectors made elsewhere, or 0


@dataclass(frozen=True)
class Gold:
    """What training compares with."""

    answer: dict[str, Tensor]
    """By the answer's kind, as `qaengine.gold` makes it."""
    supports: Tensor  # (b, f) bool
    supervised: Tensor  # (b) bool: whether the supports are known


@dataclass(frozen=True)
class Parts:
    """The parts of words of each text, for copying into a translation; s parts at most."""

    ids: Tensor  # (b, s) numbers in the vocabulary of parts, 0 behind the last
    words: Tensor  # (b, s) the place of the word that each is part of


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
    texts: tuple[Words, ...]  # the words of each sentence, for encoders that read them as written
    task: str = ""
    kind: AnswerKind = "words"
    unit: FactUnit = "sentences"
    parts: Parts | None = None
    gold: Gold | None = None
    trees: tuple[Tree, ...] | None = None  # of each sentence, for encoders that read them
    further: Further | None = None

    def to(self, device: torch.device) -> Batch:
        """The same on another device; what packing needs stays on the CPU."""
        gold = _moved(self.gold, device) if self.gold is not None else None
        parts = _moved(self.parts, device) if self.parts is not None else None
        return replace(
            self,
            words=_moved(self.words, device),
            sentences=self.sentences.to(device),
            facts=self.facts.to(device),
            questions=self.questions.to(device),
            parts=parts,
            gold=gold,
            further=self.further.to(device) if self.further is not None else None,
        )

    def __len__(self) -> int:
        return len(self.questions)


@dataclass(frozen=True)
class Further:
    """The k questions that are asked along with some of a batch's."""

    batch: Batch
    rows: Tensor  # (k) of the batch that they are asked along with
    spans: Tensor  # (k, 2) first and last fact of the span whose chance is wanted

    def to(self, device: torch.device) -> Further:
        """The same on another device."""
        return Further(self.batch.to(device), self.rows.to(device), self.spans.to(device))


Part = TypeVar("Part", WordTable, Gold, Parts)


def _moved(part: Part, device: torch.device) -> Part:
    moved: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        moved[field.name] = (
            {name: one.to(device) for name, one in value.items()}
            if isinstance(value, dict)
            else value.to(device)
        )
    return type(part)(**moved)


class _Numbering(dict[object, int]):
    """Numbers things in the order in which they come."""

    def __missing__(self, key: object) -> int:
        self[key] = number = len(self)
        return number


def collate(examples: Sequence[Example], vocabulary: Vocabulary) -> Batch:
    """Examples of one task as a batch, with gold tensors where every example has an answer."""
    sentences, words = _Numbering(), _Numbering({"": 0})
    facts = [[sentences[fact] for fact in example.facts] for example in examples]
    questions = [sentences[example.question] for example in examples]
    rows = [[words[word] for word in sentence] for sentence in sentences]  # type: ignore[attr-defined]
    identities = _Numbering()
    for word in words:
        identities[word.lower()]  # type: ignore[attr-defined]
    first = examples[0]
    return Batch(
        words=_word_table([str(word) for word in words], identities, vocabulary),
        sentences=padded(rows),
        lengths=torch.tensor([len(row) for row in rows]),
        facts=padded(facts),
        fact_counts=torch.tensor([example.count for example in examples]),
        questions=torch.tensor(questions),
        spellings=tuple(map(str, identities)),
        texts=tuple(sentences),  # type: ignore[arg-type]
        task=first.task,
        kind=first.kind,
        unit=first.unit,
        parts=_parts(examples, vocabulary) if first.kind == "text" else None,
        gold=_gold(examples, identities, vocabulary),
        further=_further(examples, vocabulary),
    )


def _further(examples: Sequence[Example], vocabulary: Vocabulary) -> Further | None:
    asked = [
        (row, example.further)
        for row, example in enumerate(examples)
        if example.further is not None and example.further.task in vocabulary.schemas
    ]
    if not asked:
        return None
    spans = [(span.first, span.last) for _, one in asked for span in (one.spans or ())[:1]]
    return Further(
        collate([one for _, one in asked], vocabulary),
        torch.tensor([row for row, _ in asked]),
        torch.tensor(spans),
    )


def _word_table(words: list[str], identities: _Numbering, vocabulary: Vocabulary) -> WordTable:
    lower = [word.lower() for word in words]
    grams = [ngram_ids(word, vocabulary.buckets) for word in words]
    offsets = torch.tensor([0, *map(len, grams[:-1])]).cumsum(0)
    return WordTable(
        torch.tensor([0, *(vocabulary.word_ids.get(word, UNKNOWN) for word in lower[1:])]),
        torch.tensor([gram for word in grams for gram in word]),
        offsets,
        torch.tensor([affix_ids(word, vocabulary.buckets) for word in words]),
        torch.tensor([identities[word] for word in lower]),
        torch.tensor([_sayable(word, vocabulary) for word in lower]),
        torch.tensor([0, *(vocabulary.vector_ids.get(word, 0) for word in lower[1:])]),
    )


def _sayable(word: str, vocabulary: Vocabulary) -> int:
    """A word's number among the outputs, or -1; a text's "<end>" is a word like any other."""
    number = vocabulary.output_ids.get(word, -1)
    return number if number >= len(SPECIAL_OUTPUTS) else -1


def _parts(examples: Sequence[Example], vocabulary: Vocabulary) -> Parts:
    """Of single texts: a text's facts are its words."""
    ids, words = [], []
    for example in examples:
        parts = [vocabulary.parts.encode(word) for word in example.facts[0]]
        ids.append([part for word in parts for part in word])
        words.append([place for place, word in enumerate(parts) for _ in word])
    return Parts(padded(ids), padded(words))


def _gold(
    examples: Sequence[Example], identities: _Numbering, vocabulary: Vocabulary
) -> Gold | None:
    if any(example.answer is None for example in examples):
        return None
    most = max(example.count for example in examples)
    supports = torch.zeros(len(examples), most, dtype=torch.bool)
    for row, example in enumerate(examples):
        supports[row, list(example.supports or ())] = True
    kind = examples[0].kind
    answer = GOLD[kind](examples, vocabulary) if kind in GOLD else {}
    if kind == "words":
        answer = _gold_words(examples, identities, vocabulary)
    known = torch.tensor([example.supports is not None for example in examples])
    return Gold(answer, supports, known)


def _gold_words(
    examples: Sequence[Example], identities: _Numbering, vocabulary: Vocabulary
) -> dict[str, Tensor]:
    """Of at most l items with the end: numbers among the outputs, -1 where an item can only be
    copied; identities as in the WordTable, -1 where it can only be generated; which count."""
    outputs, identity = [], []
    for example in examples:
        items = [item.lower() for item in example.answer or ()]
        numbers = [_sayable(item, vocabulary) for item in items]
        outputs.append([*numbers, END] if items else [ABSTAIN, END])
        identity.append([*(identities.get(item, -1) for item in items), -1] if items else [-1, -1])
    return {
        "outputs": padded(outputs, -1),
        "identity": padded(identity, -1),
        "mask": padded([[1] * len(row) for row in outputs]).bool(),
    }


def _gold_label(examples: Sequence[Example], vocabulary: Vocabulary) -> dict[str, Tensor]:
    """(b, labels): the share of votes for each of the task's labels; of one answer all."""
    return {"label": _shares(examples, vocabulary, [1] * len(examples)).squeeze(1)}


def _gold_tags(examples: Sequence[Example], vocabulary: Vocabulary) -> dict[str, Tensor]:
    """(b, f, labels): the share of votes for each of the task's labels, of one answer all; nothing
    behind the last fact."""
    return {"tags": _shares(examples, vocabulary, [one.count for one in examples])}


def _shares(examples: Sequence[Example], vocabulary: Vocabulary, counts: Sequence[int]) -> Tensor:
    """(b, f, labels): the shares of votes at each of so many places, where a vote names a label for
    all places in order."""
    numbers = _numbers(vocabulary, examples[0].task)
    shares = torch.zeros(len(examples), max(counts), len(numbers))
    for row, votes, count in zip(shares, map(_answered, examples), counts, strict=True):
        named = torch.tensor([numbers[one] for one in votes], dtype=torch.long)
        places = torch.arange(len(votes)) % count
        share = torch.tensor(count / max(len(votes), 1))
        row.index_put_((places, named), share, accumulate=True)
    return shares


def _gold_spans(examples: Sequence[Example], vocabulary: Vocabulary) -> dict[str, Tensor]:
    """(b, f, f, types) bool: whether a span of a type goes from one fact to another; and in order
    (b, m, 3) the spans' first and last facts and groups, -1 behind the last."""
    numbers = _numbers(vocabulary, examples[0].task) or {"": 0}
    most = max(example.count for example in examples)
    spans = torch.zeros(len(examples), most, most, len(numbers), dtype=torch.bool)
    for row, example in enumerate(examples):
        for span in example.spans or ():
            spans[row, span.first, span.last, numbers[span.type]] = True
    found = [sorted(example.spans or (), key=in_order) for example in examples]
    listed = torch.full((len(examples), max(1, *map(len, found)), 3), -1)
    for row, some in enumerate(found):
        for place, span in enumerate(some):
            group = -1 if span.group is None else span.group
            listed[row, place] = torch.tensor([span.first, span.last, group])
    return {"spans": spans, "listed": listed}


def _gold_text(examples: Sequence[Example], vocabulary: Vocabulary) -> dict[str, Tensor]:
    """(b, l): the parts of the text's words with the end, -1 behind it."""
    texts = (vocabulary.parts.encode(text) for (text,) in map(_answered, examples))
    return {"parts": padded([[*ids, END] for ids in texts], -1)}


def _gold_score(examples: Sequence[Example], vocabulary: Vocabulary) -> dict[str, Tensor]:
    """(b, 5): the number as chances of the steps beside it (Tai et al. 2015, section 4.2)."""
    values = torch.tensor([float(one) for (one,) in map(_answered, examples)]).clamp(1, STEPS)
    distance = (values.unsqueeze(1) - torch.arange(1.0, STEPS + 1)).abs()
    return {"chances": (1 - distance).clamp(min=0)}


STEPS = 5
"""Steps of the scale of scores: 1 to 5."""

GOLD = {
    "label": _gold_label,
    "tags": _gold_tags,
    "spans": _gold_spans,
    "text": _gold_text,
    "score": _gold_score,
}


def _numbers(vocabulary: Vocabulary, task: str) -> dict[str, int]:
    return {label: number for number, label in enumerate(vocabulary.schemas[task].labels)}


def _answered(example: Example) -> Words:
    assert example.answer is not None
    return example.answer


def padded(rows: Sequence[Sequence[int]], filler: int = 0) -> Tensor:
    """Rows of numbers as a matrix, filled up at their ends."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])
