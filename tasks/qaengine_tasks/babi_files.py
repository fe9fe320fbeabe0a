"""Reads bAbI files in the published format: plain, gzipped, or straight from the archive.

    1 Mary moved to the bathroom.
    2 Where is Mary? <TAB>bathroom<TAB>1

IDs count the lines of a story; a question names the IDs of the facts that its answer rests on.
"""

from __future__ import annotations

import gzip
import logging
import sys
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from qaengine.errors import DataError, unknown
from qaengine.schema import Split, Triple

Story = tuple[Triple, ...]
"""The questions of one story, in order; each one's facts begin with those of the one before."""

SKILLS: dict[int, str] = {
    1: "single-supporting-fact",
    2: "two-supporting-facts",
    3: "three-supporting-facts",
    4: "two-arg-relations",
    5: "three-arg-relations",
    6: "yes-no-questions",
    7: "counting",
    8: "lists-sets",
    9: "simple-negation",
    10: "indefinite-knowledge",
    11: "basic-coreference",
    12: "conjunction",
    13: "compound-coreference",
    14: "time-reasoning",
    15: "basic-deduction",
    16: "basic-induction",
    17: "positional-reasoning",
    18: "size-reasoning",
    19: "path-finding",
    20: "agents-motivations",
}
"""The skills by their number, named as in the published files."""

CONFIGS: dict[str, tuple[Split, ...]] = {
    "en": ("train", "test"),
    "en-10k": ("train", "test"),
    "en-valid": ("train", "valid", "test"),
    "en-valid-10k": ("train", "valid", "test"),
}
"""The splits of each configuration: 1,000 or 10,000 training questions a skill; the "valid" ones
hold a tenth of them out. The test questions are the same in all."""

PARTIAL_QA3 = "derived/en-10k_qa3_train.partial1925.txt.gz"
"""385 of the 2,000 stories: stands in for a 10k training file of skill 3 that is absent."""

_log = logging.getLogger(__name__)


def read(path: Path, config: str, split: Split, skills: Iterable[int]) -> dict[int, list[Story]]:
    """Stories by skill, from a folder that holds the configurations or the published .tar.gz.

    All files are read and checked before anything is given back. Raises `DataError`.
    """
    wanted = _file_names(config, split, skills)
    texts = _read_archive(path, wanted) if path.is_file() else _read_folder(path, wanted)
    return {skill: parse(text, name) for skill, (name, text) in texts.items()}


def parse(text: str, name: str) -> list[Story]:
    """The stories of a file in the published format; `name` is what errors call the file.

    Supporting IDs become indices from 0 into the facts before the question, in the file's order.
    Raises `DataError` with line number and reason.
    """
    stories: list[list[Triple]] = []
    facts: list[str] = []
    fact_of: dict[int, int] = {}  # line ID -> index of the fact
    last = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            identity, content = _line(line, last)
            if identity == 1:
                stories.append([])
                facts, fact_of = [], {}
            if "\t" in content:
                stories[-1].append(_question(content, facts, fact_of))
            else:
                fact_of[identity] = len(facts)
                facts.append(sys.intern(content.strip()))
        except ValueError as error:
            raise DataError(f"{name}, line {number}: {error}. The line: {line[:100]!r}.") from None
        last = identity
    if not any(stories):
        raise DataError(f"{name} holds no question. A question line is: ID question<TAB>answer.")
    return [tuple(story) for story in stories if story]


def _line(line: str, last: int) -> tuple[int, str]:
    identity, _, content = line.strip("\r").partition(" ")
    if not (identity.isascii() and identity.isdigit()):
        raise ValueError("a line begins with its ID, a number")
    if int(identity) not in (1, last + 1):
        raise ValueError(f"the ID after {last} is {last + 1}, or 1 for a new story")
    if not content.strip():
        raise ValueError("nothing follows the ID")
    return int(identity), content


def _question(content: str, facts: list[str], fact_of: Mapping[int, int]) -> Triple:
    fields = [field.strip() for field in content.split("\t")]
    if len(fields) != 3 or not all(fields[:2]):
        raise ValueError("a question line is: ID question<TAB>answer<TAB>supporting IDs")
    if not facts:
        raise ValueError("a question needs a fact before it")
    question, answer, supports = fields
    return Triple(
        input=tuple(facts),
        question=sys.intern(question),
        answer=sys.intern(answer),
        task="babi",
        supports=tuple(_support(identity, fact_of) for identity in supports.split()),
    )


def _support(identity: str, fact_of: Mapping[int, int]) -> int:
    if not identity.isdigit() or int(identity) not in fact_of:
        raise ValueError(f"the supporting ID {identity!r} is no fact before the question")
    return fact_of[int(identity)]


def _file_names(config: str, split: Split, skills: Iterable[int]) -> dict[int, str]:
    """Each skill's file, such as "en-valid/qa1_train.txt"."""
    if config not in CONFIGS:
        raise DataError(unknown("bAbI configuration", config, CONFIGS))
    if split not in CONFIGS[config]:
        hint = f" Use config 'en-valid{config[2:]}'." if split == "valid" else ""
        raise DataError(unknown(f"split of bAbI {config!r} called", split, CONFIGS[config]) + hint)
    names = {}
    for skill in skills:
        if skill not in SKILLS:
            raise DataError(f"bAbI has the skills 1 to 20; there is no {skill!r}.")
        slug = "" if "valid" in config else f"_{SKILLS[skill]}"
        names[skill] = f"{config}/qa{skill}{slug}_{split}.txt"
    return names


def _read_archive(path: Path, wanted: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """Skill -> (name for errors, text); one pass, since a .tar.gz cannot be searched."""
    skill_of = {name: skill for skill, name in wanted.items()}
    found: dict[int, tuple[str, str]] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = "/".join(Path(member.name).parts[-2:])
                if name in skill_of and (file := archive.extractfile(member)):
                    label = f"{path}:{name}"
                    found[skill_of[name]] = label, _decode(file.read(), label)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(
            f"{path} cannot be read as a .tar.gz ({error}). Fetch it again: `qaengine fetch babi`."
        ) from error
    if absent := [name for skill, name in wanted.items() if skill not in found]:
        raise DataError(f"{path} holds no {absent[0]}. Fetch it again: `qaengine fetch babi`.")
    return {skill: found[skill] for skill in wanted}


def _read_folder(path: Path, wanted: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """Skill -> (name for errors, text)."""
    inner = path / "tasks_1-20_v1-2"
    root = inner if inner.is_dir() else path
    return {skill: _read_plain_or_gz(root, name) for skill, name in wanted.items()}


def _read_plain_or_gz(root: Path, name: str) -> tuple[str, str]:
    for path in (root / name, root / f"{name}.gz"):
        if path.is_file():
            return str(path), _decode(_unzipped(path), str(path))
    if "10k/qa3_" in name and name.endswith("_train.txt"):
        return _partial_qa3(root, name)
    raise DataError(
        f"{root / name} is missing (also as .gz). Fetch the data set with `qaengine fetch babi`, "
        "or name the folder that holds en/, en-10k/, en-valid/ and en-valid-10k/."
    )


def _partial_qa3(root: Path, name: str) -> tuple[str, str]:
    path = root.parent / PARTIAL_QA3
    if not path.is_file():
        raise DataError(f"{root / name} is missing, and so is its partial copy {path}.")
    text = _decode(_unzipped(path), str(path))
    if name.startswith("en-valid"):
        _, valid = _read_plain_or_gz(root, name.replace("train", "valid"))
        held_out = set(_split_stories(valid))
        text = "".join(story for story in _split_stories(text) if story not in held_out)
    _log.info("%s is absent: reading the partial copy %s instead", name, path)
    return str(path), text


def _split_stories(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if line.startswith("1 ")]
    ends = [*starts[1:], len(lines)]
    return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _unzipped(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}. Fetch or copy it again.") from error


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{name}, line {line}: not UTF-8 ({error.reason}).") from error
