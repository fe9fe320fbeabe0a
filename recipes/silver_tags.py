"""Votes of two networks together on tags, to texts that one of them was asked before.

    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/silver_tags.py runs/teacher runs/tags \
        --silver runs/silver/part_of_speech.jsonl.gz --count 120000 --out runs/silver/votes.jsonl.gz

A transformer and the small network that it taught err on other words, and the mean of their log
chances is better than either; so both teach the small one anew (Furlanello et al. 2018, arXiv
1805.04770). `--silver` names files of `recipes/silver.py`: first come the texts on which the last
network says otherwise than the file, since what all agree on is known already, then others drawn at
random. Each word has votes by its chances, where a likeliest tag would not tell of any doubt.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from silver import shared_out, story

from qaengine.batch import Example
from qaengine.checkpoint import Checkpoint, load_checkpoint
from qaengine.files import write_whole
from qaengine.prepare import read_stories
from qaengine.scoring import batched, outcomes

TASK = "part_of_speech"
VOTES = 10
"""On the tag of a word."""
CPU = torch.device("cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("networks", type=Path, nargs="+", help="the last one is to learn anew")
    parser.add_argument("--silver", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=120_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    asked = {
        one.facts: one
        for path in chosen.silver
        for some in read_stories(path).values()
        for one in some
    }
    texts = chosen_of(list(asked.values()), load_checkpoint(chosen.networks[-1]), chosen)
    logs = [torch.cat(list(chances(folder, texts))) for folder in chosen.networks]
    mean = torch.stack(logs).mean(0).softmax(-1)
    schema = load_checkpoint(chosen.networks[-1]).vocabulary.schemas[TASK]
    lines = [schema.model_dump_json(), *map(json.dumps, voted(texts, mean, schema.labels))]
    write_whole(chosen.out, gzip.compress("\n".join(lines).encode(), 6, mtime=0))
    print(f"{len(lines) - 1} texts in {chosen.out}")


def chosen_of(
    examples: Sequence[Example], learner: Checkpoint, chosen: argparse.Namespace
) -> list[Example]:
    """Texts on which the learner says otherwise, then others, so many in all."""
    said = outcomes(learner.network, learner.vocabulary, examples, CPU)
    known = [outcome.said.items == one.answer for one, outcome in zip(examples, said, strict=True)]
    print(f"{known.count(False)} of {len(known)} texts are told otherwise")
    order = random.Random(chosen.seed).sample(range(len(examples)), len(examples))
    return [examples[number] for number in sorted(order, key=known.__getitem__)[: chosen.count]]


def chances(folder: Path, texts: Sequence[Example]) -> Iterator[torch.Tensor]:
    """Log chances of the tags of each text's words, (words, tags), text by text; a network is asked
    what it was taught, where that was one question."""
    network = load_checkpoint(folder)
    own = read_stories(folder / "prepared" / "0-train.jsonl.gz")
    taught = {one.question for some in own.values() for one in some}
    if len(taught) == 1:
        texts = [replace(one, question=next(iter(taught))) for one in texts]
    found: dict[int, torch.Tensor] = {}
    for numbered, batch in batched(network.network, network.vocabulary, texts):
        with torch.autocast("cpu", torch.bfloat16):
            logs = network.network.reply(batch).decoded["tags"].float()
        found |= {number: logs[row, : one.count] for row, (number, one) in enumerate(numbered)}
    yield from (found[number] for number in range(len(texts)))


def voted(
    texts: Sequence[Example], mean: torch.Tensor, labels: Sequence[str]
) -> Iterator[dict[str, object]]:
    """`mean`: chances of all words, text by text. Votes stand sentence by sentence, so that each
    is a whole one."""
    place = 0
    for one in texts:
        rows = mean[place : place + one.count].tolist()
        place += one.count
        votes = [
            [
                tag
                for tag, votes in shared_out(dict(zip(labels, row, strict=True)), VOTES).items()
                for _ in range(votes)
            ]
            for row in rows
        ]
        yield story(TASK, one, [vote[number] for number in range(VOTES) for vote in votes])


if __name__ == "__main__":
    main()
