"""How fast questions are answered: one at a time, in bulk, and cold.

    python benchmarks/asking.py --json asking.json

Every story is asked about once, so nothing that was answered before can help.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

import torch
from measuring import arguments, machine, report, seconds

from qaengine import DataError, Engine, Triple
from qaengine.registry import registry
from qaengine_tasks.worlds import stories, triples

Pair = tuple[str, str]
COLD = """
from qaengine import Engine
Engine.load({checkpoint!r}).ask("Mary took the milk. Mary left.", "Who took the milk?")
"""


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--checkpoint", help="a folder; by default the one of Engine.load()")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument("--asked", type=int, default=500, help="questions asked one at a time")
    parser.add_argument("--bulk", type=int, default=4_000, help="questions asked in bulk")
    chosen = parser.parse_args()
    result: dict[str, Any] = {"machine": machine() | {"threads": chosen.threads}}
    torch.set_num_threads(chosen.threads)
    result |= cold(chosen.checkpoint, chosen.repeats)
    engine = Engine.load(chosen.checkpoint, device="cpu")
    engine.ask_many(islice(worlds(0, (2, 20)), 100))  # warm
    for name, ask, bulk in sources(chosen.repeats, chosen.asked, chosen.bulk):
        result[name] = {
            **min((one_by_one(engine, pairs) for pairs in ask), key=lambda one: one["p50_ms"]),
            "bulk_per_second": max(in_bulk(engine, pairs) for pairs in bulk),
        }
    report("Asking", list(rows(result)), result, chosen.json)


def rows(result: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The table's lines."""
    for name in ("worlds", "babi"):
        if name in result:
            one = result[name]
            yield f"ask, 10 facts, {name}, p50", f"{one['p50_ms']:.1f} ms", "5 ms"
            yield f"ask, 10 facts, {name}, p95", f"{one['p95_ms']:.1f} ms", ""
            yield f"ask_many, {name}", f"{one['bulk_per_second']:,.0f} questions/s", "2,000"
    yield "first answer of a new process", f"{result['cold_s']:.2f} s", ""
    yield "... against `import torch`", f"{result['cold_ratio']:.2f} times", "2.2 times"
    yield "qaengine --help", f"{result['help_s']:.2f} s", "0.5 s"


def one_by_one(engine: Engine, pairs: Sequence[Pair]) -> dict[str, float]:
    """Wall-clock time of `ask` on each pair, in ms."""
    times = [1000 * seconds(lambda: engine.ask(*pair)) for pair in pairs]  # noqa: B023
    percentiles = quantiles(times, n=20, method="inclusive")
    return {"p50_ms": percentiles[9], "p95_ms": percentiles[18]}


def in_bulk(engine: Engine, pairs: Sequence[Pair]) -> float:
    """Questions a second of one `ask_many`."""
    return len(pairs) / seconds(lambda: engine.ask_many(pairs))


def cold(checkpoint: str | None, repeats: int) -> dict[str, float]:
    """New processes, ours and `import torch` by turns, so that both see the same machine."""
    executable = Path(sys.executable).with_name("qaengine")
    command = [str(executable)] if executable.exists() else [sys.executable, "-m", "qaengine"]
    ours, torchs, helps = [], [], []
    for _ in range(repeats):
        torchs.append(process([sys.executable, "-c", "import torch"]))
        ours.append(process([sys.executable, "-c", COLD.format(checkpoint=checkpoint)]))
        helps.append(process([*command, "--help"]))
    return {
        "cold_s": min(ours),
        "import_torch_s": min(torchs),
        "cold_ratio": min(ours) / min(torchs),
        "help_s": min(helps),
    }


def process(command: Sequence[str]) -> float:
    """Wall-clock time of a process from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def sources(
    repeats: int, asked: int, bulk: int
) -> Iterator[tuple[str, list[list[Pair]], list[list[Pair]]]]:
    """Name, pairs to ask one by one and in bulk, both a list a repeat; no pair comes twice."""
    ten, any_length = worlds(1, (10, 10)), worlds(2, (6, 12))
    yield "worlds", portions(ten, repeats, asked), portions(any_length, repeats, bulk)
    try:
        found = babi()
    except DataError as error:
        print(f"Without bAbI: {error}", file=sys.stderr)
        return
    ten_facts = (one for one in found if 8 <= len(one.input) <= 12)
    shuffled = list(found)
    random.Random(0).shuffle(shuffled)
    yield (
        "babi",
        portions(map(pair, ten_facts), repeats, asked),
        portions(map(pair, shuffled), repeats, bulk),
    )


def portions(pairs: Iterable[Pair], count: int, size: int) -> list[list[Pair]]:
    """`count` lists of at most `size` pairs, all different."""
    distinct = iter(dict.fromkeys(islice(pairs, 3 * count * size)))
    return [one for _ in range(count) if (one := list(islice(distinct, size)))]


def worlds(seed: int, facts: tuple[int, int]) -> Iterator[Pair]:
    """The last question of endless simulated stories."""
    for story in stories(seed, facts=facts):
        yield pair(list(triples(story))[-1])


def babi() -> list[Triple]:
    """The bAbI test questions, shuffled; raises `DataError` where they are not at hand."""
    found = list(registry().task("babi").examples("test"))
    random.Random(1).shuffle(found)
    return found


def pair(triple: Triple) -> Pair:
    """A triple as somebody would type it."""
    return " ".join(triple.input), triple.question


if __name__ == "__main__":
    main()
