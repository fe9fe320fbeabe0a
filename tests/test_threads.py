"""Sixteen threads ask at once, and none gets another's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from qaengine.engine import Engine
from qaengine.schema import Answer

THREADS, ROUNDS = 16, 8


def test_every_thread_gets_its_own_answers(engine: Engine) -> None:
    barrier = Barrier(THREADS)

    def story(thread: int, number: int) -> tuple[list[str], str]:
        name = f"Person{thread}x{number}"
        return [f"{name} is in room {thread}."] * (1 + (thread + number) % 3), f"Where is {name}?"

    def ask(thread: int) -> list[Answer]:
        barrier.wait()
        return [engine.ask(*story(thread, number)) for number in range(ROUNDS)]

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(ask, range(THREADS)))
    for thread, answers in enumerate(found):
        for number, answer in enumerate(answers):
            facts, question = story(thread, number)
            alone = engine.ask(facts, question)
            assert answer.triple.input == tuple(facts)
            assert answer.triple.question == question
            assert answer.text == alone.text
            assert abs(answer.confidence - alone.confidence) < 1e-4
