"""The whole network: a question's answer depends on its own facts only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from qaengine.batch import Example, collate
from qaengine.checkpoint import build
from qaengine.network.config import Attention, NetworkConfig
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork, Reply
from qaengine.network.memory import Episodes
from qaengine.prepare import vocabulary_of
from qaengine.vocabulary import END, Vocabulary


def said(*facts: str, question: str, answer: str = "x", supports: tuple[int, ...] = ()) -> Example:
    return Example(
        tuple(tuple(fact.split()) for fact in facts),
        tuple(question.split()),
        tuple(answer.split(",")) if answer else (),
        supports,
    )


EXAMPLES = [
    said(
        "Mary went to the garden .",
        "She took the milk there .",
        "John is in the hall .",
        question="Where is the milk ?",
        answer="garden",
        supports=(0, 1),
    ),
    said("Zorbel is in the attic .", question="Is Zorbel in the hall ?", answer="no"),
    said(
        "John took the milk .",
        "Then the ball .",
        "Mary slept .",
        "John slept .",
        "All slept .",
        question="What has John ?",
        answer="milk,ball",
        supports=(0, 1),
    ),
]
VOCABULARY = vocabulary_of({"": EXAMPLES}, least=1)


def network_of(seed: int = 0, **settings: Any) -> DynamicMemoryNetwork:
    torch.manual_seed(seed)
    tiny = {"width": 16, "passes": 3, "layers": 2, "heads": 2, "read": 3}
    return build(NetworkConfig(**{**tiny, **settings}), VOCABULARY).eval()


def asked(
    network: DynamicMemoryNetwork, *examples: Example, vocabulary: Vocabulary = VOCABULARY
) -> Reply:
    return network.reply(collate(examples, vocabulary))


def seen(reply: Reply, row: int, facts: int, words: int) -> Tensor:
    """All that a reply says about one question, in one vector."""
    first, episodes = reply.decoded["first"][row], reply.thought.episodes
    vocabulary = len(first) - readable(reply)
    return torch.cat(
        [
            episodes.memory[row],
            episodes.log_gates[row, :, :facts].exp().flatten(),
            episodes.log_enough[row].exp(),
            first[: vocabulary + words].exp(),
        ]
    )


def readable(reply: Reply) -> int:
    """How many words could be copied, with padding."""
    assert reply.thought.reading is not None
    return reply.thought.reading.identity.shape[1]


@pytest.mark.parametrize("attention", get_args(Attention))
def test_question_does_not_depend_on_the_others_nor_on_padding(attention: Attention) -> None:
    network = network_of(attention=attention)
    together = asked(network, *EXAMPLES)
    for row, example in enumerate(EXAMPLES):
        alone = asked(network, example)
        facts, words = len(example.facts), readable(alone)
        one, other = seen(alone, 0, facts, words), seen(together, row, facts, words)
        assert torch.allclose(one, other, atol=1e-5)


def test_order_of_the_batch_changes_nothing() -> None:
    network = network_of()
    forth, back = asked(network, *EXAMPLES), asked(network, *EXAMPLES[::-1])
    words = readable(forth)
    for row in range(len(EXAMPLES)):
        one, other = seen(forth, row, 1, words), seen(back, len(EXAMPLES) - 1 - row, 1, words)
        assert torch.allclose(one, other, atol=1e-5)


def test_equal_sentences_are_encoded_once() -> None:
    batch = collate([EXAMPLES[0], EXAMPLES[0]], VOCABULARY)
    assert len(batch.sentences) == len(EXAMPLES[0].facts) + 1


def test_answer_reads_no_fact_that_no_pass_chose() -> None:
    """Other words in a fact that is not read leave the answer as it is."""
    network, example = _looking_at(1), EXAMPLES[2]
    before = asked(network, example)
    for number in (0, 2, 3, 4):
        after = asked(network, _rewritten(example, number))
        assert torch.allclose(after.decoded["first"], before.decoded["first"], atol=1e-5)
        one, other = after.decoded["log_probabilities"], before.decoded["log_probabilities"]
        assert torch.allclose(one, other, atol=1e-5)


def test_fact_that_is_read_matters() -> None:
    """The other half of the test above: what it compares does change with the fact that is read."""
    network, example = _looking_at(1), EXAMPLES[2]
    before, after = asked(network, example), asked(network, _rewritten(example, 1))
    read = [reply.thought.read.tolist() for reply in (before, after)]
    assert read == [[[False, True, False, False, False]]] * 2
    difference = (after.decoded["first"][:, :4] - before.decoded["first"][:, :4]).abs().max()
    assert difference > 1e-2


def _rewritten(example: Example, fact: int) -> Example:
    facts = list(example.facts)
    facts[fact] = ("Ball", "went", "milk", "hall")
    return replace(example, facts=tuple(facts))


def _looking_at(fact: int) -> DynamicMemoryNetwork:
    """A network of unrelated facts whose memory looks at one of five: only reading is left."""

    class Memory(torch.nn.Module):
        def forward(self, facts: Tensor, *_: object, **__: object) -> Episodes:
            gates = torch.full((1, 1, 5), -1e4)
            gates[0, 0, fact] = 0
            return Episodes(facts[:, fact], gates, torch.full((1, 1), -1e4))

    network = network_of(fusion="none", relate=0)
    network.memory = Memory()  # type: ignore[assignment]
    return network


@pytest.mark.parametrize("layers", [0, 2])
def test_at_most_the_chosen_facts_are_read(layers: int) -> None:
    reply = asked(network_of(read=2, layers=layers), *EXAMPLES)
    assert int(reply.thought.read.sum(1).max()) <= (2 if layers else 0)


@pytest.mark.parametrize("fusion", ["both", "forward", "none"])
@pytest.mark.parametrize("passes", [0, 2])
def test_every_parameter_learns(fusion: str, passes: int) -> None:
    network = network_of(fusion=fusion, passes=passes).train()
    loss = network.loss(collate(EXAMPLES, VOCABULARY))
    torch.autograd.backward((loss.answer + loss.gates).sum())
    idle = {name for name, one in network.named_parameters() if one.grad is None}
    assert not {name for name in idle if not name.startswith("memory")}
    assert not idle or passes == 0


def test_word_never_seen_can_be_copied() -> None:
    network = network_of().train()
    example = said(
        "Qux is in the blorf .", question="Where is Qux ?", answer="blorf", supports=(0,)
    )
    batch = collate([example], VOCABULARY)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        loss = network.loss(batch)
        torch.autograd.backward((loss.answer + loss.gates).sum())
        optimizer.step()
    reply = network.eval().reply(batch)
    assert reply.decoded["outputs"][0].tolist() == [-1, END]
    assert batch.spellings[int(reply.decoded["identity"][0, 0])] == "blorf"


def test_unknown_words_in_one_pattern_differ_in_their_letters_only() -> None:
    one, other = (
        collate([said(f"{a} is here .", f"{b} is there .", question=f"Where is {b} ?")], VOCABULARY)
        for a, b in (("Qux", "Fnord"), ("Blip", "Zamp"))
    )
    assert torch.equal(one.words.identity, other.words.identity)
    assert torch.equal(one.words.word_ids, other.words.word_ids)
    assert not torch.equal(one.words.ngram_ids, other.words.ngram_ids)
