"""GAP: ambiguous pronouns and two names each (Webster et al. 2018): its files and its score."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.coreference_marks import Run, Tokens
from qaengine_tasks.text_files import find, read_text

FILES: dict[Split, str] = {
    "train": "gap-development.tsv",
    "valid": "gap-validation.tsv",
    "test": "gap-test.tsv",
}
COLUMNS = (
    *("ID", "Text", "Pronoun", "Pronoun-offset"),
    *("A", "A-offset", "A-coref", "B", "B-offset", "B-coref", "URL"),
)
GENDERS = {
    **dict.fromkeys(("he", "him", "his"), "masculine"),
    **dict.fromkeys(("she", "her", "hers"), "feminine"),
}


@dataclass(frozen=True)
class Row:
    """A text, its pronoun, and two names with whether the pronoun means them."""

    tokens: Tokens
    pronoun: Run
    names: tuple[tuple[Run, bool], tuple[Run, bool]]


def read_rows(folder: Path, split: Split) -> list[Row]:
    """The rows of a split; tokens as `qaengine.text.words` makes them, cut where a mention ends.

    Raises `DataError` with file, line and reason.
    """
    path = find(folder, FILES[split])
    lines = [line.rstrip("\r").split("\t") for line in read_text(path).split("\n")]
    if tuple(lines[0]) != COLUMNS:
        raise DataError(f"{path}, line 1: the columns are not {', '.join(COLUMNS)}.")
    rows = []
    for number, fields in enumerate(lines[1:], start=2):
        if fields == [""]:
            continue
        try:
            rows.append(_row(fields))
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}: {error}. Get the published file again."
            ) from None
    if not rows:
        raise DataError(f"{path} holds no row. Get the published file again.")
    return rows


def gap_scores(
    genders: Sequence[str], gold: Sequence[bool], said: Sequence[bool | None]
) -> dict[str, float]:
    """F1 in percent over all decisions and by gender, and F1 feminine / masculine, the bias.

    Each name is a decision of its own, as in the official scorer; there a missing one (None)
    counts as a false negative whatever the truth. `bias` is left out where a gender has F1 0.
    """
    decisions = list(zip(genders, gold, said, strict=True))
    scores = {"F1": _f1([decision[1:] for decision in decisions])}
    for gender in ("masculine", "feminine"):
        scores[gender] = _f1([decision[1:] for decision in decisions if decision[0] == gender])
    if scores["masculine"] and scores["feminine"]:
        scores["bias"] = scores["feminine"] / scores["masculine"]
    return scores


def _f1(decisions: Sequence[tuple[bool, bool | None]]) -> float:
    true_positives = sum(gold and said is True for gold, said in decisions)
    false_positives = sum(not gold and said is True for gold, said in decisions)
    false_negatives = sum(said is None or (gold and not said) for gold, said in decisions)
    both = 2 * true_positives
    return 100 * both / max(both + false_positives + false_negatives, 1)


def _row(fields: Sequence[str]) -> Row:
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{len(fields)} fields, parted by tabs, where {len(COLUMNS)} are due")
    row = dict(zip(COLUMNS, fields, strict=True))
    text = row["Text"]
    places = [
        _place(text, row[column], row[f"{column}-offset"]) for column in ("Pronoun", "A", "B")
    ]
    if row["Pronoun"].lower() not in GENDERS:
        raise ValueError(f"{row['Pronoun']!r} is none of the pronouns {', '.join(GENDERS)}")
    tokens = list(_tokens(text, {cut for place in places for cut in place}))
    pronoun, a, b = (_run(tokens, place) for place in places)
    return Row(
        tokens=tuple(text[start:end] for start, end in tokens),
        pronoun=pronoun,
        names=((a, _truth(row["A-coref"])), (b, _truth(row["B-coref"]))),
    )


def _place(text: str, mention: str, offset: str) -> Run:
    if not offset.isdecimal():
        raise ValueError(f"the offset {offset!r} is no number")
    start, end = int(offset), int(offset) + len(mention)
    if not mention.strip() or text[start:end] != mention:
        raise ValueError(f"{mention!r} does not stand at character {offset} of the text")
    return start, end


def _truth(field: str) -> bool:
    if field.upper() not in ("TRUE", "FALSE"):
        raise ValueError(f"{field!r} is neither TRUE nor FALSE")
    return field.upper() == "TRUE"


def _tokens(text: str, cuts: Collection[int]) -> Iterator[Run]:
    """Where each token stands in the text; one that goes across a cut is two."""
    from qaengine.text import words  # it imports torch

    last = 0
    for word in words(text):
        start = text.index(word, last)
        last = start + len(word)
        bounds = [start, *sorted(cut for cut in cuts if start < cut < last), last]
        yield from pairwise(bounds)


def _run(tokens: Sequence[Run], place: Run) -> Run:
    inside = [at for at, (start, end) in enumerate(tokens) if place[0] <= start and end <= place[1]]
    return inside[0], inside[-1] + 1
