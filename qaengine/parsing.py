"""Trees for text that somebody types: spaCy's parsers, or the small one that comes along.

    (tree,) = parse("It really works.")
    print(tree.drawn())

The words and sentences are those of `qaengine.text`, whichever pipeline parses, so that a tree
fits what the network reads. The environment variable QAENGINE_PARSER names an installed pipeline,
such as en_core_web_sm, in place of ours (recipes/parser: how it was trained).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from qaengine.batch import Batch, Gold, Words
from qaengine.errors import InputError
from qaengine.text import clean, sentences, words
from qaengine.tree import Tree

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork

VARIABLE = "QAENGINE_PARSER"
SHIPPED = Path(__file__).with_name("parser")
SEEN = 50_000
"""Sentences whose trees are kept, at most: training meets the same ones again and again."""
_NOT_NEEDED = ["tagger", "morphologizer", "attribute_ruler", "lemmatizer", "ner", "senter"]
_EMPTY = "_"
"""Parsed in place of a word without characters, which spaCy does not take."""

_lock = RLock()
"""spaCy's vocabulary grows while it reads: one thread at a time."""
_trees: dict[tuple[str, Words], Tree] = {}


def parse(text: str, parser: str | None = None) -> list[Tree]:
    """The dependency tree of each sentence of a text; `binarised` makes one of phrases of each,
    which is the dependency tree put in pairs, not what a constituency parser would find.

    `parser` is the name or folder of a spaCy pipeline; by default what QAENGINE_PARSER names, or
    else ours, whose labels are Universal Dependencies'. Raises `InputError` where the pipeline is
    not installed or parses nothing.
    """
    return trees([words(sentence) for sentence in sentences(clean(text)[0])], parser)


def trees(sentences: Sequence[Words], parser: str | None = None) -> list[Tree]:
    """As `parse`, of sentences that are split into words; each gets exactly one tree."""
    name = parser or os.environ.get(VARIABLE) or str(SHIPPED)
    with _lock:
        known = {one: _trees[name, one] for one in sentences if (name, one) in _trees}
        new = [one for one in dict.fromkeys(sentences) if one not in known]
        if new:
            known |= zip(new, _parsed(_pipeline(name), new), strict=True)
            if len(_trees) + len(new) > SEEN:
                _trees.clear()
            _trees.update({(name, one): known[one] for one in new})
    return [known[one] for one in sentences]


def with_trees(batch: Batch, network: DynamicMemoryNetwork) -> Batch:
    """The batch with the trees of its sentences, where the network's encoder reads trees: in the
    form that it reads. Where it attends to nodes (`NetworkConfig.nodes`), these are its facts."""
    encoder = network.encoder
    if not encoder.needs_trees:
        return batch
    grown = trees(batch.texts)
    if encoder.binary_trees:
        grown = [tree.binarised for tree in grown]
    further = batch.further
    if further is not None:
        further = replace(further, batch=with_trees(further.batch, network))
    batch = replace(batch, trees=tuple(grown), further=further)
    by_node = network.config.nodes and batch.unit == "tokens" and batch.kind == "label"
    return _of_nodes(batch) if by_node else batch


def _of_nodes(batch: Batch) -> Batch:
    import torch

    assert batch.trees is not None
    counts = torch.tensor([len(batch.trees[text].nodes) for text in batch.facts[:, 0].tolist()])
    gold = batch.gold
    if gold is not None:  # supports are words, and nobody knows which nodes they are
        nothing = gold.supports.new_zeros(len(batch), int(counts.max()))
        gold = Gold(gold.answer, nothing, torch.zeros_like(gold.supervised))
    return replace(batch, unit="nodes", fact_counts=counts, gold=gold)


@lru_cache(maxsize=4)
def _pipeline(name: str) -> Language:
    import spacy
    from spacy.util import get_installed_models

    try:
        pipeline = spacy.load(name, exclude=_NOT_NEEDED)
    except OSError:
        installed = ", ".join(get_installed_models()) or "none"
        raise InputError(
            f"There is no spaCy pipeline {name!r}. Installed: {installed}. Install it with "
            f"`python -m spacy download {name}`, name another, or unset {VARIABLE} for the parser "
            "that comes with qaengine."
        ) from None
    if "parser" not in pipeline.pipe_names:
        raise InputError(
            f"The spaCy pipeline {name!r} has no parser, only "
            f"{', '.join(pipeline.pipe_names) or 'a tokenizer'}. Name one that has, or unset "
            f"{VARIABLE} for the parser that comes with qaengine."
        )
    return pipeline


def _parsed(pipeline: Language, sentences: Sequence[Words]) -> list[Tree]:
    from spacy.tokens import Doc

    with pipeline.memory_zone():  # whoever asks for years must not fill the memory with words
        docs = [
            Doc(
                pipeline.vocab,
                [word or _EMPTY for word in sentence],
                sent_starts=[place == 0 for place in range(len(sentence))],
            )
            for sentence in sentences
        ]
        found = [_heads(doc) for doc in pipeline.pipe(docs)]
    return [
        Tree.from_heads(sentence, heads, labels)
        for sentence, (heads, labels) in zip(sentences, found, strict=True)
    ]


def _heads(doc: Doc) -> tuple[list[int], list[str]]:
    """As `Tree.from_heads` takes them. Where a parser finds several roots, the later ones depend on
    the first, as what stands side by side does in Universal Dependencies."""
    heads = [0 if word.head.i == word.i else word.head.i + 1 for word in doc]
    labels = [word.dep_.lower() or "dep" for word in doc]
    first, *others = [place for place, head in enumerate(heads) if not head]
    labels[first] = "root"
    for place in others:
        heads[place], labels[place] = first + 1, "parataxis"
    return heads, labels
