"""Relatedness: two file formats, one scale, no training pair that is tested, three scores."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from qaengine.errors import DataError, InputError
from qaengine.schema import Label, Score, Split, Triple, Value
from qaengine.testing import check_task
from qaengine_tasks.correlation import pearson, ranks, spearman
from qaengine_tasks.phrasings import phrasings
from qaengine_tasks.relatedness import Relatedness

HEADER = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
SICK = {
    "SICK_train.txt": "1\tA cat sits\tA dog sits\t3.3\tNEUTRAL\n"
    "2\tA fox runs\tA fox jumps\t3\tNEUTRAL\n"
    "3\tA hen eats\tA hen drinks\t3\tNEUTRAL\n",
    "SICK_trial.txt": '4\tA man "sings"\tA man sings\t5\tENTAILMENT\r\n',
    "SICK_test_annotated.txt": "5\tA fox jumps\tA fox runs.\t3.1\tNEUTRAL\n",
}
STS = {
    "stsb-en-train.csv": 'A man sings.,"A man ""sings"".",5.0\n"Yes, it is.",It is not.,1.25\n',
    "stsb-en-dev.csv": "A HEN eats!,A hen drinks.,2.0\n",
    "stsb-en-test.csv": "A car stops.,Snow falls.,0.0\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, files in (("sick", SICK), ("stsbenchmark", STS)):
        (tmp_path / name).mkdir()
        for file, text in files.items():
            content = HEADER + text if name == "sick" else text
            (tmp_path / name / file).write_bytes(content.encode())
    return tmp_path


def told(folder: Path, split: Split) -> list[tuple[str, tuple[str, ...], str]]:
    """Group, sentences and answer of each example."""
    stories = Relatedness().stories(split, path=folder)
    return [(group, one.input, str(one.answer)) for group, (one,) in stories]


def scored(gold: list[float], said: list[Value | None]) -> dict[str, float]:
    triples = [
        Triple(input=("a", "b"), question="How related?", answer=str(number)) for number in gold
    ]
    return Relatedness().score(triples, said)


# --- files


def test_sts_can_be_left_out(folder: Path) -> None:
    groups = {group for group, _ in Relatedness().stories("train", sts=False, path=folder)}
    assert groups == {"relatedness sick"}


def test_pairs_of_both_sets_on_one_scale(folder: Path) -> None:
    assert told(folder, "valid") == [
        ("relatedness sick", ('A man "sings"', "A man sings"), "5"),
        ("relatedness sts", ("A HEN eats!", "A hen drinks."), "2.6"),
    ]
    assert told(folder, "test")[1] == ("relatedness sts", ("A car stops.", "Snow falls."), "1")


def test_training_pair_that_either_set_holds_out_is_left_out(folder: Path) -> None:
    assert told(folder, "train") == [
        ("relatedness sick", ("A cat sits", "A dog sits"), "3.3"),
        ("relatedness sts", ("Yes, it is.", "It is not."), "2"),
    ]


@pytest.mark.parametrize(
    ("file", "text", "line", "reason"),
    [
        ("sick/SICK_trial.txt", f"{HEADER}4\tA\tB\t5\n", 2, "4 columns where 5"),
        ("sick/SICK_trial.txt", f"{HEADER}4\tA\tB\t0.5\tNEUTRAL\n", 2, "not between 1 and 5"),
        ("sick/SICK_trial.txt", f"{HEADER}4\tA\tB\tnan\tNEUTRAL\n", 2, "not between 1 and 5"),
        ("sick/SICK_trial.txt", "4\tA\tB\t5\tNEUTRAL\n", 1, "not the header"),
        ("stsbenchmark/stsb-en-dev.csv", "A,B,2.0\nA,B\n", 2, "2 columns where 3"),
        ("stsbenchmark/stsb-en-dev.csv", "A,B,5.5\n", 1, "not between 0 and 5"),
        ("stsbenchmark/stsb-en-dev.csv", "A,B,high\n", 1, "could not convert"),
        ("stsbenchmark/stsb-en-dev.csv", "A, ,1\n", 1, "a sentence is empty"),
        ("stsbenchmark/stsb-en-dev.csv", 'A,"B,1\n', 1, "unexpected end"),
    ],
)
def test_broken_line_names_file_line_and_reason(
    folder: Path, file: str, text: str, line: int, reason: str
) -> None:
    (folder / file).write_text(text)
    with pytest.raises(DataError, match=rf"{Path(file).name}, line {line}: .*{reason}"):
        told(folder, "valid")


def test_empty_file(folder: Path) -> None:
    (folder / "sick" / "SICK_trial.txt").write_text("")
    with pytest.raises(DataError, match=r"SICK_trial\.txt is empty"):
        told(folder, "valid")


def test_training_asks_in_many_words_but_every_time_the_same(folder: Path) -> None:
    rows = "".join(f"Sentence {number}.,Another {number}.,1\n" for number in range(1_000))
    (folder / "stsbenchmark" / "stsb-en-train.csv").write_text(rows)
    first, again = (list(Relatedness().stories("train", path=folder)) for _ in range(2))
    assert first == again
    schema = Relatedness.schema
    asked = {one.question for _, (one,) in first}
    ways = {schema.question, *schema.paraphrases, *phrasings("relatedness")}
    assert asked <= ways
    assert len(asked) > len(ways) / 2
    valid = Relatedness().stories("valid", path=folder)
    assert {one.question for _, (one,) in valid} == {schema.question}


# --- a user's input


def test_two_sentences_are_framed_as_they_are() -> None:
    framed = Relatedness().frame(["A cat sits.", "A dog sits."], "How alike are they?")
    assert framed.input == ("A cat sits.", "A dog sits.")


@pytest.mark.parametrize("count", [1, 3])
def test_other_than_two_sentences_say_what_is_wanted(count: int) -> None:
    with pytest.raises(InputError, match=f"two sentences; {count} came.*list of two"):
        Relatedness().frame(["A cat sits."] * count, "How alike are they?")


# --- scores


def test_scores_worked_by_hand() -> None:
    said: list[Value | None] = [Score(value=number) for number in (2.0, 1.0, 4.0, 5.0)]
    scores = scored([1, 2, 3, 4], said)
    assert list(scores) == ["pearson", "spearman", "mse"]
    assert scores["pearson"] == pytest.approx(6 / (5 * 10) ** 0.5)
    assert scores["spearman"] == pytest.approx(0.8)
    assert scores["mse"] == pytest.approx(1.0)


def test_abstention_and_foreign_answer_count_as_the_middle() -> None:
    said: list[Value | None] = [None, Label(label="positive"), Score(value=5)]
    assert scored([1, 3, 5], said) == scored([1, 3, 5], [Score(value=n) for n in (3, 3, 5)])


def test_one_answer_to_everything_does_not_correlate() -> None:
    assert scored([1, 5], [None, None]) == {"pearson": 0, "spearman": 0, "mse": 4}


def test_no_pairs_score_nothing() -> None:
    assert scored([], []) == {"pearson": 0, "spearman": 0, "mse": 0}


def test_equal_numbers_share_the_mean_of_their_ranks() -> None:
    assert ranks([30, 10, 20, 10]).tolist() == [4, 1.5, 3, 1.5]


def test_rank_correlation_sees_only_the_order() -> None:
    assert spearman([1, 2, 3], [1, 10, 1000]) == pytest.approx(1)
    assert pearson([1, 2, 3], [1, 10, 1000]) < 0.9


# --- the task


def test_task_keeps_the_contract(folder: Path) -> None:
    check_task(Relatedness(), path=folder)


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "sick", "sts"),
    [("train", 4382, 5663), ("valid", 500, 1500), ("test", 4927, 1379)],
)
def test_sizes(data_folder: Path, split: Split, sick: int, sts: int) -> None:
    groups = Counter(group for group, _, _ in told(data_folder, split))
    assert groups == {"relatedness sick": sick, "relatedness sts": sts}
