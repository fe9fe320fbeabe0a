"""Pieces that all views of the page are made of."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qaengine import render


def view(name: str | None, **more: Any) -> gr.HTML:
    """A place for a view, without styles of Gradio's."""
    return gr.HTML(elem_id=name, apply_default_css=False, padding=False, **more)


def html(*parts: str, name: str) -> None:
    """A piece of the page that stays as it is."""
    view(None, value=render.element("div", *parts, class_=f"qa {name}"))


def quiet(shown: gr.HTML) -> dict[str, Any]:
    """Options of an event that is the page's own, and whose wait is shown at a view."""
    return {"api_visibility": "private", "show_progress": "minimal", "show_progress_on": shown}
