"""HTML by construction: what is no markup of ours is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = ("input",)
"""Elements without content."""


class Html(str):
    """Markup that may be shown as it is; any other text is escaped."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: object) -> Html:
    """An element. `class_` is the attribute class, `aria_label` aria-label; None is left out."""
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    closing = "" if name in VOID else f"{joined(content)}</{name}>"
    return Html(f"<{name}{named}>{closing}")


def joined(parts: Iterable[str]) -> Html:
    """Parts one after the other, escaped where they are plain text."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def typed(text: str, name: str = "span", **attributes: object) -> Html:
    """A text of a user's: in its own direction, which is the browser's to find."""
    return element(name, text, dir="auto", **attributes)


def bar(share: float) -> Html:
    """A bar filled to a share in [0, 1]; the number beside it says the same to those who listen."""
    filled = element("span", style=f"width:{100 * min(max(share, 0), 1):.1f}%")
    return element("span", filled, class_="qa-bar", aria_hidden="true")


def percent(share: float) -> str:
    return f"{share:.1%}"


def scrolling(content: Html, label: str) -> Html:
    """What is too wide or too tall scrolls by itself, by keyboard too."""
    return element("div", content, class_="qa-scroll", role="region", aria_label=label, tabindex=0)
