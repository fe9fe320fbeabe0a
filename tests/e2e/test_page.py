"""The page in a real browser: what a visitor does, and sees."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from qaengine.demo.examples import Example, examples, title
from qaengine.engine import Engine
from qaengine.render import value_view
from qaengine.schema import Answer

pytestmark = pytest.mark.e2e

TASKS = (
    *("worlds", "sentiment", "part_of_speech", "named_entities", "relatedness"),
    *("translation", "foreign"),
)
NARROW = {"viewport": {"width": 390, "height": 844}}
HOSTILE = (
    "<script>window.hacked = 1</script> <img src=x onerror='window.hacked = 2'> "
    "${window.hacked = 3} {{window.hacked = 4}} \u202e\u05e9\u05dc\u05d5\u05dd 👩‍👩‍👧 "
    + "very" * 500
    + "long"
)

Visit = Callable[..., Page]


def ask(page: Page, input: str, question: str) -> None:
    page.get_by_label("Text", exact=True).fill(input)
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def sees(page: Page, answer: Answer) -> None:
    """Waits until the page shows this answer."""
    said = answer.text if answer.value is None else _text(value_view(answer.value))
    page.wait_for_function(
        "said => document.querySelector('#answer').textContent.includes(said)", arg=said
    )


def shown_weights(page: Page) -> list[list[str]]:
    rows = page.locator("#why tbody tr").all()
    return [row.locator(".qa-cell").all_inner_texts() for row in rows]


def is_narrow_enough(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def asked(joint: Engine) -> Example:
    """An example with an answer of two passes or more."""
    return examples(joint)["worlds"][0]


@pytest.mark.parametrize("task", TASKS)
def test_example_of_each_task_is_answered(visit: Visit, joint: Engine, task: str) -> None:
    example = examples(joint)[task][0]
    page = visit(**NARROW)
    page.locator("#examples").get_by_text(title(task), exact=True).click()
    expect(page.get_by_label("Question", exact=True)).to_have_value(example.question)
    answer = joint.ask(*example)
    sees(page, answer)
    if any(fact.weight > 0 for fact in answer.evidence):
        weights = [[f"{weight:.2f}" for weight in fact.weights] for fact in answer.evidence]
        assert sorted(shown_weights(page)) == sorted(weights)
    assert is_narrow_enough(page)


def test_another_example_is_of_the_same_task(visit: Visit, joint: Engine) -> None:
    second = examples(joint)["sentiment"][1]
    page = visit()
    page.locator("#examples").get_by_text("sentiment", exact=True).click()
    sees(page, joint.ask(*examples(joint)["sentiment"][0]))
    page.get_by_role("button", name="Another example like this").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(second.input)
    sees(page, joint.ask(*second))


def test_keyboard_is_enough(visit: Visit, joint: Engine, asked: Example) -> None:
    other = examples(joint)["worlds"][1]
    page = visit("?" + urlencode(other._asdict()))
    page.get_by_label("Text", exact=True).focus()
    for typed, leave in ((asked.input, "Tab"), (asked.question, "Enter")):
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        page.keyboard.press(leave)
    answer = joint.ask(*asked)
    sees(page, answer)
    page.get_by_role("tab", name="Why").focus()
    for _ in range(6):  # over the other tabs to the passes
        if page.evaluate("document.activeElement.type") != "radio":
            page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#why caption")).to_contain_text("Pass 1 of")
    weights = [f"{fact.weights[0]:.2f}" for fact in answer.evidence]
    assert page.locator("#why .qa-cell:visible").all_inner_texts() == weights


def test_dark_follows_the_system(visit: Visit) -> None:
    ground = "getComputedStyle(document.querySelector('#answer section')).backgroundColor"
    assert visit(color_scheme="light").evaluate(ground) == "rgb(255, 255, 255)"
    assert visit(color_scheme="dark").evaluate(ground) == "rgb(22, 29, 38)"


def test_hostile_text_is_shown_as_text(visit: Visit) -> None:
    question = f"Where is {HOSTILE[:100]}?"
    page = visit("?" + urlencode({"input": HOSTILE, "question": question}), **NARROW)
    expect(page.get_by_label("Text", exact=True)).to_have_value(HOSTILE)
    page.get_by_role("tab", name="Triple").click()
    expect(page.locator("#triple")).to_contain_text("<script>window.hacked = 1</script>")
    page.get_by_role("tab", name="Share").click()
    expect(page.locator("#share")).to_contain_text("window.hacked = 3")
    page.get_by_role("tab", name="Try to break it").click()
    page.locator("#break").click()
    expect(page.locator("#broken")).to_contain_text("window.hacked = 2")
    page.locator("#broken summary").first.click()
    assert page.evaluate("window.hacked") is None
    assert is_narrow_enough(page)


def test_two_visitors_do_not_mix(visit: Visit, joint: Engine) -> None:
    mine, yours = (examples(joint)[task][0] for task in ("sentiment", "relatedness"))
    first, second = visit(), visit()
    ask(first, *mine)
    ask(second, *yours)
    for page, example in ((first, mine), (second, yours)):
        answer = joint.ask(*example)
        sees(page, answer)
        page.get_by_role("tab", name="Triple").click()
        expect(page.locator("#triple")).to_contain_text(example.question)
        page.get_by_role("tab", name="Try to break it").click()
        page.locator("#break").click()
        expect(page.locator("#broken tbody td").first).to_have_text(answer.text)


def test_link_asks_its_question(visit: Visit, joint: Engine, asked: Example) -> None:
    page = visit("?" + urlencode(asked._asdict()))
    expect(page.get_by_label("Text", exact=True)).to_have_value(asked.input)
    expect(page.get_by_label("Question", exact=True)).to_have_value(asked.question)
    sees(page, joint.ask(*asked))


def test_shared_link_comes_back_to_the_question(visit: Visit, asked: Example, served: str) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, *asked)
    page.get_by_role("tab", name="Share").click()
    expect(page.locator("#share pre").first).to_contain_text(served)
    page.get_by_role("button", name="Copy: As a link").click()
    expect(page.get_by_role("button", name="Copy: As a link")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    again = visit(copied.removeprefix(served))
    expect(again.get_by_label("Text", exact=True)).to_have_value(asked.input)


def test_answer_is_downloaded(visit: Visit, joint: Engine, asked: Example) -> None:
    page = visit()
    ask(page, *asked)
    sees(page, joint.ask(*asked))
    page.get_by_role("tab", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the answer as JSON").click()
    answer = Answer.model_validate_json(download.value.path().read_text("utf-8"))
    assert answer.triple == joint.ask(*asked).triple


def test_mistake_is_told_in_a_sentence(visit: Visit) -> None:
    page = visit()
    ask(page, "", "Where is the milk?")
    expect(page.get_by_role("alert")).to_contain_text("The input is empty.")
    expect(page.locator("#why table")).to_have_count(0)


def _text(html: str) -> str:
    """The text of some HTML."""
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign]
    parser.feed(html)
    parser.close()
    return "".join(parts)
