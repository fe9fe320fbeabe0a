"""The language model of characters: text in and out, its cells, training that resumes."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qaengine.characters import training
from qaengine.characters.alphabet import Alphabet, folded
from qaengine.characters.books import cut, read_book
from qaengine.characters.cells import (
    SETTLED,
    STREAMS,
    bracket_depth,
    correlations,
    find_followers,
    inside_quotes,
    position_in_line,
    position_in_word,
)
from qaengine.characters.checkpoint import (
    SHIPPED,
    CharacterModel,
    Config,
    load_config,
    load_followers,
    load_model,
)
from qaengine.characters.generation import generate
from qaengine.characters.network import CharacterLSTM, bits_per_character, side_by_side
from qaengine.characters.recipe import Book, CharacterRecipe, Network, is_of_characters
from qaengine.characters.signals import signals
from qaengine.cli import main
from qaengine.errors import CheckpointError, DataError, InputError, RecipeError, TrainingError

LETTERS = Alphabet(characters='\n "()abc')
RECIPE = """
kind = "characters"
name = "tiny"
books = [
    {name = "Alphabet", data_set = "tinyshakespeare", file = "input.txt"},
    {name = "Framed", data_set = "warandpeace", file = "book.txt", after = "BEGIN", before = "END"},
]
network = {embedding = 8, width = 16, layers = 2}
training = {rounds = 2, streams = 4, steps = 16}
"""


def model(layers: int = 2, width: int = 6) -> CharacterModel:
    """Random weights."""
    torch.manual_seed(1)
    sizes = Network(embedding=5, width=width, layers=layers)
    config = Config(recipe="random", alphabet=LETTERS, network=sizes)
    return CharacterModel(config, CharacterLSTM(sizes, len(LETTERS)).eval())


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of two books that are easy to learn, one of them packed, and where they lie."""
    for name, file, text in (
        ("tinyshakespeare", "input.txt", "abc(b)\n" * 3_000),
        ("warandpeace", "book.txt.gz", "about\nBEGIN here\n" + "bca " * 6_000 + "END\nlicence"),
    ):
        (tmp_path / name).mkdir()
        data = text.encode()
        (tmp_path / name / file).write_bytes(gzip.compress(data) if ".gz" in file else data)
    monkeypatch.setenv("QAENGINE_DATA", str(tmp_path))
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


@given(st.text())
def test_folded_text_has_its_characters_at_the_same_places(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert len(LETTERS.numbers(text)) == len(text)


def test_typographic_marks_and_accents_are_read_as_a_keyboard_has_them() -> None:
    assert folded("“Pávlovna’s” — so…") == '"Pavlovna\'s" - so.'  # noqa: RUF001


def test_rare_characters_are_unknown() -> None:
    alphabet = Alphabet.of(["aab", "abc"], least=2)
    assert alphabet.characters == "ab"
    assert alphabet.numbers("abcœ") == [1, 2, 0, 0]
    assert [alphabet.character(number) for number in (1, 2)] == ["a", "b"]


def test_parts_are_cut_by_position() -> None:
    text = "".join(map(chr, range(1_000, 2_000)))
    parts = cut(text, 0.05)
    assert "".join(parts) == text
    assert [len(part) for part in parts] == [900, 50, 50]


def test_book_is_read_without_its_publishers_words(recipe: Path) -> None:
    _, book = CharacterRecipe.read(recipe).books
    assert set("".join(read_book(book, 0.05))) == set("bca ")


def test_book_without_its_frame_is_refused(recipe: Path) -> None:
    book = Book(name="B", data_set="tinyshakespeare", file="input.txt", after="abc", before="END")
    with pytest.raises(DataError, match="does not hold 'abc' and then 'END'"):
        read_book(book, 0.05)


def test_short_or_missing_book_is_refused(recipe: Path) -> None:
    book = Book(name="B", data_set="tinyshakespeare", file="input.txt")
    with pytest.raises(DataError, match="too short"):
        read_book(book, 0.01)
    with pytest.raises(DataError, match="cannot be read"):
        read_book(book.model_copy(update={"file": "other.txt"}), 0.05)


def test_signals_are_those_of_torchs_own_lstm() -> None:
    network = model().network
    numbers = torch.randint(len(LETTERS), (3, 20))
    found, (h, c) = signals(network, numbers)
    outputs, (own_h, own_c) = network.lstm(network.embedding(numbers))
    assert torch.allclose(found.output[-1] * found.cell[-1], outputs, atol=1e-6)
    assert torch.allclose(h, own_h, atol=1e-6)
    assert torch.allclose(c, own_c, atol=1e-6)
    for gate in (found.input, found.forget, found.output):
        assert ((gate > 0) & (gate < 1)).all()


def test_signals_go_on_from_a_state() -> None:
    network = model().network
    numbers = torch.randint(len(LETTERS), (2, 12))
    whole, _ = signals(network, numbers)
    _, state = signals(network, numbers[:, :5])
    rest, _ = signals(network, numbers[:, 5:], state)
    for one, other in zip(whole, rest, strict=True):
        assert torch.allclose(one[:, :, 5:], other, atol=1e-6)


def test_guessing_costs_the_logarithm_of_the_characters() -> None:
    network = model().network
    torch.nn.init.zeros_(network.outputs.weight)
    torch.nn.init.zeros_(network.outputs.bias)
    numbers = torch.randint(len(LETTERS), (3_000,))
    assert bits_per_character(network, numbers) == pytest.approx(math.log2(len(LETTERS)))


def test_bits_do_not_depend_on_how_many_characters_are_read_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, numbers = model().network, torch.randint(len(LETTERS), (3_000,))
    whole = bits_per_character(network, numbers)
    monkeypatch.setattr("qaengine.characters.network.CHUNK", 7)
    assert bits_per_character(network, numbers) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("feature", "text", "expected"),
    [
        (inside_quotes, 'a "b" c', [0, 0, 1, 1, 0, 0, 0]),
        (inside_quotes, "“b\n“c” d", [1, 1, 1, 1, 1, 0, 0, 0]),
        (position_in_line, "ab\nc", [1, 2, 0, 1]),
        (bracket_depth, ")([a])b", [0, 1, 2, 2, 1, 0, 0]),
        (position_in_word, "ab, cde", [1, 2, 0, 0, 1, 2, 3]),
    ],
)
def test_feature(feature: Callable[[str], list[int]], text: str, expected: list[int]) -> None:
    assert feature(text) == expected


def test_correlations_are_pearsons() -> None:
    one, text = model(), 'ab (c)\n"cab" a\nb' * 400
    found = correlations(one, [text])
    rows = side_by_side(torch.tensor(LETTERS.numbers(text)), STREAMS)
    cells = signals(one.network, rows)[0].cell[:, :, SETTLED:].permute(1, 2, 0, 3).flatten(2)
    depth = side_by_side(torch.tensor(bracket_depth(text)), STREAMS)[:, SETTLED:]
    both = torch.cat([depth.unsqueeze(-1), cells], -1).flatten(0, 1)
    assert torch.allclose(found[2].float(), both.T.corrcoef()[0, 1:], atol=1e-4)


def test_cell_that_counts_brackets_is_found_by_its_correlation() -> None:
    one = model(layers=1)
    with torch.no_grad():  # cell 4 keeps all, and adds what the characters say
        lstm, planted, width = one.network.lstm, 3, 6
        one.network.embedding.weight[:, 0] = 0.0
        for character, step in (("(", 1.0), (")", -1.0)):
            one.network.embedding.weight[LETTERS.numbers(character)[0], 0] = step
        for weights in (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0):
            weights[planted::width] = 0.0
        lstm.bias_ih_l0[[planted, width + planted]] = 20.0  # input and forget gate open
        lstm.weight_ih_l0[2 * width + planted, 0] = 0.5
    text = "a(b(c)a)bca (b) c\n" * 20 * STREAMS  # each stretch begins with no bracket open
    best = next(
        found for found in find_followers(one, [text], [text]) if found.feature == "bracket depth"
    )
    assert (best.layer, best.cell) == (1, planted + 1)
    assert best.valid > 0.95


def test_feature_that_never_changes_correlates_with_nothing() -> None:
    assert not correlations(model(), ["abc " * 2_000])[2].any()


def test_training_learns_and_keeps_what_was_measured(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    found = training.train(CharacterRecipe.read(recipe), folder, device="cpu")
    bits = load_config(folder).bits
    assert found["Framed, bits per character"] == bits["Framed"].test
    assert (bits["Framed"].test or math.inf) < 1.5  # a guess costs 3
    assert {one.feature for one in load_followers(folder)} >= {"bracket depth", "position in word"}
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["round"] for line in lines] == [1, 2]


def test_resumed_training_ends_with_the_same_weights(recipe: Path, tmp_path: Path) -> None:
    plan = CharacterRecipe.read(recipe)
    training.train(plan, tmp_path / "whole", device="cpu")
    training.train(plan, tmp_path / "parts", device="cpu", rounds=1)
    training.train(plan, tmp_path / "parts", device="cpu", resume=True)
    whole, parts = (load_model(tmp_path / name).network.state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_loss_that_is_no_number_is_not_saved(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, folder = CharacterRecipe.read(recipe), tmp_path / "out"
    training.train(plan, folder, device="cpu", rounds=1)
    before = (folder / training.NAME).read_bytes()
    known = training.F.cross_entropy
    monkeypatch.setattr(training.F, "cross_entropy", lambda *given: known(*given) * math.nan)
    with pytest.raises(TrainingError, match="In round 2 the loss is nan"):
        training.train(plan, folder, device="cpu", resume=True)
    assert (folder / training.NAME).read_bytes() == before


def test_training_is_not_overwritten_nor_resumed_by_another(recipe: Path, tmp_path: Path) -> None:
    plan, folder = CharacterRecipe.read(recipe), tmp_path / "out"
    with pytest.raises(CheckpointError, match="nothing to resume"):
        training.train(plan, folder, device="cpu", resume=True)
    training.train(plan, folder, device="cpu", rounds=1)
    with pytest.raises(CheckpointError, match="already holds a training"):
        training.train(plan, folder, device="cpu")
    with pytest.raises(CheckpointError, match="another recipe or seed"):
        training.train(plan.seeded(7), folder, device="cpu", resume=True)


def test_recipe_is_known_by_its_kind(recipe: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('name = "babi"\n')
    assert [is_of_characters(path) for path in (recipe, other, tmp_path)] == [True, False, False]


def test_mistake_in_a_recipe_is_named(recipe: Path) -> None:
    recipe.write_text(RECIPE.replace("width = 16", "width = 0"))
    with pytest.raises(RecipeError, match=r"network\.width"):
        CharacterRecipe.read(recipe)


def test_seed_writes_the_same_text_again() -> None:
    first, again, other = (generate(model(), "ab", 60, seed=seed) for seed in (3, 3, 4))
    assert first == again != other
    assert len(first) == 60
    assert set(first) <= set(LETTERS.characters)


def test_without_temperature_the_likeliest_is_written() -> None:
    cold = generate(model(), "ab", 60, temperature=0, seed=1)
    assert cold == generate(model(), "ab", 60, temperature=1e-9, seed=2)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"length": 0}, "The length is 0"),
        ({"length": 10**9}, "1,000,000,000"),
        ({"temperature": -1.0}, "The temperature is -1"),
        ({"temperature": math.nan}, "The temperature is nan"),
        ({"seed": -1}, "The seed is -1"),
    ],
)
def test_impossible_wish_is_refused(more: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        generate(model(), "a", **more)  # type: ignore[arg-type]


def test_missing_and_damaged_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json cannot be read"):
        load_model(tmp_path)
    model().save(tmp_path)
    with pytest.raises(CheckpointError, match=r"cells\.json cannot be read"):
        load_followers(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"0" * 40)
    with pytest.raises(CheckpointError, match="damaged or of another network"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="no language model's of characters"):
        load_config(tmp_path)


def test_commands_train_and_write(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "out")
    with pytest.raises(SystemExit, match="0"):
        main(["train", str(recipe), "--out", folder, "--device", "cpu"])
    assert "Framed, bits per character" in capsys.readouterr().out
    wish = ["--prompt", "abc", "--length", "9", "--temperature", "0", "--checkpoint", folder]
    with pytest.raises(SystemExit, match="0"):
        main(["generate", *wish])
    written = capsys.readouterr().out
    assert written.startswith("abc")
    assert len(written) == 3 + 9 + 1


def test_options_of_other_recipes_are_refused(
    recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["train", str(recipe), "--encoder", "gru"])
    assert "--seed" in capsys.readouterr().err


def test_shipped_weights_are_small_and_name_their_cells() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 2_500_000
    sizes, followers = load_config().network, load_followers()
    assert {one.feature for one in followers} == {
        *("inside quotes", "position in line", "bracket depth", "position in word")
    }
    assert all(one.layer <= sizes.layers and one.cell <= sizes.width for one in followers)


def test_shipped_weights_write_words_of_a_language() -> None:
    text = generate(load_model(), "And the ", 300, seed=1).lower().split()
    assert len({"the", "and", "of", "to", "a", "in", "i", "my", "he"} & {*text}) >= 3


@pytest.mark.slow
@pytest.mark.data
def test_shipped_bits_are_those_of_the_shipped_weights(data_folder: Path) -> None:
    plan = CharacterRecipe.read(Path(__file__).parents[1] / "recipes" / "char-lm.toml")
    shipped = load_model()
    for book in plan.books:
        numbers = shipped.config.alphabet.numbers(read_book(book, plan.held_out).test)
        bits = bits_per_character(shipped.network, torch.tensor(numbers))
        assert bits == pytest.approx(shipped.config.bits[book.name].test, abs=1e-3)
