"""No view has a serious fault of accessibility: what axe-core can see of that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from qaengine.demo.examples import title

pytestmark = pytest.mark.e2e

FAULTS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter((fault) => ["serious", "critical"].includes(fault.impact))
  .map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.target).join(", ")}`)"""
RESTS = """() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getTiming().iterations === Infinity)"""
"""What Gradio fades in is pale until it is there."""
SCHEMES = ("light", "dark")

Visit = Callable[..., Page]


def faults(page: Page) -> list[str]:
    """What is wrong with what the page shows, once it has come to rest."""
    expect(page.locator(".pending, .generating")).to_have_count(0)
    page.wait_for_timeout(100)
    page.wait_for_function(RESTS)
    found: list[str] = page.evaluate(FAULTS)
    return found


def test_fault_is_found(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html lang=en><title>t</title><img src=x><p style='color: #eee'>pale</p>")
    page.evaluate(axe)
    assert [fault.partition(":")[0] for fault in faults(page)] == ["color-contrast", "image-alt"]
    page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_answer_of_each_kind_has_no_fault(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    page.evaluate(axe)
    # that of worlds, which the page begins with, comes last: shown again, in the same number of
    # milliseconds, it would be the same page, and what does not change is not drawn anew
    for task in ("part_of_speech", "named_entities", "relatedness", "translation", "worlds"):
        page.evaluate("document.querySelector('#answer section').id = 'before'")
        page.locator("#examples").get_by_text(title(task), exact=True).click()
        expect(page.locator("#before")).to_have_count(0)
        assert not faults(page), task


@pytest.mark.parametrize("scheme", SCHEMES)
def test_view_of_each_tab_has_no_fault(visit: Visit, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    page.evaluate(axe)
    for tab in ("Try to break it", "Share", "Triple"):
        page.get_by_role("tab", name=tab, exact=True).click()
        if tab == "Try to break it":
            page.locator("#break").click()
            page.locator(".qa-trials").wait_for()
        assert not faults(page), tab
    for tab, shown in (("Trees", "#tree figure"), ("Inside", "#inside .qa")):
        page.get_by_role("tab", name=tab, exact=True).click()
        page.locator(shown).first.wait_for()
        assert not faults(page), tab


def test_mistake_has_no_fault(visit: Visit, axe: str) -> None:
    page = visit()
    page.evaluate(axe)
    page.get_by_label("Text", exact=True).fill("")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert not faults(page)
