"""How fast questions are answered: one at a time, in bulk, and cold.

    python benchmarks/asking.py --json asking.json

Every story and every sentence is asked about once, so nothing that was answered before can help;
but all sentences are asked one question, whose task is worked out once.
Only tasks that the checkpoint knows are asked.
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
from sentences import sentences

from qaengine import DataError, Engine, Triple
from qaengine.checkpoint import PRETRAINED
from qaengine.registry import registry
from qaengine.schema import Tags
from qaengine_tasks.worlds import stories, triples

Pair = tuple[str, str]
COLD = """
from qaengine import Engine
Engine.load({checkpoint!r}).ask("Mary took the milk. Mary left.", "Who took the milk?")
"""
LOAD = """
from qaengine import Engine
Engine.load({checkpoint!r})
"""
FILES = ("config.json", "vocabulary.json", "model.safetensors")
"""What an engine reads of a checkpoint's folder."""
SENTENCES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "part_of_speech": ("tags", "10 ms", {}),
    "sentiment": ("sentiment", "10 ms", {}),
    "translation": ("translation", "60 ms", {"corpora": ("multi30k french",)}),
}
"""Tasks that are asked of a sentence: name in the table, goal, whose sentences."""


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
    result["checkpoint_mb"] = size(Path(chosen.checkpoint or PRETRAINED))
    engine = Engine.load(chosen.checkpoint, device="cpu")
    known = {schema.name for schema in engine.tasks}
    if known & {"babi", "worlds"}:
        engine.ask_many(islice(worlds(0, (2, 20)), 100))  # warm
        for name, ask, bulk in sources(chosen.repeats, chosen.asked, chosen.bulk):
            result[name] = {
                **best(engine, ask),
                "bulk_per_second": max(in_bulk(engine, pairs) for pairs in bulk),
            }
    for task in SENTENCES:
        if task in known:
            result[task] = best(engine, asked(engine, task, "valid", chosen.repeats, chosen.asked))
    if "part_of_speech" in known:
        texts = asked(engine, "part_of_speech", "test", chosen.repeats, chosen.bulk)
        result["part_of_speech"]["words_per_second"] = max(tagged(engine, some) for some in texts)
    report("Asking", list(rows(result)), result, chosen.json)


def rows(result: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The table's lines."""
    for name in ("worlds", "babi"):
        if name in result:
            one = result[name]
            yield f"ask, 10 facts, {name}, p50", f"{one['p50_ms']:.1f} ms", "5 ms"
            yield f"ask, 10 facts, {name}, p95", f"{one['p95_ms']:.1f} ms", ""
            yield f"ask_many, {name}", f"{one['bulk_per_second']:,.0f} questions/s", "2,000"
    for task, (what, goal, _) in SENTENCES.items():
        if task in result:
            yield f"ask, a sentence, {what}, p50", f"{result[task]['p50_ms']:.1f} ms", goal
            yield f"ask, a sentence, {what}, p95", f"{result[task]['p95_ms']:.1f} ms", ""
    if "part_of_speech" in result:
        speed = result["part_of_speech"]["words_per_second"]
        yield "ask_many, tags", f"{speed:,.0f} words/s", "10,000"
    yield "checkpoint", f"{result['checkpoint_mb']:.1f} MB", "25 MB"
    yield "loading it, beyond `import torch`", f"{result['load_beyond_torch_s']:.2f} s", "1 s"
    yield "first answer of a new process", f"{result['cold_s']:.2f} s", ""
    yield "... against `import torch`", f"{result['cold_ratio']:.2f} times", "2.2 times"
    yield "qaengine --help", f"{result['help_s']:.2f} s", "0.5 s"


def best(engine: Engine, lists: Iterable[Sequence[Pair]]) -> dict[str, float]:
    """The times of the list that was asked fastest."""
    return min((one_by_one(engine, pairs) for pairs in lists), key=lambda one: one["p50_ms"])


def one_by_one(engine: Engine, pairs: Sequence[Pair]) -> dict[str, float]:
    """Wall-clock time of `ask` on each pair, in ms."""
    times = [1000 * seconds(lambda: engine.ask(*pair)) for pair in pairs]  # noqa: B023
    percentiles = quantiles(times, n=20, method="inclusive")
    return {"p50_ms": percentiles[9], "p95_ms": percentiles[18]}


def in_bulk(engine: Engine, pairs: Sequence[Pair]) -> float:
    """Questions a second of one `ask_many`."""
    return len(pairs) / seconds(lambda: engine.ask_many(pairs))


def tagged(engine: Engine, pairs: Sequence[Pair]) -> float:
    """Words tagged a second of one `ask_many`."""
    began = time.perf_counter()
    answers = engine.ask_many(pairs)
    took = time.perf_counter() - began
    return sum(len(one.value.tags) for one in answers if isinstance(one.value, Tags)) / took


def size(folder: Path) -> float:
    """What an engine reads of a checkpoint, in MB."""
    return sum((folder / name).stat().st_size for name in FILES) / 1e6


def cold(checkpoint: str | None, repeats: int) -> dict[str, float]:
    """New processes, ours and `import torch` by turns, so that both see the same machine."""
    executable = Path(sys.executable).with_name("qaengine")
    command = [str(executable)] if executable.exists() else [sys.executable, "-m", "qaengine"]
    ours, loads, torchs, helps = [], [], [], []
    for _ in range(repeats):
        torchs.append(process([sys.executable, "-c", "import torch"]))
        loads.append(process([sys.executable, "-c", LOAD.format(checkpoint=checkpoint)]))
        ours.append(process([sys.executable, "-c", COLD.format(checkpoint=checkpoint)]))
        helps.append(process([*command, "--help"]))
    return {
        "cold_s": min(ours),
        "import_torch_s": min(torchs),
        "load_beyond_torch_s": min(loads) - min(torchs),
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


def asked(engine: Engine, task: str, split: str, repeats: int, size: int) -> list[list[Pair]]:
    """The task's question about sentences, a list a repeat; its samples have warmed the engine."""
    question = registry().task(task).schema.question
    samples = registry().task(task).samples()
    engine.ask_many([(triple.text, question) for triple in samples])
    texts = sentences(task, split, **SENTENCES[task][2])
    return portions([(text, question) for text in texts], repeats, size)


def portions(pairs: Iterable[Pair], count: int, size: int) -> list[list[Pair]]:
    """`count` lists of `size` pairs, all different; shorter ones where there are too few."""
    distinct = list(dict.fromkeys(islice(pairs, 3 * count * size)))
    size = min(size, max(len(distinct) // count, 1))
    lists = (distinct[number * size : (number + 1) * size] for number in range(count))
    return [one for one in lists if one]


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
