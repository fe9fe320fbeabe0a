"""One row: an encoder trained alone, chosen on validation data, tested once.

As Tai et al. 2015, section 5.3: Adagrad with a rate of 0.05, batches of 25, a penalty of 1e-4 on
squared weights. They tune the words' vectors by plain descent, at 0.1; here that is Adagrad, too,
slower for vectors that are given. On a CPU all follows from the seed.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import mean
from typing import Any, TypeVar

import torch
from torch import nn
from torch.sparse import check_sparse_tensor_invariants

from qaengine.errors import InputError
from qaengine.network.encoder import Encoder
from qaengine.reproduce.experiment import Experiment, Head
from qaengine.reproduce.reader import Known, Reader
from qaengine.reproduce.rows import Point, Row, Settings
from qaengine.word_vectors import WordVectors

E = TypeVar("E")
WORDS_RATE = 0.03
"""Of vectors that are given; at 0.1 validation was best after two rounds, and lower."""
RANDOM_RATE = 0.1
"""Of vectors that begin at random, near zero."""
PENALTY = 1e-4
LARGEST_GRADIENT = 5.0
POOL = 20
"""So many batches are sorted by length together."""
Tell = Callable[[str], None]


class DivergedError(InputError):
    """A training whose loss is no number any more."""


def trained(
    experiment: Experiment[Any],
    encoder: type[Encoder],
    seed: int,
    settings: Settings,
    given: WordVectors | None,
    device: torch.device,
    tell: Tell,
) -> Row:
    """The row of an encoder; raises `DivergedError`. `tell` hears of each round."""
    begun = time.monotonic()
    torch.manual_seed(seed)
    rng = random.Random(seed)
    known = Known(words_of(experiment, "train"), given, settings.size)
    tuned = experiment.tunes or given is None
    reader = Reader(known, built(encoder, settings.width), tuned, settings.dropout)
    head = experiment.head(reader).to(device)
    optimizer = _optimizer(head, settings)
    best: dict[str, torch.Tensor] = {}
    valid: dict[str, float] = {}
    curve: list[Point] = []
    chosen = 0
    for epoch in range(1, settings.epochs + 1):
        # torch wants a choice, and checking costs time
        with check_sparse_tensor_invariants(False):  # type: ignore[no-untyped-call]
            loss = _round(experiment, head, optimizer, settings, rng)
        scores = _scores(experiment, head, "valid", settings)
        curve.append(Point(epoch=epoch, loss=loss, valid=_first(scores)))
        tell(f"  round {epoch}: loss {loss:.4f}, valid {_first(scores):.4g}")
        if not best or _first(scores) > _first(valid):
            best = {name: value.clone() for name, value in head.state_dict().items()}
            valid, chosen = scores, epoch
    head.load_state_dict(best)
    return Row(
        table=experiment.table,
        variant=experiment.variant,
        encoder=encoder.name,
        seed=seed,
        settings=settings,
        reads=experiment.reads,
        learns=experiment.learns,
        examples=len(experiment.splits["train"]),
        vectored=known.vectored,
        device=device.type,
        valid=valid,
        test=_scores(experiment, head, "test", settings),
        epoch=chosen,
        curve=tuple(curve),
        seconds=round(time.monotonic() - begun, 1),
    )


def built(encoder: type[Encoder], width: int) -> Encoder:
    """The encoder; raises `InputError` where it cannot have this width."""
    try:
        return encoder(width)
    except ValueError as error:
        raise InputError(f"The encoder {encoder.name!r} cannot be {width} wide: {error}.") from None


def words_of(experiment: Experiment[Any], *splits: Any) -> set[str]:
    """The words that stand in some splits."""
    return {
        word
        for split in splits
        for example in experiment.splits[split]
        for sentence in experiment.sentences(example)
        for word in sentence.words
    }


def _optimizer(head: Head[Any], settings: Settings) -> torch.optim.Optimizer:
    words = [head.reader.words.weight]
    others = [one for one in head.parameters() if one is not words[0] and one.requires_grad]
    groups: list[dict[str, Any]] = [{"params": others, "weight_decay": PENALTY}]
    if words[0].requires_grad:
        rate = RANDOM_RATE if head.reader.known.given is None else WORDS_RATE
        groups.append({"params": words, "lr": rate})
    return torch.optim.Adagrad(groups, lr=settings.rate)


def _round(
    experiment: Experiment[E],
    head: Head[E],
    optimizer: torch.optim.Optimizer,
    settings: Settings,
    rng: random.Random,
) -> float:
    """Trains on every example once; the mean loss of a batch."""
    head.train()
    clipped: Sequence[nn.Parameter] = optimizer.param_groups[0]["params"]
    losses = []
    for batch in _shuffled(experiment, settings.batch, rng):
        loss = head.loss(batch)
        optimizer.zero_grad()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise DivergedError(f"The loss is {losses[-1]}. Try a lower --rate.")
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(clipped, LARGEST_GRADIENT)
        optimizer.step()
    return mean(losses)


def _shuffled(experiment: Experiment[E], size: int, rng: random.Random) -> Iterator[list[E]]:
    """Batches of about equally long examples."""
    examples = experiment.drawn(rng)
    rng.shuffle(examples)
    size *= experiment.share
    for start in range(0, len(examples), size * POOL):
        pool = _by_length(experiment, examples[start : start + size * POOL])
        batches = [pool[place : place + size] for place in range(0, len(pool), size)]
        rng.shuffle(batches)
        yield from batches


def _by_length(experiment: Experiment[E], examples: Sequence[E]) -> list[E]:
    def words(example: E) -> int:
        return sum(len(sentence.words) for sentence in experiment.sentences(example))

    return sorted(examples, key=words)


def _scores(
    experiment: Experiment[E], head: Head[E], split: Any, settings: Settings
) -> dict[str, float]:
    head.eval()
    examples = _by_length(experiment, experiment.splits[split])
    size = settings.batch * experiment.share
    with torch.no_grad():
        batches = (examples[place : place + size] for place in range(0, len(examples), size))
        said = [head.said(batch) for batch in batches]
    return experiment.score(examples, said)


def _first(scores: dict[str, float]) -> float:
    return next(iter(scores.values()))
