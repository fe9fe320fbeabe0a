"""The characters that the network knows, and what stands for all others."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

from qaengine.schema import Frozen

MARKS = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‘’‚‛ʼ′", "'")  # noqa: RUF001
    | dict.fromkeys("‐‑‒–—―", "-")  # noqa: RUF001
    | {"\t": " ", "\r": "\n"}
)
"""Typographic marks, and what a keyboard has for them."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def folded(text: str) -> str:
    """The text in plain characters, one for each, so that places in both are the same: books are
    set with curly quotes and accents, and visitors type without."""
    return "".join(map(_plain, text.translate(MARKS)))


def _plain(character: str) -> str:
    return unicodedata.normalize("NFKD", character)[0]


class Alphabet(Frozen):
    """Numbers for characters, from 1; 0 is any other."""

    characters: str

    @classmethod
    def of(cls, texts: Iterable[str], least: int = 1) -> Alphabet:
        """The characters that occur so often in folded texts: of rarer ones nothing is learnt,
        and from them what to make of an unknown one."""
        counts = Counter[str]()
        for text in texts:
            counts.update(text)
        return cls(characters="".join(sorted(one for one, n in counts.items() if n >= least)))

    def __len__(self) -> int:
        return 1 + len(self.characters)

    def numbers(self, text: str) -> list[int]:
        """A number for each character of a text, which is folded first."""
        known = {character: number for number, character in enumerate(self.characters, 1)}
        return [known.get(character, 0) for character in folded(text)]

    def character(self, number: int) -> str:
        return self.characters[number - 1] if number else UNKNOWN
