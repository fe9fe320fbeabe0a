"""Fixtures that several tests share. The network's shapes are checked wherever a test runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jaxtyping import install_import_hook

if TYPE_CHECKING:
    from qaengine.engine import Engine
    from qaengine.schema import Triple

install_import_hook("qaengine.network", "beartype.beartype")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; tests that use it are marked `data`."""
    folder = os.environ.get("QAENGINE_DATA")
    if not folder:
        pytest.skip("QAENGINE_DATA is not set: it names the folder with the data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> tuple[Triple, ...]:
    """The samples of the built-in tasks: what `engine` has learnt by heart."""
    from qaengine.registry import BUILT_IN, Registry

    tasks = Registry(BUILT_IN, ()).tasks().values()
    return tuple(triple for task in tasks for triple in task.samples())


@pytest.fixture(scope="session")
def engine(samples: tuple[Triple, ...]) -> Engine:
    """A tiny engine that knows the samples by heart."""
    from qaengine.testing import tiny_engine

    return tiny_engine(samples, steps=80)
