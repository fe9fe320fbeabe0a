"""Pairs answered with the help of what is asked along, and from where on they are a yes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from qaengine.balance import Balance, balance, balanced
from qaengine.batch import Example, collate
from qaengine.engine import Engine
from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.spans import SpansAnswer
from qaengine.registry import registry
from qaengine.scoring import outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example
from qaengine.weighing import SHIFTS, Pairs, measure, weigh

CPU = torch.device("cpu")
TEXT = "Ida told Bruno that she had lost it ."
QUESTION = "Is [Ida] coreferent with [she]?"


def pairs(seed: int, *, helps: float, asked: float = 1.0, count: int = 400) -> Pairs:
    """Gold by chance; both log odds follow it, the further ones `helps` times as much."""
    torch.manual_seed(seed)
    gold = torch.rand(count) < 0.5
    sign = gold.float() * 2 - 1
    own = sign + torch.randn(count) * 2
    has = torch.rand(count) < asked
    further = (helps * sign + torch.randn(count) * 2) * has
    return Pairs(own, further, has, gold)


def f1(one: Pairs, *chosen: float) -> float:
    said = one.odds(*chosen) > 0
    return float(2 * (said & one.gold).sum() / (said.sum() + one.gold.sum()))


def test_a_further_answer_counts_as_much_as_it_tells() -> None:
    """Both are as good as each other, then the further one is thrice as good, then worthless."""
    alike, better, worthless = (weigh([pairs(0, helps=one)])[1] for one in (1.0, 3.0, 0.0))
    assert alike == pytest.approx(1.0, abs=0.3)
    assert better > 1.5 * alike
    assert worthless < 0.2


def test_it_raises_the_score() -> None:
    some = pairs(1, helps=2.0)
    assert f1(some, *weigh([some])) > f1(some, weigh([replace(some, asked=some.asked & False)])[0])


def test_where_nothing_is_asked_along_only_the_threshold_is_chosen() -> None:
    some = pairs(2, helps=1.0, asked=0.0)
    shift, weight, further = weigh([some])
    assert (weight, further) == (0.0, 0.0)
    assert f1(some, shift) == max(f1(some, other) for other in SHIFTS)


def test_what_tells_against_is_left_out() -> None:
    assert weigh([pairs(3, helps=-2.0)])[1:] == (0.0, 0.0)


def test_pairs_with_a_further_answer_have_a_threshold_of_their_own() -> None:
    """The mean of the further log odds is far below zero, as among many spans it is."""
    some = pairs(4, helps=2.0, asked=0.5)
    lower = replace(some, further=some.further - 5 * some.asked)
    (shift, weight, more), (_, other, raised) = weigh([some]), weigh([lower])
    assert other == pytest.approx(weight, abs=0.1)
    assert raised > more + 1
    assert f1(lower, shift, other, raised) >= f1(some, shift, weight, more) - 0.05


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Pairs and antecedents, learnt by heart from the samples."""
    tasks = registry().tasks()
    triples = [*tasks["coreference"].samples(), *tasks["antecedent"].samples()]
    return tiny_engine(triples, steps=60)


def test_a_pair_is_asked_along_with_whom_the_pronoun_means(engine: Engine) -> None:
    checkpoint = engine.checkpoint
    before = engine.ask(TEXT, QUESTION, "coreference")
    assert before.further is None, "without a weight nothing is asked"
    with balanced(checkpoint.network, checkpoint.vocabulary, {"coreference": Balance(0, 1.0, 0)}):
        answer = engine.ask(TEXT, QUESTION, "coreference")
    assert answer.further is not None
    assert (answer.further.question, answer.further.text) == ('Who does "she" refer to?', "Ida")
    assert 0 < answer.further.confidence < 1


def test_its_log_odds_are_those_of_both_added(engine: Engine) -> None:
    network, vocabulary = engine.checkpoint.network, engine.checkpoint.vocabulary
    task = registry().task("coreference")
    asked = [example(one, task.schema) for one in task.samples()]
    one = measure(network, vocabulary, asked, CPU)
    assert one.asked.tolist() == [triple.further is not None for triple in task.samples()]
    assert one.asked.any()
    assert not one.asked.all()
    chosen = (0.4, 0.7, -0.3)
    with balanced(network, vocabulary, {"coreference": Balance(*chosen)}):
        results = outcomes(network, vocabulary, asked, CPU)
    for odds, result in zip(one.odds(*chosen).tolist(), results, strict=True):
        yes = dict(result.said.others)["yes"]
        assert yes == pytest.approx(1 / (1 + torch.tensor(-odds).exp().item()), abs=1e-4)


def test_the_balance_is_what_weighing_says(engine: Engine) -> None:
    network, vocabulary = engine.checkpoint.network, engine.checkpoint.vocabulary
    task = registry().task("coreference")
    groups = {"coreference": [example(one, task.schema) for one in task.samples()]}
    expected = weigh([measure(network, vocabulary, groups["coreference"], CPU)])
    assert balance(network, vocabulary, groups, CPU)["coreference"] == Balance(*expected)


def test_a_span_counts_with_all_that_touch_it() -> None:
    """Worked by hand from the chances of all spans of a text."""
    task = registry().task("antecedent")
    checkpoint = tiny_engine(task.samples()).checkpoint
    triple = task.samples()[0]
    batch = collate([example(triple, task.schema)], checkpoint.vocabulary)
    module = checkpoint.network.answers["spans"]
    assert isinstance(module, SpansAnswer)
    with torch.no_grad():
        thought = checkpoint.network._think(batch, None)
        logits = module.heads["antecedent"](*module._ends(thought, "antecedent"))[0, ..., 0]
        (odds,) = module.odds(thought, batch, torch.tensor([[2, 3]])).tolist()
    touching = other = 0.0
    count = len(triple.input)
    for first in range(count):
        for last in range(first, count):
            chance = float(logits[first, last].sigmoid())
            if first <= 3 and last >= 2:
                touching += chance
            else:
                other += chance
    assert odds == pytest.approx(float(torch.tensor(touching / other).log()), abs=1e-4)


def test_without_the_other_task_nothing_is_asked_along() -> None:
    task = registry().task("coreference")
    checkpoint = tiny_engine(task.samples()).checkpoint
    module = checkpoint.network.answers["label"]
    assert isinstance(module, LabelAnswer)
    assert not module.listens("coreference")
    batch = collate([example(one, task.schema) for one in task.samples()], checkpoint.vocabulary)
    assert batch.further is None


def test_training_reads_no_further_question() -> None:
    """Its answer to what it has learnt by heart would tell nothing of how far it can be trusted."""
    network = tiny_engine(registry().task("coreference").samples()).checkpoint.network
    names = [name for name, one in network.named_parameters() if one.requires_grad]
    assert not any("further" in name for name in names)


def test_an_example_without_further_stays_apart() -> None:
    """Rows of a batch are found again among those that have nothing asked along."""
    tasks = registry().tasks()
    triples = [*tasks["coreference"].samples(), *tasks["antecedent"].samples()]
    vocabulary = tiny_engine(triples).checkpoint.vocabulary
    asked: list[Example] = [
        example(one, tasks["coreference"].schema) for one in tasks["coreference"].samples()
    ]
    further = collate(asked, vocabulary).further
    assert further is not None
    rows = [row for row, one in enumerate(asked) if one.further]
    assert further.rows.tolist() == rows
    assert len(further.batch) == len(rows)
    assert further.batch.gold is None
    assert further.to(torch.device("meta")).batch.questions.device.type == "meta"
