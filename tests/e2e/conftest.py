"""The page, served by an engine that knows a task of each kind, and browsers to look at it."""

from __future__ import annotations

import asyncio
import gc
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from qaengine.engine import Engine

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PATIENCE = 60_000
"""Milliseconds: a busy machine is slow, and no reason to fail."""


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
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield one
        one.close()


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
