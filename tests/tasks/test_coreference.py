"""The yes-or-no form of coreference: GAP's and GUM's pairs, the score."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Label, Split, Triple
from qaengine.testing import check_task
from qaengine_tasks.coreference import PAIR, Coreference, qaengine_tasks
from qaengine_tasks.gap import COLUMNS, Row, read_rows

IDA = "Ida met Eva (Roy's aunt) before she left."
ROW = ("x-1", IDA, "she", "32", "Ida", "0", "TRUE", "Eva", "8", "FALSE", "a page")

GUM = """\
# begin document GUM_tale_map
0	Ida	(person-1)
1	met	_
2	Eva	(person-2)
3	.	_
4	She	(person-1)
5	lost	_
6	the	(object-3
7	map	object-3)
8	.	_
"""


def write_gap(folder: Path, *rows: tuple[str, ...], name: str = "gap-development.tsv") -> None:
    (folder / "gap").mkdir(exist_ok=True)
    lines = ["\t".join(fields) for fields in (COLUMNS, *rows)]
    (folder / "gap" / name).write_text("\n".join([*lines, ""]), encoding="utf-8")


def write_gum(folder: Path) -> None:
    (folder / "gum_coref").mkdir()
    (folder / "gum_coref" / "gum_train.conll").write_text(GUM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a row of GAP and a little document of GUM as training sets."""
    write_gap(tmp_path, ROW)
    write_gum(tmp_path)
    return tmp_path


def changed(**fields: str) -> tuple[str, ...]:
    row = dict(zip(COLUMNS, ROW, strict=True)) | {
        name.replace("_", "-"): field for name, field in fields.items()
    }
    return tuple(row.values())


def test_keeps_the_contract(folder: Path) -> None:
    check_task(Coreference(), path=folder)


def test_one_plugin_brings_three_tasks() -> None:
    names = [task.schema.name for task in qaengine_tasks()]
    assert names == ["coreference", "antecedent", "coreference_groups"]


def test_a_row_of_gap_is_two_examples(folder: Path) -> None:
    found = [
        (" ".join(triple.input), triple.answer)
        for group, (triple,) in Coreference().stories("train", path=folder)
        if group == "coreference gap"
    ]
    assert found == [
        ("[ Ida ] met Eva ( Roy 's aunt ) before [ she ] left .", "yes"),
        ("Ida met [ Eva ] ( Roy 's aunt ) before [ she ] left .", "no"),
    ]


def test_a_later_mention_of_gum_has_one_of_each_answer(folder: Path) -> None:
    found = {
        (" ".join(triple.input), triple.answer)
        for group, (triple,) in Coreference().stories("train", path=folder)
        if group == "coreference gum"
    }
    assert found == {
        ("[ Ida ] met Eva . [ She ] lost the map .", "yes"),
        ("Ida met [ Eva ] . [ She ] lost the map .", "no"),
    }


def test_whom_the_pronoun_means_is_asked_along_but_not_in_training(folder: Path) -> None:
    write_gap(folder, ROW, name="gap-test.tsv")

    def along(split: Split) -> list[Triple | None]:
        stories = Coreference().stories(split, gum=False, path=folder)
        return [story[0].further for _, story in stories]

    assert along("train") == [None, None]
    for further, name in zip(along("test"), ("Ida", "Eva"), strict=True):
        assert further is not None
        assert (further.task, further.answer) == ("antecedent", None)
        assert further.question == 'Who does "she" refer to?'
        assert further.text == "Ida met Eva ( Roy 's aunt ) before [ she ] left ."
        assert str(further.value) == further.text.replace(name, f"[{name}]")


@pytest.mark.parametrize(
    ("text", "along"),
    [
        ("[Ida] lost [her] key .", "[Ida] lost [ her ] key ."),
        ("When [she] left , [Ida] sang .", "When [ she ] left , [Ida] sang ."),
        ("[[Her] uncle] is a baker .", "[[ Her ] uncle] is a baker ."),
        ("[He] lost [his] key .", None),
        ("[Ida] is [the baker] .", None),
        ("[I] lost [my] key .", None),
    ],
)
def test_of_a_pronoun_and_something_else_it_is_asked(text: str, along: str | None) -> None:
    tokens = text.replace("[", "[ ").replace("]", " ]").split()
    further = Coreference().frame(tokens, "Are the two coreferent?").further
    assert (str(further.value) if further else None) == along


def test_gum_can_be_left_out(folder: Path) -> None:
    groups = {group for group, _ in Coreference().stories("train", gum=False, path=folder)}
    assert groups == {"coreference gap"}


def test_only_training_varies_the_question(tmp_path: Path) -> None:
    write_gap(tmp_path, *[ROW] * 50)
    write_gap(tmp_path, *[ROW] * 50, name="gap-test.tsv")

    def asked(split: Split) -> list[str]:
        stories = Coreference().stories(split, gum=False, path=tmp_path)
        return [story[0].question for _, story in stories]

    assert set(asked("test")) == {
        PAIR.format(a="Ida", b="she"),
        PAIR.format(a="Eva", b="she"),
    }
    assert len(set(asked("train"))) > 10
    assert asked("train") == asked("train")


def test_offsets_count_code_points_and_a_token_is_cut_where_a_mention_ends(tmp_path: Path) -> None:
    text = "\U0001f600 Zo\u00eb--Ann saw her"
    write_gap(
        tmp_path, changed(Text=text, Pronoun="her", Pronoun_offset="15", A="Zo\u00eb", A_offset="2",
                          B="Ann", B_offset="7"),
    )  # fmt: skip
    assert read_rows(tmp_path / "gap", "train") == [
        Row(
            tokens=("\U0001f600", "Zo\u00eb", "--", "Ann", "saw", "her"),
            pronoun=(5, 6),
            names=(((1, 2), True), ((3, 4), False)),
        )
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW[:-1], "10 fields"),
        (changed(A_offset="1"), "'Ida' does not stand at character 1"),
        (changed(A_offset="one"), "'one' is no number"),
        (changed(A_coref="MAYBE"), "'MAYBE' is neither TRUE nor FALSE"),
        (changed(Pronoun="met", Pronoun_offset="4"), "'met' is none of the pronouns"),
    ],
)
def test_a_wrong_row_is_named(row: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    write_gap(tmp_path, ROW, row)
    with pytest.raises(DataError, match=rf"gap-development.tsv, line 3: .*{reason}"):
        read_rows(tmp_path / "gap", "train")


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    write_gap(tmp_path)
    (tmp_path / "gap" / "gap-test.tsv").write_text("ID\tText\n")
    with pytest.raises(DataError, match="line 1: the columns are not ID, Text, Pronoun"):
        read_rows(tmp_path / "gap", "test")
    with pytest.raises(DataError, match="holds no row"):
        read_rows(tmp_path / "gap", "train")
    with pytest.raises(DataError, match=r"holds no gap-validation.tsv"):
        read_rows(tmp_path / "gap", "valid")


def pair(text: str, answer: str) -> Triple:
    return Triple(input=tuple(text.split()), question="?", answer=answer, task="coreference")


def test_pairs_with_a_pronoun_are_scored_as_gap() -> None:
    gold = [
        pair("[ Ida ] lost [ her ] key .", "yes"),
        pair("[ Her ] aunt met [ Ida ] .", "no"),
        pair("[ Max ] lost [ his ] key .", "yes"),
    ]
    scores = Coreference().score(gold, [Label(label="yes"), Label(label="yes"), None])
    # One yes right, one wrong, one missing: 2 / (2 + 1 + 1); feminine 2 / (2 + 1).
    assert scores == pytest.approx(
        {"F1": 50.0, "masculine": 0.0, "feminine": 200 / 3, "accuracy": 100 / 3}
    )
    assert next(iter(scores)) == "F1"


def test_other_pairs_are_scored_by_accuracy() -> None:
    gold = [pair("[ Ida ] lost [ her ] key .", "yes"), pair("[ Ida ] met [ Max ] .", "no")]
    said = [Label(label="yes"), Label(label="yes")]
    assert Coreference().score(gold, said) == {"accuracy": 50.0}


@pytest.mark.data
@pytest.mark.parametrize(("split", "count"), [("train", 4_000), ("valid", 908), ("test", 4_000)])
def test_counts_of_gap(split: Split, count: int, data_folder: Path) -> None:
    stories = list(Coreference().stories(split, gum=False, path=data_folder))
    assert len(stories) == count


@pytest.mark.data
def test_pairs_of_gum_are_balanced(data_folder: Path) -> None:
    stories = Coreference().stories("valid", path=data_folder)
    answers = [story[0].answer for group, story in stories if group == "coreference gum"]
    assert len(answers) == 1_712
    assert answers.count("yes") == answers.count("no")


@pytest.mark.data
def test_real_questions_are_framed_to_the_canonical_ones(data_folder: Path) -> None:
    stories = list(Coreference().stories("train", path=data_folder))[::40]
    for _, (triple,) in stories:
        framed = Coreference().frame(triple.input, triple.question)
        assert framed.input == triple.input
        assert framed.question.startswith("Is [")


@pytest.mark.data
def test_no_text_of_gap_stands_in_two_splits(data_folder: Path) -> None:
    splits: tuple[Split, ...] = ("train", "valid", "test")
    texts = [{row.tokens for row in read_rows(data_folder / "gap", split)} for split in splits]
    shared = [len(texts[one] & texts[other]) for one, other in ((0, 1), (0, 2), (1, 2))]
    print(f"texts of GAP in train and valid, train and test, valid and test: {shared}")
    assert shared == [0, 0, 0]
