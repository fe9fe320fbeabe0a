"""Sentiment of sentences and phrases: the Stanford Sentiment Treebank (Socher et al. 2013).

A softmax over the classes, with dropout before it: on the sentence; for encoders over trees on each
labelled node; where `phrases` says so, for the others on each labelled phrase, read by itself. The
loss is the sum over nodes, the mean over sentences, as in Tai et al. 2015, section 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qaengine.data import locate
from qaengine.network.encoder import Encoded, Encoder
from qaengine.reproduce.experiment import Experiment, Head, Heads, fitting, lower, some
from qaengine.reproduce.reader import Reader, Sentence, encoders_loss
from qaengine.reproduce.rows import Settings
from qaengine.schema import Split
from qaengine.tree import Tree
from qaengine_tasks.sst_trees import treebank

DROPOUT = 0.5
NONE = -1
"""The class of what is not labelled, or neutral on two levels."""
CLASSES = {"fine": (0, 1, 2, 3, 4), "binary": (0, 0, NONE, 1, 1)}
"""Of each level in the data, by variant."""
SPLITS: tuple[Split, ...] = ("train", "valid", "test")


class Labelled(NamedTuple):
    """A sentence and its phrases, each with a class; the whole sentence is the last."""

    units: tuple[Sentence, ...]
    """What is read: the sentence with its tree, or each phrase by itself."""
    classes: tuple[int, ...]
    """Of the nodes of the tree, or of the units."""


class Classifier(Head[Labelled]):
    """Softmax over a linear map."""

    def __init__(self, reader: Reader, classes: int) -> None:
        super().__init__(reader)
        self.dropout = nn.Dropout(DROPOUT)
        self.linear = nn.Linear(reader.encoder.width, classes)

    def loss(self, examples: Sequence[Labelled]) -> Tensor:
        encoded, logits = self._logits(examples)
        gold = torch.tensor([one for example in examples for one in example.classes])
        total = F.cross_entropy(logits, gold.to(logits.device), ignore_index=NONE, reduction="sum")
        return total / len(examples) + encoders_loss(encoded, total)

    def said(self, examples: Sequence[Labelled]) -> list[int]:
        """The classes of all that is classified, example by example."""
        found: list[int] = self._logits(examples)[1].argmax(1).tolist()
        return found

    def _logits(self, examples: Sequence[Labelled]) -> tuple[Encoded, Tensor]:
        encoded = self.reader([unit for example in examples for unit in example.units])
        vectors = encoded.summary
        counts = torch.tensor([len(example.classes) for example in examples])
        if encoded.nodes is not None:
            there = torch.arange(encoded.nodes.shape[1]) < counts[:, None]
            vectors = encoded.nodes[there.to(encoded.nodes.device)]
        return encoded, self.linear(self.dropout(vectors))


class Sentiment(Experiment[Labelled]):
    table = "sst"
    tunes = True

    def sentences(self, example: Labelled) -> Sequence[Sentence]:
        return example.units

    def head(self, reader: Reader) -> Classifier:
        return Classifier(reader, 1 + max(CLASSES[self.variant]))

    def score(self, examples: Sequence[Labelled], said: Sequence[Any]) -> dict[str, float]:
        """Accuracy in percent: of sentences, and of all labelled phrases where they are there."""
        answers = iter([one for batch in said for one in batch])
        whole, every = [], []
        for example in examples:
            right = [(gold, next(answers) == gold) for gold in example.classes]
            whole.append(right[-1][1])
            every += [correct for gold, correct in right if gold != NONE]
        scores = {"accuracy": _percent(whole)}
        return scores if self.learns == "sentences" else scores | {"all": _percent(every)}


def _percent(right: Sequence[bool]) -> float:
    return 100 * sum(right) / max(len(right), 1)


def experiment(
    encoder: type[Encoder], variant: str, settings: Settings, heads: Heads | None
) -> Sentiment:
    """The treebank as an encoder reads it: a tree of constituents, or of dependencies where those
    are given and the encoder has no need of pairs. Sentences that are neutral are left out on two
    levels. Raises `DataError`."""
    reads = "sequences"
    if encoder.needs_trees:
        reads = "constituency" if heads is None or encoder.binary_trees else "dependency"
    learns = "nodes" if encoder.needs_trees else "phrases" if settings.phrases else "sentences"

    parsed = heads if reads == "dependency" else None
    chosen = CLASSES[variant]

    def labelled(tree: Tree) -> Labelled:
        levels = [int(node.label or "") for node in tree.nodes]
        classes = dict(zip(tree.spans, (chosen[level] for level in levels), strict=True))
        if learns == "nodes":
            read = tree if parsed is None else parsed.tree("".join(tree.tokens))
            return _over_nodes(fitting(encoder, read), classes, len(tree.tokens))
        spans = list(classes) if learns == "phrases" else [(0, len(tree.tokens))]
        units = tuple(Sentence(lower(tree.tokens[slice(*span)])) for span in spans)
        return Labelled(units, tuple(classes[span] for span in spans))

    splits = {}
    for split in SPLITS:
        examples = map(labelled, some(_trees(locate("sst"), split), settings.limit))
        splits[split] = [example for example in examples if example.classes[-1] != NONE]
    return Sentiment(variant, reads, learns, splits)


@lru_cache(maxsize=3)
def _trees(folder: Path, split: Split) -> tuple[Tree, ...]:
    return tuple(treebank(folder, split))


def _over_nodes(read: Tree, classes: dict[tuple[int, int], int], words: int) -> Labelled:
    """Each node has the class of the phrase that has the same words; where a parser split the
    sentence into other words, only the root has one."""
    whole = classes[0, words]
    same = len(read.tokens) == words
    found = [classes.get(span, NONE) if same else NONE for span in read.spans[:-1]]
    return Labelled((Sentence(lower(read.tokens), read),), (*found, whole))
