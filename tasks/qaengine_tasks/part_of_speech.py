"""Part-of-speech tags: Penn Treebank tags of the English Web Treebank (Silveira et al. 2014)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from qaengine.data import locate
from qaengine.errors import DataError
from qaengine.metrics import tag_accuracy
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.conllu import Sentence, Token, read_sentences
from qaengine_tasks.gum_files import treebank
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.text_files import find

# fmt: off
TAGS = (
    "$", "''", ",", "-LRB-", "-RRB-", ".", ":", "ADD", "AFX", "CC", "CD", "DT", "EX", "FW", "GW",
    "HYPH", "IN", "JJ", "JJR", "JJS", "LS", "MD", "NFP", "NN", "NNP", "NNPS", "NNS", "PDT", "POS",
    "PRP", "PRP$", "RB", "RBR", "RBS", "RP", "SYM", "TO", "UH", "VB", "VBD", "VBG", "VBN", "VBP",
    "VBZ", "WDT", "WP", "WP$", "WRB", "``",
)
# fmt: on
"""The tags of the training set; valid and test hold no other."""

FILES: dict[Split, str] = {
    "train": "en_ewt-ud-train.conllu",
    "valid": "en_ewt-ud-dev.conllu",
    "test": "en_ewt-ud-test.conllu",
}

SAMPLES = (
    "Rivers/NNS carry/VBP sand/NN to/IN the/DT sea/NN ./.",
    "Who/WP painted/VBD this/DT old/JJ fence/NN ?/.",
    "She/PRP has/VBZ n't/RB called/VBN her/PRP$ uncle/NN yet/RB ./.",
    "Tom/NNP 's/POS kite/NN flew/VBD higher/RBR than/IN ours/PRP ./.",
    "Please/UH bring/VB two/CD lemons/NNS ,/, some/DT salt/NN and/CC a/DT knife/NN ./.",
    "There/EX might/MD be/VB snow/NN in/IN Oslo/NNP tomorrow/NN !/.",
    "To/TO win/VB ,/, we/PRP must/MD train/VB harder/RBR ./.",
)
"""Sentences of our own."""


class PartOfSpeech(Phrased):
    """12,544 sentences to train, 2,001 valid, 2,077 test (204,577, 25,147, 25,094 words)."""

    schema = TaskSchema(
        name="part_of_speech",
        question="What are the POS tags?",
        paraphrases=(
            "What are the part-of-speech tags?",
            "What is the part of speech of each word?",
            "Which word class does every word belong to?",
            "Give the POS tag of each token.",
            "Label every word as a noun, a verb and so on.",
            "Show me the Penn Treebank tags.",
            "POS tags, please.",
            "Do part-of-speech tagging on this sentence.",
            "Can you tell the word classes of this sentence?",
            "How would a tagger annotate these words?",
        ),
        facts="tokens",
        answer="tags",
        labels=TAGS,
        metric="accuracy",
        source="Silveira et al. 2014, LREC; github.com/UniversalDependencies/UD_English-EWT",
        license="CC BY-SA 4.0",
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Sentences with their tags; takes the options of `read`."""
        sentences = read(split, **options)
        for sentence, question in zip(sentences, questions(self.schema, split), strict=False):
            yield self._triple(sentence.forms, question, [one.xpos for one in sentence.tokens])

    def samples(self) -> Sequence[Triple]:
        """Sentences of our own, tagged by hand."""
        tagged = [[word.rsplit("/", 1) for word in sample.split()] for sample in SAMPLES]
        return tuple(
            self._triple([word for word, _ in pairs], self.schema.question, [t for _, t in pairs])
            for pairs in tagged
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """The percentage of all tokens with the right tag."""
        return tag_accuracy(gold, said)

    def _triple(self, tokens: Sequence[str], question: str, tags: Sequence[str]) -> Triple:
        return Triple(
            input=tuple(tokens), question=question, answer=" ".join(tags), task=self.schema.name
        )


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [PartOfSpeech()]


def read(split: Split, *, gum: bool = False, path: Path | str | None = None) -> list[Sentence]:
    """The sentences of a split; `path` is the folder of the three .conllu files.

    `gum`: those for training, and behind them GUM's 10,160, which are tagged nearly alike, from the
    folder ud_english_gum beside. Raises `DataError`, also where an XPOS is none of `TAGS`.
    """
    folder = Path(path) if path is not None else locate("ud_english_ewt")
    sentences = _read(find(folder, FILES[split]))
    if gum and split == "train":
        held_out = {_key(one) for other in ("valid", "test") for one in read(other, path=path)}
        beside = locate("ud_english_gum") if path is None else folder.parent / "ud_english_gum"
        more = _read(treebank("train", beside))
        sentences += _retagged([one for one in more if _key(one) not in held_out], sentences)
    return sentences


def _key(sentence: Sentence) -> str:
    return " ".join(sentence.forms).lower()


def _retagged(more: list[Sentence], like: list[Sentence]) -> list[Sentence]:
    """EWT tags `;`, `...` and dashes as commas, GUM as colons: each as most often in `like`."""
    tags: dict[str, Counter[str]] = {}
    for token in chain.from_iterable(one.tokens for one in like):
        tags.setdefault(token.form, Counter())[token.xpos] += 1

    def retagged(token: Token) -> Token:
        if token.xpos != ":" or token.form not in tags:
            return token
        return replace(token, xpos=tags[token.form].most_common(1)[0][0])

    return [replace(one, tokens=tuple(map(retagged, one.tokens))) for one in more]


def _read(file: Path) -> list[Sentence]:
    sentences = read_sentences(file)
    for number, sentence in enumerate(sentences, start=1):
        for token in sentence.tokens:
            if token.xpos not in TAGS:
                raise DataError(
                    f"{file}, sentence {number} ({sentence.name}): {token.form!r} has the XPOS "
                    f"{token.xpos!r}. Known: {' '.join(TAGS)}."
                )
    return sentences
