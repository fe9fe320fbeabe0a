"""How fast the page is in a browser: until it is ready, and from a click to the answer.

    python benchmarks/page.py --json page.json

Ready is when the first answer is seen. A click is one on a task's example, for each task that the
weights know; the answer is there when the page shows it. Needs Chromium.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from measuring import arguments, machine, report, seconds
from playwright.sync_api import Browser, Page, sync_playwright
from serving import serving

READY_GOAL_S, ANSWER_GOAL_S = 3.0, 1.0
PATIENCE_MS = 120_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--checkpoint", help="a folder; by default the one of Engine.load()")
    chosen = parser.parse_args()
    result: dict[str, Any] = {"machine": machine()}
    with serving(chosen.checkpoint) as page, chromium() as browser:
        result["ready_s"] = [ready(browser, page.address) for _ in range(chosen.repeats)]
        result["answer_s"] = answers(browser, page.address, chosen.repeats)
    best = min(result["ready_s"])
    slowest = max(result["answer_s"], key=lambda task: min(result["answer_s"][task]))
    times = [min(tries) for tries in result["answer_s"].values()]
    rows = [
        ("page ready, best", f"{best:.2f} s", f"{READY_GOAL_S:.0f} s"),
        ("click to answer, median task", f"{median(times):.2f} s", f"{ANSWER_GOAL_S:.0f} s"),
        (f"click to answer, {slowest}", f"{max(times):.2f} s", f"{ANSWER_GOAL_S:.0f} s"),
    ]
    report("Page", rows, result, chosen.json)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def ready(browser: Browser, address: str) -> float:
    """Seconds until a new visitor sees the first answer."""
    with visiting(browser) as page:
        return seconds(lambda: opened(page, address))


def answers(browser: Browser, address: str, repeats: int) -> dict[str, list[float]]:
    """By task, the seconds from a click on its example to the answer; a time each repeat."""
    with visiting(browser) as page:
        opened(page, address)
        names = page.locator("#examples button").all_inner_texts()
        return {
            name: [seconds(lambda: clicked(page, name)) for _ in range(repeats)]  # noqa: B023
            for name in map(str.strip, names)
        }


@contextmanager
def visiting(browser: Browser) -> Iterator[Page]:
    """A visitor with nothing in the cache."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#answer section").wait_for()


def clicked(page: Page, example: str) -> None:
    """Marks the answer that is shown, and waits until another stands in its place."""
    page.evaluate("document.querySelector('#answer section').id = 'before'")
    page.locator("#examples").get_by_text(example, exact=True).click()
    page.locator("#before").wait_for(state="detached")


if __name__ == "__main__":
    main()
