"""Texts to take away: each with a button that copies it."""

from __future__ import annotations

import json
from base64 import b64encode

from qaengine.render.element import Html, element
from qaengine.schema import Answer, Triple


def copyable(title: str, text: str) -> Html:
    """A text with a button beside its title; COPY makes the button work."""
    button = element("button", "Copy", type="button", class_="qa-copy", aria_label=f"Copy: {title}")
    head = element("div", element("h3", title), button, class_="qa-head")
    code = element("pre", text, tabindex=0, aria_label=title, role="region")
    return element("div", head, code, class_="qa qa-code")


def download_link(answer: Answer) -> Html:
    """The whole answer as a file; the link holds it, so that no server keeps it."""
    held = b64encode(answer.model_dump_json(indent=2).encode()).decode()
    return element(
        "a",
        "Download the answer as JSON",
        href=f"data:application/json;base64,{held}",
        download="answer.json",
        class_="qa-download",
    )


def triple_view(triple: Triple) -> Html:
    """The triple as the network got it."""
    asked = triple.model_dump(mode="json", exclude={"answer", "value", "supports"})
    return copyable("The triple, as JSON", json.dumps(asked, ensure_ascii=False, indent=2))


COPY = """
element.addEventListener("click", async (event) => {
  const button = event.target.closest(".qa-copy");
  if (!button) return;
  const code = button.closest(".qa-code").querySelector("pre");
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});
"""
"""Script of a component that holds copyable texts. A page without TLS has no clipboard: there the
text is selected and copied the old way."""
