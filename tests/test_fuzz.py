"""Any text at all: an answer, an abstention, or an error that says why; never a crash.

pytest tests/test_fuzz.py --hypothesis-profile=default   a few hundred rounds
pytest tests/test_fuzz.py -m slow                        a few thousand
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qaengine.engine import Engine
from qaengine.errors import InputError
from qaengine.schema import Answer

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
LIKE_A_STORY = st.lists(
    st.sampled_from(["Mary", "milk", "the", "went", "Where", "is", ".", "?", "\n", " ", "'s", "é"]),
    max_size=30,
).map(" ".join)
TEXTS = ANY_TEXT | LIKE_A_STORY
INPUTS = TEXTS | st.lists(TEXTS, max_size=6)
QUICK = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], database=None)


def check(engine: Engine, given: str | list[str], question: str) -> None:
    try:
        answer = engine.ask(given, question)
    except InputError as error:
        assert str(error)  # noqa: PT017
        return
    assert answer.text
    assert 0 <= answer.confidence <= 1
    assert len(answer.evidence) == len(answer.triple.input)
    assert all(0 <= weight <= 1 for one in answer.evidence for weight in one.weights)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@QUICK
@given(given_=INPUTS, question=TEXTS)
def test_any_text(engine: Engine, given_: str | list[str], question: str) -> None:
    check(engine, given_, question)


@pytest.mark.slow
@settings(QUICK, max_examples=5_000)
@given(given_=INPUTS, question=TEXTS)
def test_any_text_for_long(engine: Engine, given_: str | list[str], question: str) -> None:
    check(engine, given_, question)
