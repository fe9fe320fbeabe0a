"""Training questions a second on bAbI 1k joint, beside a plain DMN+ as published.

    QAENGINE_DATA=... python benchmarks/training.py --json training.json

Both train on the same stories, width, batch size and supervised gates, and count everything from
drawing the questions to the optimizer's step. Ours packs and shares as `qaengine train` does; the
plain one takes random batches, padded to the longest story, as published ones do. A second plain
row gets batches of like length, which no published implementation has, to tell packing apart.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from measuring import arguments, machine, report
from plain_dmn_plus import Plain, PlainDMNPlus
from torch import nn

from qaengine.batch import Example
from qaengine.prepare import prepare
from qaengine.recipe import Recipe
from qaengine.train import _Session, draw, pack

RECIPE = Path(__file__).parents[1] / "recipes" / "babi-1k.toml"
Drawn = list[tuple[str, Example]]
Step = Callable[[Drawn], object]
OURS, PLAIN, SORTED = "qaengine", "plain DMN+", "plain DMN+, batches of like length"


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--folder", type=Path, help="keeps or has the prepared stories")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--seconds", type=float, default=60, help="of each training")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    described = machine() | {"batch": chosen.batch}
    with tempfile.TemporaryDirectory() as scratch:
        session = begun(chosen.recipe, chosen.folder or Path(scratch), chosen.batch)
    speeds = {
        str(threads): measured(session, threads, chosen.seconds, chosen.repeats)
        for threads in chosen.threads
    }
    result = {"machine": described, "questions_per_second": speeds}
    report(
        f"Training on bAbI 1k joint, batches of {chosen.batch}",
        [row for threads, found in speeds.items() for row in rows(threads, found)],
        result,
        chosen.json,
    )


def rows(threads: str, speeds: dict[str, float]) -> Iterator[tuple[str, str, str]]:
    """The table's lines for a number of threads."""
    for name, speed in speeds.items():
        yield f"{name}, {threads} threads", f"{speed:,.0f} questions/s", ""
    ratio = speeds[OURS] / speeds[PLAIN]
    yield f"ratio to {PLAIN}, {threads} threads", f"{ratio:.1f} times", "5 times"


def begun(recipe: Path, folder: Path, batch: int) -> _Session:
    """Our training on the recipe's stories, ready for its first step."""
    read = Recipe.read(recipe)
    training = read.training.model_copy(update={"batch": batch})
    read = read.model_copy(update={"training": training})
    prepare(read, folder / "prepared")
    return _Session(read, folder, Accelerator(cpu=True), None)


def measured(session: _Session, threads: int, seconds: float, repeats: int) -> dict[str, float]:
    """The best questions a second of each contender, in turns."""
    torch.set_num_threads(threads)
    plain = plain_step(session)
    contenders: dict[str, tuple[Iterator[Drawn], Step]] = {
        OURS: (packed(session), our_step(session)),
        PLAIN: (shuffled(session), plain),
        SORTED: (packed(session), plain),
    }
    best = dict.fromkeys(contenders, 0.0)
    for _ in range(repeats):
        for name, (batches, step) in contenders.items():
            best[name] = max(best[name], speed(batches, step, seconds))
    return best


def speed(batches: Iterator[Drawn], step: Step, seconds: float) -> float:
    """Questions a second of a training for so many seconds, after two steps to warm up."""
    for batch in islice(batches, 2):
        step(batch)
    began, questions = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        batch = next(batches)
        step(batch)
        questions += len(batch)
    return questions / passed


def packed(session: _Session) -> Iterator[Drawn]:
    """Batches as `qaengine train` packs them."""
    training, rng = session.recipe.training, random.Random(0)
    while True:
        drawn = draw(session.train_groups, session.shares, session.losses, training, rng)
        yield from pack(list(drawn), training, rng)


def shuffled(session: _Session) -> Iterator[Drawn]:
    """Random batches of the same questions."""
    training, rng = session.recipe.training, random.Random(0)
    while True:
        drawn = draw(session.train_groups, session.shares, session.losses, training, rng)
        while batch := list(islice(drawn, training.batch)):
            yield batch


def our_step(session: _Session) -> Step:
    """The very step of `qaengine train`."""
    session.network.train()
    return session._step


def plain_step(session: _Session) -> Step:
    """The same step for the plain network."""
    training = session.recipe.training
    examples: Sequence[Example] = list(chain.from_iterable(session.train_groups.values()))
    data = Plain(examples)
    network = PlainDMNPlus(len(data.words), len(data.answers), session.recipe.network.width)
    optimizer: Any = torch.optim.AdamW(network.parameters(), lr=training.learning_rate, fused=True)

    def step(batch: Drawn) -> float:
        loss = network(data.collate([example for _, example in batch]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), training.clip)
        optimizer.step()
        return float(loss.detach())

    return step


if __name__ == "__main__":
    main()
