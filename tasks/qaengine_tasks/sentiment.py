"""Sentiment of sentences from film reviews, on two or on five levels (Socher et al. 2013)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from qaengine.data import DATA_SETS, locate
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple
from qaengine_tasks.overlaps import bare
from qaengine_tasks.phrasings import Phrased, phrasings
from qaengine_tasks.sst_trees import Phrase, read_trees


class Family(NamedTuple):
    """Questions that want one set of answers."""

    variant: str
    questions: tuple[str, ...]
    """The first is the usual one."""
    answers: tuple[str | None, ...]
    """By the level in the data, 0 to 4; None where the question is not asked."""

    @property
    def group(self) -> str:
        return f"sentiment {self.variant}"

    def asked(self, split: Split) -> tuple[str, ...]:
        """The questions to draw from: for training all there are."""
        if split != "train":
            return self.questions[:1]
        return self.questions + phrasings("sentiment", self.variant)


TWO = Family(
    variant="two",
    questions=(
        "What's the sentiment?",
        "What is the sentiment of this text?",
        "Is it positive or negative?",
        "Does the writer speak well or badly of it?",
        "Which way does the opinion lean, good or bad?",
        "Is this praise or criticism?",
        "Would the author recommend it?",
        "Tell me whether this sounds positive or negative.",
        "How does the writer feel about it?",
        "Does this review favour the film?",
        "Was the critic pleased or disappointed?",
        "Name the polarity of the text.",
    ),
    answers=("negative", "negative", None, "positive", "positive"),
)
FIVE = Family(
    variant="five",
    questions=(
        "How positive is it, on five levels?",
        "What is the sentiment on a scale of five levels?",
        "How positive or negative is this, from very negative to very positive?",
        "Rate the opinion from very negative to very positive.",
        "Which of the five grades of sentiment does the text have?",
        "How strong is the praise or the criticism, in five steps?",
        "Is it very negative, somewhat negative, neutral, somewhat positive or very positive?",
        "On a scale of five, how favourable is the writer?",
        "What is the fine-grained sentiment?",
        "To what degree is the text positive, neutral or negative?",
        "Grade the feeling of the text: five grades, neutral in the middle.",
    ),
    answers=(
        "very negative",
        "somewhat negative",
        "neutral",
        "somewhat positive",
        "very positive",
    ),
)


class Sentiment(Phrased):
    """What a sentence's writer thinks of a film.

    Sentences: 8,544 train, 1,101 valid, 2,210 test, all of them asked on five levels; on two levels
    the 6,920, 872 and 1,821 that are not neutral.
    """

    schema = TaskSchema(
        name="sentiment",
        question=TWO.questions[0],
        paraphrases=(*TWO.questions[1:], *FIVE.questions),
        facts="tokens",
        answer="label",
        labels=(
            "positive",
            "negative",
            "very positive",
            "somewhat positive",
            "neutral",
            "somewhat negative",
            "very negative",
        ),
        source=DATA_SETS["sst"].source,
        license=DATA_SETS["sst"].license,
    )

    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Sentences, each in a group for two levels and in one for five; takes the options of
        `ask_sentences`."""
        return ask_sentences(split, **options)

    def samples(self) -> Sequence[Triple]:
        """Opinions of our own, asked on two levels and on five."""
        return SAMPLES


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Sentiment()]


def ask_sentences(
    split: Split,
    *,
    phrases: bool = False,
    least_words: int = 2,
    path: Path | str | None = None,
) -> Iterator[tuple[str, tuple[Triple]]]:
    """Group and triple of each sentence, asked on two levels (unless neutral) and on five.

    `phrases` adds to the training sentences the labelled phrases within them: each once, of at
    least `least_words` tokens, and none that stands as a sentence in another split. `path` is the
    folder of the published files. Raises `DataError`.
    """
    folder = Path(path) if path is not None else locate("sst")
    trees = read_trees(folder, split)
    told = [tree[0] for tree in trees]
    if phrases and split == "train":
        told += _phrases(trees, least_words, held_out=_sentences(folder, "valid", "test"))
    rng = random.Random(0)
    asked = {family.variant: family.asked(split) for family in (TWO, FIVE)}
    for phrase in told:
        for family in (TWO, FIVE):
            answer = family.answers[phrase.label]
            if answer is not None:
                question = rng.choice(asked[family.variant])
                yield family.group, (_triple(phrase.tokens, question, answer),)


def _triple(tokens: tuple[str, ...], question: str, answer: str) -> Triple:
    return Triple(input=tokens, question=question, answer=answer, task="sentiment")


def _sentences(folder: Path, *splits: Split) -> set[str]:
    trees = chain.from_iterable(read_trees(folder, split) for split in splits)
    return {bare(" ".join(tree[0].tokens)) for tree in trees}


def _phrases(
    trees: Sequence[Sequence[Phrase]], least_words: int, held_out: set[str]
) -> Iterator[Phrase]:
    """The phrases within the sentences, each once, that are neither sentences nor held out."""
    seen = {tree[0].tokens for tree in trees}
    for phrase in chain.from_iterable(tree[1:] for tree in trees):
        if len(phrase.tokens) < least_words or phrase.tokens in seen:
            continue
        seen.add(phrase.tokens)
        if bare(" ".join(phrase.tokens)) not in held_out:
            yield phrase


def _sample(text: str, question: str, answer: str) -> Triple:
    return _triple(tuple(text.split()), question, answer)


SAMPLES: tuple[Triple, ...] = (
    _sample("The soup was cold and the waiter rude .", TWO.questions[0], "negative"),
    _sample("I could walk through this museum for days .", TWO.questions[0], "positive"),
    _sample("We were bored before the second song .", TWO.questions[2], "negative"),
    _sample("A bright , generous and well-kept garden .", TWO.questions[3], "positive"),
    _sample("The best bicycle that I have ever owned !", FIVE.questions[0], "very positive"),
    _sample("The tent is light and mostly dry .", FIVE.questions[0], "somewhat positive"),
    _sample("The shop opens at nine .", FIVE.questions[0], "neutral"),
    _sample("The lamp is a little too dim .", FIVE.questions[1], "somewhat negative"),
    _sample("A dreadful , filthy and dangerous hotel .", FIVE.questions[0], "very negative"),
)
