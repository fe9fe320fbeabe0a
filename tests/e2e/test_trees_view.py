"""The view "Trees" in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

NARROW = {"viewport": {"width": 390, "height": 844}}
SENTENCE = "Omar carried the heavy lamp down to the quiet harbour yesterday evening ."
HOSTILE = "<script>window.hacked=1</script>"

Visit = Callable[..., Page]


@pytest.fixture
def trees(visit: Visit) -> Callable[..., Page]:
    """The page with this view open."""

    def opened(**options: object) -> Page:
        page = visit(**options)
        page.get_by_role("tab", name="Trees", exact=True).click()
        page.locator("#tree figure").wait_for()
        return page

    return opened


def draw(page: Page, typed: str) -> None:
    page.get_by_label("Sentence or tree").fill(typed)
    page.get_by_role("button", name="Draw").click()


def test_typed_sentence_is_parsed_coloured_and_fits_a_phone(trees: Visit) -> None:
    page = trees(**NARROW)
    draw(page, SENTENCE)
    picture = page.locator("#tree svg")
    expect(picture.get_by_text("carried", exact=True)).to_be_visible()
    words = SENTENCE.split()
    assert set(words) <= set(picture.locator("text").all_text_contents())
    assert picture.locator(".qa-level").count() == 2 * len(words) - 1
    page.get_by_label("Ask the network").uncheck()
    expect(picture.locator(".qa-level")).to_have_count(0)
    expect(picture.get_by_text("root", exact=True)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator("#tree .qa-scroll").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")


def test_pasted_tree_is_drawn_by_keyboard_and_its_words_are_text(trees: Visit) -> None:
    page = trees()
    page.get_by_label("Ask the network").focus()
    page.keyboard.press("Space")
    page.get_by_label("Sentence or tree").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(f"(3 (1 {HOSTILE}) (4 works))")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    picture = page.locator("#tree svg")
    expect(picture.get_by_text("works", exact=True)).to_be_visible()
    expect(picture.locator(".qa-level-4")).to_have_count(1)
    expect(picture.locator("title")).to_have_text(HOSTILE)
    page.locator("#tree summary").click()
    expect(page.locator("#tree pre")).to_contain_text(f"(somewhat negative) {HOSTILE}")
    assert page.evaluate("window.hacked") is None


def test_broken_tree_is_told_in_a_sentence(trees: Visit) -> None:
    page = trees()
    draw(page, "(3 (2 It) (4 works)")
    expect(page.get_by_role("alert")).to_contain_text("a bracket is not closed")
