"""Sentiment of sentences and phrases: the Stanford Sentiment Treebank (Socher et al. 2013).

A softmax over the classes, with dropout before it: for encoders over trees on each labelled node;
for the others on the sentence and on phrases, each read by itself and drawn anew in each round. The
loss is the sum over nodes, the mean over sentences or phrases, as in Tai et al. 2015, section 4.1.
On two levels, as there, neutral phrases are learnt as a third class that is never said, and neutral
sentences are left out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qaengine.data import locate
from qaengine.network.encoder import Encoded, Encoder
from qaengine.reproduce.experiment import Experiment, Head, fitting, lower, some
from qaengine.reproduce.heads import Heads
from qaengine.reproduce.reader import Reader, Sentence, encoders_loss
from qaengine.reproduce.rows import Settings
from qaengine.schema import Split
from qaengine.tree import Tree
from qaengine_tasks.sst_trees import treebank

DROPOUT = 0.5
NONE = -1
"""The class of what is not labelled."""
CLASSES = {"fine": (0, 1, 2, 3, 4), "binary": (0, 0, 2, 1, 1)}
"""Of each level in the data, by variant."""
SAID = {"fine": 5, "binary": 2}
"""So many of the classes are answers; a neutral phrase of two levels has none of them."""
SPLITS: tuple[Split, ...] = ("train", "valid", "test")


class Labelled(NamedTuple):
    """A sentence with its tree, or words without one: a sentence, or a phrase of one."""

    read: Sentence
    classes: tuple[int, ...]
    """Of the nodes of the tree, the root last, or of the words together."""
    whole: bool = True
    """Whether it is a sentence."""


class Classifier(Head[Labelled]):
    """Softmax over a linear map."""

    def __init__(self, reader: Reader, variant: str) -> None:
        super().__init__(reader)
        self.dropout = nn.Dropout(DROPOUT)
        self.linear = nn.Linear(reader.encoder.width, 1 + max(CLASSES[variant]))
        self.answers = SAID[variant]

    def loss(self, examples: Sequence[Labelled]) -> Tensor:
        encoded, logits = self._logits(examples)
        gold = torch.tensor([one for example in examples for one in example.classes])
        total = F.cross_entropy(logits, gold.to(logits.device), ignore_index=NONE, reduction="sum")
        return total / len(examples) + encoders_loss(encoded, total)

    def said(self, examples: Sequence[Labelled]) -> list[int]:
        """The classes of all that is classified, example by example."""
        logits = self._logits(examples)[1]
        found: list[int] = logits[:, : self.answers].argmax(1).tolist()
        return found

    def _logits(self, examples: Sequence[Labelled]) -> tuple[Encoded, Tensor]:
        encoded = self.reader([example.read for example in examples])
        vectors = encoded.summary
        if encoded.nodes is not None:
            counts = torch.tensor([len(example.classes) for example in examples])
            there = torch.arange(encoded.nodes.shape[1]) < counts[:, None]
            vectors = encoded.nodes[there.to(encoded.nodes.device)]
        return encoded, self.linear(self.dropout(vectors))


@dataclass
class Sentiment(Experiment[Labelled]):
    table = "sst"
    tunes = True

    phrases: int = 0
    """So many a sentence are learnt in each round besides it."""
    parts: list[Labelled] = field(default_factory=list)
    """The phrases of the training, from which they are drawn."""

    def sentences(self, example: Labelled) -> Sequence[Sentence]:
        return (example.read,)

    def drawn(self, rng: random.Random) -> list[Labelled]:
        sentences = self.splits["train"]
        count = min(self.phrases * len(sentences), len(self.parts))
        return [*sentences, *rng.sample(self.parts, count)]

    @property
    def share(self) -> int:
        return 1 + self.phrases

    def head(self, reader: Reader) -> Classifier:
        return Classifier(reader, self.variant)

    def score(self, examples: Sequence[Labelled], said: Sequence[Any]) -> dict[str, float]:
        """Accuracy in percent: of sentences, and of all labelled phrases where they are there;
        in a dependency tree some of them are no node."""
        answers = iter([one for batch in said for one in batch])
        whole, every = [], []
        for example in examples:
            right = [(gold, next(answers) == gold) for gold in example.classes]
            if example.whole:
                whole.append(right[-1][1])
            every += [correct for gold, correct in right if 0 <= gold < SAID[self.variant]]
        scores = {"accuracy": _percent(whole)}
        if self.reads == "dependency" or len(every) == len(whole):
            return scores
        return scores | {"all": _percent(every)}


def _percent(right: Sequence[bool]) -> float:
    return 100 * sum(right) / max(len(right), 1)


def experiment(
    encoder: type[Encoder], variant: str, settings: Settings, heads: Heads | None
) -> Sentiment:
    """The treebank as an encoder reads it: a tree of constituents, or of dependencies where those
    are given and the encoder has no need of pairs. Without a tree, training draws from the phrases
    of its sentences, validation has sentences only, and the test has all phrases, too. Raises
    `DataError`."""
    reads = "sequences"
    if encoder.needs_trees:
        reads = "constituency" if heads is None or encoder.binary_trees else "dependency"
    parsed = heads if reads == "dependency" else None
    chosen = CLASSES[variant]

    def classes(tree: Tree) -> dict[tuple[int, int], int]:
        levels = [int(node.label or "") for node in tree.nodes]
        return dict(zip(tree.spans, (chosen[level] for level in levels), strict=True))

    def sentence(tree: Tree) -> Labelled:
        found = classes(tree)
        whole = found[0, len(tree.tokens)]
        if not encoder.needs_trees:
            return Labelled(Sentence(lower(tree.tokens)), (whole,))
        read = tree if parsed is None else parsed.tree("".join(tree.tokens))
        return _over_nodes(fitting(encoder, read), found, len(tree.tokens))

    def phrases(tree: Tree) -> list[Labelled]:
        words = lower(tree.tokens)
        *found, _ = classes(tree).items()
        return [Labelled(Sentence(words[slice(*span)]), (one,), False) for span, one in found]

    splits, parts = {}, []
    for split in SPLITS:
        trees = [
            tree
            for tree in some(_trees(locate("sst"), split), settings.limit)
            if chosen[int(tree.nodes[-1].label or "")] < SAID[variant]
        ]
        splits[split] = [sentence(tree) for tree in trees]
        if settings.phrases and not encoder.needs_trees and split != "valid":
            found = [phrase for tree in trees for phrase in phrases(tree)]
            parts += found if split == "train" else []
            splits[split] += found if split == "test" else []
    learns = "nodes" if encoder.needs_trees else "phrases" if parts else "sentences"
    return Sentiment(variant, reads, learns, splits, settings.phrases if parts else 0, parts)


@lru_cache(maxsize=3)
def _trees(folder: Path, split: Split) -> tuple[Tree, ...]:
    return tuple(treebank(folder, split))


def _over_nodes(read: Tree, classes: dict[tuple[int, int], int], words: int) -> Labelled:
    """Each node has the class of the phrase that has the same words; where a parser split the
    sentence into other words, only the root has one."""
    whole = classes[0, words]
    same = len(read.tokens) == words
    found = [classes.get(span, NONE) if same else NONE for span in read.spans[:-1]]
    return Labelled(Sentence(lower(read.tokens), read), (*found, whole))
