"""Reads Ding, a German-English dictionary: its sentences, and its common words and phrases.

A line is `German :: English`. Each side has parts between `|`, which belong together by their
order; a part has alternatives between `;`, and notes in brackets of four kinds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from qaengine.errors import DataError
from qaengine.subwords import tidy
from qaengine_tasks.text_files import find, read_text
from qaengine_tasks.translation_files import Pair

ALTERNATIVES = 3
"""The most of the English ones that a German sentence is told with."""
COMMON = 20
"""How often the rarest German word of a term occurs in the dictionary, at the least."""
LONGEST = 3
"""English words of a term."""
ARTICLES = {"m": "der", "f": "die", "n": "das"}

_NOTES = re.compile(r"\{[^}]*\}|\[[^]]*\]|<[^>]*>|\([^)]*\)|/[^/ ]+/")
_GENDER = re.compile(r"\{([mfn])\}")
_FORMULA = re.compile(r"[/~|<>(){}\[\]…]|\.\.|\b(etw|jd|jdm|jdn|jds|sb|sth)\b")
"""What stands for several texts, or for none."""
_RARE = re.compile(r"-|\wend$")
"""Species and participles, which the dictionary is full of, and people are not."""
_END = re.compile(r"[.!?]$")
_OPENING, _CLOSING = "([{<", ")]}>"


def read_sentences(folder: Path) -> list[Pair]:
    """The dictionary's example sentences in its order; `folder` holds de-en. Raises `DataError`."""
    return [
        (english, german[0])
        for germans, englishs in _parts(folder)
        for german in [_alternatives(germans)]
        for english in _alternatives(englishs)[:ALTERNATIVES]
        if _END.search(english) and _END.search(german[0])
        if not _FORMULA.search(english + german[0])
    ]


def read_terms(folder: Path) -> list[Pair]:
    """Words and phrases in common use, the first English and German of a part: each English one
    with the German that is the commonest by its rarest word; nouns with an article, too. Raises
    `DataError`."""
    parts = list(_parts(folder))
    counts = Counter(chain.from_iterable(_words(_bare(germans)) for germans, _ in parts))
    best: dict[str, tuple[int, str, str]] = {}
    for germans, englishs in parts:
        marked = _alternatives(germans)[0]
        german = _bare(marked)
        known = min((counts[word] for word in _words(german)), default=0)
        if known < COMMON or any(one.search(german) for one in (_FORMULA, _RARE, _END)):
            continue
        gender = _GENDER.search(marked)
        article = ARTICLES[gender[1]] if gender and " " not in german else ""
        english = _bare(_alternatives(englishs)[0])
        fits = 0 < len(english.split()) <= LONGEST and not _FORMULA.search(english)
        if fits and known > best.get(english, (0,))[0]:
            best[english] = (known, german, article)
    return [pair for english, found in best.items() for pair in _told(english, *found[1:])]


def _told(english: str, german: str, article: str) -> Iterator[Pair]:
    yield english, german
    if article:
        yield f"the {english}", f"{article} {german}"


def _parts(folder: Path) -> Iterator[tuple[str, str]]:
    """Of each line, the German and the English parts that belong together."""
    path = find(folder, "de-en", "de-en.txt")
    lines = [line for line in read_text(path).split("\n") if line and not line.startswith("#")]
    for number, line in enumerate(lines, start=1):
        german, separator, english = line.partition("::")
        if not separator:
            raise DataError(
                f"{path}, entry {number}: an entry is German :: English. The entry: {line[:100]!r}."
            )
        both = german.split("|"), english.split("|")
        if len(both[0]) == len(both[1]):
            yield from zip(*both, strict=True)


def _alternatives(part: str) -> list[str]:
    """What stands between semicolons outside of notes, tidy."""
    found, depth = [""], 0
    for letter in part.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"):
        depth = max(0, depth + (letter in _OPENING) - (letter in _CLOSING))
        if letter == ";" and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [tidy(one) for one in found]


def _bare(part: str) -> str:
    """Without notes."""
    return tidy(_NOTES.sub(" ", part))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
