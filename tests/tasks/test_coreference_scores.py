"""MUC, B³, CEAFe and GAP's score against examples worked by hand."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from qaengine_tasks.coreference_scores import (
    Groups,
    b_cubed,
    best_assignment,
    ceaf_e,
    conll,
    f1,
    muc,
)
from qaengine_tasks.gap import gap_scores


def groups(text: str) -> Groups:
    return [frozenset(group) for group in text.split()]


# The example of Pradhan et al. 2014: key {a,b,c} {d,e,f,g}, response {a,b} {c,d} {f,g,h,i}.
KEY, RESPONSE = groups("abc defg"), groups("ab cd fghi")


def test_muc() -> None:
    # Recall: abc falls into ab|c: 3 - 2 = 1 of 2 links; defg into d|e|fg: 4 - 3 = 1 of 3.
    # Precision: ab stays whole: 1 of 1; c|d: 0 of 1; fg|h|i: 4 - 3 = 1 of 3. Both 2/5.
    assert muc(KEY, RESPONSE) == (2, 5, 2, 5)
    assert f1([muc(KEY, RESPONSE)]) == pytest.approx(40.0)


def test_b_cubed() -> None:
    # Recall: a, b 2/3 each; c 1/3; d 1/4; e 0; f, g 2/4 each: 35/12 of 7 mentions.
    # Precision: a, b 2/2 each; c, d 1/2 each; f, g 2/4 each; h, i 0: 4 of 8.
    assert b_cubed(KEY, RESPONSE) == pytest.approx((35 / 12, 7, 4, 8))
    # 5/12 and 1/2: 2 * 5/24 / (11/12) = 5/11
    assert f1([b_cubed(KEY, RESPONSE)]) == pytest.approx(100 * 5 / 11)


def test_ceaf_e() -> None:
    # abc~ab 4/5, abc~cd 2/5, defg~cd 2/6, defg~fghi 4/8: best 4/5 + 4/8 = 1.3 of 2, and of 3.
    assert ceaf_e(KEY, RESPONSE) == pytest.approx((1.3, 2, 1.3, 3))
    # 2 * 1.3 / (2 + 3)
    assert f1([ceaf_e(KEY, RESPONSE)]) == pytest.approx(52.0)


def test_conll_is_the_mean_and_comes_first() -> None:
    scores = conll([(KEY, RESPONSE)])
    assert list(scores) == ["conll", "muc", "b3", "ceafe"]
    assert scores["conll"] == pytest.approx((40 + 500 / 11 + 52) / 3)


def test_vilain_s_example() -> None:
    # Key abcd, response ab cd: recall 4 - 2 of 3, precision 2 of 2: F1 4/5.
    assert f1([muc(groups("abcd"), groups("ab cd"))]) == pytest.approx(80.0)


def test_counts_are_summed_over_documents() -> None:
    # MUC: (2 + 1) / (5 + 1) both ways.
    documents = [(KEY, RESPONSE), (groups("xy"), groups("xy"))]
    assert conll(documents)["muc"] == pytest.approx(50.0)


@pytest.mark.parametrize("said", [[], groups("hi")])
def test_nothing_right_is_zero(said: Groups) -> None:
    assert set(conll([(KEY, said)]).values()) == {0.0}


def test_all_right_is_hundred_and_an_empty_document_changes_nothing() -> None:
    assert set(conll([(KEY, KEY), ([], [])]).values()) == {100.0}


def test_greedy_matching_would_be_worse() -> None:
    assert best_assignment([[5, 4], [4, 0]]) == 8


def test_best_assignment_is_the_best_of_all() -> None:
    rng = Random(0)
    for _ in range(200):
        rows, columns = rng.randint(1, 5), rng.randint(1, 5)
        gains = [[rng.choice((0.0, rng.random())) for _ in range(columns)] for _ in range(rows)]
        wide = gains if rows <= columns else [list(row) for row in zip(*gains, strict=True)]
        best = max(
            sum(row[column] for row, column in zip(wide, chosen, strict=True))
            for chosen in permutations(range(len(wide[0])), len(wide))
        )
        assert best_assignment(gains) == pytest.approx(best)


def test_gap_counts_each_name_as_a_decision() -> None:
    # Masculine: one right yes, one wrong yes: P 1/2, R 1: 2/3. Feminine: one yes, one missed: 2/3.
    genders = ["masculine", "masculine", "feminine", "feminine", "feminine"]
    gold = [True, False, True, True, False]
    said = [True, True, True, False, False]
    scores = gap_scores(genders, gold, said)
    assert next(iter(scores)) == "F1"
    assert scores == pytest.approx(
        # Overall 2 yes right, 1 wrong, 1 missed: 4 / (4 + 1 + 1).
        {"F1": 400 / 6, "masculine": 200 / 3, "feminine": 200 / 3, "bias": 1.0}
    )


def test_gap_counts_a_missing_answer_as_a_missed_yes() -> None:
    # As the official scorer does, whatever the truth: 1 right, 2 missed: 2 / (2 + 2).
    scores = gap_scores(["feminine"] * 3, [True, True, False], [True, None, None])
    assert scores["F1"] == pytest.approx(50.0)


def test_gap_has_no_bias_where_a_gender_scores_nothing() -> None:
    assert "bias" not in gap_scores(["feminine"], [True], [True])
