"""What the network says, put into words: from tensors to the items of answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from qaengine.batch import Batch, FactSpan, Words
from qaengine.network.dynamic_memory_network import Reply
from qaengine.vocabulary import ABSTAIN, END, SPECIAL_OUTPUTS, Vocabulary


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as the network gives it."""

    items: Words
    """As in `Example.answer`; () where the network abstains."""
    likelihood: float
    """Before calibration, in [0, 1]."""
    sources: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """Of the facts read, by number: how much of the answer came from each word."""
    others: tuple[tuple[str, float], ...] = ()
    """The likeliest other answers (of lists: first items)."""
    spans: tuple[FactSpan, ...] = ()
    chances: tuple[float, ...] = ()
    """Of the steps of a score."""
    tokens: Words = ()
    """The parts of words of a translation."""
    attention: tuple[tuple[float, ...], ...] = ()
    """For each of them a weight for each fact."""


def say(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int = 5) -> list[Said]:
    """What is said to each question, with at most `most` alternatives."""
    return list(_SAYING[batch.kind](reply, batch, vocabulary, most))


def _words(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    decoded = reply.decoded
    likelihoods = decoded["log_probabilities"].sum(1).exp().clamp(max=1.0).tolist()
    lines = zip(
        decoded["outputs"].tolist(),
        decoded["identity"].tolist(),
        likelihoods,
        _sources(reply),
        _firsts(reply, batch, vocabulary.outputs, most),
        strict=True,
    )
    for outputs, copies, likelihood, sources, others in lines:
        yield Said(_items(outputs, copies, batch, vocabulary), likelihood, sources, others)


def _sources(reply: Reply) -> list[dict[int, tuple[float, ...]]]:
    """Of each question the facts that were read, with a weight for each word; none where a plugin's
    module does not tell."""
    assert reply.thought.reading is not None
    page = reply.thought.reading.page
    found: list[dict[int, tuple[float, ...]]] = [{} for _ in range(page.shape[0])]
    if "source" not in reply.decoded:
        return found
    weights = page.gather(reply.decoded["source"]).tolist()
    words = zip(
        page.owner.tolist(), page.sentence.tolist(), page.fact.tolist(), weights, strict=True
    )
    for (owner, sentence, fact), group in groupby(words, key=itemgetter(0, 1, 2)):
        if sentence:  # 0 is the question
            found[owner][fact] = tuple(min(weight, 1.0) for *_, weight in group)
    return found


def _items(
    outputs: Sequence[int], copies: Sequence[int], batch: Batch, vocabulary: Vocabulary
) -> Words:
    """Copied words in lower case."""
    said = []
    for output, copy in zip(outputs, copies, strict=True):
        if output in (END, ABSTAIN):
            break
        said.append(vocabulary.outputs[output] if output >= 0 else batch.spellings[copy])
    return tuple(said)


def _firsts(
    reply: Reply, batch: Batch, outputs: Sequence[str], most: int
) -> Iterator[tuple[tuple[str, float], ...]]:
    """The likeliest first items of each question with their probabilities."""
    first = reply.decoded["first"]
    values, places = first.topk(min(most, first.shape[1]), dim=-1)
    assert reply.thought.reading is not None
    words = reply.thought.reading.identity.tolist()
    lines = zip(values.exp().tolist(), places.tolist(), words, strict=True)
    for chances, chosen, row in lines:
        named = [
            outputs[place] if place < len(outputs) else batch.spellings[row[place - len(outputs)]]
            for place in chosen
        ]
        yield tuple(
            (word, min(p, 1.0))
            for word, p in zip(named, chances, strict=True)
            if p >= 0.001 and word not in SPECIAL_OUTPUTS
        )


def _label(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    labels = vocabulary.schemas[batch.task].labels
    chances = reply.decoded["labels"].exp()
    values, places = chances.topk(min(most, len(labels)), dim=-1)
    for likely, chosen in zip(values.tolist(), places.tolist(), strict=True):
        others = tuple((labels[place], p) for place, p in zip(chosen, likely, strict=True))
        yield Said((labels[chosen[0]],), min(likely[0], 1.0), others=others)


def _tags(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    """The likelihood is that of all tags together."""
    labels = vocabulary.schemas[batch.task].labels
    values, places = reply.decoded["tags"].exp().max(-1)
    counts = batch.fact_counts.tolist()
    for likely, chosen, count in zip(values.tolist(), places.tolist(), counts, strict=True):
        tags = tuple(labels[place] for place in chosen[:count])
        yield Said(tags, min(math.prod(likely[:count]), 1.0))


def _spans(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    """In a grouped task only spans that have a group are said."""
    schema = vocabulary.schemas[batch.task]
    labels = schema.labels or ("",)
    likelihoods = reply.decoded["likelihood"].tolist()
    for found, likelihood in zip(reply.decoded["found"].tolist(), likelihoods, strict=True):
        spans = (
            FactSpan(first, last, labels[kind], None if group < 0 else group)
            for first, last, kind, group in found
            if first >= 0 and (group >= 0 or not schema.grouped)
        )
        yield Said((), min(likelihood, 1.0), spans=tuple(spans))


def _score(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    """The likelihood is that of the steps less than one from the score."""
    for chances in reply.decoded["chances"].tolist():
        value = sum(step * p for step, p in enumerate(chances, 1))
        near = sum(p for step, p in enumerate(chances, 1) if abs(step - value) < 1)
        yield Said((f"{value:.3f}",), min(near, 1.0), chances=tuple(chances))


def _text(reply: Reply, batch: Batch, vocabulary: Vocabulary, most: int) -> Iterator[Said]:
    decoded, counts = reply.decoded, batch.fact_counts.tolist()
    lines = zip(
        decoded["parts"].tolist(),
        decoded["attention"].tolist(),
        decoded["likelihood"].tolist(),
        counts,
        strict=True,
    )
    for ids, attention, likelihood, count in lines:
        length = ids.index(END) if END in ids else len(ids)
        text = vocabulary.parts.decode(ids[:length])
        yield Said(
            (text,) if text else (),
            min(likelihood, 1.0),
            tokens=vocabulary.parts.pieces(ids[:length]),
            attention=tuple(tuple(row[:count]) for row in attention[:length]),
        )


_SAYING: dict[str, Callable[[Reply, Batch, Vocabulary, int], Iterator[Said]]] = {
    "words": _words,
    "label": _label,
    "tags": _tags,
    "spans": _spans,
    "score": _score,
    "text": _text,
}
