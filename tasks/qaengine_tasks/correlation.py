"""How well two series of numbers go together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.float64]


def pearson(one: Numbers, other: Numbers) -> float:
    """Pearson's r in [-1, 1]; 0 where a series does not vary."""
    a, b = (np.asarray(series, dtype=np.float64) for series in (one, other))
    if not len(a) or a.min() == a.max() or b.min() == b.max():
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def spearman(one: Numbers, other: Numbers) -> float:
    """Spearman's rho in [-1, 1]: Pearson's r of the ranks; 0 where a series does not vary."""
    return pearson(ranks(one), ranks(other))


def mean_squared_error(one: Numbers, other: Numbers) -> float:
    """Mean of the squared differences; 0 for no numbers."""
    a, b = (np.asarray(series, dtype=np.float64) for series in (one, other))
    return float(np.mean((a - b) ** 2)) if len(a) else 0.0


def ranks(series: Numbers) -> NDArray[np.float64]:
    """The rank of each number, from 1; equal numbers share the mean of their ranks."""
    _, places, counts = np.unique(np.asarray(series), return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(mean_ranks[places], dtype=np.float64)
