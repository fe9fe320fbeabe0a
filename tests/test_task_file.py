"""A task from a file: what it reads, what it refuses, and how brackets become spans."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaengine.errors import DataError
from qaengine.schema import Score, Span, Spans, Tags, Translation
from qaengine.task_file import FileTask, parse_brackets

Write = Callable[..., Path]
LABELLED = [{"input": "The kite is red.", "answer": "red"}] * 10


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the TOML file with the given settings, and a JSONL file a split."""

    def written(
        train: Iterable[Any],
        *,
        valid: Iterable[Any] = (),
        test: Iterable[Any] = (),
        **settings: Any,
    ) -> Path:
        settings = {"name": "kites", "question": "Which colour?", "answer": "label"} | settings
        for split, lines in (("train", train), ("valid", valid), ("test", test)):
            texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
            if texts or split == "train":
                settings.setdefault(split, f"{split}.jsonl")
                (tmp_path / f"{split}.jsonl").write_text("\n".join(texts), "utf-8")
        path = tmp_path / "my_task.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        path.write_text("\n".join(lines), "utf-8")
        return path

    return written


def read_one(write: Write, line: dict[str, Any], **settings: Any) -> Any:
    task = FileTask.read(write([line], valid=[line], **settings))
    return next(task.examples("valid"))


# --- reading


def test_schema_says_what_the_file_says(write: Write) -> None:
    lines = [*LABELLED, {"input": "It was blue.", "answer": "blue"}]
    task = FileTask.read(write(lines, paraphrases=["Name the colour."], facts="tokens"))
    assert task.schema.name == "kites"
    assert task.schema.question == "Which colour?"
    assert task.schema.paraphrases == ("Name the colour.",)
    assert task.schema.labels == ("blue", "red")
    assert (task.schema.facts, task.schema.answer) == ("tokens", "label")


def test_text_becomes_sentences_or_words_and_a_list_stays(write: Write) -> None:
    line = {"input": "It flew. It isn't red.", "answer": "no"}
    assert read_one(write, line).input == ("It flew.", "It isn't red.")
    tokens = ("It", "flew", ".", "It", "is", "n't", "red", ".")
    assert read_one(write, line, facts="tokens").input == tokens
    line = {"input": ["It isn't", "red."], "answer": "no"}
    assert read_one(write, line, facts="tokens").input == ("It isn't", "red.")


def test_every_tenth_example_is_held_out_without_a_file_for_valid(write: Write) -> None:
    lines = [{"input": f"Kite {number}.", "answer": "red"} for number in range(1, 26)]
    task = FileTask.read(write(lines))
    assert [one.text for one in task.examples("valid")] == ["Kite 10.", "Kite 20."]
    assert len(list(task.examples("train"))) == 23
    assert not set(task.examples("train")) & set(task.examples("valid"))


def test_a_file_for_valid_leaves_the_training_examples_whole(write: Write) -> None:
    task = FileTask.read(write(LABELLED, valid=LABELLED[:2], test=LABELLED[:3]))
    counts = [len(list(task.examples(split))) for split in ("train", "valid", "test")]
    assert counts == [10, 2, 3]


def test_training_draws_phrasings_and_a_line_keeps_its_own_question(write: Write) -> None:
    own = {"input": "A red kite.", "answer": "red", "question": "And the kite?"}
    lines = [*LABELLED * 5, own]
    task = FileTask.read(write(lines, valid=lines, paraphrases=["Name it.", "Its colour?"]))
    asked = [one.question for one in task.examples("train")]
    assert set(asked[:-1]) == {"Which colour?", "Name it.", "Its colour?"}
    assert asked == [one.question for one in task.examples("train")]
    assert {one.question for one in task.examples("valid")} == {"Which colour?", "And the kite?"}
    assert asked[-1] == "And the kite?"


def test_supports_are_kept(write: Write) -> None:
    line = {"input": ["A kite flew.", "It was red."], "answer": "red", "supports": [1]}
    assert read_one(write, line).supports == (1,)


def test_a_score_may_be_a_number_or_a_text(write: Write) -> None:
    for answer in (3.5, "3.5", "3.50"):
        line = {"input": ["One.", "Two."], "answer": answer}
        assert read_one(write, line, answer="score").answer == "3.5"


def test_tags_are_joined_by_blanks(write: Write) -> None:
    line = {"input": "It isn't red.", "answer": "P V N A ."}
    triple = read_one(write, line, answer="tags", facts="tokens")
    assert triple.answer == "P V N A ."
    task = FileTask.read(write([line], valid=[line], answer="tags", facts="tokens"))
    assert task.schema.labels == (".", "A", "N", "P", "V")


def test_spans_point_into_the_joined_facts(write: Write) -> None:
    line = {"input": "Ann's in Berlin.", "answer": "[Ann PERSON]'s in [Berlin PLACE]."}
    triple = read_one(write, line, answer="spans", facts="tokens")
    assert triple.text == triple.value.text == "Ann 's in Berlin ."
    assert triple.answer == str(triple.value) == "[Ann PERSON] 's in [Berlin PLACE] ."
    assert FileTask.read(write([line] * 10, answer="spans", facts="tokens")).schema.labels == (
        "PERSON",
        "PLACE",
    )


def test_spans_of_sentences(write: Write) -> None:
    line = {"input": "It is late.  We must go.", "answer": "It is late.  [We must go.]"}
    triple = read_one(write, line, answer="spans")
    assert triple.answer == "It is late. [We must go.]"


def test_no_spans_are_the_input_as_it_is(write: Write) -> None:
    line = {"input": ["It", "rains"], "answer": "It rains"}
    assert read_one(write, line, answer="spans", facts="tokens").value.spans == ()


def test_json_lines_may_hold_line_separators_a_bom_and_blank_lines(write: Write) -> None:
    line = '{"input": "A\u2028red kite.", "answer": "red"}\r'
    task = FileTask.read(write(["\ufeff" + line, "", *LABELLED]))
    assert next(task.examples("train")).text == "A\u2028red kite."


# --- refusing


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        FileTask.read(path)
    return str(caught.value)


def test_all_wrong_lines_are_reported_with_file_line_and_reason(write: Write) -> None:
    train = [
        *LABELLED,
        "{not JSON}",
        {"input": "A kite."},
        {"input": "", "answer": "red"},
        {"input": ["A kite.", 3], "answer": "red"},
        {"input": "A kite.", "answer": "red", "colour": "red"},
        {"input": "A kite.", "answer": "red", "supports": [1]},
    ]
    message = refused(write(train, test=[{"input": "A kite.", "answer": 2}]))
    assert "7 lines are wrong" in message
    lines = message.splitlines()[1:]
    places = [f"train.jsonl, line {number}: " for number in range(11, 17)]
    assert [line.strip()[: len(places[0])] for line in lines[:6]] == places
    reasons = ["JSON", "answer: Field required", "empty", "input", "colour", "point outside"]
    assert all(reason in line for reason, line in zip(reasons, lines, strict=False))
    assert lines[6].strip().startswith("test.jsonl, line 1: the answer is the number 2")


def test_ten_wrong_lines_are_reported_and_the_others_counted(write: Write) -> None:
    message = refused(write(["nonsense"] * 13))
    assert message.count("train.jsonl, line") == 10
    assert message.endswith("and 3 more")


@pytest.mark.parametrize(
    ("kind", "line", "reason"),
    [
        ("score", {"input": "A.", "answer": "much"}, "no number"),
        ("score", {"input": "A.", "answer": 5.5}, "not between 1 and 5"),
        ("score", {"input": "A.", "answer": "nan"}, "not between 1 and 5"),
        ("tags", {"input": "One two", "answer": "N"}, "1 tags for 2 words"),
        ("label", {"input": "One two", "answer": " "}, "the answer is empty"),
        ("spans", {"input": "One two", "answer": "[One] three"}, "do not fit"),
        ("spans", {"input": "Oneness", "answer": "[One]ness"}, "'One' begins or ends within"),
        ("spans", {"input": "One two", "answer": "[One 1] two"}, "groups"),
    ],
)
def test_answers_that_the_kind_does_not_allow(
    write: Write, kind: str, line: dict[str, Any], reason: str
) -> None:
    message = refused(write([line], answer=kind, facts=facts_for(kind)))
    assert "train.jsonl, line 1: " in message
    assert reason in message


def test_answers_outside_the_given_labels(write: Write) -> None:
    message = refused(write([*LABELLED, {"input": "A.", "answer": "rad"}], labels=["red", "blue"]))
    assert "train.jsonl, line 11: There is no label 'rad'. Did you mean 'red'?" in message


def test_spans_with_and_without_a_type_do_not_mix(write: Write) -> None:
    lines = [{"input": "One two", "answer": marked} for marked in ("[One N] two", "[One] two")]
    message = refused(write(lines, answer="spans", facts="tokens"))
    assert "train.jsonl, line 2: a span has no type" in message


def facts_for(kind: str) -> str:
    return "sentences" if kind == "score" else "tokens"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"answer": "colour"}, "answer"),
        ({"color": "red"}, "color"),
        ({"name": "My Task"}, "name"),
        ({"answer": "tags"}, 'need facts = "tokens"'),
        ({"answer": "words", "facts": "tokens"}, 'need facts = "sentences"'),
        ({"answer": "words", "labels": ["red"]}, "take no labels"),
        ({"answer": "tags", "facts": "tokens", "labels": ["a b"]}, "single words"),
        ({"paraphrases": [" "]}, "empty"),
    ],
)
def test_a_wrong_task_file(write: Write, settings: dict[str, Any], reason: str) -> None:
    assert reason in refused(write(LABELLED, **settings))


def test_a_task_file_that_is_none(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("name =")
    assert "not valid TOML" in refused(tmp_path / "broken.toml")


def test_a_file_of_examples_that_is_missing(write: Write) -> None:
    path = write(LABELLED)
    (path.parent / "train.jsonl").unlink()
    assert "train.jsonl cannot be read" in refused(path)


def test_too_little(write: Write) -> None:
    assert "is empty" in refused(write([]))
    assert "too few" in refused(write(LABELLED[:9]))


def test_a_split_without_a_file(write: Write) -> None:
    task = FileTask.read(write(LABELLED))
    with pytest.raises(DataError, match=r'test = "FILE\.jsonl"'):
        list(task.examples("test"))


# --- scoring


def test_scores_by_kind(write: Write) -> None:
    def scored(kind: str, lines: list[dict[str, Any]], said: list[Any]) -> dict[str, float]:
        task = FileTask.read(write(lines, valid=lines, answer=kind, facts=facts_for(kind)))
        scores = task.score(list(task.examples("valid")), said)
        assert task.schema.metric == next(iter(scores))
        return scores

    one = {"input": ["a", "b"], "answer": "X Y"}
    assert scored("tags", [one], [Tags(tokens=("a", "b"), tags=("X", "Z"))]) == {"accuracy": 50}
    one = {"input": ["a", "b"], "answer": "[a] [b]"}
    half = Spans(text="a b", spans=(Span(start=0, end=1),))
    assert scored("spans", [one], [half])["F1"] == pytest.approx(200 / 3)
    three = [{"input": "a", "answer": value} for value in (1, 2, 3)]
    rising = [Score(value=value) for value in (2.0, 3.0, 4.0)]
    assert scored("score", three, rising)["pearson"] == pytest.approx(1)
    assert scored("score", three, [None, None, None]) == {"pearson": 0}
    one = {"input": "a", "answer": "bonjour"}
    assert scored("text", [one], [Translation(text="bonjour")])["chrF"] == pytest.approx(100)
    assert scored("text", [one], [None])["chrF"] == 0


# --- brackets


def spans(text: str, marked: str) -> list[tuple[str, str, int | None]]:
    found = parse_brackets(text, marked).spans
    return [(text[span.start : span.end], span.type, span.group) for span in found]


def test_brackets_with_types_and_groups() -> None:
    assert spans("Ann saw Berlin.", "[Ann PERSON] saw [Berlin PLACE 2].") == [
        ("Ann", "PERSON", None),
        ("Berlin", "PLACE", 2),
    ]
    assert spans("Ann and her dog", "[Ann 1] and [[her 1] dog 2]") == [
        ("Ann", "", 1),
        ("her dog", "", 2),
        ("her", "", 1),
    ]


def test_nested_brackets() -> None:
    assert spans("Ann's aunt left", "[[Ann]'s aunt] left") == [
        ("Ann's aunt", "", None),
        ("Ann", "", None),
    ]
    assert spans("Ann", "[[Ann A] B]") == [("Ann", "A", None), ("Ann", "B", None)]


def test_words_of_the_text_are_no_types() -> None:
    assert spans("Berlin PLACE", "[Berlin PLACE]") == [("Berlin PLACE", "", None)]
    assert spans("room 101", "[room 101]") == [("room 101", "", None)]


def test_the_text_s_own_brackets() -> None:
    assert spans("see [1] there", "see [1] there") == []
    assert spans("see [1] there", "see [[1] REF] there") == [("[1]", "REF", None)]
    assert spans("see [1] there", "see [[1 REF]] there") == [("1", "REF", None)]
    assert spans("[Ann] left", "[[Ann] left]") == [("[Ann] left", "", None)]
    assert spans(":[ Ann ]", ":[ [Ann PERSON] ]") == [("Ann", "PERSON", None)]
    assert spans("sad :[ Ann", "sad :[ [Ann PERSON]") == [("Ann", "PERSON", None)]
    assert spans("glad :] Ann", "[glad] :] [Ann]") == [("glad", "", None), ("Ann", "", None)]


@pytest.mark.parametrize(
    "marked",
    ["Ann left", "[Ann", "Ann]", "[] Ann", "[Ann A B]", "Anna", "[Ann]]", "[Ann ]", "[Ann  A]", ""],
)
def test_brackets_that_do_not_fit(marked: str) -> None:
    with pytest.raises(DataError, match="do not fit"):
        parse_brackets("Ann", marked)


def test_the_place_where_brackets_do_not_fit_is_named() -> None:
    with pytest.raises(DataError, match="from 'wend home' on"):
        parse_brackets("Ann and Bob went home", "[Ann] and [Bob] wend home")


def test_many_brackets_take_no_time() -> None:
    text = "[" * 200 + "x" + "]" * 200
    with pytest.raises(DataError):
        parse_brackets(text, "[" * 210 + "y" + "]" * 210)
    text = "a [1] b " * 500
    assert len(parse_brackets(text, text.replace("b", "[b N]")).spans) == 500


@st.composite
def nested_spans(draw: st.DrawFn) -> Spans:
    """Nested spans over words without brackets."""
    words = draw(st.lists(st.sampled_from(["Ann", "'s", "aunt", "7", "É"]), min_size=1, max_size=9))
    starts = [len(" ".join(words[:n])) + bool(n) for n in range(len(words))]
    found: dict[tuple[int, int], Span] = {}

    def within(first: int, last: int) -> None:
        if last <= first or not draw(st.booleans()):
            return
        start, end = starts[first], starts[last - 1] + len(words[last - 1])
        kind, group = draw(st.sampled_from([("", None), ("A", None), ("", 3), ("B", 4)]))
        found[start, end] = Span(start=start, end=end, type=kind, group=group)
        middle = draw(st.integers(first, last))
        within(first, middle - (middle == last))
        within(middle, last - (middle == first))

    within(0, len(words))
    ordered = sorted(found.values(), key=lambda span: (span.start, -span.end))
    return Spans(text=" ".join(words), spans=tuple(ordered))


@given(nested_spans())
def test_brackets_written_are_read_again(written: Spans) -> None:
    assert str(parse_brackets(written.text, str(written))) == str(written)
