"""Mentions: every phrase that stands for a person, a thing, a place, one within another (GUM)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import locate
from qaengine.metrics import span_scores
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.coreference_files import Document, read_litbank, without_possessives
from qaengine_tasks.gum_files import read_gum
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.spans import Place, bracketed, parted, spans_triple

SAMPLES = (
    "[[Rosa] 's neighbour] grows [tomatoes on [the balcony]] .",
    "[The captain of [the old ferry]] lost [[his] keys] again .",
    "[We] saw [it] .",
    "Never again !",
    "[A boy with [a red kite]] asked [me] the way to [the harbour of [Riga]] .",
    "In [1962] , [[her] grandmother] opened [a school for [nurses]] in [Peru] .",
    "[[[Ali] 's sister] 's dog] barked at [them] .",
    "[Most visitors] like [the gardens behind [the museum]] .",
)
"""Sentences of our own."""

Marked = tuple[tuple[str, ...], tuple[Place, ...]]


class Mentions(Phrased):
    """GUM: 10,224 sentences to train, 1,575 valid, 1,464 test (49,649, 7,897, 7,927 mentions).

    LitBank: 6,997, 806, 759 (23,176, 2,752, 3,169).
    """

    schema = TaskSchema(
        name="mentions",
        question="What are the mentions?",
        paraphrases=(
            "Which mentions are there?",
            "Find all mentions of entities.",
            "Put brackets around each mention.",
            "Which phrases refer to somebody or something?",
            "What does this sentence mention?",
            "Show the mentions, nested ones too.",
            "Mark every noun phrase and pronoun that refers.",
            "Do mention detection.",
            "Where are the referring expressions?",
            "Can you bracket the phrases that could corefer?",
        ),
        facts="tokens",
        answer="spans",
        metric="F1",
        source="Zeldes 2017, LREV 51, github.com/amir-zeldes/gum; "
        "Bamman et al. 2020, LREC, github.com/dbamman/litbank",
        license="GUM: annotations CC BY 4.0, texts per genre, several non-commercial; "
        "its sentences CC BY-NC-SA 4.0; LitBank: CC BY 4.0",
    )

    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Sentences with the name of their group; takes the options of `read`."""
        asked = questions(self.schema, split)
        for group, sentences in read(split, **options).items():
            for (tokens, found), question in zip(sentences, asked, strict=False):
                yield group, (spans_triple(self.schema.name, tokens, question, found),)

    def samples(self) -> Sequence[Triple]:
        """Sentences of our own."""
        marked = [bracketed(sample) for sample in SAMPLES]
        return tuple(
            spans_triple(self.schema.name, tokens, self.schema.question, found)
            for tokens, found in marked
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """F1 of the mentions, nested ones too, both ends right; precision, recall; in percent."""
        return span_scores(gold, said)


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Mentions()]


def read(
    split: Split, *, litbank: bool = False, path: Path | str | None = None
) -> dict[str, list[Marked]]:
    """The sentences of a split by their group: "mentions gum" and, if wanted, "mentions litbank".

    LitBank marks fewer kinds of things: people, places, buildings, vehicles, organizations.
    `path` is a folder that holds gum_coref, ud_english_gum and litbank.
    """
    groups = {"mentions gum": _read_gum(split, path)}
    if litbank:
        groups["mentions litbank"] = _read_litbank(split, path)
    return groups


def _read_gum(split: Split, path: Path | str | None) -> list[Marked]:
    """Sentences of GUM and their mentions, those of the native scheme, singletons too."""
    return [
        sentence
        for document, _, borders in read_gum(split, path)
        for sentence in cut(document, borders)
    ]


def _read_litbank(split: Split, path: Path | str | None) -> list[Marked]:
    """Sentences of LitBank and their mentions."""
    documents = read_litbank(
        Path(path) / "litbank" if path is not None else locate("litbank"), split
    )
    return [sentence for document in documents for sentence in cut(document, document.sentences)]


def cut(document: Document, borders: Iterable[tuple[int, int]]) -> list[Marked]:
    """The document's sentences with their mentions.

    Mentions that cross a border are left out; the published files have none.
    """
    mentions = without_possessives(document).mentions
    places = sorted({(mention.start, mention.end, "") for mention in mentions})
    return parted(document.tokens, places, borders)
