"""Votes of several networks on tags or labels, to texts that one of them was asked before.

    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/silver_votes.py part_of_speech \
        runs/teacher runs/tags --silver runs/silver/part_of_speech.jsonl.gz --count 120000 \
        --out runs/silver/votes.jsonl.gz

A transformer and the small network that it taught err on other words, and the mean of their
chances is better than either; so both teach the small one anew (Furlanello et al. 2018, arXiv
1805.04770). `--silver` names files of `recipes/silver.py`: first come the texts on which the last
network says otherwise than the file, since what all agree on is known already, then others drawn at
random. Votes go by chances, where a likeliest tag would not tell of any doubt; votes on labels that
a file has already are one network's more, so that only the learner need be named for them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from silver import shared_out, story
from torch import Tensor

from qaengine.batch import Example
from qaengine.checkpoint import load_checkpoint
from qaengine.files import write_whole
from qaengine.network.transformer import NOTHING
from qaengine.prepare import read_stories
from qaengine.scoring import batched

VOTES = {"part_of_speech": 10, "sentiment": 20, "question_type": 20}
"""On the tag of a word, the label of a text."""
Asked = tuple[str, Example]
"""A group, and a question with the answer of a file."""
Chances = Float[Tensor, "w labels"]
"""Of each word's tag, or, in one row, of a text's label."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("task", choices=sorted(VOTES))
    parser.add_argument("networks", type=Path, nargs="+", help="the last one is to learn anew")
    parser.add_argument("--silver", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=120_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    found = {
        (group, one.facts): (group, one)
        for path in chosen.silver
        for group, some in read_stories(path).items()
        for one in some
    }
    schema = load_checkpoint(chosen.networks[-1]).vocabulary.schemas[chosen.task]
    asked, learner = list(found.values()), chosen.networks[-1]
    said = list(chances(learner, asked, schema.labels))
    kept = first_told_otherwise(asked, said, schema.labels, random.Random(chosen.seed))
    kept = kept[: chosen.count]
    asked = [asked[number] for number in kept]
    voters = [[said[number] for number in kept]]
    voters += [list(chances(folder, asked, schema.labels)) for folder in chosen.networks[:-1]]
    if schema.answer == "label":
        voters.append([told(one, schema.labels) for _, one in asked])
    means = [torch.stack(some).mean(0) for some in zip(*voters, strict=True)]
    lines = [schema.model_dump_json()]
    lines += (
        json.dumps(voted(*one, mean, schema.labels, VOTES[chosen.task]))
        for one, mean in zip(asked, means, strict=True)
    )
    write_whole(chosen.out, gzip.compress("\n".join(lines).encode(), 6, mtime=0))
    print(f"{len(lines) - 1} texts in {chosen.out}")


def first_told_otherwise(
    asked: Sequence[Asked], said: Sequence[Chances], labels: Sequence[str], rng: random.Random
) -> list[int]:
    """Numbers of the texts on which the learner says otherwise than the file, then of the others,
    both in random order."""
    otherwise = {
        number
        for number, ((_, one), some) in enumerate(zip(asked, said, strict=True))
        if [labels[best] for best in some.argmax(-1).tolist()] != likeliest(one)
    }
    print(f"{len(otherwise)} of {len(asked)} texts are told otherwise")
    order = rng.sample(range(len(asked)), len(asked))
    return sorted(order, key=lambda number: number not in otherwise)


def likeliest(one: Example) -> list[str]:
    """The tags that a file gives, or the label that has most of its votes."""
    assert one.answer is not None, "a file of answers"
    if one.kind == "tags":
        return list(one.answer)
    return [Counter(one.answer).most_common(1)[0][0]]


def told(one: Example, labels: Sequence[str]) -> Chances:
    """A file's votes on a text's label, as chances."""
    votes = Counter(one.answer)
    return torch.tensor([[votes[name] / votes.total() for name in labels]])


def chances(folder: Path, asked: Sequence[Asked], labels: Sequence[str]) -> Iterator[Chances]:
    """What a network says of each text, of the labels that its group has; it is asked what it was
    taught, where that was one question."""
    network = load_checkpoint(folder)
    examples = [one for _, one in asked]
    own = folder / "prepared" / "0-train.jsonl.gz"
    groups = read_stories(own) if own.exists() else {}
    taught = {one.question for some in groups.values() for one in some}
    if len(taught) == 1:
        examples = [replace(one, question=next(iter(taught))) for one in examples]
    absent = {group: absent_of(group, asked, labels) for group in dict(asked)}
    found: dict[int, Tensor] = {}
    for numbered, batch in batched(network.network, network.vocabulary, examples):
        with torch.autocast("cpu", torch.bfloat16):
            decoded = network.network.reply(batch).decoded
        for row, (number, one) in enumerate(numbered):
            logs = (
                decoded["tags"][row, : one.count] if one.kind == "tags" else decoded["labels"][row]
            )
            found[number] = (
                (logs.float() + absent[asked[number][0]]).softmax(-1).view(-1, len(labels))
            )
    yield from (found[number] for number in range(len(asked)))


def absent_of(
    group: str, asked: Sequence[Asked], labels: Sequence[str]
) -> Float[Tensor, " labels"]:
    """Very low for each label that no answer of a group has."""
    known = {name for other, one in asked if other == group for name in one.answer or ()}
    return torch.tensor([0.0 if name in known else NOTHING for name in labels])


def voted(
    group: str, one: Example, mean: Chances, labels: Sequence[str], votes: int
) -> dict[str, object]:
    """A line with so many votes. On tags they stand sentence by sentence, so that each is a whole
    one."""
    rows = [
        [
            name
            for name, count in shared_out(dict(zip(labels, row, strict=True)), votes).items()
            for _ in range(count)
        ]
        for row in mean.tolist()
    ]
    answer = [row[number] for number in range(votes) for row in rows]
    return story(group.removeprefix("silver "), one, answer)


if __name__ == "__main__":
    main()
