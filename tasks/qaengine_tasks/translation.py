"""Translation from English: Multi30k (French, German), Tatoeba (French) and Ding (German)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.errors import DataError, unknown
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.ding_files import read_sentences, read_terms
from qaengine_tasks.phrasings import Phrased, phrasings
from qaengine_tasks.translation_files import Pair, of_split, read_multi30k, read_tatoeba
from qaengine_tasks.translation_names import with_renamed

FRENCH = (
    "In French?",
    "How do you say this in French?",
    "Translate it into French.",
    "What is this in French?",
    "What would a French speaker say?",
    "Give the French translation.",
    "Can you put this into French?",
    "How does the text read in French?",
    "Render the sentence in French, please.",
    "French, please.",
    "Write this in French.",
)
GERMAN = (
    "In German?",
    "How do you say this in German?",
    "Translate it into German.",
    "What is this in German?",
    "What would a German speaker say?",
    "Give the German translation.",
    "Can you put this into German?",
    "How does the text read in German?",
    "Render the sentence in German, please.",
    "German, please.",
    "Write this in German.",
)
"""Each language's questions, the usual one first."""

CORPORA = ("multi30k french", "multi30k german", "tatoeba french")
DATA = ("multi30k", "tatoeba_fra_eng", "ding")
FURTHER = ("ding german", "ding_terms german")
"""Of a dictionary, for those who name them: sentences, and words and phrases, to train on only."""


class Translation(Phrased):
    """English sentences and their translations; each corpus is a group.

    Pairs in train, valid and test: Multi30k 29,000, 1,014 and 1,000 (test_2016_flickr) in each
    language; Tatoeba 139,811, 1,026 and 965; of Ding 16,563, 177 and 176, and 19,755 terms.
    """

    schema = TaskSchema(
        name="translation",
        question=FRENCH[0],
        paraphrases=(*FRENCH[1:], *GERMAN),
        facts="tokens",
        answer="text",
        metric="bleu",
        license="; ".join(f"{name}: {DATA_SETS[name].license}" for name in DATA),
        source="; ".join(DATA_SETS[name].source for name in DATA),
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Triples of a split; takes the options of `stories`."""
        for _, story in self.stories(split, **options):
            yield from story

    def stories(
        self,
        split: Split,
        *,
        corpora: Sequence[str] = CORPORA,
        renamed: int = 0,
        **options: Any,
    ) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Each pair alone, in the group "translation CORPUS".

        `corpora` are some of CORPORA and FURTHER; `tatoeba` is the most of its pairs to train on,
        drawn evenly; `renamed` copies of a training pair tell of people with other names, where it
        tells of any; `path` is a folder that holds multi30k/, tatoeba_fra_eng/ and ding/, each by
        default located. All files are read and checked before anything is given. Raises
        `DataError`.
        """
        pairs = {name: _read(name, split, **options) for name in corpora}
        for name, some in pairs.items():
            copies = renamed if split == "train" else 0
            yield from self._asked(name, split, with_renamed(some, copies, random.Random(name)))

    def _asked(
        self, corpus: str, split: Split, pairs: Iterable[Pair]
    ) -> Iterator[tuple[str, Sequence[Triple]]]:
        from qaengine.text import words

        group = f"{self.schema.name} {corpus}"
        questions = GERMAN if corpus.endswith("german") else FRENCH
        ways = questions + phrasings(self.schema.name, corpus.split()[-1])
        rng = random.Random(group)
        for english, foreign in pairs:
            triple = Triple(
                input=words(english),
                question=rng.choice(ways) if split == "train" else questions[0],
                answer=foreign,
                task=self.schema.name,
            )
            yield group, (triple,)

    def samples(self) -> Sequence[Triple]:
        """Sentences of our own, in both languages."""
        from qaengine.text import words

        return [
            Triple(input=words(english), question=question, answer=foreign, task=self.schema.name)
            for english, question, foreign in SAMPLES
        ]

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """BLEU and chrF of the whole (sacrebleu; `signature()`); an abstention says nothing."""
        answers = ["" if value is None else str(value) for value in said]
        references = [[triple.answer or "" for triple in gold]]
        return {
            name: metric.corpus_score(answers, references).score
            for name, metric in _metrics().items()
        }


SAMPLES = (
    ("The cat is sleeping under the table.", "In French?", "Le chat dort sous la table."),
    ("The cat is sleeping under the table.", "In German?", "Die Katze schläft unter dem Tisch."),
    ("Where is the key?", "Translate it into French.", "Où est la clé ?"),
    ("Where is the key?", "How do you say this in German?", "Wo ist der Schlüssel?"),
    ("Two girls are baking bread.", "French, please.", "Deux filles font du pain."),
    ("Two girls are baking bread.", "Write this in German.", "Zwei Mädchen backen Brot."),
    ("I don't like rain.", "What is this in French?", "Je n'aime pas la pluie."),
    (
        "Our train leaves at noon.",
        "Give the German translation.",
        "Unser Zug fährt um zwölf Uhr ab.",
    ),
)


def signature() -> dict[str, str]:
    """What sacrebleu calls the settings of each score; it belongs beside every figure."""
    signatures = {}
    for name, metric in _metrics().items():
        metric.corpus_score(["a"], [["a"]])  # it knows its settings only after scoring
        signatures[name] = str(metric.get_signature())
    return signatures


def _metrics() -> dict[str, Any]:
    from sacrebleu import BLEU, CHRF

    return {"bleu": BLEU(), "chrf": CHRF()}


def _read(
    corpus: str, split: Split, *, path: Path | str | None = None, tatoeba: int | None = None
) -> list[Pair]:
    if corpus not in CORPORA + FURTHER:
        raise DataError(unknown("corpus of translations called", corpus, CORPORA + FURTHER))
    name, language = corpus.split()
    if name == "multi30k":
        return read_multi30k(_folder("multi30k", path), split, language)
    if name == "ding":
        return of_split(read_sentences(_folder("ding", path)), split)
    if name == "ding_terms":
        return read_terms(_folder("ding", path)) if split == "train" else []
    pairs = read_tatoeba(_folder("tatoeba_fra_eng", path), split)
    if split != "train" or tatoeba is None or tatoeba >= len(pairs):
        return pairs
    drawn = sorted(random.Random(0).sample(range(len(pairs)), tatoeba))
    return [pairs[number] for number in drawn]


def _folder(name: str, path: Path | str | None) -> Path:
    return locate(name) if path is None else Path(path) / name


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Translation()]
