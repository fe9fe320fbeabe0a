"""What the page does, without a server or a browser: tests/e2e has those."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import pytest

from qaengine import render
from qaengine.cli import main
from qaengine.demo import Page, build, trees
from qaengine.demo.examples import example_of, untrained
from qaengine.demo.page import MOST_CHARACTERS
from qaengine.demo.sharing import LONGEST_LINK, link_to, python_call, share_view
from qaengine.engine import Engine
from qaengine.errors import InputError
from qaengine.registry import registry
from qaengine.schema import Answer, Triple
from qaengine.text import sentences, words
from qaengine.tree import Tree

REQUEST = gr.Request(headers={"referer": "http://here/page/?input=x"}, query_params={})
SHOWN = ("asked", "answer", "why", "broken", "share", "triple")


@pytest.fixture(scope="module")
def page(joint: Engine) -> Page:
    return Page(joint)


def shown(page: Page, input: str, question: str, task: str = "") -> dict[str, Any]:
    return dict(zip(SHOWN, page.show(input, question, task, REQUEST), strict=True))


def test_answer_its_reason_and_its_triple_are_shown(page: Page) -> None:
    example = page.examples["worlds"][0]
    views = shown(page, *example)
    answer = page.engine.ask(*example)
    assert answer.text in views["answer"]
    for fact in answer.evidence:
        assert f"{fact.weight:.2f}" in views["why"]
    assert example.question in views["triple"]
    assert views["asked"].answer.text == answer.text


def test_mistake_is_one_sentence_and_clears_the_last_answer(page: Page) -> None:
    views = shown(page, "", "Where is the milk?")
    assert "The input is empty." in views["answer"]
    assert views["asked"] is None
    assert not views["why"]
    assert not views["share"]


def test_text_too_long_for_the_page_is_refused_with_the_limit(page: Page) -> None:
    views = shown(page, "a " * MOST_CHARACTERS, "Where?")
    assert f"{MOST_CHARACTERS:,}" in views["answer"]


def test_nothing_to_break_yet(page: Page) -> None:
    assert "Ask something first." in page.break_it(None)


def test_breaking_shows_before_and_after(page: Page) -> None:
    asked = shown(page, *page.examples["worlds"][0])["asked"]
    assert "As you asked" in page.break_it(asked)
    assert "All of it" in page.break_it(asked)


def test_examples_come_from_every_task_that_the_weights_know(page: Page) -> None:
    assert set(page.examples) == {schema.name for schema in page.engine.tasks}
    assert list(page.examples)[-1] == "foreign"


def test_tasks_that_the_weights_do_not_know_are_no_examples(page: Page) -> None:
    assert "babi" in untrained(page.engine)
    assert "babi" not in page.examples


@pytest.mark.parametrize("name", sorted(registry().tasks()))
def test_example_is_split_as_its_sample_with_blanks(name: str) -> None:
    task = registry().task(name)
    split = words if task.schema.facts == "tokens" else sentences
    for triple in task.samples():
        example = example_of(triple, task.schema.facts)
        assert split(example.input) == split(" ".join(triple.input))
        assert example.question == triple.question


def test_examples_read_like_texts() -> None:
    tokens = ("Rosa", "'s", "cat", "(", "a", "tabby", ")", "sleeps", ".")
    triple = Triple(input=tokens, question="What are the mentions?")
    assert example_of(triple, "tokens").input == "Rosa's cat (a tabby) sleeps."


def test_examples_go_round(page: Page) -> None:
    count = len(page.examples["sentiment"])
    assert page.example("sentiment", count, REQUEST)[:2] == list(page.examples["sentiment"][0])


def test_question_in_the_address_is_asked() -> None:
    class Echo(Page):
        def __init__(self) -> None:
            self.examples = {}

        def show(self, *asked: Any) -> list[Any]:
            return list(asked[:3])

    fields = parse_qs(urlsplit(link_to("http://here/", "Ann ran. é&?", "Who ran?")).query)
    request = gr.Request(query_params={name: value[0] for name, value in fields.items()})
    echo = Echo()
    echo.engine = type("NoTasks", (), {"tasks": ()})()
    assert echo.begin(request) == ["Ann ran. é&?", "Who ran?", ""] * 2


def test_python_call_runs(monkeypatch: pytest.MonkeyPatch, joint: Engine) -> None:
    asked: list[tuple[Any, ...]] = []

    def ask(self: Engine, input: str, question: str, task: str | None = None) -> Answer:
        asked.append((input, question, task))
        return Answer(text="", confidence=1, triple=Triple(input=("a",), question="b"), seconds=0)

    monkeypatch.setattr(Engine, "load", classmethod(lambda cls: joint))
    monkeypatch.setattr(Engine, "ask", ask)
    exec(python_call('It\'s "so"\n\\n', "Who's?", "babi"), {})
    assert asked == [('It\'s "so"\n\\n', "Who's?", "babi")]


def test_long_text_has_no_link(page: Page) -> None:
    answer = shown(page, *page.examples["worlds"][0])["asked"].answer
    assert "too long for a link" in share_view("http://h/", "a" * LONGEST_LINK, "b?", "", answer)
    assert "http://h/?input=a" in share_view("http://h/", "a", "b?", "", answer)


def test_untrained_engine_makes_a_page() -> None:
    from qaengine.testing import tiny_engine

    triple = Triple(input=("Ann ran.",), question="Who ran?", answer="Ann", task="worlds")
    engine = tiny_engine([triple])

    async def built() -> gr.Blocks:
        return build(engine)

    # where no loop runs, Gradio makes some and leaves them open; here playwright's may run
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, built()).result()


def test_api_raises_mistakes_as_messages(page: Page) -> None:
    with pytest.raises(gr.Error, match="The question is empty"):
        page.ask("Ann ran.", " ")
    with pytest.raises(InputError):
        page.engine.ask("Ann ran.", " ")


def test_command_serves_the_page(monkeypatch: pytest.MonkeyPatch, joint: Engine) -> None:
    served: list[tuple[Any, ...]] = []

    def launch(engine: Engine, host: str, port: int, *, share: bool) -> None:
        served.append((engine, host, port, share))

    monkeypatch.setattr("qaengine.demo.launch", launch)
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, checkpoint, device: joint))
    with pytest.raises(SystemExit, match="0"):
        main(["demo", "--port", "9000"])
    assert served == [(joint, "127.0.0.1", 9000, False)]


COLOURED = "(3 (2 It) (4 (2 's) (4 good)))"


def test_pasted_tree_keeps_its_colours(page: Page) -> None:
    picture = trees.drawn(page.engine, COLOURED, by_phrase=False)
    assert picture.count("qa-level qa-level-4") > 1
    assert trees.LABELS in picture


def test_each_phrase_has_the_colour_of_its_own_answer(page: Page) -> None:
    tree = trees.with_answers(page.engine, Tree.from_penn("(S (NP It) (VP (V works) (ADV well)))"))
    for node, (first, end) in zip(tree.nodes, tree.spans, strict=True):
        answer = page.engine.ask(tree.tokens[first:end], trees.QUESTION, "sentiment")
        said = [answer.text, *(other.text for other in answer.alternatives)]
        likeliest = next(text for text in said if text in render.LEVELS)
        assert render.LEVELS[int(node.label or "")] == likeliest


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "The sentence is empty."),
        ("(3 (2 It) (4 works)", "a bracket is not closed"),
        ("(3 (2 It) works) (4 so)", "behind the end of the tree"),
        ("(" * 99 + ")" * 99, "a phrase has no words"),
        ("(S" + " (W word)" * 300 + ")", "up to 200 are drawn"),
        ("a" * 5_000, "4,000 are drawn"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(page: Page, typed: str, told: str) -> None:
    picture = trees.drawn(page.engine, typed, by_phrase=False)
    assert told in picture
    assert 'role="alert"' in picture


def test_weights_without_sentiment_say_so(engine: Engine) -> None:
    assert trees.sentiment_task(engine) is None
    assert "no question about sentiment" in trees.drawn(engine, COLOURED, by_phrase=True)
