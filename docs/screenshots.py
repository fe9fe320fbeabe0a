"""Pictures of the page, in docs/pictures.

    python docs/screenshots.py [CHECKPOINT]

Serves the page from a checkpoint (by default the shipped one) and looks at it with Chromium, light
and dark, on a desk and on a phone. Views of tasks that the weights do not know are left out.
"""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from qaengine.demo import launch
from qaengine.demo.examples import title
from qaengine.engine import Engine

PICTURES = Path(__file__).with_name("pictures")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 120_000
"""Milliseconds."""
STORY = (
    "Nora took the lamp. Omar went to the harbour. Nora walked to the cellar. "
    "Ruby met Omar there. Nora left the lamp. Nora went to the market."
)


class View(NamedTuple):
    """A picture: what is asked, and how it is looked at."""

    name: str
    task: str
    """"" where nothing is asked: the tab is a view of its own."""
    width: int
    scheme: str
    tab: str = "Why"
    input: str = ""
    question: str = ""
    wanted: str = "#answer section"
    """What has to be there before the picture is taken."""


TREE, CELLS = "#tree figure", "#inside .qa"
VIEWS = (
    View("why-light", "babi", 1200, "light", "Why", STORY, "Where is the lamp?"),
    View("why-dark", "babi", 1200, "dark", "Why", STORY, "Where is the lamp?"),
    View("tags-dark", "part_of_speech", 1200, "dark", tab="Share"),
    View("mentions-light", "mentions", 1200, "light"),
    View("translation-phone-light", "translation", 390, "light"),
    View("score-phone-dark", "relatedness", 390, "dark"),
    View("break-dark", "babi", 1200, "dark", "Try to break it", STORY, "Where is the lamp?"),
    View("trees-light", "", 1200, "light", "Trees", wanted=TREE),
    View("trees-phone-dark", "", 390, "dark", "Trees", wanted=TREE),
    View("inside-light", "", 1200, "light", "Inside", wanted=CELLS),
    View("inside-phone-dark", "", 390, "dark", "Inside", wanted=CELLS),
)


def main() -> None:
    engine = Engine.load(sys.argv[1] if len(sys.argv) > 1 else None, device="cpu")
    known = {schema.name for schema in engine.tasks}
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    blocks = launch(engine, port=port, wait=False, quiet=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for view in VIEWS:
            if not view.task or view.task in known:
                take(browser, f"http://127.0.0.1:{port}/", view)
    blocks.close()


def take(browser: Browser, address: str, view: View) -> None:
    """Writes one picture."""
    context = browser.new_context(
        viewport={"width": view.width, "height": 700}, color_scheme=view.scheme
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    page.locator("#answer section").wait_for()
    if view.task:
        ask(page, view)
    page.get_by_role("tab", name=view.tab, exact=True).click()
    if view.tab == "Try to break it":
        page.locator("#break").click()
        page.locator(".qa-trials").wait_for()
    page.locator(view.wanted).first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1_000)
    page.screenshot(path=PICTURES / f"{view.name}.png", full_page=True)
    context.close()


def ask(page: Page, view: View) -> None:
    """Asks the view's question, or its task's example, and waits for the answer."""
    page.evaluate("document.querySelector('#answer section').id = 'before'")
    if view.input:
        page.get_by_label("Text", exact=True).fill(view.input)
        page.get_by_label("Question", exact=True).fill(view.question)
        page.get_by_role("button", name="Ask", exact=True).click()
    else:
        page.locator("#examples").get_by_text(title(view.task), exact=True).click()
    page.locator("#before").wait_for(state="detached")


if __name__ == "__main__":
    main()
