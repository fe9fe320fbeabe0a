"""Fixtures that several tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; tests that use it are marked `data`."""
    folder = os.environ.get("QAENGINE_DATA")
    if not folder:
        pytest.skip("QAENGINE_DATA is not set: it names the folder with the data sets")
    return Path(folder)
