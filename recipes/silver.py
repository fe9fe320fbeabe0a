"""Answers of a larger network, for the small one to learn from, to texts that nobody labelled.

    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/silver.py runs/teacher sentiment \
        --prepared runs/joint-6/prepared/7-train.jsonl.gz --count 50000 \
        --out runs/silver/sentiment.jsonl.gz

The teacher's folder is that of a training on the one task, with a transformer and one question
a group (`recipes/pretrained.toml`, `plain = true`). It is asked what it was taught; what is
written are the questions of the training stories that `--prepared` names. Each label has votes by
the teacher's chances, so that a text says how sure it was (Hinton et al. 2015, arXiv 1503.02531;
Tang et al. 2019, arXiv 1903.12136); scores are the mean of its chances; tags, names
and mentions the likeliest ones. A recipe reads the file as a source's `file`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from silver_texts import (
    Lexicon,
    Pairs,
    Variations,
    asking,
    by_turns,
    captions,
    lexicon,
    questions,
    single,
)

from qaengine.batch import Example, Words
from qaengine.checkpoint import Checkpoint, load_checkpoint
from qaengine.files import write_whole
from qaengine.prepare import Groups, read_stories
from qaengine.registry import registry
from qaengine.saying import Said
from qaengine.scoring import outcomes
from qaengine.text import example
from qaengine_tasks.overlaps import bare

SHORTEST = 10
"""Words of the texts that are varied."""
VOTES = 20
"""On the label of a text."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("teacher", type=Path)
    parser.add_argument("task", choices=sorted(TEXTS))
    parser.add_argument("--prepared", type=Path, required=True, help="the task's training stories")
    parser.add_argument(
        "--texts", type=Path, nargs="*", default=[], help="other tasks' stories to take texts from"
    )
    parser.add_argument(
        "--words", type=Path, help="tagged stories whose words are exchanged in, too"
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.texts and chosen.task not in READERS:
        parser.error(f"--texts is for {', '.join(READERS)}: other tasks make their own texts.")
    teacher, rng = load_checkpoint(chosen.teacher), random.Random(chosen.seed)
    own = chosen.teacher / "prepared" / "0-train.jsonl.gz"
    taught = {name: some[0].question for name, some in read_stories(own).items()}
    read = READERS.get(chosen.task, single)
    source = Source(
        read_stories(chosen.prepared),
        load_checkpoint(),
        by_turns([read(read_stories(path)) for path in chosen.texts], rng),
        lexicon(read_stories(chosen.words)) if chosen.words else None,
    )
    told = held_out(chosen.task)
    drawn = (one for one in TEXTS[chosen.task](source, rng) if key(one[1]) not in told)
    asked = list(islice(drawn, chosen.count))
    lines = [teacher.vocabulary.schemas[chosen.task].model_dump_json()]
    lines += (json.dumps(line) for line in _answered(teacher, taught, source.groups, asked))
    write_whole(chosen.out, gzip.compress("\n".join(lines).encode(), 6, mtime=0))
    print(f"{len(lines) - 1} answers in {chosen.out}")


def held_out(task: str) -> set[str]:
    """The facts of a task's validation and test questions, by their keys: a question that people
    ask may well be one of them."""
    known = registry().task(task)
    return {
        key(example(one, known.schema))
        for split in ("valid", "test")
        for _, story in known.stories(split)
        for one in story
    }


def key(one: Example) -> str:
    """Equal for examples whose facts count as the same."""
    return " ".join(bare(" ".join(fact)) for fact in one.facts)


@dataclass(frozen=True)
class Source:
    """What texts are made from."""

    groups: Groups
    """The task's training stories."""
    known: Checkpoint
    others: Sequence[Words] = ()
    """Texts of other tasks."""
    words: Lexicon | None = None

    def variations(self, shortest: int = 1) -> Variations:
        """Of the task's own first facts."""
        texts = (one.facts[0] for some in self.groups.values() for one in some)
        long = [text for text in texts if len(text) >= shortest]
        return Variations(long, self.known, self.words)


Asked = tuple[str, Example]
"""A group, and a question that wants an answer."""


def _sentiments(source: Source, rng: random.Random) -> Iterator[Asked]:
    """Varied sentences of films, each asked what every group asks: it is read once for all."""
    variations = source.variations(SHORTEST)
    while True:
        text = variations.draw(rng)
        for name, some in source.groups.items():
            yield _asked_of({name: some}, (text,), rng)


def _question_types(source: Source, rng: random.Random) -> Iterator[Asked]:
    """Varied questions of TREC, behind others and those of Tatoeba."""
    variations = source.variations()
    for question in dict.fromkeys((*source.others, *questions())):
        yield _asked_of(source.groups, (question,), rng)
    while True:
        yield _asked_of(source.groups, (variations.draw(rng),), rng)


def _relatednesses(source: Source, rng: random.Random) -> Iterator[Asked]:
    """Pairs of sentences of SICK and of captions, by turns."""
    name = "relatedness sick"
    groups = {name: source.groups[name]}
    sides = [side for one in groups[name] for side in one.facts]
    both = (Pairs(sides, source.known).draw(rng), Pairs(captions(), source.known).draw(rng))
    for pairs in zip(*both, strict=True):
        for pair in pairs:
            yield _asked_of(groups, pair, rng)


def _words(source: Source, rng: random.Random) -> Iterator[Asked]:
    """For tags, names and mentions: texts of other tasks, each once, and between them varied ones
    of the task's own."""
    variations = source.variations(SHORTEST)
    labelled = {one.facts[0] for some in source.groups.values() for one in some}
    for text in (one for one in source.others if one not in labelled):
        yield _asked_of(source.groups, (text,), rng)
        yield _asked_of(source.groups, (variations.draw(rng),), rng)
    while True:
        yield _asked_of(source.groups, (variations.draw(rng),), rng)


TEXTS: dict[str, Callable[[Source, random.Random], Iterator[Asked]]] = {
    "mentions": _words,
    "named_entities": _words,
    "part_of_speech": _words,
    "sentiment": _sentiments,
    "question_type": _question_types,
    "relatedness": _relatednesses,
}
READERS: dict[str, Callable[[Groups], Iterator[Words]]] = {
    "mentions": single,
    "named_entities": single,
    "part_of_speech": single,
    "question_type": asking,
}
"""What is read of other tasks' stories."""


def _asked_of(groups: Groups, facts: tuple[Words, ...], rng: random.Random) -> Asked:
    """A question that some training story was asked, of other facts."""
    name = rng.choice(list(groups))
    return name, replace(
        rng.choice(groups[name]), facts=facts, answer=None, supports=None, spans=None
    )


def _answered(
    teacher: Checkpoint,
    taught: Mapping[str, Words],
    groups: Groups,
    asked: Sequence[Asked],
) -> Iterator[dict[str, object]]:
    """`taught`: what the teacher was asked in each group."""
    examples = [replace(one, question=taught[name]) for name, one in asked]
    with torch.autocast("cpu", torch.bfloat16):  # half the time; 1 tag in 2,000 is another
        said = outcomes(teacher.network, teacher.vocabulary, examples, torch.device("cpu"))
    labels = {name: {one.answer[0] for one in some if one.answer} for name, some in groups.items()}
    for (name, one), outcome in zip(asked, said, strict=True):
        more = {"spans": outcome.said.spans} if one.kind == "spans" else {}
        yield story(name, one, _answer(outcome.said, labels[name]), **more)


def story(group: str, one: Example, answer: list[str], **more: object) -> dict[str, object]:
    """A line of prepared stories: the question of a group, as it was answered."""
    asked = {
        "facts": len(one.facts),
        "question": " ".join(one.question),
        "answer": answer,
        "supports": None,
        **more,
    }
    facts = [" ".join(fact) for fact in one.facts]
    return {"group": f"silver {group}", "facts": facts, "asked": [asked]}


def _answer(said: Said, labels: set[str]) -> list[str]:
    """Votes for the labels that the group has, by their chances; scores, tags and names are given
    as they are."""
    if said.chances:
        return [f"{sum(step * p for step, p in enumerate(said.chances, start=1)):.3f}"]
    if not said.others:
        return list(said.items)
    chances = {name: p for name, p in said.others if name in labels}
    return [name for name, votes in shared_out(chances, VOTES).items() for _ in range(votes)]


def shared_out(chances: Mapping[str, float], votes: int) -> dict[str, int]:
    """So many votes by chances of any sum, the odd ones to the largest remainders."""
    exact = {name: votes * p / sum(chances.values()) for name, p in chances.items()}
    found = {name: int(one) for name, one in exact.items()}
    nearest = sorted(exact, key=lambda name: found[name] - exact[name])
    for name in nearest[: votes - sum(found.values())]:
        found[name] += 1
    return found


if __name__ == "__main__":
    main()
