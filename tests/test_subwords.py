"""Texts as subwords and back."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qaengine.errors import CheckpointError
from qaengine.subwords import END, SMALLEST, START, Subwords, tidy

TEXTS = (
    "Das Kind sitzt auf der Bank und liest.",
    "L'enfant est assis sur le banc et lit.",
    "Un chien noir court sur la plage.",
    "Ein schwarzer Hund läuft am Strand.",
)
SUBWORDS = Subwords.train(TEXTS, SMALLEST + 60)


@given(st.text())
@example("<end> <start> [UNK] </s>")
@example("\N{NO-BREAK SPACE}Où ? e\N{COMBINING ACUTE ACCENT} \N{OGHAM SPACE MARK}")
@example("👩‍👩‍👧 \0 \x85")
def test_any_text_survives(text: str) -> None:
    assert SUBWORDS.decode(SUBWORDS.encode(text)) == tidy(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_pieces_put_together_are_the_text(text: str) -> None:
    """Of characters of a byte each, which no two pieces share."""
    ids = SUBWORDS.encode(text)
    pieces = SUBWORDS.pieces(ids)
    assert len(pieces) == len(ids)
    assert "".join(pieces).strip() == SUBWORDS.decode(ids)


def test_a_piece_begins_a_word_where_a_blank_stands() -> None:
    first, *rest = SUBWORDS.pieces(SUBWORDS.encode("Hund am Strand"))
    assert not first.startswith(" ")
    assert sum(piece.startswith(" ") for piece in rest) == 2


@given(st.text(), st.floats(0, 1), st.integers())
def test_any_text_survives_dropout(text: str, dropout: float, seed: int) -> None:
    ids = SUBWORDS.encode(text, dropout=dropout, rng=random.Random(seed))
    assert SUBWORDS.decode(ids) == tidy(text)


@given(st.text())
def test_numbers_stand_between_start_and_the_size(text: str) -> None:
    assert all(START < number < len(SUBWORDS) for number in SUBWORDS.encode(text))


@given(st.lists(st.integers(0, len(SUBWORDS) - 1)))
def test_any_numbers_are_a_text(ids: list[int]) -> None:
    assert isinstance(SUBWORDS.decode(ids), str)


@given(st.text())
def test_merges_that_are_hardly_ever_left_out_are_the_librarys(text: str) -> None:
    spelt = SUBWORDS.encode(text, dropout=1e-12, rng=random.Random(0))
    assert spelt == SUBWORDS.encode(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ça va\N{NO-BREAK SPACE}?", "Ça va ?"),
        ("Ça va\N{NARROW NO-BREAK SPACE}?\n", "Ça va ?"),
        ("e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}", "été"),
    ],
)
def test_tidy(text: str, kept: str) -> None:
    assert tidy(text) == kept


def test_frequent_words_are_few_pieces() -> None:
    assert len(SUBWORDS.encode("le banc")) < len(SUBWORDS.encode("zq vwxj")) == len(" zq vwxj")


def test_size_is_kept() -> None:
    assert len(SUBWORDS) <= SMALLEST + 60
    assert len(Subwords.train([], SMALLEST)) == SMALLEST
    with pytest.raises(ValueError, match="too few"):
        Subwords.train(TEXTS, SMALLEST - 1)


def test_text_ends_at_end_and_start_says_nothing() -> None:
    ids = SUBWORDS.encode("Un chien")
    assert SUBWORDS.decode([START, *ids, END, *ids, START]) == "Un chien"


def test_dropout_spells_anew_and_the_same_for_one_seed() -> None:
    text = TEXTS[0]
    rng = random.Random(0)
    spelt = [SUBWORDS.encode(text, dropout=0.3, rng=rng) for _ in range(8)]
    rng = random.Random(0)
    assert spelt == [SUBWORDS.encode(text, dropout=0.3, rng=rng) for _ in range(8)]
    assert len(set(map(tuple, spelt))) > 4
    assert SUBWORDS.encode(text, dropout=1.0) == Subwords.train([], SMALLEST).encode(text)


def test_json_keeps_every_number() -> None:
    again = Subwords.from_json(SUBWORDS.to_json())
    assert again.to_json() == SUBWORDS.to_json()
    assert [again.encode(text) for text in TEXTS] == [SUBWORDS.encode(text) for text in TEXTS]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"model": {"type": "BPE"}}'])
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError, match="subwords cannot be read"):
        Subwords.from_json(text)


def test_training_gives_the_same_in_another_process() -> None:
    code = f"""
from qaengine.subwords import Subwords
print(Subwords.train({TEXTS!r}, {len(SUBWORDS)}).to_json())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert Subwords.from_json(done.stdout).to_json() == SUBWORDS.to_json()
