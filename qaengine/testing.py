"""For plugin authors: does my task, does my encoder keep the contract? And a small engine to try.

    from qaengine.testing import check_encoder, check_task

Each check raises an `AssertionError` that says what is wrong; pytest is not needed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from contextlib import suppress
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
from qaengine.plugin_api import Task
from qaengine.prepare import vocabulary_of
from qaengine.registry import registry
from qaengine.routing import fit_router
from qaengine.schema import TaskSchema, Triple
from qaengine.scoring import batches, outcomes
from qaengine.subwords import SMALLEST
from qaengine.text import example

TINY: dict[str, Any] = {
    **{"width": 16, "passes": 3, "layers": 1, "heads": 2, "writer": 32},
    **{"hide": 0, "dropout": 0, "deep_dropout": 0},
}
LENGTHS = (5, 1, 3, 4)
"""Words of the sentences that an encoder is tried on."""


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


# -- what both share -------------------------------------------------------------------------


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
        collate([one for _, one in batch], checkpoint.vocabulary)
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
    fit_router(checkpoint.network, checkpoint.vocabulary, examples)
