"""Ask anything: texts in, answers with their reasons out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Self

import torch

from qaengine.batch import Batch, Example, collate
from qaengine.checkpoint import Checkpoint, load_checkpoint
from qaengine.devices import best_device
from qaengine.errors import InputError, PluginError, QAEngineError, unknown
from qaengine.inputs import Checked, Input, check, given
from qaengine.network.thought import Odds
from qaengine.parsing import with_trees
from qaengine.plugin_api import Task
from qaengine.registry import registry
from qaengine.saying import Said, say
from qaengine.schema import Alternative, Answer, Evidence, Further, Spans, TaskSchema, Triple
from qaengine.scoring import batches
from qaengine.text import example, words
from qaengine.tree import Tree
from qaengine.values import spelling, value_of

BATCH, BATCH_FACTS = 64, 6_000
ROUTED = 512
"""Questions routed at a time."""
REMEMBERED = 1_000
"""Questions whose tasks are remembered: people ask one question of many texts."""
ALTERNATIVES = 3
SURE = 0.5
"""A question whose likeliest task is less likely is of no kind that the network knows."""
FOREIGN = "foreign"
"""The task of the questions that nothing here answers."""

UNTOLD = (
    "The facts don't tell. Ask about people, places or things that they mention, for example: {}"
)
UNTRAINED = (
    "The loaded weights were not trained on the task {0!r}. Write a recipe with {0!r} among its "
    "sources and run: qaengine train RECIPE --from CHECKPOINT"
)
UNKNOWN_KIND = "Nobody here learnt to answer questions of this kind. What can be asked: {}"


@dataclass(frozen=True)
class _Asked:
    """A question on its way."""

    given: Checked
    triple: Triple
    example: Example
    schema: TaskSchema
    refusal: str = ""
    """Why it is not answered."""


class Engine:
    """A loaded checkpoint that answers questions. Safe from several threads."""

    def __init__(self, checkpoint: Checkpoint, device: str = "cpu") -> None:
        self.checkpoint, self.device = checkpoint, torch.device(device)
        self._routes: dict[str, str] = {}

    @classmethod
    def load(cls, checkpoint: str | Path | None = None, device: str = "auto") -> Self:
        """Loads a checkpoint folder, by default the one that comes with qaengine.

        `device`: "auto" takes a GPU where there is one. Raises `CheckpointError`.
        """
        try:
            device = str(best_device(device))
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

        `input` is a text, split into sentences (or words, as the task wants it), or a list, a fact
        an item. `task` pins the task; else the question decides.
        Raises `InputError` for an empty or oversized input, and for a task that does not exist.
        """
        return self.ask_many([(input, question)], task)[0]

    def ask_many(self, pairs: Iterable[tuple[Input, str]], task: str | None = None) -> list[Answer]:
        """Answers many (input, question) pairs in batches, in the order asked."""
        began = time.perf_counter()
        checked = [check(*pair) for pair in pairs]
        names = [given("task", task)] * len(checked) if task is not None else self._routed(checked)
        frame = self._framed if task is not None else self._framed_if_it_fits
        asked = [frame(one, name) for one, name in zip(checked, names, strict=True)]
        waiting = [number for number, one in enumerate(asked) if not one.refusal]
        examples = [asked[number].example for number in waiting]
        parts = [
            [waiting[place] for place, _ in batch]
            for batch in batches(examples, BATCH, BATCH_FACTS)
        ]
        told = self._by_threads([[asked[number] for number in part] for part in parts])
        answers = {number: _refused(one) for number, one in enumerate(asked) if one.refusal}
        answers |= zip(chain.from_iterable(parts), chain.from_iterable(told), strict=True)
        seconds = (time.perf_counter() - began) / max(len(asked), 1)
        done = [answers[number] for number in range(len(asked))]
        done = [answer.model_copy(update={"seconds": seconds}) for answer in done]
        for answer in done:
            registry().answered(answer.triple, answer)
        return done

    def route(self, input: Input, question: str) -> str | None:
        """The task that `ask` gives a question to; None where it is of no kind known here.

        Raises `InputError` for an empty or oversized input.
        """
        (name,) = self._routed([check(input, question)])
        return None if name in ("", FOREIGN) else name

    def _routed(self, checked: Sequence[Checked]) -> list[str]:
        """The task of each question: a plugin's word first, then what the network makes of the
        question; "" where it is like none that the network knows."""
        plugins = registry()
        named = [
            plugins.route(Triple(input=one.facts, question=one.question), self.tasks)
            for one in checked
        ]
        open_questions = [number for number, name in enumerate(named) if not name]
        learnt = self._learnt_routes([checked[number].question for number in open_questions])
        found = dict(zip(open_questions, learnt, strict=True))
        return [name or found[number] for number, name in enumerate(named)]

    def _learnt_routes(self, questions: Sequence[str]) -> list[str]:
        """Each question is routed once, however many texts it is asked of."""
        known = self._routes
        if new := [one for one in dict.fromkeys(questions) if one not in known]:
            known = known | dict(zip(new, self._routed_by_network(new), strict=True))
            self._routes = dict(list(known.items())[-REMEMBERED:])
        return [known[question] for question in questions]

    def _routed_by_network(self, questions: Sequence[str]) -> list[str]:
        network, vocabulary = self.checkpoint.network, self.checkpoint.vocabulary
        if network.router is None:
            return [self.tasks[0].name] * len(questions)
        names, found = list(vocabulary.routes), []
        split = [words(question) for question in questions]
        for begin in range(0, len(split), ROUTED):
            examples = [Example((one,), one) for one in split[begin : begin + ROUTED]]
            with torch.inference_mode():
                chances = network.routes(collate(examples, vocabulary).to(self.device)).exp()
            likely, chosen = chances.max(-1)
            for p, number in zip(likely.tolist(), chosen.tolist(), strict=True):
                found.append(names[number] if p >= SURE else "")
        return found

    def _framed_if_it_fits(self, one: Checked, name: str) -> _Asked:
        """Nobody named the task: where the input does not suit it, that is the answer."""
        try:
            return self._framed(one, name)
        except InputError as error:
            triple = Triple(input=one.facts, question=one.question, task=name)
            return _Asked(one, triple, example(triple), self.tasks[0], str(error))

    def _framed(self, one: Checked, name: str) -> _Asked:
        trained = {schema.name: schema for schema in self.tasks}
        if not name or name == FOREIGN:
            triple = Triple(input=one.facts, question=one.question)
            return _Asked(one, triple, example(triple), self.tasks[0], self._unknown_kind())
        # a task read from a file is known to the weights only
        tasks = {name: _Plain(schema) for name, schema in trained.items()} | registry().tasks()
        if name not in tasks:
            raise InputError(unknown("task", name, tasks))
        task = tasks[name]
        schema = trained.get(name, task.schema)
        triple = _by_plugin(task, one.tokens() if schema.facts == "tokens" else one.facts, one)
        refusal = "" if name in trained else UNTRAINED.format(name)
        return _Asked(one, triple, example(triple, schema), schema, refusal)

    def _unknown_kind(self) -> str:
        questions = (schema.question for schema in self.tasks if schema.name != FOREIGN)
        return UNKNOWN_KIND.format(" ".join(dict.fromkeys(questions)))

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
        vocabulary = self.checkpoint.vocabulary
        network = self.checkpoint.network
        batch = with_trees(collate([one.example for one in asked], vocabulary), network)
        with torch.inference_mode():
            reply = network.reply(batch.to(self.device))
        passes = reply.thought.episodes.weights.tolist()
        told = zip(
            asked, say(reply, batch, vocabulary), passes, _read_trees(asked, batch), strict=True
        )
        by_node = batch.unit == "nodes"
        along = _asked_along(asked, reply.thought.further)
        answers = []
        for number, (one, said, weights, trees) in enumerate(told):
            facts = trees[0].phrases() if by_node else one.triple.input
            evidence = _evidence(facts, weights, one.example.facts, said.sources)
            answers.append(self._answer(one, said, evidence, trees, along.get(number)))
        return answers

    def _answer(
        self,
        asked: _Asked,
        said: Said,
        evidence: tuple[Evidence, ...],
        trees: tuple[Tree, ...],
        further: Further | None,
    ) -> Answer:
        triple, schema = asked.triple, asked.schema
        value = value_of(said, triple, asked.example, schema, asked.given.text)
        text = "" if value is None else str(value)
        spelled = spelling(asked.example)
        return Answer(
            text=text or UNTOLD.format(schema.question),
            value=value,
            confidence=self.checkpoint.calibration(schema.name)(said.likelihood),
            abstained=value is None,
            alternatives=tuple(
                Alternative(text=spelled(word), confidence=min(p, 1.0))
                for word, p in said.others
                if word.lower() != text.lower()
            )[:ALTERNATIVES],
            further=further,
            evidence=evidence,
            trees=trees,
            task=triple.task,
            triple=triple,
            seconds=0,
            notes=asked.given.notes,
        )


class _Plain(Task):
    """A task that frames questions as they come."""

    def __init__(self, schema: TaskSchema) -> None:
        self.schema = schema


def _by_plugin(task: Task, facts: Sequence[str], one: Checked) -> Triple:
    try:
        return task.frame(facts, one.question)
    except QAEngineError:
        raise
    except Exception as error:
        raise PluginError(
            f"The task {task.schema.name!r} cannot frame this question: "
            f"{type(error).__name__}: {error}. Report it to the plugin that brings the task, or "
            "name another task."
        ) from error


def _refused(asked: _Asked) -> Answer:
    return Answer(
        text=asked.refusal,
        confidence=1,
        abstained=True,
        task=asked.triple.task,
        triple=asked.triple,
        seconds=0,
        notes=asked.given.notes,
    )


def _asked_along(asked: Sequence[_Asked], odds: Odds | None) -> dict[int, Further]:
    """By the question's number, where a further one was asked along."""
    if odds is None:
        return {}
    found = {}
    for number, likely in zip(odds.rows.tolist(), odds.logs.sigmoid().tolist(), strict=True):
        further = asked[number].triple.further
        assert further is not None
        assert isinstance(further.value, Spans)
        (span,) = further.value.spans
        text = further.value.text[span.start : span.end]
        found[number] = Further(question=further.question, text=text, confidence=likely)
    return found


def _read_trees(asked: Sequence[_Asked], batch: Batch) -> list[tuple[Tree, ...]]:
    """Of each question the trees of its facts' sentences, where the encoder reads any."""
    trees = batch.trees
    if trees is None:
        return [()] * len(asked)
    return [
        tuple(trees[number] for number in row[: len(one.example.facts)])
        for one, row in zip(asked, batch.facts.tolist(), strict=True)
    ]


def _evidence(
    facts: Sequence[str],
    passes: Sequence[Sequence[float]],
    words: Sequence[Sequence[str]],
    sources: Mapping[int, Sequence[float]],
) -> tuple[Evidence, ...]:
    """Weights of the passes that were needed, of the first where none was; of the facts that were
    read the weights of their words."""
    count = len(facts)
    needed = [one[:count] for one in passes if any(one)] or [[0.0] * count]
    by_fact = zip(*([min(weight, 1.0) for weight in one] for one in needed), strict=True)
    return tuple(
        Evidence(
            fact=fact,
            index=index,
            weights=weights,
            words=tuple(zip(words[index], sources[index], strict=True)) if index in sources else (),
        )
        for index, (fact, weights) in enumerate(zip(facts, by_fact, strict=True))
    )
