"""Fixtures that several tests share. The network's shapes are checked wherever a test runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

if TYPE_CHECKING:
    from qaengine.engine import Engine
    from qaengine.schema import Triple

install_import_hook("qaengine.network", "beartype.beartype")
# a busy machine is no wrong answer
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; tests that use it are marked `data`."""
    folder = os.environ.get("QAENGINE_DATA")
    if not folder:
        pytest.skip("QAENGINE_DATA is not set: it names the folder with the data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def samples() -> tuple[Triple, ...]:
    """The samples of the tasks about stories: what `engine` has learnt by heart."""
    return _samples("babi", "worlds")


@pytest.fixture(scope="session")
def engine(samples: tuple[Triple, ...]) -> Engine:
    """A tiny engine that knows the samples by heart."""
    from qaengine.testing import tiny_engine

    return tiny_engine(samples, steps=80)


@pytest.fixture(scope="session")
def joint_samples() -> tuple[Triple, ...]:
    """A few samples of a task for each kind of answer: what `joint` has learnt by heart."""
    return _samples(
        *("worlds", "sentiment", "part_of_speech", "named_entities", "relatedness"),
        *("translation", "foreign"),
        most=4,
    )


@pytest.fixture(scope="session")
def joint(joint_samples: tuple[Triple, ...]) -> Engine:
    """A tiny engine of many tasks: the question tells which one is meant."""
    from qaengine.testing import tiny_engine

    return tiny_engine(joint_samples, steps=60)


@pytest.fixture
def shallow() -> Iterator[None]:
    """Python may not call itself more than a few dozen times."""
    frame, depth = sys._getframe(), 0
    while frame := frame.f_back:  # type: ignore[assignment]
        depth += 1
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 60)
    yield
    sys.setrecursionlimit(limit)


def _samples(*tasks: str, most: int | None = None) -> tuple[Triple, ...]:
    from qaengine.registry import BUILT_IN, Registry

    known = Registry(BUILT_IN, ()).tasks()
    return tuple(triple for name in tasks for triple in known[name].samples()[:most])
