"""The pretrained encoders keep an encoder's contract with any transformer's folder.

Needs transformers (`pip install 'qaengine[pretrained]'`); the transformer is a tiny one of our own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from qaengine.errors import CheckpointError, PluginError
from qaengine.network.encoder import Encoded, Encoder, Sentences
from qaengine.registry import Registry

pytest.importorskip("transformers")

WIDTH = 16
WORDS = (
    ("Mary", "took", "the", "milk", "."),
    ("milking",),
    ("the", "unheard", "\u200b"),
)
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "mary", "took", "the", "milk", "##ing", ".")


def make_folder(folder: Path, seed: int = 0) -> Path:
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(PIECES), "utf-8")
    BertTokenizerFast.from_pretrained(folder, do_lower_case=True).save_pretrained(folder)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=12,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_folder(tmp_path / "bert")
    monkeypatch.setenv("QAENGINE_PRETRAINED", str(made))
    return made


@pytest.fixture(params=["pretrained", "pretrained-tuned"])
def encoder(request: pytest.FixtureRequest, folder: Path) -> Encoder:
    return make(request.param)


def make(name: str) -> Encoder:
    torch.manual_seed(0)
    return Registry(("qaengine_encoders.pretrained",), ()).encoder(name)(WIDTH).eval()


def sentences(
    words: tuple[tuple[str, ...], ...] = WORDS, dtype: torch.dtype = torch.float32
) -> Sentences:
    """Each word has a vector of its own, and there is noise behind each sentence's end."""
    longest = max(map(len, words)) + 1
    embedded = torch.randn(len(words), longest, WIDTH, dtype=dtype)
    for row, sentence in enumerate(words):
        for place, word in enumerate(sentence):
            generator = torch.Generator().manual_seed(len(word))
            embedded[row, place] = torch.randn(WIDTH, generator=generator)
    return Sentences(embedded, torch.tensor([len(row) for row in words]), words=words)


def test_shapes_and_silence_behind_the_end(encoder: Encoder) -> None:
    encoded = encoder(sentences())
    assert encoded.states.shape == (3, 6, WIDTH)
    assert encoded.summary.shape == (3, WIDTH)
    for row, sentence in enumerate(WORDS):
        assert bool((encoded.states[row, len(sentence) :] == 0).all())
        assert bool((encoded.states[row, : len(sentence)] != 0).any(-1).all())


def test_each_sentence_is_read_alone(encoder: Encoder) -> None:
    together: Encoded = encoder(sentences())
    for row, sentence in enumerate(WORDS):
        alone = encoder(sentences((sentence,)))
        length = len(sentence)
        states = together.states[row, :length]
        assert torch.allclose(alone.states[0, :length], states, atol=1e-5)
        assert torch.allclose(alone.summary[0], together.summary[row], atol=1e-5)


def test_a_word_is_read_in_its_context(encoder: Encoder) -> None:
    encoded = encoder(sentences((("the", "milk"), ("mary", "milk"))))
    assert not torch.allclose(encoded.states[0, 1], encoded.states[1, 1], atol=1e-3)


def test_only_pieces_of_a_word_belong_to_it(encoder: Encoder) -> None:
    """A word that the tokenizer leaves out has its own vector only."""
    given = sentences((("the", "\u200b"),))
    bias = dict(encoder.named_parameters())["word.bias"]
    assert torch.allclose(encoder(given).states[0, 1], given.embedded[0, 1] + bias, atol=1e-6)


def test_texts_longer_than_the_transformer_reads(encoder: Encoder) -> None:
    encoded = encoder(sentences((("milking",) * 40,)))
    assert bool(encoded.states.isfinite().all())


def test_double_stays_double(encoder: Encoder) -> None:
    encoded = encoder.double()(sentences(dtype=torch.float64))
    assert encoded.states.dtype == encoded.summary.dtype == torch.float64


def test_gradients(encoder: Encoder) -> None:
    given = sentences()
    given.embedded.requires_grad_()
    encoded = encoder.train()(given)
    torch.autograd.backward(
        [(part * torch.randn_like(part)).sum() for part in (encoded.states, encoded.summary)]
    )
    assert given.embedded.grad is not None
    trained = {name: one for name, one in encoder.named_parameters() if one.requires_grad}
    idle = [name for name, one in trained.items() if one.grad is None or not one.grad.any()]
    assert idle == []
    assert any(name.startswith("transformer.") for name in trained) == ("tuned" in encoder.name)


def test_a_frozen_transformer_is_no_part_of_the_checkpoint(folder: Path) -> None:
    assert not [name for name in make("pretrained").state_dict() if "transformer" in name]
    assert [name for name in make("pretrained-tuned").state_dict() if "transformer" in name]


def test_a_frozen_transformer_never_drops_out(folder: Path) -> None:
    encoder, given = make("pretrained").train(), sentences()
    assert torch.equal(encoder(given).states, encoder(given).states)


def test_a_frozen_transformer_is_asked_once_for_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, given = make("pretrained"), sentences()
    first = encoder(given)
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "_means", None)  # a second time would fail
        again = encoder(given)
    assert torch.equal(first.states, again.states)
    monkeypatch.setattr("qaengine_encoders.transformer.KEPT", 0)  # no room: it begins anew
    assert torch.allclose(encoder(given).states, first.states)


def test_what_was_learnt_elsewhere_goes_on_slowly(folder: Path) -> None:
    assert not list(make("pretrained").settled())
    tuned = make("pretrained-tuned")
    settled = {id(one) for one in tuned.settled()}
    named = {name for name, one in tuned.named_parameters() if id(one) in settled}
    assert named
    assert all(name.startswith("transformer.") for name in named)


def test_weights_of_another_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    weights = {name: one.half().float() for name, one in make("pretrained").state_dict().items()}
    make("pretrained").load_state_dict(weights)
    make_folder(folder, seed=1)
    with pytest.raises(CheckpointError, match="another transformer"):
        make("pretrained").load_state_dict(weights)


def test_words_are_needed(encoder: Encoder) -> None:
    with pytest.raises(ValueError, match="reads words"):
        encoder(Sentences(torch.zeros(1, 2, WIDTH), torch.tensor([2])))


def test_folder_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QAENGINE_PRETRAINED", raising=False)
    with pytest.raises(PluginError, match="QAENGINE_PRETRAINED is not set"):
        make("pretrained")
    monkeypatch.setenv("QAENGINE_PRETRAINED", str(tmp_path))
    with pytest.raises(PluginError, match=r"holds no config\.json"):
        make("pretrained")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(PluginError, match="cannot be read"):
        make("pretrained")


def test_listing_encoders_imports_no_transformers() -> None:
    script = (
        f"import sys; sys.path[:] = {sys.path}; from qaengine.registry import Registry; "
        "print(sorted(Registry(('qaengine_encoders.pretrained',), ()).encoders())); "
        "assert 'transformers' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "['pretrained', 'pretrained-tuned']", done.stderr
