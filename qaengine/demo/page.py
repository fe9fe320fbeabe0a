"""What the page does: questions in, views of answers out."""

from __future__ import annotations

import random
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import gradio as gr

from qaengine import render
from qaengine.demo.breaking import trials
from qaengine.demo.examples import Example, choices, examples
from qaengine.demo.sharing import share_view
from qaengine.engine import Engine
from qaengine.errors import InputError, QAEngineError
from qaengine.schema import Answer

MOST_CHARACTERS = 20_000
"""Of a text that the page takes: the longest answered in a few seconds on two cores."""
NOTHING_YET = "Ask something first."


class Asked(NamedTuple):
    """The question that a visitor asked last, and its answer."""

    input: str
    question: str
    task: str
    answer: Answer


class Page:
    """What the page does, without its looks. One for all visitors: it remembers nothing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.examples = examples(engine)

    def ask(self, input: str, question: str, task: str = "") -> dict[str, Any]:
        """Answers a question about a text. `task` pins a task; "" works it out.

        Returns the answer with its confidence, alternatives and evidence.
        """
        try:
            return self._asked(input, question, task).answer.model_dump(mode="json")
        except QAEngineError as error:
            raise gr.Error(str(error), print_exception=False) from None

    def show(self, input: str, question: str, task: str, request: gr.Request) -> list[Any]:
        """What the page shows of an answer: `Asked`, answer, why, trials, share, triple."""
        try:
            asked = self._asked(input, question, task)
        except QAEngineError as error:
            return [None, render.problem_view(str(error)), "", "", "", ""]
        answer = asked.answer
        return [
            asked,
            render.answer_view(answer),
            render.why_view(answer.evidence),
            "",
            share_view(address(request), input, question, task, answer),
            render.triple_view(answer.triple),
        ]

    def break_it(
        self,
        asked: Asked | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 (Gradio looks for it there)
    ) -> str:
        """The question asked again in other forms, which takes a while for a long text."""
        if asked is None:
            return render.problem_view(NOTHING_YET)
        try:
            found = trials(
                self.engine,
                asked.input,
                asked.question,
                asked.task or None,
                asked.answer,
                random.Random(),
                told=lambda forms: progress.tqdm(forms, desc="Asking again"),
            )
        except QAEngineError as error:
            return render.problem_view(str(error))
        return render.trials_view(asked.answer, found)

    def example(self, task: str, number: int, request: gr.Request) -> list[Any]:
        """A task's sample, asked: input, question, task, then as `show`."""
        samples = self.examples[task]
        chosen = samples[number % len(samples)]
        return [*chosen, "", *self.show(*chosen, "", request)]

    def begin(self, request: gr.Request) -> list[Any]:
        """The question in the address, or the first example: as `example`."""
        fields = dict(request.query_params)
        text, question, task = (fields.get(name, "") for name in ("input", "question", "task"))
        if not text or not question:
            text, question = next(iter(self.examples.values()), [Example("", "")])[0]
        if task not in [name for _, name in choices(self.engine.tasks)]:
            task = ""
        return [text, question, task, *self.show(text, question, task, request)]

    def _asked(self, input: str, question: str, task: str) -> Asked:
        if isinstance(input, str) and len(input) > MOST_CHARACTERS:
            raise InputError(
                f"The text has {len(input):,} characters; this page takes {MOST_CHARACTERS:,}. "
                "Shorten it, or ask in Python."
            )
        return Asked(input, question, task, self.engine.ask(input, question, task or None))


def address(request: gr.Request) -> str:
    """The page's own address, as its visitor sees it."""
    headers = dict(request.headers)
    referer = headers.get("referer")
    if not referer:
        return f"http://{headers.get('host', '127.0.0.1:7860')}/"
    return urlunsplit(urlsplit(referer)._replace(query="", fragment=""))
