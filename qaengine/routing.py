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

from qaengine.batch import Example, Words, collate
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.vocabulary import Vocabulary

MOST = 1_000
"""Questions of a task that are learnt from."""
STEPS = 300
_WORDS = re.compile(r"\w+|[^\w\s]")
"""Words for want of spaCy, which a training machine needn't have."""


def fit_router(
    network: DynamicMemoryNetwork,
    vocabulary: Vocabulary,
    examples: Iterable[Example],
    seed: int = 0,
) -> None:
    """Fits the router to the questions of the examples and of the tasks' schemas; the rest of the
    network stays as it is."""
    if network.router is None:
        return
    numbered = _questions(vocabulary, examples, random.Random(seed))
    device = next(network.parameters()).device
    network.eval()
    asked = [Example((question,), question) for question, _ in numbered]
    parts = (asked[begin : begin + 512] for begin in range(0, len(asked), 512))
    features = torch.cat([network.asked(collate(part, vocabulary).to(device)) for part in parts])
    wanted = torch.tensor([number for _, number in numbered], device=device)
    counts = torch.bincount(wanted, minlength=len(vocabulary.routes)).clamp(min=1)
    weight = (len(numbered) / counts).sqrt()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        router = network.router
        for module in (router.hidden, *router.heads.values()):
            module.reset_parameters()  # type: ignore[operator]
        optimizer = torch.optim.AdamW(router.parameters(), 3e-3, weight_decay=1e-3)
        router.train()
        for _ in range(STEPS):
            optimizer.zero_grad()
            F.nll_loss(router(features), wanted, weight=weight).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    network.eval()


def _questions(
    vocabulary: Vocabulary, examples: Iterable[Example], rng: random.Random
) -> list[tuple[Words, int]]:
    """Distinct questions, and the number of the route that each takes."""
    found: dict[str, dict[Words, None]] = {}
    for schema in vocabulary.tasks:  # for a task without data here, all there is
        some = found.setdefault(vocabulary.route(schema), {})
        some |= {
            tuple(_WORDS.findall(text)): None for text in (schema.question, *schema.paraphrases)
        }
    for one in examples:
        found[vocabulary.route(vocabulary.schemas[one.task])][one.question] = None
    return [
        (question, vocabulary.routes[route])
        for route, some in found.items()
        for question in rng.sample(list(some), min(len(some), MOST))
    ]
