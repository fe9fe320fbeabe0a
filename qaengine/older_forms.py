"""Checkpoints of older forms, brought into today's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def weights_of_today(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by today's names."""
    return {
        name.replace("closer.", f"closer.{CLOSER}.", 1)
        if name.startswith("closer.read.")
        else name: one
        for name, one in weights.items()
    }
