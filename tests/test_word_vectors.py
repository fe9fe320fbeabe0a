"""Word vectors are read as published, and a damaged file is named with line and reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from qaengine.errors import DataError
from qaengine.word_vectors import read_vectors


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def pair(folder: Path, words: str, **tensors: np.ndarray) -> Path:
    write(folder / "words.txt", words)
    save_file(tensors, folder / "two.safetensors")
    return folder / "two.safetensors"


def test_glove(tmp_path: Path) -> None:
    read = read_vectors(write(tmp_path / "glove.txt", "milk 1 2.5\nété -1 4e-1\n"))
    assert read.words == ("milk", "été")
    assert read.vectors.dtype == np.float32
    assert np.allclose(read.vectors, [[1, 2.5], [-1, 0.4]])


def test_fasttext_has_a_header_and_blanks_at_the_end(tmp_path: Path) -> None:
    read = read_vectors(write(tmp_path / "wiki.vec", "2 3\nmilk 1 2 3 \n7 4 5 6 \n"))
    assert read.words == ("milk", "7")
    assert read.vectors.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_number_as_the_first_word_is_no_header(tmp_path: Path) -> None:
    assert read_vectors(write(tmp_path / "glove.txt", "7 0.5\n8 0.25\n")).words == ("7", "8")


def test_our_own_pair(tmp_path: Path) -> None:
    path = pair(tmp_path, "milk\ngarden\n", vectors=np.array([[1, 2], [3, 4]], np.float16))
    read = read_vectors(path)
    assert read.words == ("milk", "garden")
    assert read.vectors.dtype == np.float32
    assert read.vectors.tolist() == [[1, 2], [3, 4]]


def test_gzipped(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt.gz"
    path.write_bytes(gzip.compress(b"milk 1 2\n"))
    assert read_vectors(path).words == ("milk",)


def test_wanted_words_only(tmp_path: Path) -> None:
    text = write(tmp_path / "glove.txt", "milk 1 2\ngarden 3 4\n")
    own = pair(tmp_path, "milk\ngarden\n", vectors=np.array([[1, 2], [3, 4]], np.float16))
    for path in (text, own):
        read = read_vectors(path, {"garden", "hallway"})
        assert read.words == ("garden",)
        assert read.vectors.tolist() == [[3, 4]]


def test_none_wanted_keeps_the_width(tmp_path: Path) -> None:
    assert read_vectors(write(tmp_path / "glove.txt", "milk 1 2\n"), set()).vectors.shape == (0, 2)


def test_first_of_two_vectors_is_kept(tmp_path: Path) -> None:
    read = read_vectors(write(tmp_path / "glove.txt", "milk 1 2\nmilk 3 4\n"))
    assert read.words == ("milk",)
    assert read.vectors.tolist() == [[1, 2]]


def test_words_with_blanks_in_them(tmp_path: Path) -> None:
    """GloVe's 840B has some: "at name@domain.com"."""
    read = read_vectors(write(tmp_path / "glove.txt", "the 1 2\n. . . 3 4\n"))
    assert read.words == ("the", ". . .")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("0 3\n", "is empty"),
        ("milk\n", "line 1: is no word with numbers behind it"),
        ("milk 1 2\n\ngarden 1 2\n", "line 2: is no word with 2 numbers"),
        ("milk 1 2\ngarden 1\n", "line 2: is no word with 2 numbers behind it, but 'garden 1'"),
        ("milk 1 2\ngarden 1 two\n", "line 2: could not convert string to float: 'two'"),
        ("milk 1 2\ngarden 1 nan\n", "line 2: has a number that is not finite"),
        ("3 2\nmilk 1 2\n", "line 1: promises 3 words, but 1 lines follow"),
    ],
)
def test_wrong_text_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=rf"vectors\.txt.*{complaint}"):
        read_vectors(write(tmp_path / "vectors.txt", text))


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"milk 1 2\n\xe9t\xe9 1 2\n")
    with pytest.raises(DataError, match=r"latin\.txt, line 2: is not UTF-8"):
        read_vectors(tmp_path / "latin.txt")


def test_cut_gzip(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt.gz"
    path.write_bytes(gzip.compress(b"milk 1 2\n" * 1000)[:-12])
    with pytest.raises(DataError, match="cannot be read"):
        read_vectors(path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"glove\.txt cannot be read"):
        read_vectors(tmp_path / "glove.txt")
    path = pair(tmp_path, "milk\n", vectors=np.ones((1, 2), np.float16))
    (tmp_path / "words.txt").unlink()
    with pytest.raises(DataError, match=r"words\.txt cannot be read"):
        read_vectors(path)


def test_wrong_pairs(tmp_path: Path) -> None:
    two = np.ones((2, 3), np.float16)
    with pytest.raises(DataError, match=r"words\.txt has 1 words, but .* has 2 vectors"):
        read_vectors(pair(tmp_path, "milk\n", vectors=two))
    with pytest.raises(DataError, match=r"words\.txt, line 2: has no word"):
        read_vectors(pair(tmp_path, "milk\n\n", vectors=two))
    with pytest.raises(DataError, match="holds no matrix 'vectors'"):
        read_vectors(pair(tmp_path, "milk\ngarden\n", weights=two))
    with pytest.raises(DataError, match="not finite"):
        read_vectors(pair(tmp_path, "milk\ngarden\n", vectors=two * np.inf))


def test_foreign_safetensors(tmp_path: Path) -> None:
    write(tmp_path / "two.safetensors", "milk 1 2\n")
    with pytest.raises(DataError, match="cannot be read"):
        read_vectors(tmp_path / "two.safetensors")


@pytest.mark.data
def test_published_glove(data_folder: Path) -> None:
    path = data_folder / "glove_subset" / "glove.twitter.27B.25d.top12k.txt.gz"
    read = read_vectors(path)
    assert read.vectors.shape == (11_925, 25)
    some = read_vectors(path, {"good", "great", "table"})
    good, great, table = (
        some.vectors[some.words.index(word)] for word in ("good", "great", "table")
    )
    assert good @ great > good @ table
