"""Reads the Persuasive Essays in the CoNLL files of Eger et al. (2017), sentence by sentence.

    1<TAB>I<TAB>_<TAB>_<TAB>O
    5<TAB>zoos<TAB>_<TAB>_<TAB>B-MajorClaim

The essay files show neither sentences nor paragraphs. The paragraph files hold the same text, a
block a paragraph, in the same order; so a paragraph ends where one of theirs does, counted in
characters, as two words are cut differently. Within a paragraph a sentence ends behind a token that
ends in . ? or !, unless the next one begins in lower case or with such a mark ("etc . instead").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.text_files import find, read_text

FILES: dict[Split, str] = {"train": "train.dat", "valid": "dev.dat", "test": "test.dat"}

COLUMNS = 5
_LABEL = re.compile(r"O|[BI]-(MajorClaim|Claim|Premise)(:.*)?")
_SHORT = r"(?:s|re|ve|ll|d|m|t)\b"
_NO_BLANK = re.compile(
    rf" (?=[.,;:?!)%]|['\u2019] ?{_SHORT})|(?<=\() |(?<= ['\u2019]) (?={_SHORT})"
)
"""Blanks that tokens have between them and written words do not."""


@dataclass(frozen=True)
class Word:
    """A token and the argument component that it is in: MajorClaim, Claim, Premise or ""."""

    form: str
    component: str


@dataclass(frozen=True)
class EssaySentence:
    """A sentence; where no mark ends it, the title of the essay."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words as people write them: no blank before a comma or 's."""
        return _NO_BLANK.sub("", " ".join(word.form for word in self.words))

    def holds(self, component: str) -> bool:
        """Whether any word is in such a component."""
        return any(word.component == component for word in self.words)


def read_essays(folder: Path, split: Split) -> list[tuple[EssaySentence, ...]]:
    """The essays of a split, from the folder that holds Essay_Level and Paragraph_Level.

    Raises `DataError` with file, line and reason.
    """
    essay_file = find(folder / "Essay_Level", FILES[split])
    paragraph_file = find(folder / "Paragraph_Level", FILES[split])
    essays = parse(read_text(essay_file), str(essay_file))
    paragraphs = parse(read_text(paragraph_file), str(paragraph_file))
    if _characters(essays) != _characters(paragraphs):
        raise DataError(f"{paragraph_file} is not the text of {essay_file}. Get both again.")
    ends = set(accumulate(_length(paragraph) for paragraph in paragraphs))
    starts = accumulate((_length(essay) for essay in essays), initial=0)
    return [_sentences(essay, start, ends) for essay, start in zip(essays, starts, strict=False)]


def parse(text: str, name: str) -> list[tuple[Word, ...]]:
    """The blocks of a file's text; `name` is what errors call the file."""
    blocks: list[tuple[Word, ...]] = []
    words: list[Word] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            try:
                words.append(_word(line.rstrip("\r").split("\t")))
            except ValueError as error:
                raise DataError(
                    f"{name}, line {number}: {error}. The line: {line[:100]!r}."
                ) from None
        elif words:
            blocks.append(tuple(words))
            words = []
    if not blocks:
        raise DataError(f"{name} holds no text. A word stands on a line of {COLUMNS} columns.")
    return blocks


def _word(fields: Sequence[str]) -> Word:
    if len(fields) != COLUMNS:
        raise ValueError(f"{len(fields)} columns, parted by tabs, where {COLUMNS} are due")
    if not fields[1].strip():
        raise ValueError("the word is blank")
    label = _LABEL.fullmatch(fields[-1].strip())
    if not label:
        raise ValueError(f"{fields[-1]!r} is no label such as O, B-MajorClaim, I-Claim:For")
    return Word(fields[1].strip(), label[1] or "")


def _sentences(
    essay: Sequence[Word], start: int, paragraph_ends: set[int]
) -> tuple[EssaySentence, ...]:
    sentences: list[EssaySentence] = []
    words: list[Word] = []
    lengths = accumulate((len(word.form) for word in essay), initial=start)
    next(lengths)
    for word, following, end in zip(essay, [*essay[1:], None], lengths, strict=True):
        words.append(word)
        if following is None or end in paragraph_ends or _ends(word.form, following.form):
            sentences.append(EssaySentence(tuple(words)))
            words = []
    return tuple(sentences)


def _ends(word: str, following: str) -> bool:
    return word[-1] in ".?!" and not (following[0].islower() or following[0] in ".?!")


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.form) for word in words)


def _characters(blocks: Sequence[Sequence[Word]]) -> str:
    return "".join(word.form for block in blocks for word in block)
