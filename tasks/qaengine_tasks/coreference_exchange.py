"""GAP's texts told of other people: names and genders change, and what the pronoun means does not.

A text is learnt by heart when it comes often; who is meant by "she" does not hang on her name.
Zhao et al. 2018 (arXiv 1804.06876), section 4.1, exchange genders in this way.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from qaengine_tasks.coreference_marks import Tokens
from qaengine_tasks.gap import GENDERS, Row

OTHER_GENDER = 0.3
"""Share of the exchanged texts whose people have the other gender."""

_PAIRS = """he she, himself herself, man woman, men women, boy girl, boys girls, father mother,
    dad mom, papa mama, son daughter, sons daughters, brother sister, brothers sisters,
    husband wife, uncle aunt, nephew niece, king queen, prince princess, duke duchess,
    actor actress, mr. mrs., mr mrs, grandfather grandmother, grandson granddaughter,
    boyfriend girlfriend, widower widow, hero heroine, male female, stepfather stepmother,
    half-brother half-sister, businessman businesswoman, spokesman spokeswoman,
    fiancé fiancée, him her, his her"""
_OTHERS: dict[str, str] = {}
for _pair in _PAIRS.split(","):
    _he, _she = _pair.split()
    _OTHERS |= {_he: _she, _she: _he}
_BEHIND_HIM = """a about after again against along alone an and around as at away back because
    before behind but by down during for from home if in into is of off on onto or out over so than
    that the through to together too until up upon was when where which while who with without"""
"""Words before which "her" is "him"; before others it is "his"."""


def rows_and_copies(rows: Sequence[Row], copies: int) -> Iterator[Row]:
    """Each row, and behind it so many copies about other people; the same in each run."""
    names, rng = names_by_gender(rows), random.Random(0)
    for row in rows:
        yield row
        yield from (exchanged(row, names, rng) for _ in range(copies))


def names_by_gender(rows: Sequence[Row]) -> dict[str, list[Tokens]]:
    """The distinct names of GAP's rows; both of a row have its pronoun's gender."""
    found: defaultdict[str, dict[Tokens, None]] = defaultdict(dict)
    for row in rows:
        for run, _ in row.names:
            found[_gender(row)][row.tokens[slice(*run)]] = None
    return {gender: list(names) for gender, names in found.items()}


def exchanged(row: Row, names: Mapping[str, Sequence[Tokens]], rng: random.Random) -> Row:
    """The row with other names for both people, and sometimes the other gender; each token is
    exchanged by one, so that everything stands where it stood."""
    gender, tokens = _gender(row), row.tokens
    others = [one for one in names if one != gender]
    if rng.random() < OTHER_GENDER and others:
        (gender,) = others
        tokens = tuple(_of_other_gender(tokens, place) for place in range(len(tokens)))
    known = set(row.tokens)
    instead: dict[str, str] = {}
    for run, _ in row.names:
        old = row.tokens[slice(*run)]
        fitting = [new for new in names[gender] if len(new) == len(old) and known.isdisjoint(new)]
        if fitting:
            new = rng.choice(fitting)
            known.update(new)
            instead |= {
                one: other for one, other in zip(old, new, strict=True) if one[:1].isupper()
            }
    return replace(row, tokens=tuple(instead.get(token, token) for token in tokens))


def _gender(row: Row) -> str:
    return GENDERS[row.tokens[row.pronoun[0]].lower()]


def _of_other_gender(tokens: Tokens, place: int) -> str:
    token = tokens[place]
    lower = token.lower()
    following = tokens[place + 1].lower() if place + 1 < len(tokens) else "."
    owned = following[:1].isalpha() and following not in _BEHIND_HIM.split()
    if lower == "her":
        other = "his" if owned else "him"
    elif lower in ("his", "hers"):
        other = "his" if lower == "hers" else "her" if owned else "hers"
    else:
        other = _OTHERS.get(lower, lower)
    if other == lower:
        return token
    return other.capitalize() if token[0].isupper() else other
