"""Texts as sentences and words: spaCy's blank English tokenizer, nothing fetched."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING

from qaengine.batch import Example, Words
from qaengine.schema import Triple

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


@lru_cache(maxsize=100_000)
def words(text: str) -> Words:
    """The words of one sentence, as written; blanks are no words. At least one, if only ""."""
    with _lock:
        tokens = pipeline().tokenizer(text)
    return tuple(token.text for token in tokens if not token.is_space) or ("",)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without surrounding blanks; at least one."""
    with _lock:
        found = [sentence.text.strip() for sentence in pipeline()(text).sents]
    return tuple(sentence for sentence in found if sentence) or (text,)


def clean(text: str) -> tuple[str, int]:
    """The text with lone surrogates and NULs replaced by U+FFFD, and how many there were."""
    cleaned, count = _INVALID.subn("\ufffd", text)
    return cleaned, count


def items(answer: str) -> Words:
    """The items of a gold answer: a list is joined by ","; "" has none."""
    return tuple(item.strip() for item in answer.split(",") if item.strip())


def example(triple: Triple) -> Example:
    """A triple with its texts split into words."""
    answer = None if triple.answer is None else items(triple.answer)
    known = bool(triple.supports) or answer == ()
    return Example(
        facts=tuple(words(fact) for fact in triple.input),
        question=words(triple.question),
        answer=answer,
        supports=triple.supports if known else None,
    )
