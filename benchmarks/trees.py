"""Training trees a second of the batched Tree-LSTMs, beside a recursion over nodes.

    QAENGINE_DATA=... python benchmarks/trees.py --json trees.json

Both train on the same trees and word vectors, with a loss at every node, and count everything from
the trees to the optimizer's step. One thread on the CPU is timed by what the processor gave it, so
that other work on the machine does not count; all else by the clock on the wall. The recursion
calls itself at every node, as the authors' code does: a product for each term of the equations. A
second one has all gates of a node in one product, to tell that apart.
Constituency trees are those of the Stanford Sentiment Treebank, dependency trees those of UD
English EWT; without data, random ones.
"""

from __future__ import annotations

import argparse
import copy
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
LEVELS, RECURSION = "level by level", "recursion over nodes"
FUSED = "recursion, a product a node"


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
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    chosen.clock = time.perf_counter
    if chosen.device == "cpu" and chosen.threads == 1:
        chosen.clock = time.process_time
    described = machine() | {
        "threads": chosen.threads,
        "device": chosen.device,
        "clock": chosen.clock.__name__,
    }
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

    @property
    def losses(self) -> dict[str, Loss]:
        """By how the trees are trained on."""
        return {LEVELS: self.levels, RECURSION: self.recursion, FUSED: self.fused}

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
        """The same loss by recursion, as the equations stand: a product a term."""
        return torch.stack([self._alone(sample, self.node) for sample in batch]).sum() / len(batch)

    def fused(self, batch: Sequence[Sample]) -> Tensor:
        """The same by recursion with all gates of a node in one product."""
        return torch.stack([self._alone(sample, self.whole) for sample in batch]).sum() / len(batch)

    def _alone(self, sample: Sample, node: Callable[[Tensor | None, list[State]], State]) -> Tensor:
        losses = []

        def visit(number: int) -> State:
            here = sample.tree.nodes[number]
            word = None if here.token is None else sample.words[here.token]
            hidden, cell = node(word, [visit(child) for child in here.children])
            losses.append(F.cross_entropy(self.classify(hidden), sample.gold[number]))
            return hidden, cell

        visit(len(sample.tree.nodes) - 1)
        return torch.stack(losses).sum()

    def node(self, word: Tensor | None, children: list[State]) -> State:
        """Hidden state and cell (d) of one node, term by term."""
        raise NotImplementedError

    def whole(self, word: Tensor | None, children: list[State]) -> State:
        """The same, the gates together."""
        raise NotImplementedError


class Constituency(Contender):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.encoder = ConstituencyTreeLSTMEncoder(width)
        self.word = gates(self.encoder.word, 3)
        self.left, self.right = gates(self.encoder.both, 5, 0), gates(self.encoder.both, 5, 1)

    def node(self, word: Tensor | None, children: list[State]) -> State:
        if word is not None:
            u, i, o = self.word
            cell = i(word).sigmoid() * u(word).tanh()
            return o(word).sigmoid() * cell.tanh(), cell
        (hidden_l, cell_l), (hidden_r, cell_r) = children
        u, i, o, forget_l, forget_r = (
            of_left(hidden_l) + of_right(hidden_r)
            for of_left, of_right in zip(self.left, self.right, strict=True)
        )
        cell = i.sigmoid() * u.tanh()
        cell = cell + forget_l.sigmoid() * cell_l + forget_r.sigmoid() * cell_r
        return o.sigmoid() * cell.tanh(), cell

    def whole(self, word: Tensor | None, children: list[State]) -> State:
        if word is not None:
            u, i, o = self.encoder.word(word).chunk(3)
            cell = i.sigmoid() * u.tanh()
        else:
            (hidden_l, cell_l), (hidden_r, cell_r) = children
            every = self.encoder.both(torch.cat([hidden_l, hidden_r]))
            u, i, o, forget_l, forget_r = every.chunk(5)
            cell = i.sigmoid() * u.tanh()
            cell = cell + forget_l.sigmoid() * cell_l + forget_r.sigmoid() * cell_r
        return o.sigmoid() * cell.tanh(), cell


class ChildSum(Contender):
    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.encoder = ChildSumTreeLSTMEncoder(width)
        self.word, self.summed = gates(self.encoder.word, 4), gates(self.encoder.summed, 3)
        self.forget = copy.deepcopy(self.encoder.forget)

    def node(self, word: Tensor | None, children: list[State]) -> State:
        assert word is not None
        word_u, word_i, word_o, word_f = self.word
        if not children:
            cell = word_i(word).sigmoid() * word_u(word).tanh()
            return word_o(word).sigmoid() * cell.tanh(), cell
        below_u, below_i, below_o = self.summed
        hidden = torch.stack([one for one, _ in children]).sum(0)
        i = (word_i(word) + below_i(hidden)).sigmoid()
        o = (word_o(word) + below_o(hidden)).sigmoid()
        u = (word_u(word) + below_u(hidden)).tanh()
        cell, own = i * u, word_f(word)
        for child, below in children:
            cell = cell + (own + self.forget(child)).sigmoid() * below
        return o * cell.tanh(), cell

    def whole(self, word: Tensor | None, children: list[State]) -> State:
        u, i, o, forget = self.encoder.word(word).chunk(4)
        kept: Any = 0
        if children:
            hidden = torch.stack([one for one, _ in children])
            cells = torch.stack([one for _, one in children])
            more_u, more_i, more_o = self.encoder.summed(hidden.sum(0)).chunk(3)
            u, i, o = u + more_u, i + more_i, o + more_o
            kept = ((forget + self.encoder.forget(hidden)).sigmoid() * cells).sum(0)
        cell = i.sigmoid() * u.tanh() + kept
        return o.sigmoid() * cell.tanh(), cell


def gates(linear: nn.Linear, count: int, child: int | None = None) -> nn.ModuleList:
    """A linear map for each gate, with the weights of the one for all; of two children's, those
    for the first child with the bias, or those for the second one."""
    parts = nn.ModuleList()
    for number in range(count):
        weight = linear.weight.detach().chunk(count)[number]
        if child is not None:
            weight = weight.chunk(2, dim=1)[child]
        part = nn.Linear(weight.shape[1], len(weight), linear.bias is not None and child != 1)
        part.weight.data = weight.clone()
        if part.bias is not None:
            part.bias.data = linear.bias.detach().chunk(count)[number].clone()
        parts.append(part)
    return parts


def measured(
    contender: Contender, name: str, trees: Sequence[Tree], chosen: argparse.Namespace
) -> dict[str, Any]:
    """Speeds of both trainings, and of the batched one by the size of the batch."""
    contender = contender.to(chosen.device).train()
    found = samples(trees, chosen.width, chosen.trees, chosen.device)
    with torch.no_grad():  # they are forms of one network
        one, *others = (loss(found[:8]) for loss in contender.losses.values())
        for other in others:
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    best = dict.fromkeys(contender.losses, 0.0)
    for _ in range(chosen.repeats):
        for who, loss in contender.losses.items():
            speed, _ = trained(contender, loss, found, chosen.batch, chosen.seconds, chosen.clock)
            best[who] = max(best[who], speed)
    by_batch = {str(size): 0.0 for size in BATCHES}
    for _ in range(chosen.repeats):
        for size in BATCHES:
            _, speed = trained(
                contender, contender.levels, found, size, chosen.seconds / 2, chosen.clock
            )
            by_batch[str(size)] = max(by_batch[str(size)], speed)
    return {
        "speedup": best[LEVELS] / best[RECURSION],
        "speedup_over_fused": best[LEVELS] / best[FUSED],
        "nodes_per_s_by_batch": by_batch,
        "trees_per_second": best,
        "trees": name,
    }


def trained(
    contender: Contender,
    loss: Loss,
    found: Sequence[Sample],
    size: int,
    seconds: float,
    clock: Callable[[], float],
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
    began, trees, nodes = clock(), 0, 0
    while clock() - began < seconds:
        batch = next(batches)
        step(batch)
        trees += len(batch)
        nodes += sum(len(sample.tree.nodes) for sample in batch)
    synchronize(found)
    passed = clock() - began
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
