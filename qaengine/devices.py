"""Where a network computes."""

from __future__ import annotations

import torch


def best_device(name: str) -> torch.device:
    """The device of a name; `auto` is a GPU where there is one.

    Raises `RuntimeError`, as torch does, for a name that is none.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
