"""Which task a question goes to, without the answer."""

from __future__ import annotations

import pytest

from qaengine.engine import Engine
from qaengine.errors import InputError
from qaengine.plugin_api import hookimpl
from qaengine.registry import BUILT_IN, Registry, registry
from qaengine.schema import Triple


class Loud:
    """A plugin that sends what is in capitals to the sentiment."""

    @hookimpl
    def qaengine_route(self, triple: Triple) -> str | None:
        return "sentiment" if triple.question.isupper() else None


def test_samples_go_to_their_tasks(engine: Engine, samples: tuple[Triple, ...]) -> None:
    tasks = registry().tasks()
    for triple in samples:
        schema = tasks[triple.task or ""].schema
        wanted = None if schema.name == "foreign" else schema.like or schema.name
        assert engine.route(triple.input, triple.question) == wanted


def test_a_question_is_asked_where_it_is_routed(engine: Engine) -> None:
    text, question = "Rivers carry sand to the sea.", "What are the POS tags?"
    assert engine.route(text, question) == engine.ask(text, question).task == "part_of_speech"


def test_a_plugin_decides_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Registry(BUILT_IN, ())
    plugins._register("loud", Loud())
    monkeypatch.setattr("qaengine.engine.registry", lambda: plugins)
    assert engine.route("It rains.", "WHAT ARE THE POS TAGS?") == "sentiment"
    assert engine.route("It rains.", "What are the POS tags?") == "part_of_speech"


def test_nothing_is_no_question(engine: Engine) -> None:
    with pytest.raises(InputError, match="question is empty"):
        engine.route("It rains.", " ")
