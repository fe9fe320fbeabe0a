"""The page under load, and what a visitor sees when its server is gone."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from qaengine.engine import Engine

pytestmark = pytest.mark.e2e

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a benchmark by its name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module


def test_users_at_once_are_all_answered(served: str, benchmark: Any) -> None:
    found = benchmark("load").loaded(served, users=4, seconds=3)
    assert found["error"] == ""
    assert found["errors"] == 0
    assert found["requests"] >= 8


def test_request_that_fails_is_counted(served: str, benchmark: Any) -> None:
    found = benchmark("load").loaded(f"{served}nowhere/", users=2, seconds=0)
    assert found["errors"] == found["requests"] == 4


def test_stopped_server_is_told(
    browser: Browser, joint: Engine, tmp_path: Path, benchmark: Any
) -> None:
    joint.save(tmp_path / "weights")
    with benchmark("serving").serving(tmp_path / "weights") as (address, process):
        context = browser.new_context()
        context.set_default_timeout(benchmark("serving").PATIENCE * 1000)
        page = context.new_page()
        page.goto(address)
        page.locator("#answer section").wait_for()
        process.kill()
        process.wait()
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("Connection to the server was lost")).to_be_visible(timeout=60_000)
        context.close()
