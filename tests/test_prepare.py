"""Prepared stories: written once, read back as they were."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qaengine.batch import Example
from qaengine.errors import DataError
from qaengine.plugin_api import Task
from qaengine.prepare import prepare, read_stories, story_file, vocabulary_of
from qaengine.recipe import Recipe
from qaengine.registry import registry
from qaengine.schema import Triple
from qaengine.text import example

RECIPE = Recipe.model_validate(
    {
        "name": "tiny",
        "sources": [
            {"task": "worlds", "train_options": {"count": 6}, "valid_options": {"count": 3}}
        ],
    }
)
SCHEMA = registry().task("worlds").schema
STORY = (
    '{"group": "g", "facts": ["a b", "c"], "asked": '
    '[{"facts": 1, "question": "q ?", "answer": ["b"], "supports": [0]}]}\n'
)
GOOD = f"{SCHEMA.model_dump_json()}\n{STORY}"


def test_what_is_read_is_what_the_task_told(tmp_path: Path) -> None:
    prepare(RECIPE, tmp_path)
    told: dict[str, list[object]] = {}
    for group, story in registry().task("worlds").stories("train", count=6):
        told.setdefault(group, []).extend(example(triple, SCHEMA) for triple in story)
    assert read_stories(story_file(tmp_path, 0, "train")) == told


@pytest.mark.parametrize("task", registry().tasks().values(), ids=list(registry().tasks()))
def test_every_task_is_read_back(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens, tags and spans, too: here the samples are told as stories."""
    name = task.schema.name
    monkeypatch.setattr(task, "stories", lambda *_, **__: [("g", [one]) for one in task.samples()])
    prepare(Recipe.model_validate({"name": "one", "sources": [{"task": name}]}), tmp_path)
    told = [example(triple, task.schema) for triple in task.samples()]
    assert read_stories(story_file(tmp_path, 0, "train")) == {"g": told}


def test_prepared_twice_is_the_same_to_the_byte(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        prepare(RECIPE, tmp_path / folder)
    one, other = (story_file(tmp_path / name, 0, "train") for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_what_is_there_is_not_told_again(tmp_path: Path) -> None:
    prepare(RECIPE, tmp_path)
    path = story_file(tmp_path, 0, "valid")
    path.write_bytes(gzip.compress(GOOD.encode()))
    prepare(RECIPE, tmp_path)
    assert list(read_stories(path)) == ["g"]


def test_what_was_told_otherwise_is_told_anew(tmp_path: Path) -> None:
    """Other shares are no other stories."""
    prepare(one_source(train_options={"count": 6}), tmp_path)
    path = story_file(tmp_path, 0, "train")
    before, written = path.read_bytes(), path.stat().st_mtime_ns
    prepare(one_source(train_options={"count": 6}, share=2.0), tmp_path)
    assert path.stat().st_mtime_ns == written
    prepare(one_source(train_options={"count": 7}), tmp_path)
    assert path.read_bytes() != before
    prepare(one_source(train_options={"count": 6}), tmp_path)
    assert path.read_bytes() == before


def test_options_of_a_split_come_before_those_of_both(tmp_path: Path) -> None:
    prepare(one_source(options={"count": 6}, valid_options={"count": 2}), tmp_path / "both")
    prepare(one_source(train_options={"count": 6}, valid_options={"count": 2}), tmp_path / "each")
    for split in ("train", "valid"):
        one, other = (story_file(tmp_path / name, 0, split) for name in ("both", "each"))
        assert read_stories(one) == read_stories(other)


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    given = tmp_path / "given.jsonl.gz"
    for group in ("g", "h"):
        given.write_bytes(gzip.compress(GOOD.replace('"g"', f'"{group}"').encode()))
        prepare(one_source(file=str(given)), tmp_path / "prepared")
        assert list(read_stories(story_file(tmp_path / "prepared", 0, "train"))) == [group]
    given.unlink()  # as on a machine that got the prepared stories alone
    prepare(one_source(file=str(given)), tmp_path / "prepared")
    assert list(read_stories(story_file(tmp_path / "prepared", 0, "train"))) == ["h"]


def test_copies_are_added_to_training_only(tmp_path: Path) -> None:
    source = RECIPE.sources[0].model_copy(update={"copies": 2})
    for folder, recipe in (
        ("one", RECIPE),
        ("more", RECIPE.model_copy(update={"sources": (source,)})),
    ):
        prepare(recipe, tmp_path / folder)

    def count(folder: str, split: str) -> int:
        path = tmp_path / folder / f"0-{split}.jsonl.gz"
        return sum(map(len, read_stories(path).values()))

    assert count("more", "train") == 3 * count("one", "train")
    assert count("more", "valid") == count("one", "valid")


def one_source(**settings: object) -> Recipe:
    return Recipe.model_validate({"name": "one", "sources": [{"task": "worlds", **settings}]})


def test_stories_of_a_file_are_trained_on_and_not_validated_on(tmp_path: Path) -> None:
    given = tmp_path / "given.jsonl.gz"
    given.write_bytes(gzip.compress(GOOD.encode()))
    prepare(one_source(file=str(given)), tmp_path)
    assert list(read_stories(story_file(tmp_path, 0, "train"))) == ["g"]
    assert read_stories(story_file(tmp_path, 0, "valid")) == {}


def test_a_file_that_is_missing_or_of_another_task_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no prepared stories at nowhere\.gz"):
        prepare(one_source(file="nowhere.gz"), tmp_path)
    given = tmp_path / "given.jsonl.gz"
    given.write_bytes(gzip.compress(GOOD.encode()))
    recipe = Recipe.model_validate(
        {"name": "one", "sources": [{"task": "sentiment", "file": str(given)}]}
    )
    with pytest.raises(DataError, match=r"stories of worlds, but the recipe's source is of sent"):
        prepare(recipe, tmp_path)


def test_a_plain_source_asks_as_validation_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = registry().task("question_type")
    one, *_ = task.samples()

    def stories(split: str, **_: object) -> list[tuple[str, list[Triple]]]:
        ways = ["A?"] if split == "valid" else ["B?", "C?"]
        return [("g", [one.model_copy(update={"question": way})]) for way in ways]

    monkeypatch.setattr(task, "stories", stories)
    recipe = Recipe.model_validate(
        {"name": "one", "sources": [{"task": "question_type", "plain": True}]}
    )
    prepare(recipe, tmp_path)
    asked = read_stories(story_file(tmp_path, 0, "train"))["g"]
    assert [example.question for example in asked] == [("A", "?")] * 2


def test_a_file_is_asked_plainly_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = registry().task("question_type")
    usual = task.samples()[0].model_copy(update={"question": "What is it?"})
    story = {
        "group": "silver question_type",
        "facts": ["Who ?"],
        "asked": [{"facts": 1, "question": "Why so ?", "answer": ["human"], "supports": None}],
    }
    given = tmp_path / "given.jsonl.gz"
    lines = [task.schema.model_dump_json()]
    lines += [json.dumps(story), json.dumps(story | {"group": "other"})]
    given.write_bytes(gzip.compress("\n".join(lines).encode()))
    source = {"task": "question_type", "file": str(given), "plain": True}
    monkeypatch.setattr(task, "stories", lambda *_, **__: [("question_type", [usual])])
    prepare(Recipe.model_validate({"name": "one", "sources": [source]}), tmp_path / "told")
    groups = read_stories(story_file(tmp_path / "told", 0, "train"))
    (one,), (other,) = groups["silver question_type"], groups["other"]
    assert one.question == ("What", "is", "it", "?")
    assert other.question == ("Why", "so", "?")
    assert one.answer == other.answer == ("human",)


def test_a_group_with_many_questions_cannot_be_plain(tmp_path: Path) -> None:
    options = {"train_options": {"count": 2}, "valid_options": {"count": 2}}
    with pytest.raises(DataError, match="ask different things"):
        prepare(one_source(plain=True, **options), tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"group": "g"}',
        STORY.replace('"answer": ["b"]', '"answer": null'),
        STORY.replace("[0]", "[7]"),
        STORY.replace('"facts": 1', '"facts": 9'),
        STORY.replace('"facts": 1', '"facts": 0'),
        STORY.replace('"answer"', '"spans": [[0]], "answer"'),
    ],
)
def test_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(gzip.compress((GOOD + line).encode()))
    with pytest.raises(DataError, match=r"broken\.jsonl\.gz, line 3: ") as caught:
        read_stories(path)
    assert "\n" not in str(caught.value)


def test_file_of_an_older_qaengine_is_prepared_anew(tmp_path: Path) -> None:
    """Its first line was a story, not a schema."""
    path = tmp_path / "old.jsonl.gz"
    path.write_bytes(gzip.compress(STORY.encode()))
    with pytest.raises(DataError, match=r"line 1: no prepared story .* Delete the file"):
        read_stories(path)


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(GOOD.encode())[:-12], gzip.compress(b"\xff\xfe\n")],
    ids=["no gzip", "cut off", "no text"],
)
def test_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.jsonl\.gz"):
        read_stories(path)


def test_words_are_counted_by_stories() -> None:
    one = Example((("Mary", "left"),), ("Who", "left"), ("Mary",), ())
    more = Example((*one.facts, ("John", "left")), ("Is", "it", "John"), ("yes",), ())
    other = Example((("John", "stayed"),), ("Is", "it", "Mary"), ("yes",), ())
    known = vocabulary_of({"g": [one, more, other]}, least=2)
    assert set(known.words[2:]) == {"mary", "john", "is", "it"}
    assert known.outputs[2:] == ("yes",)


def test_without_copying_every_answer_is_generated() -> None:
    one = Example((("Mary", "left"),), ("Who", "left"), ("Mary",), ())
    assert vocabulary_of({"g": [one]}, least=1, copying=False).outputs[2:] == ("Mary",)
