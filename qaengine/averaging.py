"""The mean of two checkpoints of one line: what a stage forgot comes back, and most of what it
learnt stays (Wortsman et al. 2022, arXiv 2109.01903)."""

from __future__ import annotations

from torch import Tensor

from qaengine.checkpoint import Checkpoint
from qaengine.errors import CheckpointError


def averaged(earlier: Checkpoint, later: Checkpoint, share: float) -> Checkpoint:
    """The later checkpoint with the mean's weights; `share` is that of the later one, from 0 to 1.

    Words that only it knows keep their rows, and the router stays the later one's: fit it anew, and
    calibrate. Raises `CheckpointError` where the earlier one is not where it began."""
    words = earlier.vocabulary.words
    if later.vocabulary.words[: len(words)] != words:
        raise CheckpointError(
            "The later checkpoint knows other words. Name the one that its training began with."
        )
    before = earlier.network.state_dict()
    found = {
        name: _mean(before[name], weight, share, name)
        if name in before and not name.startswith(("router.", "asking."))
        else weight
        for name, weight in later.network.state_dict().items()
    }
    later.network.load_state_dict(found)
    return later


def _mean(before: Tensor, after: Tensor, share: float, name: str) -> Tensor:
    if not after.is_floating_point():  # a counter
        return after
    if before.shape == after.shape:
        return share * after + (1 - share) * before
    if before.shape[1:] != after.shape[1:] or len(before) > len(after):
        raise CheckpointError(f"The two checkpoints have other forms (at {name}).")
    mean = after.clone()
    mean[: len(before)] = share * after[: len(before)] + (1 - share) * before
    return mean
