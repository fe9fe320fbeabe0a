"""Prepared stories: what training reads, so that it needs neither spaCy nor the data sets.

A JSON line a story: {"group", "facts", "asked": [{"facts", "question", "answer", "supports"}]},
words separated by blanks; a question sees the first "facts" facts. The file's first line is the
task's schema.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any

from qaengine.batch import Example, FactSpan, asked_along
from qaengine.errors import DataError
from qaengine.files import write_whole
from qaengine.recipe import Recipe, Source
from qaengine.registry import registry
from qaengine.schema import Split, TaskSchema, Triple
from qaengine.subwords import Subwords
from qaengine.vocabulary import Vocabulary

Groups = dict[str, list[Example]]


def prepare(recipe: Recipe, folder: Path) -> None:
    """Writes each source's stories to `folder`, unless they are there already, told as the recipe
    says; `told.json` there keeps how each source was."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "told.json"
    before = json.loads(record.read_text("utf-8")) if record.exists() else {}
    for number, source in enumerate(recipe.sources):
        told = before.get(str(number))
        wanted = _wanted(source, recipe.training.seed, told or {})
        same = told in (None, wanted)  # None: an older qaengine told it
        for split in ("train", "valid"):
            path = story_file(folder, number, split)
            if not (path.exists() and same):
                write_whole(path, _prepared(source, split, recipe.training.seed))
        before[str(number)] = wanted
        write_whole(record, json.dumps(before, indent=1))


def _wanted(source: Source, seed: int, told: dict[str, Any]) -> dict[str, Any]:
    """All that decides which stories a source tells; where its file is gone, as it was `told`."""
    settings = source.model_dump(mode="json", exclude={"least", "share"})
    file, content = Path(source.file), told.get("content", "")
    if source.file and file.is_file():
        content = hashlib.sha256(file.read_bytes()).hexdigest()
    return {**settings, "seed": seed, "content": content}


def _prepared(source: Source, split: Split, seed: int) -> bytes:
    if source.file and split == "train":
        return _given(source)
    lines = [registry().task(source.task).schema.model_dump_json()]
    if not source.file:
        lines += (json.dumps(story) for story in _told(source, split, seed))
    return gzip.compress("\n".join(lines).encode(), 6, mtime=0)


def _given(source: Source) -> bytes:
    """A file of prepared stories, as it is, or asked plainly; raises `DataError` where it holds
    none of the task."""
    path, task = Path(source.file), source.task
    if not path.is_file():
        raise DataError(
            f"There are no prepared stories at {path}. Make them with recipes/silver.py, or name "
            "another file in the recipe's source."
        )
    tasks = {one.task for some in read_stories(path).values() for one in some}
    if tasks != {task}:
        raise DataError(
            f"{path} holds stories of {', '.join(sorted(tasks)) or 'no task'}, but the recipe's "
            f"source is of {task}."
        )
    content = path.read_bytes()
    return _asked_plainly(content, _plain_questions(source)) if source.plain else content


def _asked_plainly(content: bytes, plain: dict[str, str]) -> bytes:
    """A file of stories whose groups, "silver GROUP", are asked as GROUP is in validation."""
    from qaengine.text import words

    schema, *lines = gzip.decompress(content).decode().split("\n")
    told = [schema]
    for story in map(json.loads, lines):
        question = plain.get(story["group"].removeprefix("silver "))
        if question is not None:
            for asked in story["asked"]:
                asked["question"] = " ".join(words(question))
        told.append(json.dumps(story))
    return gzip.compress("\n".join(told).encode(), 6, mtime=0)


def story_file(folder: Path, number: int, split: Split) -> Path:
    """Where the stories of a recipe's source stand."""
    return folder / f"{number}-{split}.jsonl.gz"


def read_stories(path: Path) -> Groups:
    """The examples of a file by group; the questions of a story share its facts."""
    groups: Groups = {}
    sentences: dict[str, tuple[str, ...]] = {}
    number = 1
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            schema = TaskSchema.model_validate_json(next(lines, ""))
            for number, line in enumerate(lines, 2):  # noqa: B007 - named in the error
                story = json.loads(line)
                told = _examples(story, schema, sentences)
                groups.setdefault(story["group"], []).extend(told)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        reason, _, _ = str(error).partition("\n")
        raise DataError(
            f"{path}, line {number}: no prepared story ({type(error).__name__}: {reason}). "
            "Delete the file to prepare anew."
        ) from None
    return groups


def _examples(
    story: dict[str, Any], schema: TaskSchema, sentences: dict[str, tuple[str, ...]]
) -> Iterator[Example]:
    def split(text: str) -> tuple[str, ...]:
        return sentences.setdefault(text, tuple(text.split(" ")))

    facts = tuple(map(split, story["facts"]))
    for asked in story["asked"]:
        count, supports, spans = asked["facts"], asked["supports"], asked.get("spans")
        if not 1 <= count <= len(facts) or any(not 0 <= one < count for one in supports or ()):
            raise ValueError("it points outside its facts")
        yield Example(
            facts[:count],
            split(asked["question"]),
            tuple(map(intern, asked["answer"])),  # votes name the same labels ever again
            None if supports is None else tuple(supports),
            schema.name,
            schema.answer,
            schema.facts,
            None if spans is None else tuple(FactSpan(*span) for span in spans),
            _further(asked["further"], split) if "further" in asked else None,
        )


def _further(asked: dict[str, Any], split: Callable[[str], tuple[str, ...]]) -> Example:
    spans = tuple(FactSpan(*span) for span in asked["spans"])
    return asked_along(asked["task"], split(asked["fact"]), split(asked["question"]), spans)


def _told(source: Source, split: Split, seed: int) -> Iterator[dict[str, Any]]:
    task = registry().task(source.task)
    more = source.train_options if split == "train" else source.valid_options
    rng = random.Random(f"{seed}:{source.task}")
    told: Counter[str] = Counter()
    plain = _plain_questions(source) if source.plain and split == "train" else {}
    for group, story in task.stories(split, **{**source.options, **more}):
        if group in plain:
            story = [one.model_copy(update={"question": plain[group]}) for one in story]
        told[group] += 1
        if source.most and told[group] > source.most:
            continue
        yield _line(group, story, task.schema)
        for _ in range(source.copies if split == "train" else 0):
            yield _line(group, task.varied(group, story, rng, **source.vary), task.schema)


def _plain_questions(source: Source) -> dict[str, str]:
    """What each group is asked in validation; raises `DataError` where it is not one question."""
    found: dict[str, str] = {}
    stories = registry().task(source.task).stories
    for group, story in stories("valid", **{**source.options, **source.valid_options}):
        for one in story:
            if found.setdefault(group, one.question) != one.question:
                raise DataError(
                    f"The stories of {group!r} ask different things ({found[group]!r}, "
                    f"{one.question!r}): leave out plain = true for {source.task}."
                )
    return found


def _line(group: str, story: Sequence[Triple], schema: TaskSchema) -> dict[str, Any]:
    from qaengine.text import example

    examples = [example(triple, schema) for triple in story]
    facts = max((one.facts for one in examples), key=len)
    return {
        "group": group,
        "facts": [" ".join(fact) for fact in facts],
        "asked": [
            {
                "facts": len(one.facts),
                "question": " ".join(one.question),
                "answer": one.answer,
                "supports": one.supports,
                **({"spans": one.spans} if one.spans is not None else {}),
                **({"further": _asked_along(one.further)} if one.further is not None else {}),
            }
            for one in examples
        ],
    }


def _asked_along(one: Example) -> dict[str, Any]:
    return {
        "task": one.task,
        "fact": " ".join(one.facts[0]),
        "question": " ".join(one.question),
        "spans": one.spans,
    }


def vocabulary_of(
    groups: Groups,
    least: int,
    *,
    copying: bool = True,
    tasks: Sequence[TaskSchema] = (),
    parts: int = 4_000,
) -> Vocabulary:
    """The words that occur in at least `least` stories, those that answers generate, and `parts`
    parts of words where texts are to be written.

    A network that copies generates only what cannot be copied; one that does not, everything.
    """
    stories = list(chain.from_iterable(map(_stories, groups.values())))
    texts = (_words(story) for story in stories)
    outputs = (set(_unread(story, copying)) for story in stories)
    known = Vocabulary.build(texts, outputs, least)
    written = [
        one.answer[0] for story in stories for one in story if one.kind == "text" and one.answer
    ]
    subwords = Subwords.train(written, parts).to_json() if written else ""
    return known.model_copy(update={"tasks": tuple(tasks), "subwords": subwords})


def _stories(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Runs of examples that share their facts: each begins with those of the one before."""
    story: list[Example] = []
    for one in examples:
        if story and one.facts[: len(story[-1].facts)] != story[-1].facts:
            yield story
            story = []
        story.append(one)
    if story:
        yield story


def _words(story: Sequence[Example]) -> set[str]:
    longest = story[-1].facts  # the last question has heard the whole story
    texts = chain(longest, (one.question for one in story))
    return {word.lower() for text in texts for word in text}


def _unread(story: Sequence[Example], copying: bool) -> Iterator[str]:
    """The answer words that a question's own text does not hold."""
    for one in story:
        if one.kind != "words":
            continue
        read = {word.lower() for text in (*one.facts, one.question) for word in text if copying}
        yield from (item for item in one.answer or () if item.lower() not in read)
