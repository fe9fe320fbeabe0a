"""An answer to take away: as a call, as a request, as a link, as a file."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

from qaengine.render import Html, copyable, download_link, element
from qaengine.schema import Answer

LONGEST_LINK = 6_000
"""Characters: servers refuse longer addresses."""


def share_view(page: str, input: str, question: str, task: str, answer: Answer) -> Html:
    """`page` is the page's own address."""
    link = link_to(page, input, question, task)
    linked = (
        copyable("As a link", link)
        if len(link) <= LONGEST_LINK
        else element("p", "The text is too long for a link.", class_="qa-empty")
    )
    return element(
        "div",
        linked,
        copyable("As a Python call", python_call(input, question, task)),
        copyable("As a request to this page", curl(page, input, question, task)),
        download_link(answer),
        class_="qa",
    )


def link_to(page: str, input: str, question: str, task: str = "") -> str:
    """The page with this question in it."""
    fields = {"input": input, "question": question} | ({"task": task} if task else {})
    return f"{page}?{urlencode(fields)}"


def python_call(input: str, question: str, task: str = "") -> str:
    """The question as Python."""
    pinned = f"    task={task!r},\n" if task else ""
    return (
        "from qaengine import Engine\n\n"
        "engine = Engine.load()\n"
        f"answer = engine.ask(\n    {input!r},\n    {question!r},\n{pinned})\n"
        "print(answer, answer.confidence)"
    )


def curl(page: str, input: str, question: str, task: str = "") -> str:
    """The question as a request to the endpoint `ask`."""
    data = json.dumps({"data": [input, question, task]}, ensure_ascii=False)
    return (
        f"curl -s {shlex.quote(page + 'gradio_api/run/ask')} "
        f"-H 'Content-Type: application/json' \\\n  -d {shlex.quote(data)}"
    )
