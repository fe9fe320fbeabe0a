"""The answer module for texts: written part by part, by a beam, with an eye on the input."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
import torch

from qaengine.batch import Batch, Example, collate
from qaengine.checkpoint import Checkpoint
from qaengine.network.answers.attentive_text import AttentiveText, _Drafts
from qaengine.network.answers.recurrent_text import RecurrentText
from qaengine.network.answers.text import TextAnswer
from qaengine.saying import say
from qaengine.schema import TaskSchema, Triple
from qaengine.testing import tiny_engine
from qaengine.text import example
from qaengine.vocabulary import END

SCHEMA = TaskSchema(
    name="translate",
    question="In German?",
    facts="tokens",
    answer="text",
    source="ours",
    license="any",
)
PAIRS = {"the dog sleeps": "der Hund schläft", "hello Quandra": "hallo Quandra", "yes !": "ja!"}
TRIPLES = [
    Triple(input=tuple(text.split()), question=SCHEMA.question, answer=said, task="translate")
    for text, said in PAIRS.items()
]
EXAMPLES = [example(triple, SCHEMA) for triple in TRIPLES]


FORMS: dict[str, dict[str, Any]] = {
    "recurrent": {},
    "deeper": {"source": 8, "deeper": 8},
    "attentive": {"writer": 16, "text_layers": (1, 2)},
}


@pytest.fixture(scope="module", params=FORMS.values(), ids=FORMS)
def learnt(request: pytest.FixtureRequest) -> Checkpoint:
    """Has learnt a little: it is sure of some parts and not of others."""
    return tiny_engine(TRIPLES, tasks=(SCHEMA,), steps=60, **request.param).checkpoint


def written(
    known: Checkpoint, *examples: Example, beam: int = TextAnswer.BEAM
) -> dict[str, torch.Tensor]:
    module = known.network.answers["text"]
    assert isinstance(module, TextAnswer)
    module.BEAM = beam
    return known.network.reply(collate(examples, known.vocabulary)).decoded


def test_attention_is_shared_out_over_the_words_of_the_input(learnt: Checkpoint) -> None:
    attention = written(learnt, *EXAMPLES)["attention"]
    for row, one in enumerate(EXAMPLES):
        sums = attention[row, :, : one.count].sum(-1)
        assert torch.allclose(sums, torch.ones_like(sums), atol=1e-5)


def test_each_token_said_has_its_attention(learnt: Checkpoint) -> None:
    batch = collate(EXAMPLES, learnt.vocabulary)
    for one, said in zip(
        EXAMPLES, say(learnt.network.reply(batch), batch, learnt.vocabulary), strict=True
    ):
        assert len(said.attention) == len(said.tokens) > 0
        assert {len(row) for row in said.attention} == {one.count}


@pytest.mark.parametrize("wide", [2, 4, 8])
def test_no_beam_writes_a_less_likely_text_than_a_narrow_one(wide: int) -> None:
    """On an untrained network, whose every next part is a toss-up."""
    known = tiny_engine(TRIPLES, tasks=(SCHEMA,), seed=wide).checkpoint
    narrow = written(known, *EXAMPLES, beam=1)["likelihood"]
    beam = written(known, *EXAMPLES, beam=wide)["likelihood"]
    assert (beam >= narrow - 1e-6).all()
    assert (narrow > 0).all()
    assert (beam <= 1).all()


def test_what_a_beam_writes_does_not_depend_on_the_others(learnt: Checkpoint) -> None:
    together = written(learnt, *EXAMPLES)
    for row, one in enumerate(EXAMPLES):
        alone = written(learnt, one)
        parts = [ids[: ids.index(END)] for ids in (ends(alone, 0), ends(together, row))]
        assert parts[0] == parts[1]
        assert alone["likelihood"][0] == pytest.approx(float(together["likelihood"][row]), abs=1e-4)


def ends(decoded: dict[str, torch.Tensor], row: int) -> list[int]:
    return [*decoded["parts"][row].tolist(), END]


def test_likelihood_is_the_geometric_mean_over_the_parts(learnt: Checkpoint) -> None:
    """It is what the loss makes of the same parts, without its smoothing."""
    module = learnt.network.answers["text"]
    assert isinstance(module, TextAnswer)
    module.SMOOTHING = 0.0
    found = written(learnt, *EXAMPLES)
    for row, one in enumerate(EXAMPLES):
        batch = _wanting(learnt, one, found["parts"][row])
        loss = learnt.network.loss(batch).answer.detach()
        assert torch.allclose(found["likelihood"][row], (-loss[0]).exp(), atol=1e-3)
    module.SMOOTHING = TextAnswer.SMOOTHING


def _wanting(known: Checkpoint, one: Example, parts: torch.Tensor) -> Batch:
    batch = collate([one], known.vocabulary)
    assert batch.gold is not None
    ids = parts.tolist()
    if END in ids:
        ids = ids[: ids.index(END) + 1]
    batch.gold.answer["parts"] = torch.tensor([ids])
    return batch


def test_what_is_copied_are_parts_of_the_input_up_to_the_limit() -> None:
    """Here nothing can be generated, not even the end."""
    known = tiny_engine(TRIPLES, tasks=(SCHEMA,)).checkpoint
    module = known.network.answers["text"]
    assert isinstance(module, TextAnswer)
    with torch.no_grad():
        module.copies.bias.fill_(200)
    found = written(known, *EXAMPLES)["parts"]
    longest = max(one.count for one in EXAMPLES)
    assert found.shape == (len(EXAMPLES), 2 * longest + 20)
    for row, one in enumerate(EXAMPLES):
        own = {part for word in one.facts[0] for part in known.vocabulary.parts.encode(word)}
        assert set(found[row, : 2 * one.count + 20].tolist()) <= own
        assert set(found[row, 2 * one.count + 20 :].tolist()) <= {END}


def test_a_recurrence_over_the_source_begins_at_nothing() -> None:
    """A network that learnt without it answers as before, and learns to use it."""
    wider = _grown(tiny_engine(TRIPLES, tasks=(SCHEMA,)).checkpoint, source=8)
    for learnt in (wider.seen_around.weight, wider.named):
        assert learnt.grad is not None
        assert learnt.grad.abs().sum() > 0


def test_a_second_layer_begins_at_nothing() -> None:
    wider = _grown(tiny_engine(TRIPLES, tasks=(SCHEMA,), source=8).checkpoint, deeper=8)
    assert wider.second is not None
    assert wider.second.table.grad is not None
    assert wider.second.table.grad.abs().sum() > 0


def test_every_weight_of_attention_learns() -> None:
    known = tiny_engine(TRIPLES, tasks=(SCHEMA,), **FORMS["attentive"]).checkpoint
    known.network.loss(collate(EXAMPLES, known.vocabulary)).answer.mean().backward()
    module = known.network.answers["text"]
    assert isinstance(module, AttentiveText)
    for name, weight in module.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_long_texts_have_room() -> None:
    """Here no text ends by itself; it is as likely as when it is read at once."""
    known = tiny_engine(TRIPLES, tasks=(SCHEMA,), **FORMS["attentive"]).checkpoint
    module = known.network.answers["text"]
    assert isinstance(module, AttentiveText)
    with torch.no_grad():
        module.bias[END] = -50
        module.copies.bias.fill_(-50)
    module.SMOOTHING = 0.0
    for one in EXAMPLES:
        long = replace(one, facts=(one.facts[0] * 9,))
        found = written(known, long)
        assert found["parts"].shape[1] == 2 * long.count + 20 > 2 * _Drafts.ROOM
        loss = known.network.loss(_wanting(known, long, found["parts"][0])).answer.detach()
        assert torch.allclose(found["likelihood"], (-loss).exp(), atol=1e-3)


def _grown(known: Checkpoint, **more: int) -> RecurrentText:
    """The checkpoint's module with more to it, which says what that said; with gradients."""
    config = known.config.network.model_copy(update=more)
    module = known.network.answers["text"]
    wider = RecurrentText(config, known.vocabulary)
    wider.load_state_dict(module.state_dict(), strict=False)
    before = written(known, *EXAMPLES)
    known.network.answers["text"] = wider.eval()
    after = written(known, *EXAMPLES)
    assert torch.equal(before["parts"], after["parts"])
    known.network.loss(collate(EXAMPLES, known.vocabulary)).answer.mean().backward()
    return wider


def test_weights_seen_at_every_step_have_the_gradients_of_all_of_them() -> None:
    """They are gathered in one product; here each is compared with a difference quotient."""
    learnt = tiny_engine(TRIPLES, tasks=(SCHEMA,), steps=60).checkpoint
    network = copy.deepcopy(learnt.network).double().eval()
    module = network.answers["text"]
    assert isinstance(module, RecurrentText)
    batch = collate(EXAMPLES[:1], learnt.vocabulary)
    network.loss(batch).answer.sum().backward()
    for weight in (module.cell.weight_ih, module.cell.weight_hh, module.look.weight):
        assert weight.grad is not None
        steepest = weight.grad.abs().argmax()
        row, column = divmod(int(steepest), weight.shape[1])
        losses = []
        for step in (1e-5, -2e-5):
            with torch.no_grad():
                weight[row, column] += step
                losses.append(float(network.loss(batch).answer.sum()))
        quotient = (losses[0] - losses[1]) / 2e-5
        assert float(weight.grad[row, column]) == pytest.approx(quotient, rel=1e-3)


def test_parts_drawn_at_random_stand_for_all_that_nobody_wrote() -> None:
    """On average over draws the sum that is divided by is that of all parts."""
    known = tiny_engine(TRIPLES, tasks=(SCHEMA,)).checkpoint
    module = known.network.answers["text"]
    assert isinstance(module, TextAnswer)
    torch.manual_seed(0)
    features, table = 0.3 * torch.randn(4, 8), torch.randn(len(known.vocabulary.parts), 8)
    gold = torch.tensor([5, 9, 5, 30])
    exact, _ = module.eval()._written(features, gold, table)
    module.train().DRAWN = 60
    drawn = torch.stack([module._written(features, gold, table)[0] for _ in range(2000)])
    assert not torch.allclose(drawn[0], exact, atol=1e-3)
    assert torch.allclose((-drawn).exp().mean(0), (-exact).exp(), rtol=0.05)
