"""Reads coreference brackets in the manner of CoNLL: GUM's three columns and LitBank's thirteen.

    # begin document GUM_fiction_rose          #begin document (11_alice_brat); part 0
    0<TAB>Anna<TAB>(person-1(person-2)         11_alice_brat<TAB>0<TAB>0<TAB>Anna ... <TAB>(1|(2)
    1<TAB>left<TAB>person-1)                   11_alice_brat<TAB>0<TAB>1<TAB>left ... <TAB>1)

The last column opens and closes mentions. Blank lines, where there are any, part sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.text_files import find, texts

LITBANK_FILE = "coref_conll.tar.gz"
LITBANK_HELD_OUT = 10
"""Of the sorted documents the last ten are test, the ten before them valid."""

LOST = "|"
"""OntoGUM's converter emptied this token, in one line of the published files."""

_CLITICS = frozenset(("'s", "\u2019s"))
_APOSTROPHES = frozenset(("'", "\u2019"))
_BEGIN = re.compile(r"#\s*begin document\s+\(?(?P<name>[^()\s]+)\)?")
_BRACKETS = re.compile(r"(?P<opens>\()?(?P<label>[^()|]+)(?P<closes>\))?\|?")
_END = re.compile(r"#\s*end document")
_LABEL = re.compile(r"(?:(?P<type>[a-z]+)-)?(?P<group>\d+)(?:-.+)?")


@dataclass(frozen=True)
class Mention:
    """Tokens `start` up to, without, `end` that mention the entity `group`."""

    start: int
    end: int
    group: str
    type: str = ""
    """What the entity is ("person"), where the file says so."""


@dataclass(frozen=True)
class Document:
    """A text and all its mentions, those that are mentioned once too where the file has them."""

    name: str
    tokens: tuple[str, ...]
    mentions: tuple[Mention, ...]
    """By start, longer ones first."""
    sentences: tuple[tuple[int, int], ...] = ()
    """The tokens of each sentence, where blank lines part them; else empty."""


def read_documents(path: Path) -> list[Document]:
    """The documents of a file, plain or .gz, or of all .conll files in a .tar.gz, by their names.

    Raises `DataError` with file, line and reason.
    """
    documents = [document for name, text in texts(path, ".conll") for document in parse(text, name)]
    if not documents:
        raise DataError(f"{path} holds no document. One begins with: # begin document NAME.")
    return documents


def read_litbank(folder: Path, split: Split) -> list[Document]:
    """LitBank's documents of a split: sorted by name, the last ones are held out."""
    documents = read_documents(find(folder, LITBANK_FILE))
    documents.sort(key=lambda document: document.name)
    valid, test = len(documents) - 2 * LITBANK_HELD_OUT, len(documents) - LITBANK_HELD_OUT
    if valid <= 0:
        raise DataError(
            f"{LITBANK_FILE} holds {len(documents)} documents, {2 * LITBANK_HELD_OUT} of which are "
            "held out: none is left to train. Get the published file, of 100."
        )
    parts = {"train": documents[:valid], "valid": documents[valid:test], "test": documents[test:]}
    return parts[split]


def parse(text: str, name: str) -> list[Document]:
    """The documents of a file's text; `name` is what errors call the file."""
    readings: list[_Reading] = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if begin := _BEGIN.match(line):
                _finish(readings)
                readings.append(_Reading(begin["name"]))
            elif _END.match(line):
                _finish(readings)
            elif line.strip():
                if not readings or readings[-1].finished:
                    raise ValueError("a document begins with: # begin document NAME")
                readings[-1].read(line.rstrip("\r").split("\t"))
            elif readings and not readings[-1].finished:
                readings[-1].end_sentence()
        except ValueError as error:
            raise DataError(f"{name}, line {number}: {error}. The line: {line[:100]!r}.") from None
    try:
        _finish(readings)
    except ValueError as error:
        raise DataError(f"{name}, at its end: {error}. Is the file cut short?") from None
    return [reading.document() for reading in readings]


def without_possessives(document: Document) -> Document:
    """The document with mentions that end before a possessive 's, as the lecture marks them.

    Annotators of GUM and LitBank take it into the mention: [Peter's] sister.
    """
    shortened = (_without_possessive(one, document.tokens) for one in document.mentions)
    ordered = sorted(shortened, key=lambda mention: (mention.start, -mention.end))
    return replace(document, mentions=tuple(ordered))


def _without_possessive(mention: Mention, tokens: Sequence[str]) -> Mention:
    last = mention.end - 1
    clitic, before = tokens[last], tokens[last - 1]
    possessive = clitic in _CLITICS or (clitic in _APOSTROPHES and before.lower().endswith("s"))
    if possessive and last > mention.start:
        return replace(mention, end=last)
    return mention


def sentences_of(document: Document, sentences: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """The document's tokens of each sentence, whose words another file gives in the same order.

    Raises `DataError` where the words of the two differ.
    """
    words = [word for sentence in sentences for word in sentence]
    for place, (token, word) in enumerate(zip(document.tokens, words, strict=False)):
        if token != word:
            raise DataError(
                f"{document.name}, token {place}: {token!r} in the coreference file, {word!r} in "
                "the file of sentences. Take both from one release."
            )
    if len(words) != len(document.tokens):
        raise DataError(
            f"{document.name} has {len(document.tokens)} tokens in the coreference file and "
            f"{len(words)} in the file of sentences. Take both from one release."
        )
    ends = list(accumulate(len(sentence) for sentence in sentences))
    return list(zip([0, *ends][:-1], ends, strict=True))


class _Reading:
    """A document while its lines are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.finished = False
        self._tokens: list[str] = []
        self._mentions: list[Mention] = []
        self._open: dict[str, list[int]] = {}
        self._ends: list[int] = []

    def read(self, fields: Sequence[str]) -> None:
        if len(fields) == 3:
            token = fields[1] or LOST
        elif len(fields) >= 12:
            token = fields[3]
        else:
            raise ValueError(
                f"{len(fields)} columns, parted by tabs, where 3, or 12 or more, are due"
            )
        if not token.strip():
            raise ValueError("the token is blank")
        self._tokens.append(token)
        if fields[-1].strip() not in ("", "_", "-"):
            self._brackets(fields[-1].strip())

    def end_sentence(self) -> None:
        last = self._ends[-1] if self._ends else 0
        if len(self._tokens) > last:
            self._ends.append(len(self._tokens))

    def finish(self) -> None:
        self.finished = True
        if left := sorted(label for label, starts in self._open.items() if starts):
            raise ValueError(f"{self.name} ends with open mentions of {', '.join(left)}")

    def document(self) -> Document:
        ordered = sorted(self._mentions, key=lambda mention: (mention.start, -mention.end))
        if self._ends:
            self.end_sentence()
        sentences = tuple(zip([0, *self._ends][:-1], self._ends, strict=True))
        return Document(self.name, tuple(self._tokens), tuple(ordered), sentences)

    def _brackets(self, field: str) -> None:
        place = 0
        while place < len(field):
            bracket = _BRACKETS.match(field, place)
            if not bracket or not (bracket["opens"] or bracket["closes"]):
                raise ValueError(f"{field!r} is not made of brackets such as (3, 3) and (3)")
            place = bracket.end()
            if bracket["opens"]:
                self._open.setdefault(bracket["label"], []).append(len(self._tokens) - 1)
            if bracket["closes"]:
                self._close(bracket["label"])

    def _close(self, label: str) -> None:
        parts = _LABEL.fullmatch(label)
        if not parts:
            raise ValueError(f"{label!r} is no number of an entity, with or without its type")
        if not self._open.get(label):
            raise ValueError(f"a mention of {label} ends that did not begin")
        start = self._open[label].pop()
        group, type_ = parts["group"], parts["type"] or ""
        self._mentions.append(Mention(start, len(self._tokens), group, type_))


def _finish(readings: Sequence[_Reading]) -> None:
    if readings:
        readings[-1].finish()
