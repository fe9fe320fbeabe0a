"""Lines with choices stand for many."""

from __future__ import annotations

from collections import Counter

from qaengine_tasks.choices import written_out


def test_each_way_to_choose_is_written_out() -> None:
    assert written_out("(Mark|Find) the (verb|noun).", 4) == [
        "Mark the verb.",
        "Mark the noun.",
        "Find the verb.",
        "Find the noun.",
    ]


def test_a_choice_may_be_nothing() -> None:
    assert written_out("in French(|, please)", 9) == ["in French", "in French, please"]


def test_brackets_without_a_choice_stay() -> None:
    assert written_out('print("hello") or [x] (twice)', 9) == ['print("hello") or [x] (twice)']


def test_of_too_many_ways_each_alternative_is_used_about_equally_often() -> None:
    ways = written_out("(a|b|c|d|e) (1|2) (x|y|z)", 10)
    assert len(set(ways)) == 10
    for place in range(3):
        used = Counter(way.split()[place] for way in ways).values()
        assert max(used) - min(used) <= 2
