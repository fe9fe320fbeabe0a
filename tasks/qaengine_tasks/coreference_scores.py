"""How well groups of mentions agree: MUC, B³ and CEAFe, as Pradhan et al. 2014 define them.

A group is a set of mentions, a document's key and response are lists of disjoint groups, and the
counts are summed over all documents before they are divided, as in the official scorer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet

Group = AbstractSet[Hashable]
Groups = Sequence[Group]
Measure = Callable[[Groups, Groups], tuple[float, float, float, float]]
"""Numerator and denominator of the recall, then of the precision, of a document."""


def conll(documents: Iterable[tuple[Groups, Groups]]) -> dict[str, float]:
    """F1 in percent of (key, response) pairs: each measure, and first their mean."""
    pairs = list(documents)
    measures: dict[str, Measure] = {"muc": muc, "b3": b_cubed, "ceafe": ceaf_e}
    scores = {name: f1(measure(*pair) for pair in pairs) for name, measure in measures.items()}
    return {"conll": sum(scores.values()) / len(scores), **scores}


def f1(counts: Iterable[tuple[float, float, float, float]]) -> float:
    """F1 in percent of what a measure gives for each document."""
    right, wanted, right_too, given = map(sum, zip((0.0, 0.0, 0.0, 0.0), *counts, strict=True))
    recall = right / wanted if wanted else 0.0
    precision = right_too / given if given else 0.0
    both = recall + precision
    return 200 * recall * precision / both if both else 0.0


def muc(key: Groups, response: Groups) -> tuple[float, float, float, float]:
    """Links of a tree over each group that the other side keeps (Vilain et al. 1995)."""
    return *_links(key, response), *_links(response, key)


def b_cubed(key: Groups, response: Groups) -> tuple[float, float, float, float]:
    """The share of each mention's group that the other side groups with it (Bagga & Baldwin)."""
    return *_shares(key, response), *_shares(response, key)


def ceaf_e(key: Groups, response: Groups) -> tuple[float, float, float, float]:
    """Groups matched one to one, each pair as alike as its mentions (Luo 2005, phi 4)."""
    alike = [[2 * len(one & other) / (len(one) + len(other)) for other in response] for one in key]
    best = best_assignment(alike) if key and response else 0.0
    return best, len(key), best, len(response)


def best_assignment(gains: Sequence[Sequence[float]]) -> float:
    """The highest sum of a matrix with at most one entry of each row and column.

    The Hungarian method with potentials: one row after the other joins along the cheapest
    augmenting path, O(rows² columns). Entries are not negative.
    """
    if len(gains) > len(gains[0]):
        gains = [list(column) for column in zip(*gains, strict=True)]
    rows, columns = len(gains), len(gains[0])
    row_potential, column_potential = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # column -> its row; rows and columns count from 1
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        slack, before = [float("inf")] * (columns + 1), [0] * (columns + 1)
        done: list[int] = []
        while row_of[column]:
            done.append(column)
            here = row_of[column]
            free = [other for other in range(1, columns + 1) if other not in done]
            for other in free:
                cost = -gains[here - 1][other - 1]
                reduced = cost - row_potential[here] - column_potential[other]
                if reduced < slack[other]:
                    slack[other], before[other] = reduced, column
            nearest = min(free, key=slack.__getitem__)
            step = slack[nearest]
            for other in done:
                row_potential[row_of[other]] += step
                column_potential[other] -= step
            for other in free:
                slack[other] -= step
            column = nearest
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    return sum(gains[row - 1][column] for column, row in enumerate(row_of[1:]) if row)


def _links(groups: Groups, others: Groups) -> tuple[float, float]:
    kept = sum(len(group) - _parts(group, others) for group in groups)
    return kept, sum(len(group) - 1 for group in groups)


def _parts(group: Group, others: Groups) -> int:
    """Into how many parts the others cut a group; mentions that they lack are parts each."""
    sizes = [len(group & other) for other in others]
    return sum(size > 0 for size in sizes) + len(group) - sum(sizes)


def _shares(groups: Groups, others: Groups) -> tuple[float, float]:
    shared = sum(len(group & other) ** 2 / len(group) for group in groups for other in others)
    return shared, sum(map(len, groups))
