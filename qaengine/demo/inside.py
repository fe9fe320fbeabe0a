"""The view "Inside": a text in the colours of a cell or gate of a small language model."""

from __future__ import annotations

from functools import cache
from typing import get_args

import gradio as gr
import torch

from qaengine import render
from qaengine.characters.checkpoint import (
    CharacterModel,
    Follower,
    load_config,
    load_followers,
    load_model,
)
from qaengine.characters.generation import BEGIN
from qaengine.characters.signals import Signal, signals
from qaengine.demo.parts import html, quiet, view
from qaengine.errors import InputError, QAEngineError
from qaengine.inputs import given
from qaengine.text import clean

MOST_CHARACTERS = 2_000
EXAMPLE = (
    "“Well, Prince,” said she (and her eyes were on the door), “so Genoa and Lucca\n"
    "are now just family estates. But I warn you, if you do not tell me that this\n"
    "means war, I shall have nothing more to do with you!” He bowed, smiled (a\n"
    "little wearily), and replied: “Heavens! what an attack.”\n\n"
    "KING HENRY:\nWhat says the morning? Speak, good lords, and say\n"
    "What news there is (if news there be) to-day."
)
HINT = (
    "A small network that has read War and Peace and Shakespeare, a character at a time, to guess "
    "each next one. Some of its cells have come to follow something in the text; nobody told them."
)
LIMITS = f"Up to {MOST_CHARACTERS:,} characters."
SIGNALS: dict[Signal, str] = {
    "cell": "cell state",
    "input": "input gate",
    "forget": "forget gate",
    "output": "output gate",
}


def inside_tab() -> None:
    """Adds the view to the page."""
    sizes, found = load_config().network, followers()
    first = found[0]
    with gr.Tab("Inside") as tab:
        html(render.element("p", HINT), name="qa-hint")
        text = gr.Textbox(
            EXAMPLE,
            label="Text to colour",
            lines=5,
            max_lines=12,
            max_length=MOST_CHARACTERS,
            elem_id="inside-text",
        )
        chips = gr.Dataset(
            label="Cells that were found: layer/cell (correlation)",
            components=["textbox"],
            samples=[[chip(one)] for one in found],
            samples_per_page=len(found),
            layout="gallery",
            type="index",
            elem_id="followers",
        )
        with gr.Row(elem_id="inside-choice"):
            layer = gr.Dropdown(
                list(range(1, sizes.layers + 1)), value=first.layer, label="Layer", min_width=80
            )
            cell = gr.Number(
                first.cell,
                label=f"Cell, 1 to {sizes.width}",
                precision=0,
                minimum=1,
                maximum=sizes.width,
                min_width=120,
            )
            signal = gr.Dropdown(
                [(name, signal) for signal, name in SIGNALS.items()],
                value="cell",
                label="What of it",
                min_width=140,
            )
            button = gr.Button("Colour", variant="primary", min_width=120, elem_id="colour")
        shown = view("inside", js_on_load=render.FOLLOW, min_height=120)
        html(render.element("p", LIMITS), name="qa-small")
    asked = [text, layer, cell, signal]
    gr.on(
        [button.click, layer.input, cell.submit, signal.input, tab.select],
        coloured,
        asked,
        shown,
        trigger_mode="always_last",  # a choice made while the one before is coloured counts, too
        **quiet(shown),
    )

    def picked(number: int, typed: str) -> tuple[int, int, str, str]:
        one = found[number]
        return one.layer, one.cell, "cell", coloured(typed, one.layer, one.cell, "cell")

    chips.click(picked, [chips, text], [layer, cell, signal, shown], **quiet(shown))


def chip(one: Follower) -> str:
    return f"{one.feature}: {one.layer}/{one.cell} ({one.test:+.2f})"


def coloured(typed: str, layer: int, cell: int | None, signal: Signal) -> str:
    """The text in the colours of a layer's cell, or of a gate before it; a mistake as a sentence.

    Layers and cells count from 1.
    """
    try:
        text, values = followed(shipped(), typed, layer, cell, signal)
    except QAEngineError as error:
        return render.problem_view(str(error), "That can't be coloured")
    name = f"Layer {layer}, cell {cell}: {SIGNALS[signal]}"
    found = [one for one in followers() if (one.layer, one.cell) == (layer, cell)]
    note = " ".join(map(told, found)) if signal == "cell" else ""
    return render.inside_view(text, values, name, signed=signal == "cell", note=note)


def told(one: Follower) -> str:
    """What a cell was found by, in a sentence."""
    correlation = f"correlation {one.test:+.2f} in text that it was not chosen by."
    return f"Among all cells one of the nearest to “{one.feature}”: {correlation}"


def followed(
    model: CharacterModel, typed: str, layer: int, cell: int | None, signal: Signal
) -> tuple[str, list[float]]:
    """The text, cleaned, and what the cell or gate is after each of its characters.

    Raises `InputError`.
    """
    text, _ = clean(given("text", typed))
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"The text has {len(text):,} characters; {MOST_CHARACTERS:,} are coloured. Shorten it."
        )
    sizes = model.config.network
    _one_of("layer", layer, sizes.layers)
    _one_of("cell", cell, sizes.width)
    if signal not in get_args(Signal):
        raise InputError(f"There is no signal {signal!r}. Available: {', '.join(SIGNALS)}.")
    numbers = model.config.alphabet.numbers(BEGIN + text)
    found, _ = signals(model.network, torch.tensor([numbers]))
    values = getattr(found, signal)[layer - 1, 0, len(BEGIN) :, (cell or 1) - 1]
    return text, values.tolist()


def _one_of(kind: str, number: int | None, most: int) -> None:
    if not isinstance(number, int) or not 1 <= number <= most:
        raise InputError(f"There is no {kind} {number}. Choose one from 1 to {most}.")


@cache
def shipped() -> CharacterModel:
    """The model in the package, read once for all visitors."""
    return load_model()


@cache
def followers() -> tuple[Follower, ...]:
    """Its cells that follow something, read once, too."""
    return load_followers()
