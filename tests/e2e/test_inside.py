"""The view "Inside" in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qaengine.characters.checkpoint import load_followers
from qaengine.demo.inside import SIGNALS, followed, shipped

pytestmark = [
    pytest.mark.e2e,
    # what Gradio's queue says to pandas
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

HOSTILE = "<script>window.hacked = 1</script> <img src=x onerror='window.hacked = 2'> ש \u202ea"
NARROW = {"viewport": {"width": 390, "height": 844}}

Visit = Callable[..., Page]


def opened(visit: Visit, **options: object) -> Page:
    """The page, with the view opened and its example coloured."""
    page = visit(**options)
    page.get_by_role("tab", name="Inside").click()
    page.locator("#inside .qa-cells").wait_for()
    return page


def numbers(page: Page) -> list[str]:
    found = page.locator("#inside .qa-cells > span")
    return list(found.evaluate_all("all => all.map(one => one.dataset.value)"))


def colour(page: Page, text: str) -> None:
    page.get_by_label("Text to colour").fill(text)
    page.get_by_role("button", name="Colour", exact=True).click()
    first = page.locator("#inside .qa-cells")
    expect(first).to_have_text(text, use_inner_text=False)


def expected(text: str, layer: int, cell: int, signal: str) -> list[str]:
    _, values = followed(shipped(), text, layer, cell, signal)  # type: ignore[arg-type]
    return [f"{value:.2f}" for value in values]


def test_found_cell_colours_what_was_typed(visit: Visit) -> None:
    text = "He said: “Come (at once)!” and went."
    page = opened(visit)
    colour(page, text)
    chosen = load_followers()[4]
    page.locator("#followers button").nth(4).click()
    name = f"Layer {chosen.layer}, cell {chosen.cell}: cell state"
    expect(page.locator("#inside h2")).to_have_text(name)
    expect(page.locator("#inside .qa-note").first).to_contain_text(chosen.feature)
    assert numbers(page) == expected(text, chosen.layer, chosen.cell, "cell")


def test_any_cell_and_gate_can_be_chosen(visit: Visit) -> None:
    text = "To be, or not to be."
    page = opened(visit)
    page.get_by_label("Cell, 1 to").fill("7")
    page.get_by_label("What of it").click()
    page.get_by_role("option", name=SIGNALS["forget"]).click()
    colour(page, text)
    expect(page.locator("#inside h2")).to_contain_text("cell 7: forget gate")
    layer = load_followers()[0].layer
    assert numbers(page) == expected(text, layer, 7, "forget")


def test_number_is_told_to_mouse_and_keyboard(visit: Visit) -> None:
    page = opened(visit)
    colour(page, "Who goes there?")
    values = numbers(page)
    page.locator("#inside .qa-cells > span").nth(4).hover()
    expect(page.locator("#inside .qa-readout")).to_have_text(f"g  {values[4]}")
    page.locator("#inside .qa-cells").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#inside .qa-readout")).to_have_text(f"o  {values[5]}")


def test_hostile_text_is_shown_as_text_on_a_phone(visit: Visit) -> None:
    page = opened(visit, **NARROW)
    colour(page, HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_mistake_is_told_in_a_sentence(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_label("Text to colour").fill(" ")
    page.get_by_role("button", name="Colour", exact=True).click()
    expect(page.locator("#inside [role=alert]")).to_contain_text("The text is empty")
