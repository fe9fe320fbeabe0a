"""Texts with named entities told of other ones: the kinds stay, the names come from lists.

    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/other_names.py FAKER/lib/locales/en \
        --prepared runs/joint-5/prepared/3-train.jsonl.gz --out runs/silver/other-names.jsonl.gz

The lists are those of Faker (github.com/faker-ruby/faker, MIT), which `other_names.toml` sorts.
To exchange mentions of a kind: Dai and Adel 2020, arXiv 2010.11683, section 3. Casing stays: a name
in small letters gives way to one in small letters. A recipe reads the file as a source's `file`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from silver import story

from qaengine.batch import Example, FactSpan, Words
from qaengine.files import write_whole
from qaengine.prepare import read_stories
from qaengine.registry import registry
from qaengine.text import words

KINDS = Path(__file__).with_name("other_names.toml")
LONGEST = 7
"""Words of a name."""
SMALL = 0.15
"""Share of capitalised names that are told in small letters, as people type."""
MOST = 300
"""Names of a list, so that none drowns the others."""
SHARE = 0.9
"""Of the names of a text, those that are exchanged."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("lists", type=Path, help="Faker's folder of English lists")
    parser.add_argument("--prepared", type=Path, required=True, help="training stories with names")
    parser.add_argument("--copies", type=int, default=12, help="of each text")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    names, rng = read_names(chosen.lists), random.Random(0)
    groups = read_stories(chosen.prepared)
    told = {one.facts: (name, one) for name, some in groups.items() for one in some if one.spans}
    lines = [registry().task("named_entities").schema.model_dump_json()]
    for name, one in told.values():
        for _ in range(chosen.copies):
            other = exchanged(one, names, rng)
            lines.append(
                json.dumps(story(name, other, list(other.answer or ()), spans=other.spans))
            )
    write_whole(chosen.out, gzip.compress("\n".join(lines).encode(), 6, mtime=0))
    print(f"{len(lines) - 1} texts in {chosen.out}")


def exchanged(one: Example, names: Mapping[str, Sequence[Words]], rng: random.Random) -> Example:
    """The text with most of its names exchanged, each by one of its kind."""
    (text,) = one.facts
    found: list[str] = []
    spans: list[FactSpan] = []
    behind = 0
    for span in sorted(one.spans or ()):
        if span.first < behind:  # within the one before
            continue
        old = text[span.first : span.last + 1]
        new = as_typed(rng.choice(names[span.type]), old, rng) if rng.random() < SHARE else old
        found += text[behind : span.first]
        spans.append(span._replace(first=len(found), last=len(found) + len(new) - 1))
        found += new
        behind = span.last + 1
    return replace(one, facts=((*found, *text[behind:]),), answer=("",), spans=tuple(spans))


def as_typed(name: Words, old: Words, rng: random.Random) -> Words:
    """The name as somebody would type it who typed the old one so."""
    letters = "".join(old)
    if letters.startswith(("#", "@")):
        return (letters[0] + "".join(name),)
    if letters.islower() or (not letters.isupper() and rng.random() < SMALL):
        return tuple(word.lower() for word in name)
    if letters.isupper() and len(letters) > 4:
        return tuple(word.upper() for word in name)
    return name


def read_names(folder: Path) -> dict[str, list[Words]]:
    """By kind, the names of its lists, `MOST` of each."""
    lists = read_lists(folder)
    kinds: dict[str, list[str]] = tomllib.loads(KINDS.read_text("utf-8"))
    rng = random.Random(0)
    return {
        kind: [
            name
            for pattern in patterns
            for name in map(words, drawn(pattern, lists, rng))
            if 0 < len(name) <= LONGEST
        ]
        for kind, patterns in kinds.items()
    }


def read_lists(folder: Path) -> dict[str, list[str]]:
    """Faker's lists by their names, "file.list": plain texts only, none that is put together."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text("utf-8").replace("\t", " "))
        for name, values in _lists(content["en"]["faker"], ""):
            found[name] = [one for one in values if not re.search(r"[#?{}<>]", one)]
    return found


def _lists(content: Any, name: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _lists(value, f"{name}.{key}" if name else str(key))
    elif isinstance(content, list):
        yield name, [str(one) for one in chain.from_iterable(map(_flat, content))]


def _flat(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def drawn(pattern: str, lists: Mapping[str, Sequence[str]], rng: random.Random) -> list[str]:
    """At most `MOST` names of lists, or of what two lists make together."""
    parts = [
        [one for name, some in lists.items() if fnmatchcase(name, part) for one in some]
        for part in pattern.split(" + ")
    ]
    if not all(parts):
        raise SystemExit(f"Faker has no list {pattern!r}; is it version 2.21?")
    if len(parts) == 1:
        return rng.sample(parts[0], min(MOST, len(parts[0])))
    return [" ".join(map(rng.choice, parts)) for _ in range(MOST)]


if __name__ == "__main__":
    main()
