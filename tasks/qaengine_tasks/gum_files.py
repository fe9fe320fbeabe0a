"""GUM's documents with the sentences of its treebank (Zeldes 2017), which its files keep apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from qaengine.data import locate
from qaengine.errors import DataError
from qaengine.schema import Split
from qaengine_tasks.conllu import Sentence, read_sentences
from qaengine_tasks.coreference_files import Document, read_documents, sentences_of
from qaengine_tasks.text_files import find

FILES: dict[Split, tuple[str, str]] = {
    "train": ("gum_train.conll", "en_gum-ud-train.conllu"),
    "valid": ("gum_dev.conll", "en_gum-ud-dev.conllu"),
    "test": ("gum_test.conll", "en_gum-ud-test.conllu"),
}
"""Of each split the file of mentions and that of sentences."""

TRAIN_REBUILT = "en_gum-ud-train.from-sources.conllu"
"""The training sentences put together from a file a document; the same words."""

Parsed = tuple[Document, tuple[Sentence, ...], tuple[tuple[int, int], ...]]
"""A document, its sentences, and the tokens of each: the first, and the one behind the last."""


def treebank(split: Split, folder: Path) -> Path:
    """The file of a split's sentences in the folder of UD GUM."""
    rebuilt = (TRAIN_REBUILT,) if split == "train" else ()
    return find(folder, FILES[split][1], *rebuilt)


def read_gum(split: Split, path: Path | str | None = None) -> list[Parsed]:
    """The documents of a split. `path` is a folder that holds gum_coref and ud_english_gum.

    The file of mentions knows no sentences: their borders are those of the treebank. Raises
    `DataError`, also where the two files have other words.
    """
    documents = read_documents(find(_folder("gum_coref", path), FILES[split][0]))
    file = treebank(split, _folder("ud_english_gum", path))
    sentences: dict[str, list[Sentence]] = {}
    for sentence in read_sentences(file):
        sentences.setdefault(sentence.document, []).append(sentence)
    if missing := [one.name for one in documents if one.name not in sentences]:
        raise DataError(
            f"{file} lacks {len(missing)} documents of {FILES[split][0]}, {missing[0]} first. "
            "Take both from one release."
        )
    return list(_parsed(documents, sentences))


def _parsed(documents: list[Document], sentences: dict[str, list[Sentence]]) -> Iterator[Parsed]:
    for document in documents:
        own = tuple(sentences[document.name])
        yield document, own, tuple(sentences_of(document, [one.forms for one in own]))


def names(document: Document, sentences: tuple[Sentence, ...]) -> list[tuple[int, int, str]]:
    """The mentions that are names: start, end and type, in tokens of the document, in order.

    A name is what a mention has of proper nouns at its end, without what stands before them: "the
    young Ada Brandt" has "Ada Brandt". Of names within one another the longest counts.
    """
    tags = [token.xpos for token in chain.from_iterable(one.tokens for one in sentences)]
    found: dict[tuple[int, int], str] = {}
    for mention in sorted(document.mentions, key=lambda one: one.start - one.end):
        end = mention.end
        while end > mention.start and tags[end - 1] == "POS":  # [Ada's] hat
            end -= 1
        start = end
        while start > mention.start and tags[start - 1] in ("NNP", "NNPS"):
            start -= 1
        if start < end:  # the innermost mention comes last, and is the one that has the name
            found[start, end] = mention.type
    taken: set[int] = set()
    chosen = []
    for (start, end), type_ in sorted(found.items(), key=lambda one: one[0][0] - one[0][1]):
        places = range(start, end)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append((start, end, type_))
    return sorted(chosen)


def _folder(name: str, path: Path | str | None) -> Path:
    return Path(path) / name if path is not None else locate(name)
