"""Coreference groups: data, score."""

from __future__ import annotations

from pathlib import Path

import pytest

from qaengine.schema import Span, Spans, Split, Triple
from qaengine.testing import check_task
from qaengine_tasks.coreference_groups import WINDOW, CoreferenceGroups, grouped

ONTOGUM = """\
# begin document GUM_tale_map
0	Ida	(7(7)
1	's	7)
2	aunt	(4)
3	lost	_
4	her	(7)
5	key	_
6	.	_
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gum_coref").mkdir()
    (tmp_path / "gum_coref" / "ontogum_train.conll").write_text(ONTOGUM)
    return tmp_path


def spans(text: str, *found: tuple[int, int, int | None]) -> Spans:
    return Spans(
        text=text,
        spans=tuple(Span(start=start, end=end, group=group) for start, end, group in found),
    )


def test_keeps_the_contract(folder: Path) -> None:
    check_task(CoreferenceGroups(), path=folder)


def test_a_window_is_an_example(folder: Path) -> None:
    (triple,) = CoreferenceGroups().examples("train", path=folder)
    assert triple.answer == "[Ida 1] 's aunt lost [her 1] key ."
    assert triple.value == spans(triple.text, (0, 3, 1), (17, 20, 1))


def test_training_texts_may_come_again_in_shorter_windows(folder: Path) -> None:
    sentence = "said _ , _ that _ it _ was _ late _ . _".split()  # noqa: SIM905
    rows = list(zip(sentence[::2], sentence[1::2], strict=True)) * 20
    lines = ["# begin document GUM_tale_long"]
    lines += [f"{number}\t{word}\t{mark}" for number, (word, mark) in enumerate(rows)]
    (folder / "gum_coref" / "ontogum_train.conll").write_text("\n".join([*lines, ""]))

    def sizes(**options: bool) -> list[int]:
        return [
            len(one.input) for one in CoreferenceGroups().examples("train", path=folder, **options)
        ]

    assert sizes() == [140]
    assert sizes(shorter=True) == [140, 77, 63, 35, 35, 35, 35]


def test_samples_number_their_groups() -> None:
    first, *_ = CoreferenceGroups().samples()
    assert first.answer == "[Ines 1] waved to [[her 1] brother 2] before [he 2] left ."


def test_groups_of_one_and_spans_without_group_are_left_out() -> None:
    value = spans("a b c d e", (0, 1, 3), (2, 3, 8), (4, 5, 3), (6, 7, None), (8, 9, None))
    assert grouped(value) == [{(0, 1), (4, 5)}]
    assert grouped(None) == []


def test_score_compares_groups_not_their_numbers() -> None:
    value = spans("a b c d", (0, 1, 1), (2, 3, 2), (4, 5, 1), (6, 7, 2))
    said = spans("a b c d", (0, 1, 9), (2, 3, 5), (4, 5, 9), (6, 7, 5))
    gold = Triple(input=("a", "b", "c", "d"), question="?", answer=str(value), value=value)
    task = CoreferenceGroups()
    assert task.score([gold], [said]) == dict.fromkeys(("conll", "muc", "b3", "ceafe"), 100.0)
    # An abstention halves the recall over both: 2 * 1 * 1/2 / (3/2).
    assert task.score([gold] * 2, [said, None])["conll"] == pytest.approx(200 / 3)


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "count", "mentions"),
    [("train", 1_371, 19_692), ("valid", 221, 3_200), ("test", 220, 2_906)],
)
def test_counts(split: Split, count: int, mentions: int, data_folder: Path) -> None:
    triples = list(CoreferenceGroups().examples(split, path=data_folder))
    assert len(triples) == count
    assert max(len(triple.input) for triple in triples) <= WINDOW
    found = [triple.value.spans for triple in triples if isinstance(triple.value, Spans)]
    assert sum(map(len, found)) == mentions
