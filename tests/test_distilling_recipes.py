"""recipes/silver.py and graft.py: what a teacher says is written as it was sure of it, and what
learnt apart is put back."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from qaengine.batch import Example, FactSpan, collate
from qaengine.errors import CheckpointError
from qaengine.prepare import read_stories
from qaengine.registry import registry
from qaengine.saying import Said
from qaengine.schema import TaskSchema
from qaengine.scoring import outcomes
from qaengine.testing import tiny_engine
from qaengine.text import example, words

CPU = torch.device("cpu")
RECIPES = Path(__file__).parents[1] / "recipes"


@pytest.fixture(scope="module")
def recipe() -> Iterator[Any]:
    sys.path.insert(0, str(RECIPES))
    try:
        yield import_module
    finally:
        sys.path.remove(str(RECIPES))


def test_labels_of_the_group_have_votes_by_their_chances(recipe: Any) -> None:
    said = Said(("good",), 0.6, others=(("good", 0.6), ("bad", 0.2), ("fine", 0.2)))
    votes = Counter(recipe("silver")._answer(said, {"good", "bad"}))
    assert votes == {"good": 15, "bad": 5}


@pytest.mark.parametrize(
    ("chances", "votes"),
    [((0.5, 0.5), (4, 3)), ((0.99, 0.01), (7, 0)), ((0.2, 0.2, 0.2), (3, 2, 2)), ((1.0,), (7,))],
)
def test_odd_votes_go_to_the_largest_remainders(
    recipe: Any, chances: tuple[float, ...], votes: tuple[int, ...]
) -> None:
    found = recipe("silver").shared_out(dict(zip("abc", chances, strict=False)), 7)
    assert tuple(found.values()) == votes


def test_a_score_is_the_mean_of_its_chances(recipe: Any) -> None:
    said = Said(("3",), 0.5, chances=(0.0, 0.25, 0.5, 0.25, 0.0))
    assert recipe("silver")._answer(said, set()) == ["3.000"]


def test_tags_are_given_as_they_are(recipe: Any) -> None:
    said = Said(("NN", "VB"), 0.5)
    assert recipe("silver")._answer(said, {"NN"}) == ["NN", "VB"]


def test_two_networks_vote_on_tags(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First on texts that the learner tells otherwise; a vote is a whole text's."""
    task = registry().task("part_of_speech")
    asked = [example(triple, task.schema) for triple in task.samples()]
    for name, seed in (("teacher", 0), ("learner", 1)):
        engine = tiny_engine(task.samples(), tasks=(task.schema,), steps=20, seed=seed)
        engine.checkpoint.save(tmp_path / name)
        stories(tmp_path / name / "prepared" / "0-train.jsonl.gz", task.schema, asked)
    known = outcomes(engine.checkpoint.network, engine.checkpoint.vocabulary, asked, CPU)
    odd = asked[-1]
    silver = [replace(one, answer=said.said.items) for one, said in zip(asked, known, strict=True)]
    silver[-1] = replace(odd, answer=("``",) * odd.count)
    stories(tmp_path / "silver.jsonl.gz", task.schema, silver)
    out = tmp_path / "votes.jsonl.gz"
    told = [
        task.schema.name,
        tmp_path / "teacher",
        tmp_path / "learner",
        "--silver",
        tmp_path / "silver.jsonl.gz",
    ]
    monkeypatch.setattr(sys, "argv", ["", *map(str, told), "--count", "2", "--out", str(out)])
    recipe("silver_votes").main()
    (found,) = read_stories(out).values()
    assert len(found) == 2
    assert found[0].facts == odd.facts
    for one in found:
        assert one.answer is not None
        assert len(one.answer) == 10 * one.count
        assert set(one.answer) <= set(task.schema.labels)
    loss = engine.checkpoint.network.loss(collate(found, engine.checkpoint.vocabulary))
    assert loss.answer.isfinite().all()


def test_a_network_votes_on_labels_beside_the_file(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty votes, for labels that the group has, and the file's count as much as its own."""
    task = registry().task("sentiment")
    asked = [example(triple, task.schema) for triple in task.samples()]
    tiny_engine(task.samples(), tasks=(task.schema,), steps=20).checkpoint.save(tmp_path / "one")
    told = ("negative",) * 12 + ("positive",) * 8
    stories(tmp_path / "silver.gz", task.schema, [replace(one, answer=told) for one in asked])
    out = tmp_path / "votes.jsonl.gz"
    command = ["sentiment", tmp_path / "one", "--silver", tmp_path / "silver.gz", "--out", out]
    monkeypatch.setattr(sys, "argv", ["", *map(str, command)])
    recipe("silver_votes").main()
    (found,) = read_stories(out).values()
    assert {one.facts for one in found} == {one.facts for one in asked}
    for one in found:
        assert one.answer is not None
        votes = Counter(one.answer)
        assert votes.total() == 20
        assert set(votes) <= {"negative", "positive"}
        assert 6 <= votes["negative"] <= 16
        assert 4 <= votes["positive"] <= 14


def stories(path: Path, schema: TaskSchema, examples: Sequence[Example]) -> None:
    """Writes prepared stories of one group."""
    lines = [schema.model_dump_json()]
    for one in examples:
        asked = {"facts": 1, "question": " ".join(one.question), "answer": one.answer}
        facts = [" ".join(fact) for fact in one.facts]
        told = {"group": "silver some", "facts": facts, "asked": [asked | {"supports": None}]}
        lines.append(json.dumps(told))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


def test_names_are_written_so_that_they_can_be_prepared(recipe: Any, tmp_path: Path) -> None:
    task = registry().task("named_entities")
    teacher = tiny_engine(task.samples(), tasks=(task.schema,), steps=60).checkpoint
    examples = [example(triple, task.schema) for triple in task.samples()]
    groups = {"named_entities": examples}
    asked = [recipe("silver")._asked_of(groups, one.facts, random.Random(0)) for one in examples]
    assert all(one.spans is None for _, one in asked)
    taught = {"named_entities": examples[0].question}
    lines = list(recipe("silver")._answered(teacher, taught, groups, asked))
    path = tmp_path / "silver.jsonl.gz"
    whole = [task.schema.model_dump_json(), *map(json.dumps, lines)]
    path.write_bytes(gzip.compress("\n".join(whole).encode()))
    found = read_stories(path)["silver named_entities"]
    assert [one.facts for one in found] == [one.facts for one in examples]
    assert any(one.spans for one in found)
    assert all(one.spans is not None for one in found)


def test_texts_of_other_tasks_come_by_turns_and_without_marks(recipe: Any) -> None:
    texts = recipe("silver_texts")
    told = (
        "[ Al ] knew [ he ] won .",
        "Al " * 61,
        "He",
        "She knew .",
        "Al won . " * 20 + "Bo lost",
    )
    examples = [Example((tuple(one.split()),), ("Who", "?"), unit="tokens") for one in told]
    found = set(texts.single({"": examples}))
    told = ("Al knew he won .", "She knew .", "Al won .", "Bo lost")
    assert found == {tuple(text.split()) for text in told}
    one, other = [("a", "b"), ("c", "d"), ("e", "f")], [("a", "b"), ("g", "h")]
    turns = texts.by_turns([one, other], random.Random(0))
    assert sorted(turns) == sorted({*one, *other})
    assert len(set(turns[:4]) & set(other)) == 2


def test_words_are_exchanged_by_words_of_their_class(recipe: Any) -> None:
    task = registry().task("part_of_speech")
    tagger = tiny_engine(task.samples(), tasks=(task.schema,), steps=40).checkpoint
    texts = [triple.input for triple in task.samples()]
    variations = recipe("silver_texts").Variations(texts, tagger)
    rng, changed = random.Random(0), 0
    for text in texts * 5:
        other = variations.exchanged(text, rng)
        changed += other != text
        for tag, word in zip(variations._tags[text], other, strict=True):
            assert word in variations._by_tag[tag][0]
    assert changed > len(texts)


def test_words_that_are_given_stand_in_as_often_as_a_text_s_own(recipe: Any) -> None:
    task = registry().task("part_of_speech")
    tagger = tiny_engine(task.samples(), tasks=(task.schema,), steps=40).checkpoint
    texts = [triple.input for triple in task.samples()]
    given = recipe("silver_texts").lexicon(
        {"": [Example((("zorp",) * 3,), ("?",), ("NN", "VB", "NN"), unit="tokens")]}
    )
    assert given == {"NN": {"zorp": 2}, "VB": {"zorp": 1}}
    variations = recipe("silver_texts").Variations(texts, tagger, given)
    rng, stood_in = random.Random(0), Counter[str]()
    for text in texts * 20:
        other = variations.exchanged(text, rng)
        stood_in.update(
            tag for tag, word in zip(variations._tags[text], other, strict=True) if word == "zorp"
        )
    assert stood_in
    assert set(stood_in) <= {"NN", "VB"}


def test_each_sentiment_is_asked_of_a_varied_text(recipe: Any) -> None:
    asked = {"two": words("What's the sentiment?"), "five": words("How positive is it?")}
    text = words("A truly wonderful film, as warm as it is wise.")
    groups = {
        name: [Example((text,), question, ("positive",), task="sentiment", unit="tokens")]
        for name, question in asked.items()
    }
    known = tiny_engine(
        registry().task("part_of_speech").samples(),
        tasks=(registry().task("part_of_speech").schema,),
        steps=40,
    ).checkpoint
    drawn = recipe("silver").TEXTS["sentiment"](
        recipe("silver").Source(groups, known), random.Random(0)
    )
    for _ in range(5):
        (first, one), (second, other) = next(drawn), next(drawn)
        assert (first, second) == ("two", "five")
        assert one.facts == other.facts
        assert one.answer is other.answer is None
        assert [one.question, other.question] == list(asked.values())


def test_what_is_held_out_is_known_whatever_its_letters(
    recipe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = registry().task("question_type")
    samples = task.samples()
    told = {"train": samples[:1], "valid": samples[1:2], "test": samples[2:3]}
    monkeypatch.setattr(
        type(task), "stories", lambda self, split, **options: [("question_type", told[split])]
    )
    silver = recipe("silver")
    found = silver.held_out("question_type")
    train, valid, test = (example(one, task.schema) for one in samples[:3])
    shouted = replace(test, facts=tuple(tuple(map(str.upper, fact)) for fact in test.facts))
    assert found == {silver.key(valid), silver.key(shouted)}
    assert silver.key(train) not in found


def test_questions_of_other_tasks_are_taken_where_they_ask_for_something(recipe: Any) -> None:
    told = ("Where is Al ?", "Tag the words .", "Is it good ?", "Who left ?")
    examples = [Example((("Al",),), tuple(one.split())) for one in told]
    found = list(recipe("silver_texts").asking({"": examples}))
    assert found == [("Where", "is", "Al", "?"), ("Who", "left", "?")]


def test_a_grafted_part_is_that_of_the_other_and_all_else_the_trunk_s(recipe: Any) -> None:
    task = registry().task("translation")
    trunk, other = (
        tiny_engine(task.samples(), tasks=(task.schema,), seed=seed, **more).checkpoint
        for seed, more in ((0, {"source": 8}), (1, {"source": 8, "deeper": 8}))
    )
    found = recipe("graft").grafted(trunk, other, ["answers.text"]).network.state_dict()
    assert found.keys() == other.network.state_dict().keys()
    for name, tensor in found.items():
        whose = other if name.startswith("answers.text") else trunk
        assert torch.equal(tensor, whose.network.state_dict()[name]), name


def test_a_graft_leaves_the_settings_of_other_parts(recipe: Any) -> None:
    tasks = [registry().task(name) for name in ("translation", "relatedness")]
    schemas = tuple(task.schema for task in tasks)
    triples = [triple for task in tasks for triple in task.samples()]
    trunk, other = (
        tiny_engine(triples, tasks=schemas, **more).checkpoint
        for more in ({"source": 8, "deeper": 8}, {"compare": 8})
    )
    found = recipe("graft").grafted(trunk, other, ["answers.score"]).config.network
    assert (found.source, found.deeper, found.compare) == (8, 8, 8)


def test_parts_that_need_each_other_are_grafted_together(recipe: Any) -> None:
    task = registry().task("part_of_speech")
    trunk, other = (
        tiny_engine(task.samples(), tasks=(task.schema,), seed=seed, **more).checkpoint
        for seed, more in (
            (0, {}),
            (1, {"closer": {"tags": {"width": 8, "tasks": ["part_of_speech"]}}}),
        )
    )
    found = recipe("graft").grafted(trunk, other, ["closer.tags", "answers.tags"])
    assert found.config.network == other.config.network
    added = "answers.tags.closer.part_of_speech.weight"
    whole, its = found.network.state_dict(), other.network.state_dict()
    assert torch.equal(whole[added], its[added])
    assert torch.equal(whole["closer.tags.read.weight_hh_l1"], its["closer.tags.read.weight_hh_l1"])
    assert not torch.equal(whole["embedding.words.weight"], its["embedding.words.weight"])


def test_there_is_no_graft_of_nothing(recipe: Any) -> None:
    task = registry().task("translation")
    known = tiny_engine(task.samples(), tasks=(task.schema,)).checkpoint
    with pytest.raises(CheckpointError, match=r"begin with answers\.tags"):
        recipe("graft").grafted(known, known, ["answers.text", "answers.tags"])


def test_weights_from_before_a_task_asked_along_say_what_they_said(recipe: Any) -> None:
    pairs, antecedent = (registry().task(name) for name in ("coreference", "antecedent"))
    alone = pairs.schema.model_copy(update={"further": ""})
    before = tiny_engine(
        [*pairs.samples(), *antecedent.samples()], tasks=(alone, antecedent.schema)
    ).checkpoint
    assert not before.network.answers["label"].further
    after = recipe("calibrate").asking_along(before)
    assert after.vocabulary.schemas["coreference"] == pairs.schema
    assert after.config.tasks == after.vocabulary.tasks
    assert list(after.network.answers["label"].further) == ["coreference"]
    for name, weights in before.network.state_dict().items():
        assert after.network.state_dict()[name].equal(weights)
    asked = [example(triple, pairs.schema) for triple in pairs.samples()]
    said = [
        [one.likelihood for one in outcomes(known.network, known.vocabulary, asked, CPU)]
        for known in (before, after)
    ]
    assert said[0] == said[1]
    assert recipe("calibrate").asking_along(after) is after


LISTS = {
    "football": "football:\n      players: [Ada Bell, Cy Day]",
    "address": "address:\n      country: [Oz, 'New #{x}']\n      streets: {a: [Elm], b: [Oak]}",
}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    for name, content in LISTS.items():
        (tmp_path / f"{name}.yml").write_text(f"en:\n  faker:\n    {content}\n")
    return tmp_path


def test_lists_are_found_by_name_without_what_is_put_together(recipe: Any, lists: Path) -> None:
    other = recipe("other_names")
    found = other.read_lists(lists)
    assert found["address.country"] == ["Oz"]
    rng = random.Random(0)
    assert sorted(other.drawn("address.streets.*", found, rng)) == ["Elm", "Oak"]
    joined = set(other.drawn("football.players + address.country", found, rng))
    assert joined == {"Ada Bell Oz", "Cy Day Oz"}
    with pytest.raises(SystemExit, match=r"no list 'football\.clubs'"):
        other.drawn("football.clubs", found, rng)


def test_names_give_way_to_others_of_their_kind(recipe: Any) -> None:
    text = ("omg", "Ann", "Lee", "saw", "PARIS", "today")
    spans = (FactSpan(1, 2, "PERSON"), FactSpan(2, 2, "PERSON"), FactSpan(4, 4, "LOCATION"))
    one = Example((text,), ("Names", "?"), spans=spans, kind="spans", unit="tokens")
    names = {"PERSON": [("Bo",)], "LOCATION": [("New", "Delhi")]}
    seen = Counter(
        (other.facts[0], other.spans)
        for seed in range(60)
        for other in [recipe("other_names").exchanged(one, names, random.Random(seed))]
    )
    (facts, found), _ = seen.most_common(1)[0]
    assert facts == ("omg", "Bo", "saw", "NEW", "DELHI", "today")
    assert found == (FactSpan(1, 1, "PERSON"), FactSpan(3, 4, "LOCATION"))
    assert len(seen) > 1  # some names stay, some are typed small


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ann lee", "new delhi"),
        ("PARIS", "NEW DELHI"),
        ("NASA", "New Delhi"),
        ("#Rome", "#NewDelhi"),
    ],
)
def test_a_name_is_typed_as_the_old_one_was(recipe: Any, old: str, new: str) -> None:
    rng = random.Random(1)
    rng.random = lambda: 0.5  # type: ignore[method-assign]
    found = recipe("other_names").as_typed(("New", "Delhi"), tuple(old.split()), rng)
    assert found == tuple(new.split())
