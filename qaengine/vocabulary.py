"""Words as numbers: the known words, the words that answers may generate, hashed n-grams."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pydantic import Field

from qaengine.schema import Frozen, TaskSchema

if TYPE_CHECKING:
    from qaengine.subwords import Subwords

PAD, UNKNOWN = 0, 1
END, ABSTAIN = 0, 1
SPECIAL_OUTPUTS = ("<end>", "<abstain>")
NEEDED = 4
"""So many texts that need a word make answers able to generate it."""


ENDINGS = (1, 2, 3, 4)
"""Lengths of the endings that are told apart."""


@lru_cache(maxsize=200_000)
def ngram_ids(word: str, buckets: int) -> tuple[int, ...]:
    """Buckets of a word's whole form, its shape and its character trigrams."""
    lower = word.lower()
    bounded = f"<{lower}>"
    grams = [bounded, f"#{shape(word)}"]
    grams += [bounded[i : i + 3] for i in range(len(bounded) - 2)]
    return tuple(zlib.crc32(gram.encode("utf-8", "replace")) % buckets for gram in grams[:40])


@lru_cache(maxsize=200_000)
def affix_ids(word: str, buckets: int) -> tuple[int, ...]:
    """Buckets of a word's beginning, its endings, and its outline."""
    lower = word.lower()
    marks = [f"^{lower[:3]}", f"#{shape(word)}", *(f"{lower[-size:]}$" for size in ENDINGS)]
    return tuple(zlib.crc32(mark.encode("utf-8", "replace")) % buckets for mark in marks)


def shape(word: str) -> str:
    """A word's outline: "Mary" -> "Xx", "B2B" -> "XdX"; repeated characters count once."""
    outline = ""
    for character in word:
        kind = _kind(character)
        if not outline.endswith(kind):
            outline += kind
    return outline


def _kind(character: str) -> str:
    if character.isupper():
        return "X"
    if character.isalpha():
        return "x"
    return "d" if character.isdigit() else character


class Vocabulary(Frozen):
    """The words that a network knows, and the tasks. A word's number is its place in the list."""

    words: tuple[str, ...] = Field(min_length=2)
    """Known words, lower case; the first two stand for padding and for every unknown word."""
    outputs: tuple[str, ...] = Field(min_length=2)
    """Words that an answer may generate, beside copying; the first two end and abstain."""
    buckets: int = Field(default=4096, ge=1)
    vectored: tuple[str, ...] = ()
    """Words with a vector made elsewhere, lower case; number 0 is for the others."""
    subwords: str = ""
    """The parts of words that translations are made of, as `Subwords.to_json` writes them."""
    tasks: tuple[TaskSchema, ...] = Field(default=(), exclude=True)
    """What can be asked; a checkpoint's config.json holds it."""

    @cached_property
    def vector_ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vectored, 1)}

    @cached_property
    def schemas(self) -> dict[str, TaskSchema]:
        return {schema.name: schema for schema in self.tasks}

    @cached_property
    def routes(self) -> dict[str, int]:
        """The numbers of the tasks that a question can be told to belong to."""
        names = dict.fromkeys(map(self.route, self.tasks))
        return {name: number for number, name in enumerate(names)}

    def route(self, schema: TaskSchema) -> str:
        """The task that a schema's questions belong to: the one that it is like, if there."""
        return schema.like if schema.like in self.schemas else schema.name

    @cached_property
    def parts(self) -> Subwords:
        """The parts of words of translations."""
        from qaengine.subwords import Subwords

        return Subwords.from_json(self.subwords)

    @cached_property
    def word_ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def output_ids(self) -> dict[str, int]:
        return {word.lower(): number for number, word in enumerate(self.outputs)}

    @classmethod
    def build(
        cls, texts: Iterable[Iterable[str]], outputs: Iterable[Iterable[str]], least: int = 2
    ) -> Vocabulary:
        """Known are the words of at least `least` texts; answers generate words that at least
        `least` texts need, or NEEDED (`outputs`: those that each text needs). Names that somebody
        invented for one story stay unknown.
        """
        known = _frequent(({word.lower() for word in text} for text in texts), least)
        generated = {word.lower(): word for word in _frequent(outputs, min(least, NEEDED))}
        return cls(
            words=("<pad>", "<unknown>", *known),
            outputs=(*SPECIAL_OUTPUTS, *generated.values()),
        )

    def extended(self, other: Vocabulary) -> Vocabulary:
        """This vocabulary with the other's words behind its own: no number changes."""
        new = tuple(word for word in other.outputs if word.lower() not in self.output_ids)
        return Vocabulary(
            words=tuple(dict.fromkeys(self.words + other.words)),
            outputs=self.outputs + new,
            buckets=self.buckets,
            vectored=self.vectored or other.vectored,
            subwords=self.subwords or other.subwords,
            tasks=tuple({schema.name: schema for schema in self.tasks + other.tasks}.values()),
        )


def _frequent(texts: Iterable[Iterable[str]], least: int) -> list[str]:
    counts = Counter(word for text in texts for word in text)
    return sorted(word for word, count in counts.items() if count >= least)
