"""A text in the colours of a cell: every number, and nothing that a user typed as markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaengine.render import STYLE, inside_view

HOSTILE = "<script>alert('&amp;')</script>\"'> {{1+1}} \u202e\u05e9\u05dc"


class Letters(HTMLParser):
    """The coloured characters of a view: each with its attributes."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] | None = None
        self.feed(view)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes = dict(attrs) if tag == "span" else None

    def handle_data(self, data: str) -> None:
        if self.attributes is not None:
            self.found.append((data, self.attributes))

    def handle_endtag(self, tag: str) -> None:
        self.attributes = None


def letters(text: str, values: list[float], *, signed: bool = True) -> Letters:
    return Letters(inside_view(text, values, "Layer 1, cell 2", signed=signed))


def test_each_character_says_its_number_and_how_strong_its_colour_is() -> None:
    shown = letters("ab\nc", [0.5, -0.251, 1.0, 0.0]).found
    assert [text for text, _ in shown] == list("ab\nc")
    assert [one["data-value"] for _, one in shown] == ["0.50", "-0.25", "1.00", "0.00"]
    assert [one["style"] for _, one in shown] == [f"--qa-weight:{n}%" for n in (50, 25, 100, 0)]


def test_what_is_below_zero_is_told_by_more_than_its_colour() -> None:
    below, above, end = (one.get("class") for _, one in letters("ab\n", [-0.5, 0.5, -0.1]).found)
    assert (below, above, end) == ("qa-below", None, "qa-below qa-end")
    rule = STYLE.partition(".qa-shades .qa-below {")[2].partition("}")[0]
    assert "box-shadow: inset 0 -2px" in rule


def test_legend_spans_what_the_numbers_can_be() -> None:
    assert ">-1</li>" in inside_view("a", [0.0], "", signed=True)
    gate = inside_view("a", [0.0], "", signed=False)
    assert ">-1</li>" not in gate
    assert ">0</li>" in gate
    assert ">1</li>" in gate


@given(st.text(max_size=40))
def test_any_text_is_shown_as_text(text: str) -> None:
    plain = text.replace("\r", "")  # which a parser of HTML makes a line end
    shown = letters(HOSTILE + plain, [0.1] * len(HOSTILE + plain))
    assert shown.tags <= {"section", "h2", "p", "ul", "li", "div", "span"}
    assert "".join(text for text, _ in shown.found) == HOSTILE + plain


def test_hostile_name_and_note_are_escaped() -> None:
    assert "<script>" not in inside_view("a", [0.0], HOSTILE, signed=True, note=HOSTILE)


def test_numbers_and_characters_go_together() -> None:
    with pytest.raises(ValueError, match="shorter"):
        inside_view("ab", [0.0], "", signed=True)


def test_text_is_reached_and_told_by_keyboard() -> None:
    view = inside_view("ab", [0.0, 1.0], "", signed=True)
    assert 'tabindex="0"' in view
    assert 'aria-live="polite"' in view
