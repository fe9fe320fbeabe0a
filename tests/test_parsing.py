"""Text that somebody types is parsed, and what reads trees gets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qaengine import parsing
from qaengine.batch import Example, collate
from qaengine.engine import Engine
from qaengine.errors import InputError, RecipeError
from qaengine.parsing import parse, trees, with_trees
from qaengine.recipe import Recipe
from qaengine.registry import BUILT_IN, Registry
from qaengine.schema import Answer, Triple
from qaengine.testing import tiny_engine
from qaengine.text import example, sentences, words
from qaengine.train import train
from qaengine.tree import RELATIONS, Node, Tree
from qaengine.vocabulary import Vocabulary
from qaengine_tasks import conllu

TEXT = "Mary, who couldn't swim, took the milk. Then she went home!"


def samples(task: str) -> tuple[Triple, ...]:
    return tuple(Registry(BUILT_IN, ()).tasks()[task].samples()[:4])


@pytest.fixture(scope="module")
def over_trees() -> Engine:
    """Answers about stories, read along their trees."""
    return tiny_engine(samples("babi"), encoder="child_sum_tree_lstm")


@pytest.fixture(scope="module")
def over_nodes() -> Engine:
    """Answers about sentiment, attending to phrases."""
    return tiny_engine(samples("sentiment"), encoder="constituency_tree_lstm", nodes=True, steps=2)


# -- the parser ------------------------------------------------------------------------------


def test_words_of_the_trees_are_those_that_the_network_reads() -> None:
    assert [tree.tokens for tree in parse(TEXT)] == [words(one) for one in sentences(TEXT)]


def test_simple_sentence_is_understood() -> None:
    (tree,) = parse("Mary took the milk.")
    assert tree.drawn() == ("root took\n├─ nsubj Mary\n├─ obj milk\n│  ╰─ det the\n╰─ punct .")


@pytest.mark.data
def test_most_words_of_the_development_set_hang_where_they_should(data_folder: Path) -> None:
    gold = conllu.read_sentences(data_folder / "ud_english_ewt" / "en_ewt-ud-dev.conllu.gz")[:300]
    right = total = 0
    for sentence, tree in zip(gold, trees([one.forms for one in gold]), strict=True):
        parents = {node.token: tree.nodes[up].token for node, up in pairs(tree) if up >= 0}
        for place, token in enumerate(sentence.tokens):
            head = token.head - 1 if token.head else None
            right, total = right + (parents.get(place) == head), total + 1
    assert right / total > 0.75


def pairs(tree: Tree) -> list[tuple[Node, int]]:
    """Each node with its parent."""
    return list(zip(tree.nodes, tree.parents, strict=True))


def test_shipped_parser_is_small() -> None:
    files = [file for file in parsing.SHIPPED.rglob("*") if file.is_file()]
    assert 0 < sum(file.stat().st_size for file in files) <= 10_000_000


def test_labels_are_those_of_universal_dependencies() -> None:
    labels = {node.label for tree in parse(TEXT) for node in tree.nodes if node.label}
    assert {label.partition(":")[0] for label in labels} <= set(RELATIONS)


def test_phrases_of_a_typed_sentence_are_pairs() -> None:
    (tree,) = parse("Mary took the milk.")
    whole = tree.binarised
    assert {len(node.children) for node in whole.nodes} == {0, 2}
    assert "took the milk" in whole.phrases()


@pytest.mark.parametrize("text", ["", " ", "?", "a\ud800b", "buffalo " * 300, "x" * 5000])
def test_whatever_is_typed_has_a_tree(text: str) -> None:
    assert all(isinstance(tree, Tree) for tree in parse(text))


def test_words_that_spacy_would_not_take_keep_their_places() -> None:
    (tree,) = trees([("a", "", "b c", " ")])
    assert tree.tokens == ("a", "", "b c", " ")


def test_sentence_is_parsed_alike_alone_and_among_others() -> None:
    (alone,) = trees([words("Mary took the milk.")], str(parsing.SHIPPED))
    parsing._trees.clear()
    _, among = trees([words(TEXT), words("Mary took the milk.")], str(parsing.SHIPPED))
    assert alone == among


def test_threads_parse_together() -> None:
    texts = [f"Mary saw {number} birds." for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(parse, texts))
    assert [one.tokens[2] for (one,) in found] == [str(number) for number in range(20)]


def test_kept_trees_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "SEEN", 2)
    trees([(str(number), "is", "odd") for number in range(2)])
    trees([("9", "is", "odd")])
    assert len(parsing._trees) == 1


def test_pipeline_of_the_environment_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(parsing.VARIABLE, str(one_without_labels(tmp_path)))
    (tree,) = parse("Mary took the milk.")
    assert {node.label for node in tree.nodes} <= {"dep", "root", "parataxis"}


def test_later_roots_depend_on_the_first() -> None:
    import spacy
    from spacy.tokens import Doc

    labels = ["ROOT", "obj", "ROOT", "ROOT"]
    doc = Doc(
        spacy.blank("en").vocab, ["Go", "home", "Eat", "Sleep"], heads=[0, 0, 2, 3], deps=labels
    )
    assert parsing._heads(doc) == ([0, 1, 1, 1], ["root", "obj", "parataxis", "parataxis"])


def test_pipeline_that_is_not_installed() -> None:
    with pytest.raises(InputError, match=r"no spaCy pipeline 'en_no_such'.*QAENGINE_PARSER"):
        parse("Mary took it.", "en_no_such")


def test_pipeline_without_a_parser(tmp_path: Path) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(InputError, match="has no parser, only a tokenizer"):
        parse("Mary took it.", str(tmp_path))


def one_without_labels(folder: Path) -> Path:
    """A pipeline whose parser learnt nothing and knows no relation."""
    import spacy

    pipeline = spacy.blank("en")
    parser = pipeline.add_pipe("parser")
    parser.add_label("ROOT")  # type: ignore[attr-defined]
    pipeline.initialize()
    pipeline.to_disk(folder)
    return folder


# -- what reads trees ------------------------------------------------------------------------


def test_encoder_over_trees_reads_those_of_typed_text(over_trees: Engine) -> None:
    answer = over_trees.ask("Mary took the milk. She went home.", "Where is the milk?")
    assert answer.trees == tuple(parse("Mary took the milk. She went home."))


def test_trees_make_a_difference(over_trees: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    text, question = "Mary took the milk.", "Where is the milk?"
    parsed = over_trees.ask(text, question)
    monkeypatch.setattr(parsing, "_trees", {})
    monkeypatch.setattr(parsing, "_parsed", lambda _, sentences: [*map(Tree.chain, sentences)])
    chained = over_trees.ask(text, question)
    assert parsed.alternatives != chained.alternatives


def test_answer_with_trees_is_json(over_trees: Engine) -> None:
    answer = over_trees.ask("Mary took the milk.", "Where is the milk?")
    assert answer.trees
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_encoder_of_words_costs_no_parse(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("parsed for nothing")

    monkeypatch.setattr(parsing, "trees", refuse)
    assert engine.ask("Mary took the milk.", "Where is the milk?").trees == ()


def test_memory_attends_to_nodes(over_nodes: Engine) -> None:
    answer = over_nodes.ask("The soup was good.", "How positive is it?", task="sentiment")
    (tree,) = answer.trees
    assert [one.fact for one in answer.evidence] == tree.phrases()
    assert len(answer.evidence) == 2 * len(tree.tokens) - 1
    assert answer.evidence[-1].fact == "The soup was good ."
    assert sum(one.weights[0] for one in answer.evidence) == pytest.approx(1, abs=0.5)
    assert any(one.weight > 0 for one in answer.evidence if " " in one.fact)


def test_nodes_learn(over_nodes: Engine) -> None:
    checkpoint = over_nodes.checkpoint
    schema = checkpoint.config.tasks[0]
    batch = collate([example(one, schema) for one in samples("sentiment")], checkpoint.vocabulary)
    batch = with_trees(batch, checkpoint.network)
    assert batch.unit == "nodes"
    loss = checkpoint.network.train().loss(batch)
    checkpoint.network.eval()
    assert loss.answer.isfinite().all()
    assert (loss.gates == 0).all()


def test_training_reads_trees_and_logs_the_loss_of_the_encoder(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "name": "tiny",
        "network": {"encoder": "recursive_autoencoder", "width": 16, "layers": 1, "heads": 2},
        "sources": [
            {"task": "worlds", "train_options": {"count": 4}, "valid_options": {"count": 2}}
        ],
        "training": {"rounds": 1, "questions": 8, "batch": 8, "validate_every": 1},
    }
    metrics = train(Recipe.model_validate(settings), tmp_path, device="cpu")
    assert metrics["encoder_loss"] > 0
    answer = Engine.load(tmp_path, device="cpu").ask("Mary took the milk.", "Where is the milk?")
    assert answer.trees == tuple(tree.binarised for tree in parse("Mary took the milk."))


def test_nodes_want_an_encoder_over_trees() -> None:
    with pytest.raises(RecipeError, match="the encoder 'gru' reads no trees"):
        tiny_engine(samples("sentiment"), encoder="gru", nodes=True)


def test_loss_of_the_encoder_is_learnt_from() -> None:
    autoencoder = tiny_engine(samples("babi"), encoder="recursive_autoencoder").checkpoint
    schema = autoencoder.config.tasks[0]
    batch = collate([example(one, schema) for one in samples("babi")], autoencoder.vocabulary)
    loss = autoencoder.network.train().loss(with_trees(batch, autoencoder.network))
    assert loss.encoder is not None
    assert loss.encoder.shape == loss.answer.shape
    assert (loss.encoder > 0).all()


def test_other_encoders_have_no_loss_of_their_own(engine: Engine) -> None:
    vocabulary: Vocabulary = engine.checkpoint.vocabulary
    one = Example((("a",),), ("b",), ("a",), (0,), engine.tasks[0].name)
    assert engine.checkpoint.network.loss(collate([one], vocabulary)).encoder is None
