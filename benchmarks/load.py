"""Many users at once: each asks the page, waits for the answer, and asks the next question.

    python benchmarks/load.py --json load.json

Serves the page in a process of its own, or asks one that runs already (`--address`). Nobody stops
to think: so many users that ask without a pause are harder than so many people. Questions are the
installed tasks' samples, by each user in another order.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import httpx
from measuring import machine, report
from serving import serving

from qaengine.registry import registry

GOAL_S = 2.0
TIMEOUT_S = 60.0
Pair = tuple[str, str]


class Reply(NamedTuple):
    """What became of a request."""

    seconds: float
    error: str
    """Empty where it was answered."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--checkpoint", help="a folder; by default the one of Engine.load()")
    parser.add_argument("--address", help="of a page that runs already")
    chosen = parser.parse_args()
    described = machine()
    if chosen.address:
        found = loaded(chosen.address, chosen.users, chosen.seconds)
    else:
        with serving(chosen.checkpoint) as page:
            before = cpu_seconds(page.process.pid)
            found = loaded(page.address, chosen.users, chosen.seconds)
            spent = cpu_seconds(page.process.pid) - before
            found["cpu_ms_per_request"] = 1000 * spent / found["requests"]
    rows = [
        (f"requests of {chosen.users} users", f"{found['requests']:,}", ""),
        ("errors", str(found["errors"]), "0"),
        ("answer, p50", f"{found['p50_s']:.2f} s", ""),
        ("answer, p95", f"{found['p95_s']:.2f} s", f"{GOAL_S:.0f} s"),
    ]
    if "cpu_ms_per_request" in found:
        rows.append(("server's CPU time a request", f"{found['cpu_ms_per_request']:.0f} ms", ""))
    report("Load", rows, {"machine": described, **found}, chosen.json)


def loaded(address: str, users: int, seconds: float) -> dict[str, Any]:
    """What `users` who ask for so many seconds see: how many requests, how many errors, and the
    wall-clock time of a request. Requests that have begun are waited for."""
    questions = asked()
    ends = time.monotonic() + seconds
    with ThreadPoolExecutor(users) as pool:
        each = [pool.submit(user, address, questions, seed, ends) for seed in range(users)]
        replies = [reply for one in each for reply in one.result()]
    times = [reply.seconds for reply in replies]
    percentiles = quantiles(times, n=20, method="inclusive")
    return {
        "users": users,
        "seconds": seconds,
        "requests": len(replies),
        "errors": sum(bool(reply.error) for reply in replies),
        "error": next((reply.error for reply in replies if reply.error), ""),
        "p50_s": percentiles[9],
        "p95_s": percentiles[18],
    }


def cpu_seconds(process: int) -> float:
    """The CPU time that a process has used; unlike the answers' times, it is the same on a busy
    machine. Linux only: elsewhere 0."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def asked() -> list[Pair]:
    """The installed tasks' samples, as somebody would type them."""
    tasks = registry().tasks().values()
    return [(" ".join(one.input), one.question) for task in tasks for one in task.samples()]


def user(address: str, questions: Sequence[Pair], seed: int, ends: float) -> list[Reply]:
    """Asks one question after the other until it is time; at least two."""
    rng = random.Random(seed)
    replies: list[Reply] = []
    with httpx.Client(base_url=address, timeout=TIMEOUT_S) as client:
        while len(replies) < 2 or time.monotonic() < ends:
            replies.append(ask(client, rng.choice(questions)))
    return replies


def ask(client: httpx.Client, pair: Pair) -> Reply:
    """One question to the endpoint `ask`."""
    began = time.perf_counter()
    try:
        reply = client.post("gradio_api/run/ask", json={"data": [*pair, ""]}).raise_for_status()
        (answer,) = reply.json()["data"]
        error = "" if answer["text"] else "an answer without text"
    except (httpx.HTTPError, KeyError, ValueError) as problem:
        error = repr(problem)
    return Reply(time.perf_counter() - began, error)


if __name__ == "__main__":
    main()
