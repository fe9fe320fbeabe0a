"""A text in the colours of a cell or gate: a number for each character."""

from __future__ import annotations

from collections.abc import Sequence

from qaengine.render.element import Html, element

LEGEND_STEPS = 5
HOW = "Point at a character for its number, or move with the arrow keys."
BELOW = "A line beneath says the same: below 0."


def inside_view(
    text: str, values: Sequence[float], name: str, *, signed: bool, note: str = ""
) -> Html:
    """The text, each character on a ground that says how large its value is (FOLLOW makes the
    numbers appear).

    `values` has one for each character: from 0 to 1, or from -1 to 1 where `signed`. `name` says
    of what. Raises `ValueError` where the numbers differ.
    """
    characters = [
        _character(character, value) for character, value in zip(text, values, strict=True)
    ]
    notes = [element("p", one, class_="qa-note") for one in (note,) if one]
    return element(
        "section",
        element("h2", name),
        *notes,
        _legend(signed),
        element(
            "div",
            *characters,
            class_="qa-cells",
            role="group",
            aria_label=f"The text, coloured. {HOW}",
            tabindex=0,
            dir="auto",
        ),
        element("p", HOW, class_="qa-note qa-readout", aria_live="polite"),
        class_="qa qa-answer qa-inside",
        aria_label="Inside the network",
    )


def _character(character: str, value: float) -> Html:
    return element(
        "span",
        character,
        class_=_classes(value, character == "\n"),
        style=_ground(value),
        data_value=f"{value:.2f}",
    )


def _classes(value: float, ends_line: bool) -> str | None:
    found = [*(["qa-below"] if value < 0 else []), *(["qa-end"] if ends_line else [])]
    return " ".join(found) or None


def _ground(value: float) -> str:
    return f"--qa-weight:{100 * min(abs(value), 1):.0f}%"


def _legend(signed: bool) -> Html:
    """What the colours stand for."""
    lowest = -1.0 if signed else 0.0
    step = (1 - lowest) / (LEGEND_STEPS - 1)
    values = [lowest + number * step for number in range(LEGEND_STEPS)]
    steps = [
        element("li", f"{value:g}", class_=_classes(value, False), style=_ground(value))
        for value in values
    ]
    return element("ul", *steps, class_="qa-shades", aria_label="Colours")


FOLLOW = """
const shown = { " ": "blank", "\\n": "end of line" };
function tell(letter) {
  const inside = letter.closest(".qa-inside");
  inside.querySelectorAll(".qa-here").forEach((one) => one.classList.remove("qa-here"));
  letter.classList.add("qa-here");
  const text = shown[letter.textContent] || letter.textContent;
  inside.querySelector(".qa-readout").textContent = `${text}  ${letter.dataset.value}`;
}
for (const kind of ["pointerover", "pointerdown"]) {
  element.addEventListener(kind, (event) => {
    const letter = event.target.closest(".qa-cells > span");
    if (letter) tell(letter);
  });
}
element.addEventListener("keydown", (event) => {
  const cells = event.target.closest(".qa-cells");
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 }[event.key];
  if (!cells || !step) return;
  event.preventDefault();
  const here = [...cells.children].indexOf(cells.querySelector(".qa-here"));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), cells.children.length - 1);
  tell(cells.children[next]);
  cells.children[next].scrollIntoView({ block: "nearest" });
});
"""
"""Script of a component that holds an `inside_view`: says the number of a character."""
