"""The page, served by an engine that knows a task of each kind, and browsers to look at it."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import subprocess
import tarfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qaengine.engine import Engine

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PATIENCE = 120_000
"""Milliseconds: a busy machine is slow, and no reason to fail."""
NPM_PATIENCE = 120
"""Seconds."""
BY_GRADIO = (
    "ignore:'future.no_silent_downcasting' is deprecated",
    "ignore:The copy keyword is deprecated",
)
"""What its queue says to pandas."""


def pytest_itemcollected(item: pytest.Item) -> None:
    for warning in BY_GRADIO:
        item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session")
def served(joint: Engine) -> Iterator[str]:
    """The page's address. Its server cannot reach another machine."""
    from qaengine.demo import launch

    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a request leaves the machine: {address}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", local_only)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    with warnings.catch_warnings():
        # Gradio makes event loops where none runs, and leaves them open
        warnings.simplefilter("ignore", ResourceWarning)
        blocks = launch(joint, port=port, wait=False, quiet=True)
        asyncio.set_event_loop(None)
        gc.collect()
    yield f"http://127.0.0.1:{port}/"
    blocks.close()
    patch.undo()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield one
        one.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, fetched by npm in the version of package.json."""
    package = json.loads(Path(__file__).with_name("package.json").read_text("utf-8"))
    version = package["devDependencies"]["axe-core"]
    folder = tmp_path_factory.mktemp("axe-core")
    if (npm := shutil.which("npm")) is None:
        pytest.skip("there is no npm, which fetches axe-core: apt-get install npm")
    command = [npm, "pack", "--silent", f"axe-core@{version}"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=NPM_PATIENCE)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm fetches no axe-core: {error}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Open]:
    """Opens the page for one more visitor, once it is answered. Fails in the end where a page
    asked another host for something, or complained."""
    wrong: list[str] = []
    contexts = []

    def noted(page: Page) -> Page:
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("request", lambda asked: _is_ours(asked.url, served) or wrong.append(asked.url))
        return page

    def visit(query: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(PATIENCE)
        page = noted(contexts[-1].new_page())
        page.goto(served + query)
        page.locator("#answer section").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not wrong


def _is_ours(url: str, served: str) -> bool:
    return url.startswith((served, "data:", "blob:"))
