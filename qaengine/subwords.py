"""Texts as subwords, for writing answers: byte-level BPE (Sennrich et al. 2016), no text unknown.

The library `tokenizers` learns and applies the merges; the numbers of its pieces are moved up to
make room for END and START, which no text can spell.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from qaengine.errors import CheckpointError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

END, START = 0, 1
"""END closes a text; START comes before its first piece, and pads behind END."""
SPECIAL = 2
"""How many numbers stand before those of the pieces."""
SMALLEST = SPECIAL + 256
"""A size below this would leave out bytes."""


def tidy(text: str) -> str:
    """The text as subwords keep it: NFC, and one plain blank for each run of blanks of any kind."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class Subwords:
    """Pieces of words as numbers, and back: `decode(encode(text)) == tidy(text)`."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._plain = lru_cache(maxsize=100_000)(self._spelt)
        model = json.loads(tokenizer.to_str())["model"]
        self._ids: dict[str, int] = model["vocab"]
        self._ranks = {tuple(pair): rank for rank, pair in enumerate(model["merges"])}

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> Subwords:
        """Learns at most `size` numbers, END and START among them; at least SMALLEST."""
        if size < SMALLEST:
            raise ValueError(f"{size} subwords are too few: {SMALLEST} spell every byte")
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size - SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator((tidy(text) for text in texts), trainer)
        return cls(tokenizer)

    def __len__(self) -> int:
        """How many numbers there are; all are below this."""
        return SPECIAL + len(self._ids)

    def encode(
        self, text: str, *, dropout: float = 0.0, rng: random.Random | None = None
    ) -> list[int]:
        """The numbers of a text's pieces, without START and END.

        With `dropout` each merge is left out at that rate (BPE-dropout, Provilkov et al. 2020,
        arXiv:1910.13267): for training, where a text is then spelt in ever new ways. `rng` draws;
        the library's own dropout cannot be seeded.
        """
        if not dropout:
            return list(self._plain(text))
        text, rng = tidy(text), rng or random.Random()
        return [
            SPECIAL + self._ids[piece]
            for word in self._words(text)
            for piece in self._split(word, dropout, rng)
        ]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of pieces up to END; bytes that are no character become U+FFFD."""
        pieces = takewhile(lambda number: number != END, ids)
        return self._tokenizer.decode([one - SPECIAL for one in pieces if one != START]).strip()

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        """What each piece adds, of ids without START and END: put together they are what `decode`
        gives, but for characters that pieces share. A blank stands before what begins a word."""
        decoded = [self._tokenizer.decode([one - SPECIAL]) for one in ids]
        return tuple(text if place else text.lstrip() for place, text in enumerate(decoded))

    def to_json(self) -> str:
        return self._tokenizer.to_str()

    @classmethod
    def from_json(cls, text: str) -> Subwords:
        """Raises `CheckpointError` where the text is not what `to_json` gave."""
        from tokenizers import Tokenizer

        try:
            return cls(Tokenizer.from_str(text))
        except Exception as error:  # the library raises nothing narrower
            raise CheckpointError(f"The subwords cannot be read: {error}.") from error

    def _spelt(self, text: str) -> tuple[int, ...]:
        return tuple(SPECIAL + number for number in self._tokenizer.encode(tidy(text)).ids)

    def _words(self, text: str) -> Iterator[str]:
        """The stretches that are spelt apart, in the library's letters for bytes."""
        before = self._tokenizer.pre_tokenizer
        assert before is not None
        return (word for word, _ in before.pre_tokenize_str(text))

    def _split(self, word: str, dropout: float, rng: random.Random) -> Sequence[str]:
        """Merges pair after pair, the earliest learnt first, leaving each out by chance."""
        pieces = list(word)
        while len(pieces) > 1:
            ranks = [self._ranks.get(pair) for pair in pairwise(pieces)]
            able = [
                (rank, place)
                for place, rank in enumerate(ranks)
                if rank is not None and rng.random() >= dropout
            ]
            if not able:
                break
            _, place = min(able)
            pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
        return pieces
