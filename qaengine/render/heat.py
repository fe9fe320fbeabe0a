"""Weights as tables: numbers first, colour beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qaengine.render.element import Html, element, joined, scrolling, typed
from qaengine.schema import Evidence, Translation

CAPTION = "How much each pass attended to each fact, from 0 to 1."
WORDS = "Marked words: where the answer was taken from, or looked as it was made, from 0 to 1."
LONG = 12
"""Of more facts than this, those that no pass looked at are folded away."""
LOOKED_AT = 0.01
STRONG = 0.1
MOST_CELLS = 3_000
"""Of a picture of attention: beyond it nobody reads it."""


def why_view(evidence: Sequence[Evidence]) -> Html:
    """The heat table, and a switch to step through its passes (STEP makes it work)."""
    if not any(fact.weight > 0 for fact in evidence):
        said = "No pass over the facts was needed." if evidence else "Nothing was read."
        return element("p", said, class_="qa qa-empty")
    count = passes(evidence)
    switch = [_choice(0, "All passes", CAPTION)]
    switch += [_choice(p + 1, f"Pass {p + 1}", step_caption(evidence, p)) for p in range(count)]
    steps = element(
        "fieldset", element("legend", "Step through the passes"), *switch, class_="qa-step"
    )
    shown = [steps, heat_table(evidence)] if count > 1 else [heat_table(evidence)]
    if any(weight >= STRONG for fact in evidence for _, weight in fact.words):
        shown.append(element("p", WORDS, class_="qa-note"))
    return element("div", *shown, class_="qa qa-why")


def heat_table(evidence: Sequence[Evidence]) -> Html:
    """Facts by passes: how much each pass attended to each fact."""
    seen = [fact for fact in evidence if len(evidence) <= LONG or fact.weight >= LOOKED_AT]
    rest = [fact for fact in evidence if len(evidence) > LONG and fact.weight < LOOKED_AT]
    count = passes(evidence)
    tables = [_table(CAPTION, seen, count)]
    if rest:
        title = f"{len(rest)} more, each below {LOOKED_AT}"
        summary = element("summary", title)
        tables.append(element("details", summary, _table(title, rest, count)))
    return scrolling(joined(tables), "Weights of the facts")


def step_caption(evidence: Sequence[Evidence], at: int) -> str:
    """What a pass (from 0) attended to, in a sentence."""
    most = max(evidence, key=lambda fact: fact.weights[at])
    return (
        f"Pass {at + 1} of {passes(evidence)} attended most to fact {most.index + 1}, "
        f"with {most.weights[at]:.2f}."
    )


def passes(evidence: Sequence[Evidence]) -> int:
    return min((len(fact.weights) for fact in evidence), default=0)


def attention_table(value: Translation) -> Html:
    """Tokens of a translation by tokens of its source, weights in percent."""
    source, target = value.source_tokens, value.target_tokens
    if not value.attention or len(source) * len(target) > MOST_CELLS:
        return Html("")
    heads = [typed(token, "th", scope="col", class_="qa-upright") for token in source]
    rows = [
        element(
            "tr",
            typed(token.strip() or "␣", "th", scope="row"),
            *(_cell(weight, f"{100 * weight:.0f}") for weight in weights),
        )
        for token, weights in zip(target, value.attention, strict=True)
    ]
    table = element(
        "table",
        element("caption", "Where each piece of the translation looked, in percent."),
        element("thead", element("tr", element("td"), *heads)),
        element("tbody", *rows),
        class_="qa-heat qa-attention",
    )
    return scrolling(table, "Attention of the translation")


def steps_table(caption: str, shares: Sequence[float]) -> Html:
    """Chances of the steps 1, 2, ... in one row."""
    heads = [element("th", str(step), scope="col") for step in range(1, len(shares) + 1)]
    cells = [_cell(share, f"{share:.0%}") for share in shares]
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", element("tr", *cells)),
        class_="qa-heat qa-steps",
    )


def _choice(step: int, name: str, caption: str) -> Html:
    checked = "checked" if step == 0 else None
    radio = element(
        "input", type="radio", name="qa-step", value=step, checked=checked, data_caption=caption
    )
    return element("label", radio, element("span", name))


def _table(caption: str, facts: Sequence[Evidence], count: int) -> Html:
    heads = [element("th", f"Pass {p + 1}", scope="col", class_="qa-pass") for p in range(count)]
    corner = element("th", "Fact", scope="col", colspan=2)
    return element(
        "table",
        element("caption", caption, aria_live="polite"),
        element("thead", element("tr", corner, *heads)),
        element("tbody", *(_row(fact, count) for fact in facts)),
        class_="qa-heat",
    )


def _row(fact: Evidence, count: int) -> Html:
    strong = "qa-strong" if fact.weight >= STRONG else None
    number = element("td", str(fact.index + 1), class_="qa-number")
    name = element("th", *_words(fact), scope="row", dir="auto")
    cells = [_cell(weight) for weight in fact.weights[:count]]
    return element("tr", number, name, *cells, class_=strong)


def _words(fact: Evidence) -> Iterator[str]:
    """The fact, with a ground under the words that the answer came from."""
    done = 0
    for word, weight in fact.words:
        start = fact.fact.find(word, done)
        if start >= 0 and weight >= STRONG:
            ground = f"--qa-weight:{100 * min(weight, 1):.1f}%"
            number = element("small", f"{weight:.2f}")
            yield fact.fact[done:start]
            yield element("span", word, " ", number, class_="qa-looked", style=ground)
            done = start + len(word)
    yield fact.fact[done:]


def _cell(weight: float, text: str = "") -> Html:
    """A number on a ground that darkens with it."""
    ground = f"--qa-weight:{100 * min(max(weight, 0), 1):.1f}%"
    return element("td", text or f"{weight:.2f}", class_="qa-pass qa-cell", style=ground)


STEP = """
element.addEventListener("change", (event) => {
  const choice = event.target.closest(".qa-step input");
  if (!choice) return;
  const step = Number(choice.value);
  const why = choice.closest(".qa-why");
  why.classList.toggle("qa-stepped", step > 0);
  why.querySelector("caption").textContent = choice.dataset.caption;
  for (const row of why.querySelectorAll("tr")) {
    row.querySelectorAll(".qa-pass").forEach((cell, at) => {
      cell.hidden = step > 0 && at !== step - 1;
    });
  }
});
"""
"""Script of a component that holds a `why_view`: shows the chosen pass alone."""
