"""Ask anything: texts in, answers with their reasons out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Self

import torch

from qaengine.batch import Batch, Example, Words, collate
from qaengine.checkpoint import Checkpoint, load_checkpoint
from qaengine.errors import InputError, PluginError, QAEngineError, unknown
from qaengine.network.dynamic_memory_network import Reply
from qaengine.plugin_api import Task
from qaengine.registry import registry
from qaengine.schema import Alternative, Answer, Evidence, TaskSchema, Triple
from qaengine.schema import Words as WordsValue
from qaengine.scoring import batches, calibrated, likelihoods, spoken
from qaengine.text import clean, example, sentences, words
from qaengine.vocabulary import SPECIAL_OUTPUTS

MOST_FACTS = 1_000
MOST_WORDS = 400
"""Words of one fact or question."""
MOST_CHARACTERS = 200_000
"""Of one input: beyond these limits an `InputError` says so, so that memory stays bounded."""
BATCH, BATCH_FACTS = 64, 6_000
ALTERNATIVES = 3

UNTOLD = (
    "The facts don't tell. Ask about people, places or things that they mention, for example: {}"
)
UNTRAINED = (
    "The loaded weights were not trained on the task {0!r}. Write a recipe with {0!r} among its "
    "sources and run: qaengine train RECIPE --from CHECKPOINT"
)

Input = str | Sequence[str]


@dataclass(frozen=True)
class _Asked:
    """A question on its way: what to answer, and what to say beside it."""

    triple: Triple
    example: Example
    notes: tuple[str, ...]
    trained: bool


class Engine:
    """A loaded checkpoint that answers questions. Safe from several threads."""

    def __init__(self, checkpoint: Checkpoint, device: str = "cpu") -> None:
        self.checkpoint, self.device = checkpoint, torch.device(device)

    @classmethod
    def load(cls, checkpoint: str | Path | None = None, device: str = "auto") -> Self:
        """Loads a checkpoint folder, by default the one that comes with qaengine.

        `device`: "auto" takes a GPU where there is one. Raises `CheckpointError`.
        """
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            return cls(load_checkpoint(checkpoint, device), device)
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"The device {device!r} cannot be used: {reason}") from None

    def save(self, folder: str | Path, *, half: bool = False) -> None:
        """Writes the checkpoint to a folder."""
        self.checkpoint.save(Path(folder), half=half)

    @property
    def tasks(self) -> tuple[TaskSchema, ...]:
        """The tasks that the weights were trained on."""
        return self.checkpoint.config.tasks

    def ask(self, input: Input, question: str, task: str | None = None) -> Answer:
        """Answers one question.

        `input` is a text, split into sentences, or a list, a fact an item. `task` pins the task.
        Raises `InputError` for an empty or oversized input, and for a task that does not exist.
        """
        return self.ask_many([(input, question)], task)[0]

    def ask_many(self, pairs: Iterable[tuple[Input, str]], task: str | None = None) -> list[Answer]:
        """Answers many (input, question) pairs in batches, in the order asked."""
        began = time.perf_counter()
        asked = [self._framed(*pair, task) for pair in pairs]
        answers: list[Answer | None] = [None] * len(asked)
        for number, one in enumerate(asked):
            if not one.trained:
                answers[number] = _untrained(one)
        waiting = [number for number, one in enumerate(asked) if one.trained]
        examples = [asked[number].example for number in waiting]
        parts = [
            [waiting[place] for place, _ in batch]
            for batch in batches(examples, BATCH, BATCH_FACTS)
        ]
        told = self._by_threads([[asked[number] for number in part] for part in parts])
        for number, answer in zip(
            chain.from_iterable(parts), chain.from_iterable(told), strict=True
        ):
            answers[number] = answer
        seconds = (time.perf_counter() - began) / max(len(asked), 1)
        done = [answer.model_copy(update={"seconds": seconds}) for answer in answers if answer]
        for answer in done:
            registry().answered(answer.triple, answer)
        return done

    def _by_threads(self, batches: Sequence[Sequence[_Asked]]) -> list[list[Answer]]:
        """The answers to each batch. On the CPU each of torch's threads takes a batch of its own:
        the network's operations are too small to be shared out."""
        threads = torch.get_num_threads()
        if self.device.type != "cpu" or min(threads, len(batches)) < 2:
            return [self._answered(batch) for batch in batches]
        try:
            with ThreadPoolExecutor(
                threads, initializer=torch.set_num_threads, initargs=(1,)
            ) as pool:
                return list(pool.map(self._answered, batches))
        finally:
            torch.set_num_threads(threads)  # threads begun later take the last number set

    def _answered(self, asked: Sequence[_Asked]) -> list[Answer]:
        batch = collate([one.example for one in asked], self.checkpoint.vocabulary)
        with torch.inference_mode():
            reply = self.checkpoint.network.reply(batch.to(self.device))
        return self._answers(asked, batch, reply)

    def _framed(self, input: Input, question: str, task: str | None) -> _Asked:
        facts, question, notes = _checked(input, question)
        plugins = registry()
        triple = Triple(input=facts, question=question)
        name = _text("task", task) if task is not None else self._routed(triple)
        if name not in plugins.tasks():
            raise InputError(unknown("task", name, plugins.tasks()))
        triple = _by_plugin(plugins.task(name), facts, question)
        return _Asked(
            triple, example(triple), notes, name in {schema.name for schema in self.tasks}
        )

    def _routed(self, triple: Triple) -> str:
        return registry().route(triple, self.tasks) or self.tasks[0].name

    def _answers(self, asked: Sequence[_Asked], batch: Batch, reply: Reply) -> list[Answer]:
        vocabulary = self.checkpoint.vocabulary
        temperature = self.checkpoint.config.temperature
        sure = [calibrated(p, temperature) for p in likelihoods(reply)]
        weights = reply.episodes.weights.tolist()
        others = _alternatives(reply, batch, vocabulary.outputs)
        return [
            _answer(one, said, confidence, passes, alternatives)
            for one, said, confidence, passes, alternatives in zip(
                asked, spoken(reply, batch, vocabulary), sure, weights, others, strict=True
            )
        ]


def _answer(
    asked: _Asked,
    said: Words,
    confidence: float,
    passes: Sequence[Sequence[float]],
    alternatives: Sequence[tuple[str, float]],
) -> Answer:
    triple = asked.triple
    spelled = _Spelling(asked.example)
    text = ",".join(map(spelled, said))
    schema = registry().task(triple.task or "").schema
    return Answer(
        text=text or UNTOLD.format(schema.question),
        value=WordsValue(words=tuple(map(spelled, said))) if said else None,
        confidence=confidence,
        abstained=not said,
        alternatives=tuple(
            Alternative(text=spelled(word), confidence=p)
            for word, p in alternatives
            if word != ",".join(said)
        )[:ALTERNATIVES],
        evidence=_evidence(triple, passes),
        task=triple.task,
        triple=triple,
        seconds=0,
        notes=asked.notes,
    )


def _by_plugin(task: Task, facts: tuple[str, ...], question: str) -> Triple:
    try:
        return task.frame(facts, question)
    except QAEngineError:
        raise
    except Exception as error:
        raise PluginError(
            f"The task {task.schema.name!r} cannot frame this question: "
            f"{type(error).__name__}: {error}. Report it to the plugin that brings the task, or "
            "name another task."
        ) from error


def _untrained(asked: _Asked) -> Answer:
    return Answer(
        text=UNTRAINED.format(asked.triple.task),
        confidence=1,
        abstained=True,
        task=asked.triple.task,
        triple=asked.triple,
        seconds=0,
        notes=asked.notes,
    )


def _evidence(triple: Triple, passes: Sequence[Sequence[float]]) -> tuple[Evidence, ...]:
    """Weights of the passes that were needed; of the first where none was."""
    count = len(triple.input)
    needed = [one[:count] for one in passes if any(one)] or [[0.0] * count]
    by_fact = zip(*([min(weight, 1.0) for weight in one] for one in needed), strict=True)
    # our own numbers, sound by construction: validating each fact took a tenth of the time
    return tuple(
        Evidence.model_construct(fact=fact, index=index, weights=weights)
        for index, (fact, weights) in enumerate(zip(triple.input, by_fact, strict=True))
    )


def _alternatives(
    reply: Reply, batch: Batch, outputs: Sequence[str]
) -> list[list[tuple[str, float]]]:
    """The likeliest first items of each question with their probabilities."""
    first = reply.decoded.first
    values, places = first.topk(min(ALTERNATIVES + 2, first.shape[1]), dim=-1)
    words = reply.identity.tolist()
    found = []
    for row, (chances, chosen) in enumerate(
        zip(values.exp().tolist(), places.tolist(), strict=True)
    ):
        named = [
            outputs[place]
            if place < len(outputs)
            else batch.spellings[words[row][place - len(outputs)]]
            for place in chosen
        ]
        found.append(
            [
                (word, min(p, 1.0))
                for word, p in zip(named, chances, strict=True)
                if p >= 0.001 and word not in SPECIAL_OUTPUTS
            ]
        )
    return found


class _Spelling:
    """Answers as the input spells them: "mary" is "Mary" where the facts say so."""

    def __init__(self, one: Example) -> None:
        self.known: dict[str, str] = {}
        for text in (*one.facts, one.question):
            for word in text:
                self.known.setdefault(word.lower(), word)

    def __call__(self, word: str) -> str:
        return self.known.get(word.lower(), word)


def _checked(input: Input, question: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Facts, question and notes; raises `InputError` for what cannot be asked."""
    asked, replaced = clean(_text("question", question))
    if isinstance(input, str):
        whole, more = clean(_text("input", input))
        _bounded("input", "characters", len(whole), MOST_CHARACTERS)
        facts = sentences(whole)
        replaced += more
    elif isinstance(input, Sequence):
        if not input:
            raise InputError("The input is an empty list. Give a text, or a list of facts.")
        _bounded("input", "facts", len(input), MOST_FACTS)
        cleaned = [clean(_text(f"input, fact {n},", fact)) for n, fact in enumerate(input, 1)]
        facts = tuple(fact.strip() for fact, _ in cleaned)
        replaced += sum(more for _, more in cleaned)
    else:
        raise InputError(
            f"The input is {_kind(input)}. Give a text, or a list of texts, a fact each."
        )
    _bounded("input", "facts", len(facts), MOST_FACTS)
    _bounded("input", "characters", sum(map(len, facts)), MOST_CHARACTERS)
    for name, text in (("question", asked), *(("a fact of the input", fact) for fact in facts)):
        _bounded(name, "characters", len(text), 20 * MOST_WORDS)
        _bounded(name, "words", len(words(text)), MOST_WORDS)
    note = f"{replaced} characters that are no valid text were replaced."
    return facts, asked.strip(), (note,) if replaced else ()


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"The {field} is {_kind(value)}. Give a text.")
    if not value.strip():
        raise InputError(f"The {field} is empty. Give a text.")
    return value


def _bounded(field: str, unit: str, count: int, most: int) -> None:
    if count > most:
        raise InputError(
            f"The {field} has {count:,} {unit}; at most {most:,} are read. Shorten or split it."
        )


def _kind(value: object) -> str:
    return "missing (None)" if value is None else f"of type {type(value).__name__}"
