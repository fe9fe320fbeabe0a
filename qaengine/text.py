"""Texts as sentences and words: spaCy's blank English tokenizer, nothing fetched."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from threading import RLock
from typing import TYPE_CHECKING

from qaengine.batch import Example, FactSpan, Words, asked_along
from qaengine.schema import AnswerKind, Span, Spans, TaskSchema, Triple

if TYPE_CHECKING:
    from spacy.language import Language


_INVALID = re.compile("[\ud800-\udfff\0]")
_lock = RLock()
"""spaCy's vocabulary grows while it reads: one thread at a time."""


@lru_cache(maxsize=1)
def pipeline() -> Language:
    import spacy

    english = spacy.blank("en")
    english.add_pipe("sentencizer")
    return english


_words: dict[str, Words] = {}
"""The words of the sentences last seen, at most SEEN."""
SEEN = 100_000


def words(text: str) -> Words:
    """The words of one sentence, as written; blanks are no words. At least one, if only ""."""
    found = _words.get(text)
    if found is None:
        with _lock:
            tokens = pipeline().tokenizer(text)
        found = _remember(text, [token.text for token in tokens if not token.is_space])
    return found


def _remember(text: str, tokens: Sequence[str]) -> Words:
    if len(_words) >= SEEN:
        _words.clear()
    _words[text] = found = tuple(tokens) or ("",)
    return found


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without surrounding blanks; at least one."""
    found = []
    apart = True  # whether a blank stands before the sentence
    with _lock:
        for sentence in pipeline()(text).sents:
            stripped = sentence.text.strip()
            ends = bool(sentence[-1].whitespace_) or sentence.end_char == len(text)
            if stripped and stripped not in _words and apart and ends:
                # between blanks words are the same as in the sentence by itself: split once
                _remember(stripped, [token.text for token in sentence if not token.is_space])
            if stripped:
                found.append(stripped)
            apart = ends
    return tuple(found) or (text,)


def clean(text: str) -> tuple[str, int]:
    """The text with lone surrogates and NULs replaced by U+FFFD, and how many there were."""
    cleaned, count = _INVALID.subn("\ufffd", text)
    return cleaned, count


def items(answer: str) -> Words:
    """The items of a gold answer: a list is joined by ","; "" has none."""
    return tuple(item.strip() for item in answer.split(",") if item.strip())


def example(triple: Triple, schema: TaskSchema | None = None) -> Example:
    """A triple with its texts split into words; without a schema, of words from sentences."""
    further = triple.further if schema and schema.further else None
    tokens = schema is not None and schema.facts == "tokens"
    kind = schema.answer if schema else "words"
    answer = None if triple.answer is None else _answered(triple.answer, kind)
    supported = bool(triple.supports) or (answer == () and kind == "words")
    return Example(
        facts=(triple.input,) if tokens else tuple(words(fact) for fact in triple.input),
        question=words(triple.question),
        answer=answer,
        supports=triple.supports if supported else None,
        task=schema.name if schema else "",
        kind=kind,
        unit=schema.facts if schema else "sentences",
        spans=_fact_spans(triple),
        further=asked_along(
            further.task or "", further.input, words(further.question), _fact_spans(further) or ()
        )
        if further
        else None,
    )


def _answered(answer: str, kind: AnswerKind) -> Words:
    if kind == "words":
        return items(answer)
    if kind == "tags":
        return tuple(answer.split(" "))
    return (answer,) if answer else ()


def _fact_spans(triple: Triple) -> tuple[FactSpan, ...] | None:
    """Gold spans by the facts that they begin and end in."""
    if not isinstance(triple.value, Spans):
        return None
    starts = list(accumulate((len(fact) + 1 for fact in triple.input[:-1]), initial=0))
    return tuple(
        FactSpan(
            bisect_right(starts, span.start) - 1,
            bisect_right(starts, span.end - 1) - 1,
            span.type,
            span.group,
        )
        for span in triple.value.spans
    )


def spans_of(facts: Sequence[str], spans: Iterable[FactSpan]) -> Spans:
    """Spans of facts as spans of the text that the facts make, joined by blanks."""
    starts = list(accumulate((len(fact) + 1 for fact in facts), initial=0))
    return Spans(
        text=" ".join(facts),
        spans=tuple(
            Span(
                start=starts[one.first],
                end=starts[one.last + 1] - 1,
                type=one.type,
                group=one.group,
            )
            for one in spans
        ),
    )
