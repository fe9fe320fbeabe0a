"""The English training sentences that the word vectors are made from, split into words.

Nothing of any dev or test set, and no movie reviews but the training trees of SST. Of SICK and STS
each sentence is left out that stands in a dev or test pair of either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from qaengine.data import locate
from qaengine.schema import Split
from qaengine.text import words
from qaengine_tasks import conllu, named_entities, question_type
from qaengine_tasks.essay_files import read_essays
from qaengine_tasks.gap import read_rows
from qaengine_tasks.overlaps import bare
from qaengine_tasks.relatedness_files import read_sick, read_sts
from qaengine_tasks.sst_trees import read_trees
from qaengine_tasks.text_files import find
from qaengine_tasks.translation_files import read_multi30k, read_tatoeba

Sentence = tuple[str, ...]
LONGEST = 40
"""Words of a piece that a longer text is cut into."""
TREEBANK_QUOTES = {"``": '"', "''": '"'}


def tatoeba() -> Iterator[Sentence]:
    pairs = read_tatoeba(locate("tatoeba_fra_eng"), "train")
    yield from map(words, dict.fromkeys(english for english, _ in pairs))


def training_sentences() -> list[Sentence]:
    """The distinct sentences of all sets but Tatoeba, longer ones in pieces."""
    read = (sentence for reader in READERS for sentence in reader())
    return list(dict.fromkeys(piece for sentence in read for piece in _pieces(sentence)))


def _sst() -> Iterator[Sentence]:
    for tree in read_trees(locate("sst"), "train"):
        yield tuple(TREEBANK_QUOTES.get(token, token) for token in tree[0].tokens)


def _pairs() -> Iterator[Sentence]:
    """The sentences of SICK and STS."""

    def texts(*splits: str) -> Iterator[str]:
        for split in cast(Iterable[Split], splits):
            for pair in (
                *read_sick(locate("sick"), split),
                *read_sts(locate("stsbenchmark"), split),
            ):
                yield from (pair.first, pair.second)

    held_out = set(map(bare, texts("valid", "test")))
    yield from (words(text) for text in texts("train") if bare(text) not in held_out)


def _treebanks() -> Iterator[Sentence]:
    for name, file in (
        ("ud_english_ewt", "en_ewt-ud-train.conllu"),
        ("ud_english_gum", "en_gum-ud-train.from-sources.conllu"),
    ):
        for sentence in conllu.read_sentences(find(locate(name), file)):
            yield sentence.forms


def _gap() -> Iterator[Sentence]:
    for row in read_rows(locate("gap"), "train"):
        yield row.tokens


def _wnut17() -> Iterator[Sentence]:
    for tokens, _ in named_entities.read("train"):
        yield tokens


def _trec() -> Iterator[Sentence]:
    for triple in question_type.ask_questions("train"):
        yield triple.input


def _multi30k() -> Iterator[Sentence]:
    for english, _ in read_multi30k(locate("multi30k"), "train", "german"):
        yield words(english)


def _essays() -> Iterator[Sentence]:
    for essay in read_essays(locate("persuasive_essays"), "train"):
        for sentence in essay:
            yield tuple(word.form for word in sentence.words)


READERS: tuple[Callable[[], Iterator[Sentence]], ...] = (
    *(_sst, _pairs, _treebanks, _gap),
    *(_wnut17, _trec, _multi30k, _essays),
)


def _pieces(sentence: Sentence) -> Iterator[Sentence]:
    for start in range(0, len(sentence), LONGEST):
        yield sentence[start : start + LONGEST]
