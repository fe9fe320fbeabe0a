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
from qaengine.tree import Tree
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
    line: int = 0
    """Where its first word stands in the file."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(token.form for token in self.tokens)

    def tree(self) -> Tree:
        """Its dependency tree; the labels are the relations. Raises `ValueError`."""
        heads = [token.head for token in self.tokens]
        return Tree.from_heads(self.forms, heads, [token.deprel for token in self.tokens])


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a file, plain or .gz. Raises `DataError` with file, line and reason."""
    return parse(read_text(path), str(path))


def read_trees(path: Path) -> list[Tree]:
    """The dependency trees of a file. Raises `DataError` with file, line and reason."""
    trees = []
    for sentence in read_sentences(path):
        try:
            trees.append(sentence.tree())
        except ValueError as error:
            raise DataError(
                f"{path}, line {sentence.line}: {error}. It is in the sentence that begins there. "
                "In column 7 stands the number of the word that a word depends on, 0 for one root."
            ) from None
    return trees


def parse(text: str, name: str) -> list[Sentence]:
    """The sentences of a file's text; `name` is what errors call the file."""
    sentences: list[Sentence] = []
    tokens: list[Token] = []
    begins = 0
    names = {"newdoc id": "", "sent_id": ""}
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        try:
            if not line.strip():
                if tokens:
                    _check_heads(tokens)
                    sentences.append(
                        Sentence(tuple(tokens), names["sent_id"], names["newdoc id"], begins)
                    )
                    tokens = []
            elif line.startswith("#"):
                if comment := _COMMENT.match(line):
                    names[comment[1]] = comment[2]
            elif not _LEFT_OUT.match(line):
                begins = begins if tokens else number
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
