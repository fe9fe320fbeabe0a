"""For plugin authors: does my task, encoder, memory keep the contract? And a small engine to try.

    from qaengine.testing import check_encoder, check_memory, check_task

Each check raises an `AssertionError` that says what is wrong; pytest is not needed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from qaengine.batch import Example, collate
from qaengine.checkpoint import Checkpoint, Config, build
from qaengine.engine import Engine
from qaengine.errors import DataError
from qaengine.network.config import NetworkConfig
from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.network.memory import ENOUGH, Episodes, Memory
from qaengine.parsing import with_trees
from qaengine.plugin_api import Task
from qaengine.prepare import vocabulary_of
from qaengine.registry import registry
from qaengine.routing import fit_router
from qaengine.schema import Spans, TaskSchema, Triple
from qaengine.scoring import batches, outcomes
from qaengine.subwords import SMALLEST
from qaengine.text import example

TINY: dict[str, Any] = {
    **{"width": 16, "passes": 3, "layers": 1, "heads": 2, "writer": 32},
    **{"hide": 0, "dropout": 0, "deep_dropout": 0},
}
LENGTHS = (5, 1, 3, 4)
"""Words of the sentences that an encoder is tried on; facts of the stories for a memory."""


def tiny_engine(
    triples: Iterable[Triple] | None = None,
    *,
    tasks: Sequence[TaskSchema] = (),
    steps: int = 0,
    learning_rate: float = 1e-2,
    seed: int = 0,
    **network: Any,
) -> Engine:
    """A small engine on the CPU, made in a second: untrained, or after `steps` on all triples.

    `triples` have gold answers; by default they are the samples of every task. `tasks` are their
    schemas, by default those of the installed tasks that they name; a triple of a task that is
    not among them is asked as if it were of the first. `network`: settings of `NetworkConfig` in
    place of the small ones here.
    """
    triples = _samples() if triples is None else tuple(triples)
    schemas = {schema.name: schema for schema in tasks or _schemas(triples)}
    first = next(iter(schemas.values()))
    examples = [example(triple, schemas.get(triple.task or "", first)) for triple in triples]
    vocabulary = vocabulary_of(
        {"": examples}, least=1, tasks=tuple(schemas.values()), parts=SMALLEST
    )
    config = Config(
        recipe="tiny",
        network=NetworkConfig(**{**TINY, **network}),
        tasks=vocabulary.tasks,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        checkpoint = Checkpoint(config, vocabulary, build(config.network, vocabulary))
        _fit(checkpoint, examples, steps, learning_rate)
    checkpoint.network.eval()
    return Engine(checkpoint)


def check_task(task: Task, *, stories: int = 10, **options: Any) -> None:
    """Checks a task's schema, samples, framing, and its first training stories.

    `options` go to the task's `stories`. Where its data are missing (`DataError`), the stories
    are left out.
    """
    _check_schema(task.schema)
    samples = tuple(task.samples())
    _require(samples, "samples() gives none: a few triples of the task's own making are wanted")
    for number, triple in enumerate(samples):
        _check_triple(task, triple, f"sample {number}")
        _check_frame(task, triple, f"sample {number}")
    _check_answered(task.schema, samples)
    try:
        told = list(islice(task.stories("train", **options), stories))
    except DataError:
        return
    _require(told, "stories('train') gives none")
    for group, story in told:
        _check_story(task, group, story)


def check_encoder(encoder: type[Encoder], width: int = 16) -> None:
    """Checks an encoder's shapes, values and gradients, and that each sentence is read alone."""
    _require(isinstance(encoder, type) and issubclass(encoder, Encoder), "not an Encoder class")
    name = getattr(encoder, "name", "")
    _require(isinstance(name, str) and name.strip(), f"{encoder.__name__} has no `name`")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        embedded = torch.randn(len(LENGTHS), max(LENGTHS), width)
        network = encoder(width).eval()
        with torch.no_grad():
            _check_shapes(network, embedded)
        _check_gradients(network.train(), embedded)
        network.eval()
        with torch.no_grad():
            _check_sentences_apart(network, embedded)
            _check_double(network.double(), embedded.double())


def check_memory(memory: type[Memory], width: int = 16, passes: int = 3) -> None:
    """Checks a memory's shapes, values and gradients, that its gates and "enough" share a whole,
    and that each question is answered from its own facts."""
    _require(isinstance(memory, type) and issubclass(memory, Memory), "not a Memory class")
    name = getattr(memory, "name", "")
    _require(isinstance(name, str) and name.strip(), f"{memory.__name__} has no `name`")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        asked = _asked(width)
        network = memory(NetworkConfig(width=width, passes=passes)).eval()
        with torch.no_grad():
            _check_episodes(network, asked, passes)
        _check_memory_gradients(network.train(), asked)
        network.eval()
        with torch.no_grad():
            _check_questions_apart(network, asked)
            _check_passes(memory, network, asked, passes)
            _check_memory_double(network.double(), asked)


# -- tasks -----------------------------------------------------------------------------------


def _check_schema(schema: TaskSchema) -> None:
    questions = (schema.question, *schema.paraphrases)
    _require(all(text.strip() for text in questions), "the schema has an empty question")
    _require(len(set(questions)) == len(questions), "the schema has one question twice")
    closed, open_to_both = schema.answer in ("label", "tags"), schema.answer == "spans"
    _require(
        bool(schema.labels) == closed or open_to_both,
        f"answers of the kind {schema.answer!r} {'need' if closed else 'take no'} labels",
    )
    _require(schema.source.strip(), "the schema does not name its source")
    _require(schema.license.strip(), "the schema does not name its license")


def _check_triple(task: Task, triple: Triple, where: str) -> None:
    name = task.schema.name
    _require(isinstance(triple, Triple), f"{where} is not a Triple but {type(triple).__name__}")
    _require(triple.task == name, f"{where} names the task {triple.task!r}, not {name!r}")
    _require(triple.answer is not None, f'{where} has no answer; "" means that no fact tells')
    _require(all(fact.strip() for fact in triple.input), f"{where} has an empty fact")
    labels = task.schema.labels if task.schema.answer == "label" else ()
    _require(
        not labels or triple.answer in ("", *labels),
        f"{where}: the answer {triple.answer!r} is not among the labels {labels}",
    )
    if further := triple.further:
        wanted, value = task.schema.further, further.value
        _require(
            further.task == wanted,
            f"{where} is asked along with {further.task!r}, the schema's `further` is {wanted!r}",
        )
        single = isinstance(value, Spans) and len(value.spans) == 1
        _require(single, f"{where}: what is asked along has no single span for its value")


def _check_frame(task: Task, triple: Triple, where: str) -> None:
    """A user who types what training saw must get what training saw."""
    framed = task.frame(triple.input, triple.question)
    unanswered = {"answer": None, "supports": (), "value": None}
    expected = triple.model_copy(update=unanswered)
    _require(
        framed.model_copy(update=unanswered) == expected,
        f"frame() makes of the text of {where} {framed!r}, not {expected!r}",
    )


def _check_answered(schema: TaskSchema, samples: Sequence[Triple]) -> None:
    checkpoint = tiny_engine(samples, tasks=(schema,)).checkpoint
    examples = [example(triple, schema) for triple in samples]
    for number, outcome in enumerate(
        outcomes(checkpoint.network, checkpoint.vocabulary, examples, torch.device("cpu"))
    ):
        chance = outcome.likelihood
        _require(0 <= chance <= 1, f"sample {number} is answered with the likelihood {chance}")


def _check_story(task: Task, group: str, story: Sequence[Triple]) -> None:
    _require(isinstance(group, str) and group, f"a story's group is {group!r}, not a name")
    _require(story, f"a story of the group {group!r} has no triples")
    for number, triple in enumerate(story):
        _check_triple(task, triple, f"triple {number} of a story in {group!r}")
    _check_prefix(story, group)
    for seed in range(3):
        varied = task.varied(group, story, random.Random(seed))
        _require(
            len(varied) == len(story)
            and all(
                one.supports == other.supports and len(one.input) == len(other.input)
                for one, other in zip(varied, story, strict=True)
            ),
            f"varied() changes the number of triples or facts, or the supports, in {group!r}",
        )
        _check_prefix(varied, group)


def _check_prefix(story: Sequence[Triple], group: str) -> None:
    longest = max((triple.input for triple in story), key=len)
    _require(
        all(triple.input == longest[: len(triple.input)] for triple in story),
        f"the triples of one story in {group!r} do not begin with the same facts",
    )


# -- encoders --------------------------------------------------------------------------------


def _check_gradients(network: Encoder, embedded: Tensor) -> None:
    embedded = embedded.clone().requires_grad_()
    encoded = network(_sentences(embedded))
    given = (encoded.states, encoded.summary, encoded.loss)
    torch.autograd.backward([_mixed(values) for values in given if values is not None])
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            flows = parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
            _require(flows, f"no gradient reaches the parameter {name}")
    reached = embedded.grad is not None and bool(embedded.grad.abs().sum() > 0)
    _require(reached or not network.reaches_words, "no gradient reaches the words")
    _require(network.reaches_words or not reached, "gradients reach the words: reaches_words lies")


def _mixed(values: Tensor) -> Tensor:
    """A sum with random weights: a plain one would hide what a normalisation passes on."""
    return (values * torch.randn_like(values)).sum()


def _check_shapes(network: Encoder, embedded: Tensor) -> None:
    encoded = network(_sentences(embedded))
    _require(isinstance(encoded, Encoded), f"gives {type(encoded).__name__}, not Encoded")
    for name, value, shape in (
        ("states", encoded.states, embedded.shape),
        ("summary", encoded.summary, (len(embedded), embedded.shape[-1])),
    ):
        got, wanted = tuple(value.shape), tuple(shape)
        _require(got == wanted, f"{name} have the shape {got}, not {wanted}")
        _require(value.dtype == embedded.dtype, f"{name} are {value.dtype}, not {embedded.dtype}")
        _require(bool(value.isfinite().all()), f"{name} are not finite")
    for row, length in enumerate(LENGTHS):
        behind = encoded.states[row, length:]
        _require(bool((behind == 0).all()), "states behind a sentence's end are not zero")


def _check_sentences_apart(network: Encoder, embedded: Tensor) -> None:
    """A sentence's states and summary depend on its own words only."""
    expected = _each(network(_sentences(embedded)), LENGTHS)

    def check(lengths: Sequence[int], what: str, changed: Tensor, order: Sequence[int]) -> None:
        found = _each(network(Sentences(changed, torch.tensor(lengths))), lengths)
        same = all(
            torch.allclose(one, expected[place], atol=1e-5)
            for place, one in zip(order, found, strict=True)
        )
        _require(same, f"a sentence's encoding changes with {what}")

    every = list(range(len(LENGTHS)))
    check(LENGTHS, "nothing at all, from call to call", embedded, every)
    behind = torch.arange(embedded.shape[1]) >= torch.tensor(LENGTHS)[:, None]
    noisy = torch.where(behind[..., None], torch.randn_like(embedded) * 9, embedded)
    check(LENGTHS, "what stands behind its end", noisy, every)
    longer = torch.cat([embedded, torch.randn_like(embedded[:, :2])], dim=1)
    check(LENGTHS, "the width of the padding", longer, every)
    check(LENGTHS[::-1], "the order of the batch", embedded.flip(0), every[::-1])
    for row, length in enumerate(LENGTHS):
        alone = embedded[row : row + 1, :length]
        check([length], "the other sentences of the batch", alone, [row])


def _check_double(network: Encoder, embedded: Tensor) -> None:
    encoded = network(_sentences(embedded))
    double = encoded.states.dtype == encoded.summary.dtype == torch.float64
    _require(double, "float64 words do not stay float64")


def _sentences(embedded: Tensor) -> Sentences:
    return Sentences(embedded, torch.tensor(LENGTHS))


def _each(encoded: Encoded, lengths: Sequence[int]) -> list[Tensor]:
    """Of each sentence its states, and its summary below them."""
    return [
        torch.cat([encoded.states[row, :length], encoded.summary[row : row + 1]])
        for row, length in enumerate(lengths)
    ]


# -- memories --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """What a memory is tried on: as many facts a question as `LENGTHS` says."""

    facts: Tensor
    present: Tensor
    overlap: Tensor
    question: Tensor

    def told(self, memory: Memory, passes: int | None = None, *, may_end: bool = False) -> Episodes:
        given = (self.facts, self.present, self.overlap, self.question)
        episodes: Episodes = memory(*given, passes, may_end=may_end)
        _require(isinstance(episodes, Episodes), f"gives {type(episodes).__name__}, not Episodes")
        return episodes

    def rows(self, rows: Sequence[int], most: int | None = None) -> _Asked:
        """Some of the questions, in this order, with `most` facts each."""
        one = list(rows)
        return _Asked(
            self.facts[one, :most],
            self.present[one, :most],
            self.overlap[one, :most, :most],
            self.question[one],
        )


def _asked(width: int) -> _Asked:
    questions, most = len(LENGTHS), max(LENGTHS)
    present = torch.arange(most) < torch.tensor(LENGTHS)[:, None]
    return _Asked(
        torch.randn(questions, most, width),
        present,
        torch.rand(questions, most, most) * (present[:, None] & present[:, :, None]),
        torch.randn(questions, width),
    )


def _check_episodes(network: Memory, asked: _Asked, passes: int) -> None:
    questions, most, width = asked.facts.shape
    episodes = asked.told(network)
    for name, value, shape in (
        ("memory", episodes.memory, (questions, width)),
        ("log_gates", episodes.log_gates, (questions, passes, most)),
        ("log_enough", episodes.log_enough, (questions, passes)),
    ):
        got = tuple(value.shape)
        _require(got == shape, f"{name} has the shape {got}, not {shape}")
        dtype = asked.facts.dtype
        _require(value.dtype == dtype, f"{name} is {value.dtype}, not {dtype}")
        _require(bool(value.isfinite().all()), f"{name} is not finite")
    gates, enough = episodes.log_gates.exp(), episodes.log_enough.exp()
    absent = gates.masked_select(~asked.present.unsqueeze(1))
    _require(bool((absent == 0).all()), "a pass attends to a fact that is not there")
    whole = gates.sum(-1) + enough
    _require(
        torch.allclose(whole, torch.ones_like(whole), atol=1e-5),
        f'gates and "enough" of a pass sum to {whole.flatten()[0]:.3f}, not to 1',
    )


def _check_memory_gradients(network: Memory, asked: _Asked) -> None:
    facts, question = (one.clone().requires_grad_() for one in (asked.facts, asked.question))
    episodes = replace(asked, facts=facts, question=question).told(network)
    given = (episodes.memory, episodes.log_gates.exp(), episodes.log_enough.exp())
    torch.autograd.backward([_mixed(values) for values in given])
    reached = {
        **{f"the parameter {name}": one.grad for name, one in network.named_parameters()},
        "the facts": facts.grad,
        "the question": question.grad,
    }
    for name, grad in reached.items():
        _require(grad is not None and bool(grad.abs().sum() > 0), f"no gradient reaches {name}")


def _check_questions_apart(network: Memory, asked: _Asked) -> None:
    """What a memory makes of a question depends on it and its own facts only."""
    every = list(range(len(LENGTHS)))
    expected = _questions(asked.told(network), every)

    def check(what: str, changed: _Asked, order: Sequence[int]) -> None:
        found = _questions(changed.told(network), order)
        same = all(
            torch.allclose(one, expected[place], atol=1e-5)
            for place, one in zip(order, found, strict=True)
        )
        _require(same, f"what is remembered of a question changes with {what}")

    check("nothing at all, from call to call", asked, every)
    noise = torch.randn_like(asked.facts) * 9
    noisy = torch.where(asked.present.unsqueeze(-1), asked.facts, noise)
    check("facts that are not there", replace(asked, facts=noisy), every)
    check("the order of the batch", asked.rows(every[::-1]), every[::-1])
    for row, count in enumerate(LENGTHS):
        check("the width of the padding, or other questions", asked.rows([row], count), [row])


def _questions(episodes: Episodes, order: Sequence[int]) -> list[Tensor]:
    """All that is remembered of each question, without its padding."""
    gates, enough = episodes.log_gates.exp(), episodes.log_enough.exp()
    return [
        torch.cat([episodes.memory[row], gates[row, :, : LENGTHS[place]].flatten(), enough[row]])
        for row, place in enumerate(order)
    ]


def _check_passes(memory: type[Memory], network: Memory, asked: _Asked, passes: int) -> None:
    whole, fewer = asked.told(network), asked.told(network, passes - 1)
    _require(
        fewer.log_gates.shape[1] == passes - 1
        and torch.allclose(fewer.log_gates, whole.log_gates[:, :-1], atol=1e-5),
        "fewer passes are not the first ones",
    )
    none = asked.told(memory(NetworkConfig(width=network.width, passes=0)).eval())
    _require(none.log_gates.shape[1] == 0, "makes a pass where `passes` is 0")
    ended, enough = asked.told(network, may_end=True), whole.log_enough.exp() >= ENOUGH
    after = enough.cumsum(1) - enough.long() > 0
    _require(
        bool((ended.log_enough.exp()[after] == 1).all()),
        'a question that has "enough" makes further passes though it may end',
    )


def _check_memory_double(network: Memory, asked: _Asked) -> None:
    facts, overlap, question = (
        one.double() for one in (asked.facts, asked.overlap, asked.question)
    )
    episodes = _Asked(facts, asked.present, overlap, question).told(network)
    double = episodes.memory.dtype == episodes.log_gates.dtype == torch.float64
    _require(double, "float64 facts do not stay float64")


# -- what they share -------------------------------------------------------------------------


def _require(condition: object, message: str) -> None:
    """As `assert`, but under `python -O` too."""
    if not condition:
        raise AssertionError(message)


def _samples() -> tuple[Triple, ...]:
    found: list[Triple] = []
    for task in registry().tasks().values():
        with suppress(NotImplementedError):
            found += task.samples()
    return tuple(found)


def _schemas(triples: Iterable[Triple]) -> tuple[TaskSchema, ...]:
    """The installed tasks that the triples name; the first where they name none."""
    tasks = registry().tasks()
    named = dict.fromkeys(triple.task for triple in triples)
    found = tuple(tasks[name].schema for name in named if name in tasks)
    return found or (next(iter(tasks.values())).schema,)


def _fit(
    checkpoint: Checkpoint, examples: Sequence[Example], steps: int, learning_rate: float
) -> None:
    together = [
        with_trees(collate([one for _, one in batch], checkpoint.vocabulary), checkpoint.network)
        for batch in batches(examples, len(examples), 10_000)
    ]
    optimizer = torch.optim.AdamW(checkpoint.network.parameters(), learning_rate)
    checkpoint.network.train()
    for _ in range(steps):
        optimizer.zero_grad()
        for batch in together:
            loss = checkpoint.network.loss(batch)
            torch.autograd.backward((loss.answer + loss.gates).sum() / len(examples))
        optimizer.step()
    fit_router(checkpoint.network, checkpoint.vocabulary, examples, by_heart=True)
