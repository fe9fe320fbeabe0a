"""The lecture's tables: rows are trained once, chosen on validation data, and printed."""

from __future__ import annotations

import io
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from rich.console import Console

from qaengine import text
from qaengine.checkpoint import Checkpoint, Config, build
from qaengine.cli import main
from qaengine.errors import DataError, InputError
from qaengine.network.config import NetworkConfig
from qaengine.network.encoder import Encoder
from qaengine.registry import registry
from qaengine.reproduce import heads, sick, sst
from qaengine.reproduce.curves import curves
from qaengine.reproduce.heads import Heads, written
from qaengine.reproduce.published import published
from qaengine.reproduce.reader import Known, Reader
from qaengine.reproduce.rows import Point, Row, Settings, add_row, read_rows
from qaengine.reproduce.run import reproduce
from qaengine.reproduce.table import table_of
from qaengine.reproduce.training import words_of
from qaengine.reproduce.vectors import vectors_of
from qaengine.tree import Tree
from qaengine.vocabulary import Vocabulary
from qaengine.word_vectors import read_vectors
from qaengine_encoders.averages import MeanEncoder
from qaengine_encoders.recurrent import LSTMEncoder
from qaengine_encoders.tree_lstm import ChildSumTreeLSTMEncoder, ConstituencyTreeLSTMEncoder
from qaengine_tasks import conllu

TASKS = (registry().task("sentiment").schema,)
TINY = Settings(width=8, epochs=2, batch=4)
TREES = """\
(4 (3 (2 A) (3 fine)) (2 film))
(0 (1 (2 A) (1 dull)) (2 film))
(2 (2 A) (2 film))
(3 (2 It) (3 works))
(1 (2 It) (1 drags))
"""
HEADER = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
PAIRS = (
    "1\tA dog runs.\tA dog is running.\t4.8\tENTAILMENT\n"
    "2\tA cat sleeps.\tTwo men sing.\t1.2\tNEUTRAL\n"
    "3\tA boy eats.\tA boy plays.\t3.1\tNEUTRAL\n"
)
PARSED = """\
1\tA\t_\t_\t_\t_\t2\tdet\t_\t_
2\tfilm\t_\t_\t_\t_\t0\troot\t_\t_

1\tIt\t_\t_\t_\t_\t2\tnsubj\t_\t_
2\tworks\t_\t_\t_\t_\t0\troot\t_\t_

"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Data sets of a few sentences."""
    folder = tmp_path / "data"
    for name in ("train", "dev", "test"):
        _write(folder / "sst" / "trees" / f"{name}.txt", TREES)
    _write(folder / "sick" / "SICK_train.txt", HEADER + PAIRS.replace("dog", "horse"))
    _write(folder / "sick" / "SICK_trial.txt", HEADER + PAIRS.replace("cat", "cow"))
    _write(folder / "sick" / "SICK_test_annotated.txt", HEADER + PAIRS.replace("boy", "girl"))
    monkeypatch.setenv("QAENGINE_DATA", str(folder))
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def run(table: str, out: Path, *encoders: type[Encoder], **options: object) -> list[Row]:
    given = {"seeds": [1], "settings": TINY, "device": "cpu", "tell": lambda _: None} | options
    return reproduce(table, {one.name: one for one in encoders}, out=out, **given)  # type: ignore[arg-type]


def test_limit_draws_from_anywhere_among_the_data() -> None:
    few = TINY.model_copy(update={"limit": 3})
    drawn = sst.experiment(MeanEncoder, "fine", few, None).splits["train"]
    assert len(drawn) == 3
    assert [one.read.words for one in drawn] != [
        ("a", "fine", "film"),
        ("a", "dull", "film"),
        ("a", "film"),
    ]


def printed(table: str, rows: list[Row]) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table_of(table, rows))
    return console.export_text()


def row(test: float, seed: int = 1, **changes: object) -> Row:
    known = {
        "table": "sst",
        "variant": "fine",
        "encoder": "lstm",
        "seed": seed,
        "settings": TINY.model_copy(update={"vectors": "glove.txt"}),
        "reads": "sequences",
        "learns": "sentences",
        "examples": 5,
        "vectored": 1.0,
        "device": "cpu",
        "seconds": 1.0,
        "epoch": 1,
        "valid": {"accuracy": 1.0},
        "test": {"accuracy": test},
        "curve": (Point(epoch=1, loss=1.0, valid=30.0), Point(epoch=2, loss=0.5, valid=40.0)),
    }
    return Row.model_validate(known | changes)


# --- rows


def test_rows_are_written_once_and_the_run_resumes(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    first = run("sst", out, MeanEncoder, ConstituencyTreeLSTMEncoder)
    assert [(one.encoder, one.variant) for one in first] == [
        ("mean", "fine"),
        ("mean", "binary"),
        ("constituency_tree_lstm", "fine"),
        ("constituency_tree_lstm", "binary"),
    ]
    lines = out.read_text("utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:2]) + lines[2][:40], "utf-8")  # as a power cut leaves it
    told: list[str] = []
    again = run("sst", out, MeanEncoder, ConstituencyTreeLSTMEncoder, tell=told.append)
    assert [line for line in told if not line.startswith(" ")] == [
        "1 of 2: constituency_tree_lstm, fine, seed 1",
        "2 of 2: constituency_tree_lstm, binary, seed 1",
    ]
    same = {"seconds"}
    assert [one.model_dump(exclude=same) for one in again] == [
        one.model_dump(exclude=same) for one in first
    ]
    assert read_rows(out) == again


def test_all_encoders_come_with_the_first_seed_first(tmp_path: Path) -> None:
    rows = run("sick", tmp_path / "rows", MeanEncoder, LSTMEncoder, seeds=[1, 2])
    assert [(one.encoder, one.seed) for one in rows] == [
        ("mean", 1),
        ("lstm", 1),
        ("mean", 2),
        ("lstm", 2),
    ]


def test_other_settings_make_another_row(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    run("sick", out, MeanEncoder)
    wider = TINY.model_copy(update={"width": 10})
    assert len(run("sick", out, MeanEncoder, settings=wider)) == 2


def test_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    add_row(out, row(50))
    out.write_text(out.read_text("utf-8") + "{}\n", "utf-8")
    with pytest.raises(DataError, match=r"rows\.jsonl, line 2"):
        read_rows(out)


def test_best_round_on_validation_data_is_tested(tmp_path: Path) -> None:
    longer = TINY.model_copy(update={"epochs": 6})
    (one,) = run("sick", tmp_path / "rows", LSTMEncoder, settings=longer)
    best = max(one.curve, key=lambda point: point.valid)
    assert (one.epoch, one.valid["pearson"]) == (best.epoch, best.valid)
    assert one.test.keys() == {"pearson", "spearman", "mse"}


def test_width_that_an_encoder_cannot_have_is_refused_at_once(tmp_path: Path) -> None:
    class Even(MeanEncoder):
        def __init__(self, width: int) -> None:
            super().__init__(width)
            raise ValueError("too odd")

    with pytest.raises(InputError, match=r"'mean' cannot be 8 wide: too odd"):
        run("sick", tmp_path / "rows", Even)


def test_training_that_diverges_leaves_the_others_alone(tmp_path: Path) -> None:
    class Wild(MeanEncoder):
        name = "wild"

        def forward(self, sentences):  # type: ignore[no-untyped-def]
            encoded = super().forward(sentences)
            return type(encoded)(encoded.states, encoded.summary * torch.nan)

    told: list[str] = []
    rows = run("sick", tmp_path / "rows", Wild, MeanEncoder, tell=told.append)
    assert [one.encoder for one in rows] == ["mean"]
    assert any("no row: The loss is nan" in line for line in told)


# --- what is learnt


def test_trees_learn_their_nodes_and_sequences_their_sentences_or_phrases() -> None:
    def found(encoder: type[Encoder], variant: str, **settings: object) -> sst.Sentiment:
        return sst.experiment(encoder, variant, TINY.model_copy(update=settings), None)

    nodes = found(ConstituencyTreeLSTMEncoder, "fine")
    assert nodes.splits["train"][0].classes == (2, 3, 3, 2, 4)
    assert (nodes.reads, nodes.learns) == ("constituency", "nodes")
    sentences = found(MeanEncoder, "binary", phrases=0)
    assert [one.classes for one in sentences.splits["test"]] == [(1,), (0,), (1,), (0,)]
    phrases = found(MeanEncoder, "fine")
    assert [(one.read.words, one.classes, one.whole) for one in phrases.parts[:4]] == [
        (("a",), (2,), False),
        (("fine",), (3,), False),
        (("a", "fine"), (3,), False),
        (("film",), (2,), False),
    ]


def test_phrases_are_drawn_anew_in_each_round() -> None:
    rng = random.Random(1)
    chosen = TINY.model_copy(update={"phrases": 2})
    learnt = sst.experiment(MeanEncoder, "fine", chosen, None)
    rounds = [learnt.drawn(rng) for _ in range(2)]
    whole = learnt.splits["train"]
    assert [one[:5] for one in rounds] == [whole, whole]
    assert [len(one) for one in rounds] == [15, 15]
    assert rounds[0] != rounds[1]
    assert all(one.whole for one in learnt.splits["valid"])
    assert len(learnt.splits["test"]) == 19


def test_scores_are_of_sentences_and_of_all_that_is_labelled() -> None:
    nodes = sst.experiment(ConstituencyTreeLSTMEncoder, "binary", TINY, None)
    examples = nodes.splits["test"][:2]  # (2, 1, 1, 2, 1) and (2, 0, 0, 2, 0), 2 is neutral
    scores = nodes.score(examples, [[0, 1, 0, 1, 1, 1, 1, 1, 1, 1]])
    assert scores == {"accuracy": 50.0, "all": pytest.approx(100 * 2 / 6)}


def test_neutral_is_learnt_on_two_levels_and_never_said() -> None:
    nodes = sst.experiment(ConstituencyTreeLSTMEncoder, "binary", TINY, None)
    known = Known(words_of(nodes, "train"), None)
    head = nodes.head(Reader(known, ConstituencyTreeLSTMEncoder(8), tuned=True))
    with torch.no_grad():
        head.linear.bias[2] = 100
    assert head.linear.out_features == 3
    assert set(head.said(nodes.splits["test"])) <= {0, 1}


def test_dependency_trees_come_from_a_file(tmp_path: Path, data: Path) -> None:
    _write(data / "sst" / "trees" / "train.txt", "(2 (2 A) (2 film))\n(3 (2 It) (3 works))\n")
    for name in ("dev", "test"):
        _write(data / "sst" / "trees" / f"{name}.txt", "(3 (2 It) (3 works))\n")
    _write(tmp_path / "parsed.conllu", PARSED)
    rows = run(
        "sst",
        tmp_path / "rows",
        ChildSumTreeLSTMEncoder,
        ConstituencyTreeLSTMEncoder,
        variants=["fine"],
        heads=tmp_path / "parsed.conllu",
    )
    assert [one.reads for one in rows] == ["dependency", "constituency"]
    assert [list(one.test) for one in rows] == [["accuracy"], ["accuracy", "all"]]
    assert rows[0].settings.heads == "parsed.conllu"
    with pytest.raises(DataError, match=r"parsed\.conllu has no tree for the sentence: A horse"):
        run("sick", tmp_path / "rows", ChildSumTreeLSTMEncoder, heads=tmp_path / "parsed.conllu")


def test_trees_that_are_written_are_read_again() -> None:
    tree = Tree.from_heads(["It", "really", "works"], [3, 3, 0], ["nsubj", "advmod", "root"])
    (again,) = conllu.parse(written([tree]), "trees")
    assert again.tree() == tree


@pytest.mark.parametrize(("table", "said"), [("sick", "A dog runs."), ("sst", "It drags")])
def test_every_sentence_of_a_table_gets_a_tree(
    table: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qaengine import parsing

    def chains(sentences: list[tuple[str, ...]], parser: str | None) -> list[Tree]:
        assert parser == "small"
        return [Tree.chain(words) for words in sentences]

    monkeypatch.setattr(parsing, "trees", chains)
    out = tmp_path / "trees.conllu"
    monkeypatch.setattr("sys.argv", ["heads", table, str(out), "--parser", "small"])
    heads.main()
    assert Heads(out).tree(said).heights == tuple(range(len(text.words(said))))


def test_without_a_parser_trees_are_chains(tmp_path: Path) -> None:
    (one,) = run("sick", tmp_path / "rows", ChildSumTreeLSTMEncoder)
    assert one.reads == "chains"


def test_training_pairs_of_the_test_are_left_out(data: Path) -> None:
    train = sick.experiment(MeanEncoder, "relatedness", TINY, None).splits["train"]
    # "A cat sleeps." stands in the test, "A boy eats." in the trial data; the horse in neither
    assert [one.first.words for one in train] == [("a", "horse", "runs", ".")]


def test_distribution_has_the_score_as_its_mean() -> None:
    found = sick.distribution([1.0, 3.25, 5.0])
    assert found[1].tolist() == [0, 0, 0.75, 0.25, 0]
    assert (found @ torch.arange(1.0, 6.0)).tolist() == [1.0, 3.25, 5.0]


def test_given_vectors_are_used_and_named(tmp_path: Path) -> None:
    _write(tmp_path / "given.txt", "film 1 0 0\nworks 0 1 0\nunheard 0 0 1\n")
    (one,) = run(
        "sst", tmp_path / "rows", MeanEncoder, variants=["fine"], vectors=tmp_path / "given.txt"
    )
    assert one.settings.vectors == "given.txt"
    assert one.vectored == pytest.approx(2 / 7)


def test_vectors_come_from_a_checkpoint_too(tmp_path: Path) -> None:
    vocabulary = Vocabulary(
        words=("<pad>", "<unknown>"),
        outputs=("<end>", "<abstain>"),
        vectored=("film", "unheard", "works"),
        tasks=TASKS,
    )
    for width in (3, 0):
        known = vocabulary if width else vocabulary.model_copy(update={"vectored": ()})
        network = NetworkConfig(width=16, heads=2, layers=1, vectors=width)
        built = build(network, known)
        if width:
            built.embedding.vectors.weight.copy_(torch.arange(12.0).view(4, 3))  # type: ignore[union-attr]
        Checkpoint(Config(network=network, tasks=TASKS), known, built).save(tmp_path / str(width))
    found = vectors_of(tmp_path / "3", {"film", "works"})
    assert found.words == ("film", "works")
    assert found.vectors.tolist() == [[3, 4, 5], [9, 10, 11]]
    with pytest.raises(DataError, match="learnt all its word vectors itself"):
        vectors_of(tmp_path / "0", {"film"})


def test_given_vectors_are_brought_to_one_size(tmp_path: Path) -> None:
    _write(tmp_path / "given.txt", "film 3 0 0\nworks 0 4 0\n")
    known = Known(["film"], read_vectors(tmp_path / "given.txt"), size=0.5)
    weight = known.embedding(8, tuned=False).weight
    film, works = weight[2], weight[3]
    assert torch.cat([film, works]).square().mean().sqrt().item() == pytest.approx(0.5)
    assert (works.norm() / film.norm()).item() == pytest.approx(4 / 3)


@pytest.mark.parametrize("encoder", [MeanEncoder, LSTMEncoder, ConstituencyTreeLSTMEncoder])
def test_five_sentences_are_learnt_by_heart(tmp_path: Path, encoder: type[Encoder]) -> None:
    longer = Settings(width=16, epochs=40, batch=5)
    (one,) = run("sst", tmp_path / "rows", encoder, settings=longer, variants=["fine"])
    assert one.test["accuracy"] >= 80


# --- what is shown


def test_table_has_mean_and_deviation_and_the_published_figure_below() -> None:
    lines = printed("sst", [row(40), row(44, seed=2)]).splitlines()
    place = next(place for place, line in enumerate(lines) if line.split()[:1] == ["lstm"])
    assert lines[place].split() == ["lstm", "42.0", "(2.8)", "-", "-"]
    assert (
        "sequences, sentences, glove vectors, width 8, epochs 2, batch 4, seeds 1 2"
        in lines[place + 1]
    )
    assert "seeds 1 2" in lines[place + 1]
    assert "46.4 (1.1)" in lines[place + 1]
    assert "84.9 (0.6)" in lines[place + 1]


def test_random_vectors_stand_beside_the_published_random_row() -> None:
    name = "constituency_tree_lstm"
    shown = printed("sst", [row(40, encoder=name, settings=TINY)])
    assert "43.9 (0.6)" in shown
    assert "51.0 (0.5)" not in shown


def test_table_names_what_was_not_measured_and_why() -> None:
    shown = printed("sst", [])
    assert "paragraph_vector" in shown
    assert "no encoder" in shown


@pytest.mark.parametrize("table", ["sst", "sick"])
def test_every_encoder_of_the_lecture_has_a_line(table: str) -> None:
    from qaengine_encoders import over_trees, sequences

    brought = [*sequences.qaengine_encoders(), *over_trees.qaengine_encoders()]
    assert {one.name for one in brought} <= published(table).keys()


def test_curves_are_a_picture_with_a_line_a_row_and_a_panel_a_variant() -> None:
    picture = ElementTree.fromstring(curves([row(40), row(44, seed=2), row(80, variant="binary")]))
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4  # three curves, and a sample beside the encoder's name
    said = "".join(picture.itertext())
    assert "lstm, seed 2" in said
    assert "fine: first" in said
    assert "binary: first" in said
    ElementTree.fromstring(curves([]))


def test_command_prints_the_table_and_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--encoders", "mean", "--seeds", "1,2", "--epochs", "1", "--width", "8"]
    files = ["--out", str(tmp_path / "rows.jsonl"), "--plot", str(tmp_path / "curves.svg")]
    with pytest.raises(SystemExit) as left:
        main(["reproduce", "sick", *chosen, *files, "--device", "cpu"])
    assert left.value.code == 0
    assert "0.7577 (0.0013)" in capsys.readouterr().out
    assert "mean, seed 2" in (tmp_path / "curves.svg").read_text("utf-8")


def test_table_alone_trains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_row(tmp_path / "rows", row(40))
    with pytest.raises(SystemExit):
        main(["reproduce", "sst", "--table-only", "--out", str(tmp_path / "rows")])
    assert "40.0" in capsys.readouterr().out
    assert len(read_rows(tmp_path / "rows")) == 1
