"""The closer reading of a text's words, and what answer modules add of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from qaengine.batch import Batch, Example, collate
from qaengine.network.closer import CloserReading, Gathered
from qaengine.network.config import NetworkConfig
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.registry import registry
from qaengine.testing import tiny_engine
from qaengine.text import example

COUNTS = torch.tensor([4, 2])


def words(width: int, seed: int, longest: int = 4) -> Tensor:
    torch.manual_seed(seed)
    return torch.nn.functional.pad(torch.randn(2, 4, width), (0, 0, 0, longest - 4))


def closer(hide: float = 0.0) -> CloserReading:
    torch.manual_seed(0)
    return CloserReading(6 + 6 + 3, 5, 0.0, hide)


def test_what_stands_behind_a_text_does_not_matter() -> None:
    read, given = closer().eval(), [words(6, 1), words(6, 2), words(3, 3)]
    dirty = [words(6, 1, 6), words(6, 2, 6), words(3, 3, 6)]
    for some in dirty:
        for row, count in enumerate(COUNTS):
            some[row, count:] = 9.0
    clean = read(*given, COUNTS)
    assert clean.shape == (2, 4, 10)
    assert torch.allclose(clean, read(*dirty, COUNTS)[:, :4], atol=1e-6)
    assert not clean[1, 2:].any()


def test_vectors_are_hidden_in_training_alone() -> None:
    read = closer(hide=0.999999)
    one, other = [words(6, 1), words(6, 2), words(3, 3)], [words(6, 1), words(6, 2), words(3, 4)]
    assert torch.equal(read.train()(*one, COUNTS), read(*other, COUNTS))
    assert not torch.allclose(read.eval()(*one, COUNTS), read(*other, COUNTS))


def test_words_without_vectors_are_read() -> None:
    read = CloserReading(6 + 6, 5, 0.0, 0.1).eval()
    assert read(words(6, 1), words(6, 2), None, COUNTS).shape == (2, 4, 10)


@pytest.mark.parametrize(
    ("name", "more"),
    [("mentions", {}), ("antecedent", {}), ("translation", {"source": 8, "deeper": 8})],
)
def test_it_begins_at_nothing_and_learns(name: str, more: dict[str, int]) -> None:
    plain, wider, batch = both(name, name, **more)
    before, after = plain.loss(batch), wider.loss(batch)
    assert torch.allclose(before.answer, after.answer, atol=1e-6)
    wider.zero_grad()
    after.answer.mean().backward()
    with torch.no_grad():  # what begins at nothing lets gradients through from the second step
        served = wider.get_parameter(f"answers.{batch.kind}.closer.{name}.weight")
        assert served.grad is not None
        assert served.grad.any()
        served -= served.grad
    wider.zero_grad()
    wider.loss(batch).answer.mean().backward()
    assert all(part.grad is not None and part.grad.any() for part in wider.closer.parameters())


def test_spans_are_told_from_it_alone_where_it_says_so() -> None:
    task = registry().task("mentions")
    readings = {"near": {"width": 8, "tasks": ["mentions"], "alone": True}}
    made = tiny_engine(task.samples(), tasks=(task.schema,), closer=readings).checkpoint
    network = made.network.eval()
    batch = collate([example(one, task.schema) for one in task.samples()], made.vocabulary)
    before = network.loss(batch).answer
    before.mean().backward()
    assert all(part.grad is not None and part.grad.any() for part in network.closer.parameters())
    with torch.no_grad():
        for side in ("first", "last"):
            network.get_parameter(f"answers.spans.{side}.weight").fill_(9.0)
    assert torch.equal(network.loss(batch).answer, before)


def test_a_reading_of_its_own_spelling_tells_unknown_words_apart() -> None:
    task = registry().task("part_of_speech")
    readings = {"near": {"width": 8, "tasks": ["part_of_speech"], "spelled": 4}}
    made = tiny_engine(task.samples(), tasks=(task.schema,), closer=readings).checkpoint
    network, given = made.network, [example(one, task.schema) for one in task.samples()]
    network.loss(collate(given, made.vocabulary)).answer.mean().backward()
    spelling = network.closer["near"].spelling
    assert all(part.grad is not None and part.grad.any() for part in spelling.parameters())
    texts = [("Zorpish", "kites", "fly", "."), ("zorped", "kites", "fly", ".")]
    unknown = collate(
        [Example((text,), ("Tags", "?"), unit="tokens") for text in texts], made.vocabulary
    )
    found = spelling(unknown.words)[unknown.sentences[unknown.facts[:, 0], 0]]
    assert found.shape == (2, 4)
    assert not torch.allclose(found[0], found[1])


def test_other_tasks_of_a_kind_are_not_read_closely() -> None:
    plain, wider, batch = both("named_entities", "mentions", "named_entities")
    with torch.no_grad():
        for name, weight in wider.named_parameters():
            if "closer" in name:
                weight.fill_(0.5)
    assert torch.equal(plain.loss(batch).answer, wider.loss(batch).answer)


def test_a_closer_reading_serves_some_task_and_each_task_is_served_once() -> None:
    with pytest.raises(ValueError, match="tasks"):
        NetworkConfig(closer={"one": {"width": 8, "tasks": []}})
    with pytest.raises(ValueError, match="mentions is served twice"):
        NetworkConfig(
            closer={name: {"width": 8, "tasks": ["mentions"]} for name in ("one", "other")}
        )


def test_what_is_gathered_of_a_text_does_not_depend_on_what_stands_behind_it() -> None:
    torch.manual_seed(0)
    gather, question = Gathered(3, 10, 4), torch.randn(2, 3)
    states, present = torch.randn(2, 4, 10), torch.arange(4) < COUNTS.unsqueeze(1)
    states[1, 2:] = 0  # as the reading leaves them
    weights = torch.rand(2, 2, 4) * present.unsqueeze(1)
    longer = torch.nn.functional.pad(states, (0, 0, 0, 3))
    behind, no_weight = (torch.nn.functional.pad(one, (0, 3)) for one in (present, weights))
    found = gather(states, present, weights, question)
    assert found.shape == (2, 4)
    assert torch.allclose(found, gather(longer, behind, no_weight, question), atol=1e-6)
    for other in ((weights.flip(2), question), (weights, -question)):
        assert not torch.allclose(found, gather(states, present, *other))


@pytest.mark.parametrize(
    ("name", "kind", "unread"),
    [("sentiment", "label", "hidden"), ("part_of_speech", "tags", "fact")],
)
def test_labels_and_tags_are_told_from_the_closer_reading_alone(
    name: str, kind: str, unread: str
) -> None:
    _, wider, batch = both(name, name)
    before = wider.loss(batch).answer
    with torch.no_grad():
        wider.get_parameter(f"answers.{kind}.{unread}.weight").zero_()
    assert torch.equal(before, wider.loss(batch).answer)
    wider.zero_grad()
    before.mean().backward()
    learnt = [*wider.closer.parameters(), *wider.answers[kind].closer.parameters()]
    assert all(part.grad is not None and part.grad.any() for part in learnt)


def test_two_readings_serve_each_its_own_tasks() -> None:
    tasks = [registry().task(name) for name in ("part_of_speech", "mentions")]
    samples = [one for task in tasks for one in task.samples()]
    readings = {
        "tags": {"width": 8, "tasks": ["part_of_speech"]},
        "spans": {"width": 5, "tasks": ["mentions"]},
    }
    schemas = tuple(task.schema for task in tasks)
    made = tiny_engine(samples, tasks=schemas, closer=readings).checkpoint
    network = made.network.eval()
    with torch.no_grad():
        for answer in network.answers.values():
            for added in answer.closer.values():
                torch.nn.init.normal_(added.weight)
    for task, name, other in zip(tasks, ("tags", "spans"), ("spans", "tags"), strict=True):
        batch = collate([example(one, task.schema) for one in task.samples()], made.vocabulary)
        network.zero_grad()
        network.loss(batch).answer.mean().backward()
        assert all(part.grad is not None for part in network.closer[name].parameters())
        assert all(part.grad is None for part in network.closer[other].parameters())


def test_a_score_gets_one_more_way_from_it() -> None:
    task = registry().task("relatedness")
    readings = {"near": {"width": 8, "tasks": ["relatedness"], "spelled": 4}}
    made = tiny_engine(task.samples(), tasks=(task.schema,), closer=readings).checkpoint
    network, module = made.network.eval(), made.network.answers["score"]
    given = [example(one, task.schema) for one in task.samples()]
    network.loss(collate(given, made.vocabulary)).answer.mean().backward()
    learnt = [*network.closer.parameters(), *module.closer.parameters()]
    assert all(part.grad is not None and part.grad.any() for part in learnt)
    turned = [replace(one, facts=one.facts[::-1]) for one in given]
    with torch.no_grad():  # the other way says the same of all, and so does not count
        module.out["relatedness"].weight.zero_()
    one, other, alone = (
        network.reply(collate(some, made.vocabulary)).decoded["chances"]
        for some in (given, turned, given[:1])
    )
    assert not torch.allclose(one, one[:1].expand_as(one), atol=1e-5)
    assert torch.allclose(one, other, atol=1e-5)
    assert torch.allclose(one[:1], alone, atol=1e-5)


def both(
    asked: str, closely: str, *more: str, **settings: int
) -> tuple[DynamicMemoryNetwork, DynamicMemoryNetwork, Batch]:
    """A network without and one with a closer reading, of the same weights, and samples."""
    tasks = [registry().task(name) for name in dict.fromkeys((closely, *more))]
    schemas = tuple(task.schema for task in tasks)
    samples = [one for task in tasks for one in task.samples()]
    readings = {"near": {"width": 8, "tasks": [closely]}}
    plain = tiny_engine(samples, tasks=schemas, **settings).checkpoint
    wider = tiny_engine(samples, tasks=schemas, closer=readings, **settings).checkpoint.network
    assert wider.load_state_dict(plain.network.state_dict(), strict=False).unexpected_keys == []
    task = registry().task(asked)
    batch = collate([example(one, task.schema) for one in task.samples()], plain.vocabulary)
    return plain.network.eval(), wider.eval(), batch
