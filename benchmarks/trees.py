"""Training trees a second of the batched Tree-LSTMs, beside a recursion over nodes.

    QAENGINE_DATA=... python benchmarks/trees.py --json trees.json

Both train on the same trees and word vectors, with a loss at every node, and count everything from
the trees to the optimizer's step. The recursion calls itself at every node, with the gates of a
node in one product; it classifies all nodes of a tree together. Constituency trees are those of the
Stanford Sentiment Treebank, dependency trees those of UD English EWT; without data, random ones.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from measuring import arguments, machine, report
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from qaengine.data import locate
from qaengine.errors import DataError
from qaengine.network.encoder import Sentences
from qaengine.network.forest import Forest
from qaengine.tree import Tree
from qaengine_encoders.tree_lstm import ChildSumTreeLSTMEncoder, ConstituencyTreeLSTMEncoder
from qaengine_tasks import conllu, sst_trees
from qaengine_tasks.text_files import find

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CLASSES = 5
LONGEST = 35
"""Words of a random sentence, at most."""
GOAL = 20
"""Times the speed of the recursion."""


class Sample(NamedTuple):
    """A tree to train on."""

    tree: Tree
    words: Tensor
    """(t, d)"""
    gold: Tensor
    """(k): a class for each node, in the tree's order."""


Loss = Callable[[Sequence[Sample]], Tensor]
State = tuple[Tensor, Tensor]


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seconds", type=float, default=20, help="of each training")
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--width", type=int, default=150)
    parser.add_argument("--trees", type=int, default=2000, help="so many of the treebank")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    described = machine() | {"threads": chosen.threads, "device": chosen.device}
    constituency = measured(Constituency(chosen.width), *treebank("sst"), chosen)
    child_sum = measured(ChildSum(chosen.width), *treebank("ud_english_ewt"), chosen)
    report(
        f"Tree-LSTMs, batches of {chosen.batch}, width {chosen.width}",
        [*rows("Constituency", constituency), *rows("Child-Sum", child_sum)],
        {"machine": described, **constituency, "child_sum": child_sum},
        chosen.json,
    )


def rows(name: str, found: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The table's lines for an encoder."""
    for who, speed in found["trees_per_second"].items():
        yield f"{name}, {who}", f"{speed:,.0f} trees/s", ""
    yield f"{name}, {found['trees']} trees", f"{found['speedup']:.1f} times", f"{GOAL} times"
    for batch, speed in found["nodes_per_s_by_batch"].items():
        yield f"{name}, batches of {batch}", f"{speed:,.0f} nodes/s", "rising"


def treebank(name: str) -> tuple[str, list[Tree]]:
    """The name and the training trees of a data set; random ones where it is not at hand."""
    try:
        folder = locate(name)
        if name == "sst":
            return name, sst_trees.treebank(folder, "train")
        return name, conllu.read_trees(find(folder, "en_ewt-ud-train.conllu"))
    except DataError:
        chance = random.Random(0)
        grown = [dependencies(chance.randint(1, LONGEST), chance) for _ in range(2000)]
        return "random", [tree.binarised for tree in grown] if name == "sst" else grown


def dependencies(words: int, chance: random.Random) -> Tree:
    """A random tree: each word depends on one that came before it in a random order."""
    order = chance.sample(range(1, words + 1), words)
    heads = [0] * words
    for place in range(1, words):
        heads[order[place] - 1] = order[chance.randrange(place)]
    return Tree.from_heads(["word"] * words, heads)


def samples(trees: Sequence[Tree], width: int, count: int, device: str) -> list[Sample]:
    """Some of the trees with random vectors; a class is the level, or the number of children."""
    chosen = random.Random(0).sample(trees, min(count, len(trees)))
    torch.manual_seed(0)
    return [
        Sample(
            tree,
            torch.randn(len(tree.tokens), width).to(device),
            torch.tensor(
                [
                    int(node.label)
                    if node.label in sst_trees.LEVELS
                    else len(node.children) % CLASSES
                    for node in tree.nodes
                ]
            ).to(device),
        )
        for tree in chosen
    ]


class Contender(nn.Module):
    """An encoder and a classifier of nodes, trained level by level or by recursion."""

    encoder: Any

    def __init__(self, width: int) -> None:
        super().__init__()
        self.classify = nn.Linear(width, CLASSES)

    def levels(self, batch: Sequence[Sample]) -> Tensor:
        """The loss, all trees at once."""
        forest = Forest.of([sample.tree for sample in batch])
        words = pad_sequence([sample.words for sample in batch], batch_first=True)
        lengths = torch.tensor([len(sample.words) for sample in batch])
        nodes = self.encoder(Sentences(words, lengths, forest)).nodes
        gold = pad_sequence([sample.gold for sample in batch], True, padding_value=-100)
        logits = self.classify(nodes).flatten(0, 1)
        return F.cross_entropy(logits, gold.flatten(), reduction="sum") / len(batch)

    def recursion(self, batch: Sequence[Sample]) -> Tensor:
        """The same loss, a node at a time."""
        return torch.stack([self._alone(sample) for sample in batch]).sum() / len(batch)

    def _alone(self, sample: Sample) -> Tensor:
        nodes, hidden = sample.tree.nodes, [sample.words[0]] * len(sample.tree.nodes)

        def state(number: int) -> State:
            node = nodes[number]
            word = None if node.token is None else sample.words[node.token]
            made = self.node(word, [state(child) for child in node.children])
            hidden[number] = made[0]
            return made

        state(len(nodes) - 1)
        return F.cross_entropy(self.classify(torch.stack(hidden)), sample.gold, reduction="sum")

    def node(self, word: Tensor | None, children: list[State]) -> State:
        """Hidden state and cell (d) of one node."""
        raise NotImplementedError


class Constituency(Contender):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.encoder = ConstituencyTreeLSTMEncoder(width)

    def node(self, word: Tensor | None, children: list[State]) -> State:
        if word is not None:
            i, o, u = self.encoder.word(word).chunk(3)
            cell = i.sigmoid() * u.tanh()
        else:
            (hidden_l, cell_l), (hidden_r, cell_r) = children
            gates = self.encoder.both(torch.cat([hidden_l, hidden_r]))
            i, o, u, forget_l, forget_r = gates.chunk(5)
            cell = i.sigmoid() * u.tanh()
            cell = cell + forget_l.sigmoid() * cell_l + forget_r.sigmoid() * cell_r
        return o.sigmoid() * cell.tanh(), cell


class ChildSum(Contender):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.encoder = ChildSumTreeLSTMEncoder(width)

    def node(self, word: Tensor | None, children: list[State]) -> State:
        i, o, u, forget = self.encoder.word(word).chunk(4)
        kept: Any = 0
        if children:
            hidden = torch.stack([one for one, _ in children])
            cells = torch.stack([one for _, one in children])
            more_i, more_o, more_u = self.encoder.summed(hidden.sum(0)).chunk(3)
            i, o, u = i + more_i, o + more_o, u + more_u
            kept = ((forget + self.encoder.forget(hidden)).sigmoid() * cells).sum(0)
        cell = i.sigmoid() * u.tanh() + kept
        return o.sigmoid() * cell.tanh(), cell


def measured(
    contender: Contender, name: str, trees: Sequence[Tree], chosen: argparse.Namespace
) -> dict[str, Any]:
    """Speeds of both trainings, and of the batched one by the size of the batch."""
    contender = contender.to(chosen.device).train()
    found = samples(trees, chosen.width, chosen.trees, chosen.device)
    with torch.no_grad():  # they are two forms of one network
        one, other = contender.levels(found[:8]), contender.recursion(found[:8])
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    best = {"level by level": 0.0, "recursion over nodes": 0.0}
    losses = zip(best, (contender.levels, contender.recursion), strict=True)
    contenders: list[tuple[str, Loss]] = list(losses)
    for _ in range(chosen.repeats):
        for who, loss in contenders:
            speed, _ = trained(contender, loss, found, chosen.batch, chosen.seconds)
            best[who] = max(best[who], speed)
    by_batch = {str(size): 0.0 for size in BATCHES}
    for _ in range(chosen.repeats):
        for size in BATCHES:
            _, speed = trained(contender, contender.levels, found, size, chosen.seconds / 2)
            by_batch[str(size)] = max(by_batch[str(size)], speed)
    ours, recursion = best.values()
    return {
        "speedup": ours / recursion,
        "nodes_per_s_by_batch": by_batch,
        "trees_per_second": best,
        "trees": name,
    }


def trained(
    contender: Contender, loss: Loss, found: Sequence[Sample], size: int, seconds: float
) -> tuple[float, float]:
    """Trees and nodes a second of a training for so many seconds, after two steps to warm up."""
    optimizer = torch.optim.Adagrad(contender.parameters(), lr=0.01)

    def step(batch: Sequence[Sample]) -> None:
        optimizer.zero_grad()
        loss(batch).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    batches = shuffled(found, size)
    for batch in islice(batches, 2):
        step(batch)
    synchronize(found)
    began, trees, nodes = time.perf_counter(), 0, 0
    while time.perf_counter() - began < seconds:
        batch = next(batches)
        step(batch)
        trees += len(batch)
        nodes += sum(len(sample.tree.nodes) for sample in batch)
    synchronize(found)
    passed = time.perf_counter() - began
    return trees / passed, nodes / passed


def synchronize(found: Sequence[Sample]) -> None:
    """A GPU works on while Python counts."""
    if found[0].words.is_cuda:
        torch.cuda.synchronize()


def shuffled(found: Sequence[Sample], size: int) -> Iterator[list[Sample]]:
    """Random batches for ever."""
    chance = random.Random(0)
    while True:
        yield chance.choices(found, k=size)


if __name__ == "__main__":
    main()
