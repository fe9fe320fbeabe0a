"""Which task a question goes to, without the answer."""

from __future__ import annotations

import pytest

from qaengine.engine import Engine
from qaengine.errors import InputError
from qaengine.plugin_api import hookimpl
from qaengine.registry import BUILT_IN, Registry
from qaengine.schema import Triple


class Loud:
    """A plugin that sends what is in capitals to the sentiment."""

    @hookimpl
    def qaengine_route(self, triple: Triple) -> str | None:
        return "sentiment" if triple.question.isupper() else None


def test_samples_go_to_their_tasks(joint: Engine, joint_samples: tuple[Triple, ...]) -> None:
    for triple in joint_samples:
        wanted = None if triple.task == "foreign" else triple.task
        assert joint.route(triple.input, triple.question) == wanted


def test_a_question_is_asked_where_it_is_routed(joint: Engine) -> None:
    text, question = "Rivers carry sand to the sea.", "What are the POS tags?"
    assert joint.route(text, question) == joint.ask(text, question).task == "part_of_speech"


def test_a_plugin_decides_first(joint: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Registry(BUILT_IN, ())
    plugins._register("loud", Loud())
    monkeypatch.setattr("qaengine.engine.registry", lambda: plugins)
    assert joint.route("It rains.", "WHAT ARE THE POS TAGS?") == "sentiment"
    assert joint.route("It rains.", "What are the POS tags?") == "part_of_speech"


def test_nothing_is_no_question(joint: Engine) -> None:
    with pytest.raises(InputError, match="question is empty"):
        joint.route("It rains.", " ")


def test_a_question_is_routed_once_of_however_many_texts(
    joint: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked = Engine(joint.checkpoint), []

    def routed(questions: list[str]) -> list[str]:
        asked.append(questions)
        return ["part_of_speech"] * len(questions)

    monkeypatch.setattr(engine, "_routed_by_network", routed)
    monkeypatch.setattr("qaengine.engine.REMEMBERED", 2)
    for questions in ("aba", "bb", "cad", "ab"):
        found = engine.ask_many([("It rains.", question) for question in questions])
        assert {one.task for one in found} == {"part_of_speech"}
    assert asked == [["a", "b"], ["c", "d"], ["a", "b"]]
