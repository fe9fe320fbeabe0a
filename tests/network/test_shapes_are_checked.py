"""The annotations of the network's shapes are checked while testing (see tests/conftest.py)."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import TypeCheckError

from qaengine.network.encoder import Encoded
from qaengine.network.reading import slots


def test_wrong_shape_is_an_error() -> None:
    with pytest.raises(TypeCheckError):
        slots(torch.zeros(3, dtype=torch.long))


def test_shapes_that_do_not_agree_are_an_error() -> None:
    with pytest.raises(TypeCheckError):
        Encoded(torch.zeros(2, 3, 8), torch.zeros(2, 7))
