"""Reads treebanks in the CoNLL-U format of Universal Dependencies.

    # newdoc id = weblog-17
    # sent_id = weblog-17-0001
    1<TAB>Birds<TAB>bird<TAB>NOUN<TAB>NNS<TAB>Number=Plur<TAB>2<TAB>nsubj<TAB>_<TAB>_

Ranges of fused words (3-4) and empty nodes (8.1) are left out: a token is a syntactic word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qaengine.errors import DataError
from qaengine_tasks.text_files import read_text

COLUMNS = 10
_LEFT_OUT = re.compile(r"\d+[-.]\d+")
_COMMENT = re.compile(r"#\s*(newdoc id|sent_id)\s*=\s*(.*\S)")


@dataclass(frozen=True)
class Token:
    """A syntactic word."""

    form: str
    lemma: str
    upos: str
    xpos: str
    head: int
    """Number of the token that it depends on, from 1; 0 for the root."""
    deprel: str


@dataclass(frozen=True)
class Sentence:
    """The words of a sentence in order, with the names that comments give it."""

    tokens: tuple[Token, ...]
    name: str = ""
    document: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(token.form for token in self.tokens)


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a file, plain or .gz. Raises `DataError` with file, line and reason."""
    return parse(read_text(path), str(path))


def parse(text: str, name: str) -> list[Sentence]:
    """The sentences of a file's text; `name` is what errors call the file."""
    sentences: list[Sentence] = []
    tokens: list[Token] = []
    names = {"newdoc id": "", "sent_id": ""}
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        try:
            if not line.strip():
                if tokens:
                    _check_heads(tokens)
                    sentences.append(Sentence(tuple(tokens), names["sent_id"], names["newdoc id"]))
                    tokens = []
            elif line.startswith("#"):
                if comment := _COMMENT.match(line):
                    names[comment[1]] = comment[2]
            elif not _LEFT_OUT.match(line):
                tokens.append(_token(line.rstrip("\r"), len(tokens) + 1))
        except ValueError as error:
            raise DataError(f"{name}, line {number}: {error}. The line: {line[:100]!r}.") from None
    if not sentences:
        raise DataError(f"{name} holds no sentence. A word stands on a line of {COLUMNS} columns.")
    return sentences


def _token(line: str, expected: int) -> Token:
    fields = line.split("\t")
    if len(fields) != COLUMNS:
        raise ValueError(f"{len(fields)} columns, parted by tabs, where {COLUMNS} are due")
    identity, form, lemma, upos, xpos, _, head, deprel, _, _ = fields
    if identity != str(expected):
        raise ValueError(f"the next word of the sentence has the number {expected}")
    if not form.strip():
        raise ValueError("the word is blank")
    if not (head.isascii() and head.isdigit()):
        raise ValueError(f"the head is the number of a word, or 0, not {head!r}")
    return Token(form, lemma, upos, xpos, int(head), deprel)


def _check_heads(tokens: list[Token]) -> None:
    for number, token in enumerate(tokens, start=1):
        if token.head > len(tokens):
            raise ValueError(
                f"word {number} of the sentence above depends on word {token.head} of {len(tokens)}"
            )
