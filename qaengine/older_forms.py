"""Checkpoints of older forms, brought into today's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

CLOSER = "spans"
"""The name of what read words closely when there was one such reading, without a name."""


def network_of_today(network: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a network; before form 6 a width and the tasks read closely stood apart."""
    settings = dict(network)
    tasks = settings.pop("closely", ())
    if isinstance(width := settings.get("closer"), int):
        settings["closer"] = {CLOSER: {"width": width, "tasks": tasks}} if width else {}
    return settings


def weights_of_today(weights: Mapping[str, Tensor], form: int) -> dict[str, Tensor]:
    """Weights by today's names; before form 8 no way to a score counted more than another."""
    named = {
        name.replace("closer.", f"closer.{CLOSER}.", 1)
        if name.startswith("closer.read.")
        else name: one
        for name, one in weights.items()
    }
    if form < 8:
        named |= {f"answers.score.shares.{task}": one for task, one in _equal_shares(named)}
    return named


def _equal_shares(weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Of the ways to a score, by task."""
    for name in weights:
        if (found := re.fullmatch(r"answers\.score\.out\.(\w+)\.bias", name)) is not None:
            task = found[1]
            others = f"answers.score.steps.{task}.bias", f"answers.score.closer.{task}.steps.bias"
            count = 1 + sum(other in weights for other in others)
            yield task, torch.full((count,), 1 / count)
