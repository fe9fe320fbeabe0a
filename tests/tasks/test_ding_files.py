"""Reading the dictionary Ding: sentences, and words and phrases in common use."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.testing import check_task
from qaengine_tasks.ding_files import COMMON, read_sentences, read_terms
from qaengine_tasks.translation import GERMAN, Translation

ENTRIES = (
    "# Version :: 1.9",
    "Wetter {n}; Witterung {f} [meteo.] | bei diesem Wetter | Das Wetter ist mild.; Mild ist es."
    " :: weather; clime | in this weather"
    " | It\N{RIGHT SINGLE QUOTATION MARK}s mild.; The weather (here) is mild.",
    "loben; preisen {vt} | lobend | Er lobt jdn./etw. | Na also!"
    " :: to praise; to laud | praising | He praises sb./sth. | There you are!; Well then!",
    "Graubrust {f}; Wetter {n} :: antwren",
    "ein Teil | zwei Teile | drei Teile :: a part | two parts",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The dictionary, in which every word but one is common."""
    common = [entry.replace("Graubrust", "") for entry in ENTRIES[1:]]
    lines = [*ENTRIES, *["Wetter {n} :: weather", *common] * COMMON]
    (tmp_path / "ding").mkdir()
    (tmp_path / "ding" / "de-en").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_sentences_have_an_end_in_both_languages_and_stand_for_one_text(folder: Path) -> None:
    found = list(dict.fromkeys(read_sentences(folder / "ding")))
    assert found == [
        ("It's mild.", "Das Wetter ist mild."),
        ("There you are!", "Na also!"),
        ("Well then!", "Na also!"),
    ]


def test_terms_are_common_and_nouns_have_their_article_too(folder: Path) -> None:
    found = read_terms(folder / "ding")
    assert ("weather", "Wetter") in found
    assert ("the weather", "das Wetter") in found
    assert ("to praise", "loben") in found
    assert ("in this weather", "bei diesem Wetter") in found
    english = [one for one, _ in found]
    assert len(english) == len(set(english))
    assert not {"clime", "praising", "antwren", "the antwren", "a part"} & set(english)


def test_an_entry_without_its_sign_is_named(tmp_path: Path) -> None:
    (tmp_path / "de-en").write_text("Wetter : weather\n")
    with pytest.raises(DataError, match=r"entry 1: an entry is German :: English.*Wetter : wea"):
        read_sentences(tmp_path)


def test_the_task_asks_its_corpora_in_german(folder: Path) -> None:
    task = Translation()
    options = {"corpora": ["ding german", "ding_terms german"], "path": folder}
    told = dict(task.stories("train", **options))
    assert list(told) == ["translation ding german", "translation ding_terms german"]
    asked = {triple.question for triple in task.examples("valid", **options)}
    assert asked <= {GERMAN[0]}
    check_task(task, **options)


@pytest.mark.data
def test_words_of_the_published_file() -> None:
    from qaengine.data import locate

    try:
        folder = locate("ding")
    except DataError as error:
        pytest.skip(str(error))
    terms = dict(read_terms(folder))
    wanted = {"the weather": "das Wetter", "house": "Haus", "to write": "schreiben"}
    assert {english: terms[english] for english in wanted} == wanted
    assert len(read_sentences(folder)) == 16_918
