"""Teaches a network to tell from a question to which task it belongs.

Each question counts once, and each task alike: in the mixture that trains the rest, a question of a
few words comes thousands of times, and drowns out the many ways in which people ask.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from qaengine.batch import Example, Words, collate
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.network.router import Router
from qaengine.registry import registry
from qaengine.vocabulary import Vocabulary

MOST = 12_000
"""Questions of a task's examples that are learnt from, beside all its phrasings."""
LEAST = 50
"""So often a task's questions are seen in a round, again and again where they are few."""
ROUNDS = 10
BATCH = 256
RATE = 3e-3
_WORDS = re.compile(
    r"\w+?(?=n['\u2019]t\b)|n['\u2019]t\b|['\u2019](?:s|re|ve|ll|d|m)\b|\w+|[^\w\s]",
    re.IGNORECASE,
)
"""Words as spaCy splits them off, for want of spaCy, which a training machine needn't have."""


def fit_router(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Iterable[Example],
    seed: int = 0,
    *,
    by_heart: bool = False,
    most: int = MOST,
) -> None:
    """Fits the router to the questions of the examples, and to the phrasings of the tasks and of
    their schemas; the rest of the network stays as it is. `by_heart`: without those phrasings that
    only the tasks know, which are many, and too many for a tiny network. `most`: questions of a
    task's examples; stories ask about so many things that few of them leave doubts."""
    if network.router is None:
        return
    numbered = _questions(vocabulary, examples, random.Random(seed), by_heart, most)
    device = next(network.parameters()).device
    network.eval()
    asked = [Example((question,), question) for question, _ in numbered]
    parts = (asked[begin : begin + 512] for begin in range(0, len(asked), 512))
    features = torch.cat([network.asked(collate(part, vocabulary).to(device)) for part in parts])
    wanted = torch.tensor([number for _, number in numbered], device=device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        _learn(network.router, features, wanted)
    network.eval()


def _learn(router: Router, features: Tensor, wanted: Tensor) -> None:
    """Trains anew on features (n, x) and numbers of routes (n)."""
    for module in (router.norm, router.hidden, *router.heads.values()):
        module.reset_parameters()  # type: ignore[operator]
    counts = torch.bincount(wanted, minlength=len(router.heads)).clamp(min=1)
    weight = (len(wanted) / counts).sqrt()
    batches = max(len(wanted) // BATCH, 1)
    optimizer = torch.optim.AdamW(router.parameters(), RATE, weight_decay=1e-3)
    steps = max(ROUNDS * batches, 300)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    router.train()
    for step in range(steps):
        if step % batches == 0:
            order = torch.randperm(len(wanted)).to(wanted.device).tensor_split(batches)
        chosen = order[step % batches]
        optimizer.zero_grad()
        loss = F.nll_loss(router(features[chosen]), wanted[chosen], weight=weight)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()


def _questions(
    vocabulary: Vocabulary,
    examples: Iterable[Example],
    rng: random.Random,
    by_heart: bool,
    most: int,
) -> list[tuple[Words, int]]:
    """Distinct questions, and the number of the route that each takes."""
    installed = {} if by_heart else registry().tasks()
    phrased: dict[str, dict[Words, None]] = {name: {} for name in vocabulary.routes}
    for schema in vocabulary.tasks:  # for a task without data here, all there is
        told = [schema.question, *schema.paraphrases]
        if schema.name in installed:
            told += installed[schema.name].phrasings()
        phrased[vocabulary.route(schema)] |= {tuple(_WORDS.findall(text)): None for text in told}
    answered: dict[str, dict[Words, None]] = {name: {} for name in vocabulary.routes}
    refused: dict[str, dict[Words, None]] = {name: {} for name in vocabulary.routes}
    for one in examples:
        # what a story is asked in vain may be a question of no task
        found = answered if one.answer or one.answer is None else refused
        found[vocabulary.route(vocabulary.schemas[one.task])][one.question] = None
    chosen = []
    for route, number in vocabulary.routes.items():
        some = list(answered[route] or refused[route])
        sample = rng.sample(some, min(len(some), most))
        known = list(dict.fromkeys([*phrased[route], *sample]))
        often = max(1, LEAST // max(len(known), 1))
        chosen += [(one, number) for one in known * often]
    return chosen
