"""How the page looks: Gradio's blocks around what `Page` does."""

from __future__ import annotations

import os
from pathlib import Path

import gradio as gr
from gradio.events import api

from qaengine import render
from qaengine.demo.examples import choices, title, untrained
from qaengine.demo.inside import inside_tab
from qaengine.demo.page import MOST_CHARACTERS, Page
from qaengine.demo.parts import html, quiet, view
from qaengine.demo.trees import trees_tab
from qaengine.engine import Engine
from qaengine.inputs import MOST_FACTS, MOST_WORDS

AT_ONCE = 4
"""Questions answered at the same time; others wait in a queue."""
WAITING = 64
"""Questions that wait; more are refused with a message."""

ABOUT = "Ask a text anything, and see why."
LIMITS = (
    f"Up to {MOST_CHARACTERS:,} characters, {MOST_FACTS:,} sentences, {MOST_WORDS} words each. "
    "A short text is answered within a second, the longest within a few. "
    "Nothing you type leaves this server."
)
BREAKING = (
    "Asks again with invented names, with sentences that tell nothing, and in other words. "
    "The answer ought to stay."
)
CSS = Path(__file__).with_name("page.css").read_text("utf-8")
READY = """() => {
  document.documentElement.lang = "en";
  const answer = document.getElementById("answer");
  if (answer) answer.setAttribute("aria-live", "polite");
}"""
"""Answers that appear are read out."""


def build(engine: Engine) -> gr.Blocks:
    """The page over an engine, with the endpoint `ask`."""
    page = Page(engine)
    blocks = gr.Blocks(title="qaengine", analytics_enabled=False)
    with blocks:
        html(render.element("h1", "qaengine"), render.element("p", ABOUT), name="qa-title")
        with gr.Tabs(elem_id="views"):
            with gr.Tab("Ask"):
                _draw(blocks, page)
            trees_tab(engine)
            inside_tab()
        api(page.ask, api_name="ask", queue=False)
    blocks.queue(default_concurrency_limit=AT_ONCE, max_size=WAITING)
    return blocks


def launch(
    engine: Engine,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    share: bool = False,
    wait: bool = True,
    quiet: bool = False,
) -> gr.Blocks:
    """Serves the page, until interrupted unless `wait` is false. Nothing is loaded from elsewhere,
    and nothing reported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    blocks = build(engine)
    blocks.launch(
        server_name=host,
        server_port=port,
        share=share,
        prevent_thread_lock=not wait,
        quiet=quiet,
        ssr_mode=False,
        theme=theme(),
        head=f"<style>{render.STYLE}\n{CSS}</style>",
        footer_links=["api"],
        show_error=True,
    )
    return blocks


def theme() -> gr.themes.Base:
    """Fonts of the system; colours of `render.STYLE`."""
    system = [gr.themes.Font(name) for name in ("system-ui", "sans-serif")]
    mono = [gr.themes.Font(name) for name in ("ui-monospace", "monospace")]
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=system, font_mono=mono).set(
        body_background_fill="#f4f6f8",
        body_background_fill_dark="#0e141b",
        body_text_color="#17202b",
        body_text_color_dark="#e8edf2",
        body_text_color_subdued="#4c5967",
        body_text_color_subdued_dark="#a9b5c1",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#161d26",
        background_fill_secondary="#f1f4f7",
        background_fill_secondary_dark="#1f2833",
        block_background_fill="#ffffff",
        block_background_fill_dark="#161d26",
        block_border_color="#d5dce3",
        block_border_color_dark="#364250",
        block_label_text_color="#4c5967",
        block_label_text_color_dark="#a9b5c1",
        block_title_text_color="#4c5967",
        block_title_text_color_dark="#a9b5c1",
        block_info_text_color="#4c5967",
        block_info_text_color_dark="#a9b5c1",
        border_color_primary="#d5dce3",
        border_color_primary_dark="#364250",
        input_background_fill="#ffffff",
        input_background_fill_dark="#161d26",
        input_border_color="#8793a0",
        input_border_color_dark="#66727f",
        input_placeholder_color="#5d6975",
        input_placeholder_color_dark="#97a3af",
        button_primary_background_fill="#0b57a4",
        button_primary_background_fill_dark="#7db9f5",
        button_primary_background_fill_hover="#094886",
        button_primary_background_fill_hover_dark="#a3cef8",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0e141b",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#161d26",
        button_secondary_background_fill_hover="#f1f4f7",
        button_secondary_background_fill_hover_dark="#1f2833",
        button_secondary_text_color="#0b57a4",
        button_secondary_text_color_dark="#7db9f5",
        button_secondary_border_color="#d5dce3",
        button_secondary_border_color_dark="#364250",
        color_accent="#0b57a4",
        input_border_width="1px",
        block_radius="12px",
        input_radius="8px",
        block_shadow="none",
        block_shadow_dark="none",
    )


def _draw(blocks: gr.Blocks, page: Page) -> None:
    names = list(page.examples)
    asked = gr.State(None)
    with gr.Row(equal_height=False, elem_id="desk"):
        with gr.Column(elem_id="asking"):
            text = gr.Textbox(
                label="Text", lines=7, max_lines=18, max_length=MOST_CHARACTERS, elem_id="text"
            )
            question = gr.Textbox(label="Question", max_lines=3, elem_id="question")
            with gr.Row():
                task = gr.Dropdown(
                    choices(page.engine.tasks),
                    value="",
                    label="Task",
                    min_width=160,
                    elem_id="task",
                )
                button = gr.Button("Ask", variant="primary", min_width=120, elem_id="ask")
        with gr.Column(elem_id="answering"):
            answer = view("answer", min_height=120)
            with gr.Tabs(elem_id="more"):
                with gr.Tab("Why"):
                    why = view("why", js_on_load=render.STEP)
                with gr.Tab("Try to break it"):
                    html(render.element("p", BREAKING), name="qa-hint")
                    breaker = gr.Button("Try to break it", size="sm", elem_id="break")
                    broken = view("broken")
                with gr.Tab("Share"):
                    share = view("share", js_on_load=render.COPY)
                with gr.Tab("Triple"):
                    triple = view("triple", js_on_load=render.COPY)
        with gr.Column(elem_id="ideas"):
            chips = gr.Dataset(
                label="Examples",
                components=["textbox"],
                samples=[[name] for name in names],
                sample_labels=[title(name) for name in names],
                samples_per_page=len(names) or 1,
                layout="gallery",
                type="index",
                elem_id="examples",
            )
            another = gr.Button("Another example like this", size="sm", elem_id="another")
            html(*_small_print(page.engine), name="qa-small")
    given = [text, question, task]
    shown = [asked, answer, why, broken, share, triple]
    place = gr.State((names[0] if names else "", 0))

    gr.on([button.click, question.submit, text.submit], page.show, given, shown, **quiet(answer))
    breaker.click(page.break_it, asked, broken, **(quiet(broken) | {"show_progress": "full"}))

    def picked(number: int, request: gr.Request) -> list[object]:
        return [(names[number], 0), *page.example(names[number], 0, request)]

    def next_one(at: tuple[str, int], request: gr.Request) -> list[object]:
        name, number = at
        return [(name, number + 1), *page.example(name, number + 1, request)]

    chips.click(picked, chips, [place, *given, *shown], **quiet(answer))
    another.click(next_one, place, [place, *given, *shown], **quiet(answer))
    blocks.load(page.begin, None, [*given, *shown], **quiet(answer))
    blocks.load(None, None, None, js=READY)


def _small_print(engine: Engine) -> list[render.Html]:
    lines = [LIMITS]
    if missing := untrained(engine):
        names = ", ".join(map(title, missing))
        lines.append(f"Installed, but unknown to these weights: {names}.")
    return [render.element("p", line) for line in lines]
