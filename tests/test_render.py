"""Answers as HTML: every kind, every number, and nothing that a user typed as markup."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaengine import Answer, Evidence, Triple
from qaengine.render import (
    STYLE,
    Trial,
    answer_view,
    download_link,
    heat_table,
    problem_view,
    spans_view,
    trials_view,
    triple_view,
    value_view,
    why_view,
)
from qaengine.schema import (
    Alternative,
    Further,
    Label,
    Score,
    Span,
    Spans,
    Tags,
    Translation,
    Value,
    Words,
)

HOSTILE = "<script>alert('&amp;')</script>\"'> ${1+1} {{1+1}} \u202e\u05e9\u05dc\u05d5\u05dd"
FACTS = ("Mary took the milk.", "Mary went to the garden.")


class Reader(HTMLParser):
    """The elements of a page, its text, and whether each element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "input":
            self.open.append(tag)
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        return "".join(data for _, data in self.texts)

    def of(self, tag: str) -> list[str]:
        return [data for name, data in self.texts if name == tag]


def answered(value: Value | None, text: str = "", **more: object) -> Answer:
    triple = Triple(input=FACTS, question="Where is the milk?", task="babi")
    fields = {"confidence": 0.987, "task": "babi", "triple": triple, "seconds": 0.02, **more}
    return Answer.model_validate({"text": text or str(value), "value": value, **fields})


def weighed(*rows: tuple[float, ...]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(fact=f"Fact {n}.", index=n, weights=weights) for n, weights in enumerate(rows)
    )


KINDS: dict[str, tuple[Value, list[str]]] = {
    "label": (Label(label="positive"), ["positive"]),
    "words": (Words(words=("milk", "lamp")), ["milk, lamp"]),
    "tags": (Tags(tokens=("Who", "ran", "?"), tags=("WP", "VBD", ".")), ["Who", "WP", "VBD"]),
    "types": (
        Spans(
            text="Ann Lee is in Rome.",
            spans=(
                Span(start=0, end=7, type="PERSON"),
                Span(start=14, end=18, type="CREATIVE_WORK"),
            ),
        ),
        ["PERSON", "CREATIVE WORK"],
    ),
    "groups": (
        Spans(
            text="Ann sees her cat.",
            spans=(
                Span(start=0, end=3, group=1),
                Span(start=9, end=16, group=2),
                Span(start=9, end=12, group=1),
            ),
        ),
        ["her", " cat", "1", "2"],
    ),
    "one": (Spans(text="Ann ran.", spans=(Span(start=0, end=3),)), ["Ann", " ran."]),
    "none": (Spans(text="It rains.", spans=()), ["None found", "It rains."]),
    "translation": (
        Translation(
            text="Le chat",
            source_tokens=("The", "cat"),
            target_tokens=("Le", " chat"),
            attention=((0.9, 0.1), (0.25, 0.75)),
        ),
        ["Le chat", "The cat", "The", "cat", "90", "75"],
    ),
    "bare translation": (Translation(text="Le chat"), ["Le chat"]),
    "score": (
        Score(value=4.25, distribution=(0.0, 0.05, 0.1, 0.4, 0.45)),
        ["4.25", " on a scale from 1 to 5", "45%", "5%"],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_its_answer(kind: str) -> None:
    value, said = KINDS[kind]
    texts = [data for _, data in Reader(answer_view(answered(value))).texts]
    assert set(said) <= set(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_the_answer_is_not_looked_at(kind: str) -> None:
    value, _ = KINDS[kind]
    page = answer_view(answered(value))
    assert page == answer_view(answered(value, text="[Something] else"))


def test_what_nothing_speaks_for_is_not_shown() -> None:
    others = (
        Alternative(text="attic", confidence=0.2),
        Alternative(text="cellar", confidence=1e-4),
    )
    shown, none = (
        str(answer_view(answered(Label(label="garden"), alternatives=some)))
        for some in (others, others[1:])
    )
    assert "attic" in shown
    assert "cellar" not in shown
    assert "Also considered" in shown
    assert "Also considered" not in none


def test_confidence_and_alternatives_are_numbers_beside_bars() -> None:
    others = (Alternative(text="hall", confidence=0.0123),)
    page = Reader(answer_view(answered(Label(label="garden"), alternatives=others)))
    assert "98.7% sure" in page.text
    assert "hall1.2%" in page.text
    bars = [attrs for _, attrs in page.attributes if attrs.get("class") == "qa-bar"]
    assert len(bars) == 2
    assert all(attrs["aria-hidden"] == "true" for attrs in bars)


def test_abstention_shows_its_sentence_and_notes() -> None:
    page = Reader(
        answer_view(answered(None, text="Ask about people.", abstained=True, notes=("Replaced.",)))
    )
    assert "Ask about people." in page.of("p")
    assert "Replaced." in page.of("p")


def test_a_refusal_claims_no_confidence() -> None:
    """The question never came to the facts: how sure would it be, and of what?"""
    refused = answered(None, text="No such mention.", abstained=True, confidence=1.0)
    doubting = answered(None, text="Untold.", abstained=True, evidence=weighed((0.0,), (0.0,)))
    assert (refused.refused, doubting.refused) == (True, False)
    assert "sure" not in Reader(answer_view(refused)).text
    assert "98.7% sure that it cannot tell" in Reader(answer_view(doubting)).text
    assert not answered(Label(label="yes")).refused


def test_what_was_asked_along_is_told() -> None:
    further = Further(question='Who does "her" refer to?', text=HOSTILE, confidence=0.9254)
    page = Reader(answer_view(answered(Label(label="yes"), further=further)))
    assert page.of("q") == ['Who does "her" refer to?']
    assert page.of("b") == [HOSTILE]
    assert ", 92.5%." in page.text
    assert "Asked along" not in Reader(answer_view(answered(Label(label="yes")))).text


def test_user_mistake_is_an_alert() -> None:
    page = Reader(problem_view("The question is empty."))
    assert ("section", "alert") in [(tag, attrs.get("role")) for tag, attrs in page.attributes]
    assert "The question is empty." in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_stays_text(kind: str) -> None:
    value, _ = KINDS[kind]
    data = value.model_dump()
    hostile = type(value).model_validate(
        {
            **data,
            **{key: HOSTILE for key in ("label",) if key in data},
            **{
                key: (HOSTILE,) * len(data[key])
                for key in ("words", "tags", "tokens", "source_tokens", "target_tokens")
                if key in data
            },
            **({"text": f"{data['text']}{HOSTILE}"} if "text" in data else {}),
        }
    )
    page = Reader(value_view(hostile))
    assert "script" not in page.tags
    assert HOSTILE in page.text or kind == "score"


def test_hostile_text_stays_text_in_every_other_view() -> None:
    triple = Triple(input=(HOSTILE,), question=HOSTILE)
    evidence = (Evidence(fact=HOSTILE, index=0, weights=(1.0,)),)
    other = (Alternative(text=HOSTILE, confidence=0.5),)
    answer = Answer(
        text=HOSTILE,
        confidence=0.5,
        triple=triple,
        seconds=0,
        notes=(HOSTILE,),
        alternatives=other,
        evidence=evidence,
    )
    trial = Trial(HOSTILE, HOSTILE, HOSTILE, answer, held=True)
    for view in (
        answer_view(answer),
        problem_view(HOSTILE),
        why_view(evidence),
        heat_table(evidence),
        trials_view(answer, [trial]),
    ):
        page = Reader(view)
        assert "script" not in page.tags
        assert HOSTILE in page.text
    shown = Reader(triple_view(triple))
    assert "script" not in shown.tags
    assert json.loads("".join(shown.of("pre")))["question"] == HOSTILE


@given(st.text(max_size=20), st.data())
def test_marked_text_is_the_text_with_labels(text: str, data: st.DataObject) -> None:
    places = st.integers(0, len(text))
    spans = [
        Span(start=min(pair), end=max(pair), type="T")
        for pair in data.draw(st.lists(st.tuples(places, places), max_size=5))
        if pair[0] != pair[1]
    ]
    page = spans_view(Spans(text=text, spans=tuple(spans)))
    marked = page.partition("</p>")[0]
    unlabelled = re.sub(r"<small>.*?</small>", "", marked)
    plain = Reader(f"{unlabelled}</p>".replace("\r", "&#13;"))
    assert plain.text == text


def test_nested_spans_are_nested_marks() -> None:
    value = Spans(text="Ann's cat", spans=(Span(start=0, end=9), Span(start=0, end=3)))
    assert re.search(r"<mark[^>]*><mark[^>]*>Ann</mark>&#x27;s cat</mark>", spans_view(value))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_numbers_of_the_heat_table_are_the_evidence(rows: list[tuple[float, float]]) -> None:
    page = Reader(heat_table(weighed(*rows)))
    cells = re.findall(r'class="qa-number">(\d+)</td>.*?</tr>', heat_table(weighed(*rows)))
    assert sorted(map(int, cells)) == list(range(1, len(rows) + 1))
    shown = [data for data in page.of("td") if "." in data]
    assert sorted(shown) == sorted(f"{weight:.2f}" for row in rows for weight in row)


def test_heat_table_is_a_table_to_listen_to() -> None:
    page = Reader(heat_table(weighed((0.0, 0.9), (0.5, 0.1))))
    assert page.of("caption")
    scopes = [attrs.get("scope") for tag, attrs in page.attributes if tag == "th"]
    assert scopes == ["col", "col", "col", "row", "row"]
    assert page.of("th") == ["Fact", "Pass 1", "Pass 2", "Fact 0.", "Fact 1."]


def test_facts_that_nothing_looked_at_are_folded_away_in_a_long_story() -> None:
    page = Reader(heat_table(weighed(*[(0.0,)] * 19, (1.0,))))
    assert page.of("summary") == ["19 more, each below 0.01"]
    assert page.of("th").index("Fact 19.") < page.of("th").index("Fact 0.")


def test_each_pass_can_be_stepped_to_and_says_what_it_attended_to() -> None:
    page = Reader(why_view(weighed((0.1, 0.9), (0.7, 0.2))))
    assert page.of("legend") == ["Step through the passes"]
    steps = [attrs for tag, attrs in page.attributes if tag == "input"]
    assert [(attrs["value"], "checked" in attrs) for attrs in steps] == [
        ("0", True),
        ("1", False),
        ("2", False),
    ]
    assert steps[2]["data-caption"] == "Pass 2 of 2 attended most to fact 1, with 0.90."


def test_words_that_were_looked_at_stand_in_their_fact_with_their_weight() -> None:
    words = (("<Ann>", 0.04), ("left", 0.1), ("the", 0.0), ("<b>", 0.876))
    fact = Evidence(fact="<Ann> left\tthe <b>.", index=0, weights=(0.9,), words=words)
    view = why_view((fact,))
    assert "&lt;Ann&gt; <span" in view
    page = Reader(view)
    assert page.of("small") == ["0.10", "0.88"]
    grounds = [attrs["style"] for _, attrs in page.attributes if attrs.get("class") == "qa-looked"]
    assert grounds == ["--qa-weight:10.0%", "--qa-weight:87.6%"]
    assert page.text.replace(" 0.10", "").replace(" 0.88", "").count("<Ann> left\tthe <b>.") == 1


@given(st.text(max_size=30), st.lists(st.tuples(st.text(max_size=4), st.floats(0, 1)), max_size=6))
def test_no_word_of_a_fact_is_lost_however_it_was_split(
    text: str, words: list[tuple[str, float]]
) -> None:
    fact = Evidence(fact=text, index=0, weights=(1.0,), words=tuple(words))
    unlabelled = re.sub(r" <small>.*?</small>", "", heat_table((fact,)))
    row = unlabelled.partition('scope="row" dir="auto">')[2].partition("</th>")[0]
    assert Reader(f"<p>{row}</p>".replace("\r", "&#13;")).text == text


def test_no_evidence_is_said() -> None:
    assert "Nothing was read." in why_view(())
    assert "No pass over the facts was needed." in why_view(weighed((0.0,), (0.0,)))


def test_trials_say_whether_the_answer_held() -> None:
    before, after = answered(Words(words=("Ann",))), answered(Words(words=("Velno",)))
    page = Reader(
        trials_view(
            before,
            [
                Trial("Invented names", "Velno ran.", "Who ran?", after, held=True),
                Trial("Other words", "Ann ran.", "Who was running?", after, held=False),
            ],
        )
    )
    assert page.of("span") == ["✓ same", "≠ changed"]
    assert "Velno ran." in page.text


def test_download_holds_the_whole_answer() -> None:
    answer = answered(Label(label="<b>ünì</b>"))
    (link,) = [attrs for tag, attrs in Reader(download_link(answer)).attributes if tag == "a"]
    held = b64decode((link["href"] or "").partition("base64,")[2])
    assert Answer.model_validate_json(held) == answer


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--qa-([a-z0-9-]+): (#[0-9a-f]{6})", block))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))


def mixed(one: str, other: str, share: float) -> tuple[float, ...]:
    pairs = zip(rgb(one), rgb(other), strict=True)
    return tuple(share * a + (1 - share) * b for a, b in pairs)


PALETTES = [block for block in STYLE.split("{") if "--qa-ink:" in block]


def test_both_ways_of_being_dark_are_the_same() -> None:
    light, system, gradio = map(colours, PALETTES)
    assert light.keys() == system.keys()
    assert system == gradio


@pytest.mark.parametrize("palette", PALETTES[:2], ids=["light", "dark"])
def test_all_text_has_contrast_enough(palette: str) -> None:
    colour = colours(palette)
    grounds = [rgb(colour["ground"]), rgb(colour["sunk"])]
    for name in ("ink", "muted", "accent", "good", "bad"):
        assert all(contrast(rgb(colour[name]), ground) >= 4.5 for ground in grounds), name
    heated = [mixed(colour["heat"], colour["sunk"], share / 20) for share in range(21)]
    nested = [1 - (1 - 0.16) ** depth for depth in (1, 2, 3)]
    hues = [
        mixed(colour[f"hue-{n}"], colour["ground"], share) for n in range(8) for share in nested
    ]
    assert all(contrast(rgb(colour["ink"]), ground) >= 4.5 for ground in heated + hues)


def test_rendering_loads_neither_torch_nor_gradio() -> None:
    code = "import qaengine.render, sys; print({'torch', 'gradio', 'spacy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
