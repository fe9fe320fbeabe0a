"""Antecedents: framing, data, score."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from test_coreference import ROW, write_gap
from test_coreference_files import litbank

from qaengine.errors import InputError
from qaengine.schema import Span, Spans, Split, Triple
from qaengine.testing import check_task
from qaengine.text import words
from qaengine_tasks.antecedent import PHRASINGS, Antecedent
from qaengine_tasks.phrasings import phrasings

ONTOGUM = """\
# begin document GUM_tale_map
0	The	(1
1	nurse	1)
2	said	_
3	he	(1)
4	left	_
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with two rows of GAP, one without an antecedent, and a document of OntoGUM."""
    write_gap(tmp_path, ROW, tuple(field.replace("TRUE", "FALSE") for field in ROW))
    (tmp_path / "gum_coref").mkdir()
    (tmp_path / "gum_coref" / "ontogum_train.conll").write_text(ONTOGUM)
    return tmp_path


def test_keeps_the_contract(folder: Path) -> None:
    check_task(Antecedent(), path=folder)


def test_antecedents_are_spans_of_the_text_with_brackets(folder: Path) -> None:
    found = [
        (group, story[0].answer) for group, story in Antecedent().stories("train", path=folder)
    ]
    assert found == [
        ("antecedent gap", "[Ida] met Eva ( Roy 's aunt ) before [ she ] left ."),
        ("antecedent gum", "[The nurse] said [ he ] left"),
    ]


def test_litbank_is_read_on_demand(folder: Path) -> None:
    (folder / "litbank").mkdir()
    with tarfile.open(folder / "litbank/coref_conll.tar.gz", "w:gz") as archive:
        for number in range(1, 22):  # the last twenty are valid and test
            content = litbank("The/(1 nurse/1) said/_ she/(1) left/_").encode()
            info = tarfile.TarInfo(f"conll/{number:02}_tale.conll")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    stories = list(Antecedent().stories("train", gum=False, litbank=True, path=folder))
    assert stories[-1][0] == "antecedent litbank"
    assert stories[-1][1][0].answer == "[The nurse] said [ she ] left"
    groups = [group for group, _ in Antecedent().stories("train", gum=False, path=folder)]
    assert set(groups) == {"antecedent gap"}


def test_training_texts_of_gap_come_again_about_other_people(folder: Path) -> None:
    other = tuple(
        field.replace("Ida", "Ana").replace("Eva", "Zoe").replace("Roy", "Tom") for field in ROW
    )
    write_gap(folder, ROW, other)
    stories = Antecedent().stories("train", gum=False, exchanged=3, path=folder)
    answers = [story[0].answer for _, story in stories]
    assert len(answers) == 8
    assert {answer.split()[0] for answer in answers} >= {"[Ida]", "[Ana]", "[Zoe]"}


def test_an_antecedent_may_follow(tmp_path: Path) -> None:
    row = "x-1|As she left, Ida met Eva.|she|3|Ida|13|TRUE|Eva|21|FALSE|a page"
    write_gap(tmp_path, tuple(row.split("|")))
    (_, (triple,)), *_ = Antecedent().stories("train", gum=False, path=tmp_path)
    assert triple.answer == "As [ she ] left , [Ida] met Eva ."


@pytest.mark.parametrize("phrasing", [*PHRASINGS, *phrasings("antecedent")])
def test_phrasings_give_the_canonical_triple(phrasing: str) -> None:
    question = phrasing.format(pronoun="her")
    for text in ("Ida lost her key.", "Ida lost [her] key."):
        framed = Antecedent().frame(words(text), question)
        assert " ".join(framed.input) == "Ida lost [ her ] key ."
        assert framed.question == 'Who does "her" refer to?'


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("She said she left.", "Who is she?", "She said [ she ] left ."),
        ("She said [she] left.", "Who is meant here?", "She said [ she ] left ."),
        ("[Ida] said [she] left.", "Who does she refer to?", "Ida said [ she ] left ."),
        ("Ida says I left.", 'Who is "I"?', "Ida says [ I ] left ."),
        ("They left the old mill.", "Who are [They]?", "[ They ] left the old mill ."),
        ("Max said HE left.", "Who is he?", "Max said [ HE ] left ."),
    ],
)
def test_the_pronoun_is_found(text: str, question: str, marked: str) -> None:
    assert " ".join(Antecedent().frame(words(text), question).input) == marked


@pytest.mark.parametrize(
    ("text", "question", "reason"),
    [
        ("Ida left.", "Who does she refer to?", '"she" is not in the input'),
        ("Ida left.", 'Who does "they" refer to?', '"they" is not in the input'),
        ("Ida left.", "Whom does that mean?", "names no pronoun. Put quotes around"),
        ("She met her.", 'Who are "she" and "her"?', "one pronoun at a time"),
        ("[She met her.", "Who is she?", "never closed"),
    ],
)
def test_what_cannot_be_found_is_said(text: str, question: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Antecedent().frame(words(text), question)


def test_score_counts_whole_spans_and_their_tokens() -> None:
    text = "The old nurse said [ she ] left"

    def spans(*ends: tuple[int, int]) -> Spans:
        return Spans(text=text, spans=tuple(Span(start=start, end=end) for start, end in ends))

    value = spans((0, 13))
    gold = Triple(input=tuple(text.split()), question="?", answer=str(value), value=value)
    said = [value, spans((8, 13)), spans((0, 13), (14, 18)), None]
    scores = Antecedent().score([gold] * 4, said)
    # Tokens right 3 + 1 + 3 + 0 of 12 wanted, 3 + 1 + 4 given: 14 / 20.
    assert scores == {"exact": 25.0, "token F1": pytest.approx(70.0)}
    assert next(iter(scores)) == "exact"


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", (1_799, 2_727, 3_468)),
        ("valid", (392, 469, 395)),
        ("test", (1_773, 420, 350)),
    ],
)
def test_counts(split: Split, counts: tuple[int, int, int], data_folder: Path) -> None:
    stories = Antecedent().stories(split, litbank=True, path=data_folder)
    groups = [group for group, _ in stories]
    assert tuple(groups.count(f"antecedent {name}") for name in ("gap", "gum", "litbank")) == counts
