"""Plugins are found, named, and complained about; one that breaks leaves the rest working."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import qaengine
from qaengine import Answer, PluginError, Task, TaskSchema, Triple, hookimpl
from qaengine.registry import BUILT_IN, PluginInfo, Registry, registry

TRIPLE = Triple(input=("Ann is here.",), question="Who is here?")


class Named(Task):
    def __init__(self, name: str) -> None:
        self.schema = TaskSchema(
            name=name, question="Who?", answer="words", source="a test", license="none"
        )


class Plain:
    name = "plain"


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., EntryPoint]:
    """Makes an importable plugin module of the given functions, and its entry point."""

    def make(name: str, *functions: Callable[..., Any], as_: str | None = None) -> EntryPoint:
        module = types.ModuleType(name)
        for function in functions:
            function.__module__ = name
            setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, name, module)
        return EntryPoint(name=as_ or name, value=name, group="qaengine")

    return make


def bringing(*names: str) -> Callable[[], list[Task]]:
    @hookimpl
    def qaengine_tasks() -> list[Task]:
        return [Named(name) for name in names]

    return qaengine_tasks


def only(*entry_points: EntryPoint) -> Registry:
    return Registry(modules=(), entry_points=entry_points)


def problems(found: Registry) -> dict[str, tuple[str, ...]]:
    return {info.name: info.problems for info in found.plugins()}


def test_plugin_is_found_and_described(plugin: Callable[..., EntryPoint]) -> None:
    found = only(plugin("weather", bringing("rain", "snow")))
    assert list(found.tasks()) == ["rain", "snow"]
    assert found.plugins() == [
        PluginInfo(name="weather", module="weather", version="unknown", hooks=("qaengine_tasks",))
    ]


def test_module_names_are_loaded_as_plugins(plugin: Callable[..., EntryPoint]) -> None:
    plugin("weather", bringing("rain"))
    found = Registry(modules=["weather"], entry_points=[])
    assert list(found.tasks()) == ["rain"]
    assert found.plugins()[0].version == qaengine.__version__


def test_encoders_are_classes_by_name(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_encoders() -> list[type]:
        return [Plain]

    assert only(plugin("odd", qaengine_encoders)).encoders() == {"plain": Plain}


def test_broken_import_is_listed_and_the_rest_works(plugin: Callable[..., EntryPoint]) -> None:
    broken = EntryPoint(name="broken", value="no_such_module_at_all", group="qaengine")
    found = only(broken, plugin("weather", bringing("rain")))
    assert list(found.tasks()) == ["rain"]
    assert "no_such_module_at_all" in problems(found)["broken"][0]


def test_raising_hook_is_listed_and_the_rest_works(
    plugin: Callable[..., EntryPoint], caplog: pytest.LogCaptureFixture
) -> None:
    @hookimpl
    def qaengine_tasks() -> list[Task]:
        raise RuntimeError("no network today")

    found = only(plugin("first", bringing("rain")), plugin("raising", qaengine_tasks))
    assert list(found.tasks()) == ["rain"]
    assert problems(found)["raising"] == ("qaengine_tasks failed: RuntimeError: no network today",)
    assert "'raising'" in caplog.text


def test_generator_that_raises_midway_brings_nothing(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_tasks() -> Iterator[Task]:
        yield Named("half")
        raise ValueError("the other half")

    found = only(plugin("halves", qaengine_tasks), plugin("weather", bringing("rain")))
    assert list(found.tasks()) == ["rain"]
    assert "the other half" in problems(found)["halves"][0]


def test_something_that_is_no_task_is_listed(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_tasks() -> list[Any]:
        return [Named]

    found = only(plugin("classy", qaengine_tasks))
    assert found.tasks() == {}
    assert "not a qaengine Task" in problems(found)["classy"][0]


def test_encoder_without_a_name_is_listed(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_encoders() -> list[type]:
        return [int]

    found = only(plugin("nameless", qaengine_encoders))
    assert found.encoders() == {}
    assert "int has no `name`" in problems(found)["nameless"][0]


def test_misspelt_hook_is_an_error_with_the_right_spelling(
    plugin: Callable[..., EntryPoint],
) -> None:
    @hookimpl
    def qaengine_task() -> list[Task]:
        return []

    found = only(plugin("typo", qaengine_task), plugin("weather", bringing("rain")))
    assert "Did you mean 'qaengine_tasks'?" in problems(found)["typo"][0]
    assert list(found.tasks()) == ["rain"]
    with pytest.raises(PluginError, match="there is no hook 'qaengine_task'"):
        found.check()


def test_surplus_argument_is_listed(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_tasks(colour: str) -> list[Task]:
        return []

    assert "colour" in problems(only(plugin("surplus", qaengine_tasks)))["surplus"][0]


def test_function_without_marker_gets_a_warning(plugin: Callable[..., EntryPoint]) -> None:
    def qaengine_tasks() -> list[Task]:
        return [Named("never")]

    found = only(plugin("unmarked", qaengine_tasks))
    assert found.tasks() == {}
    assert "qaengine_tasks() lacks the marker @hookimpl" in problems(found)["unmarked"][0]


def test_check_is_silent_for_a_sound_plugin(plugin: Callable[..., EntryPoint]) -> None:
    only(plugin("weather", bringing("rain"))).check()


def test_two_tasks_of_one_name_are_an_error_that_names_both(
    plugin: Callable[..., EntryPoint],
) -> None:
    found = only(plugin("weather", bringing("rain")), plugin("climate", bringing("rain")))
    with pytest.raises(PluginError, match="'rain': weather and climate"):
        found.tasks()


def test_two_encoders_of_one_name_are_an_error(plugin: Callable[..., EntryPoint]) -> None:
    @hookimpl
    def qaengine_encoders() -> list[type]:
        return [Plain, Plain]

    with pytest.raises(PluginError, match="encoders are named 'plain'"):
        only(plugin("odd", qaengine_encoders)).encoders()


def test_two_plugins_of_one_name_are_an_error_that_names_both(
    plugin: Callable[..., EntryPoint],
) -> None:
    found = only(
        plugin("weather", bringing("rain")), plugin("climate", bringing("sun"), as_="weather")
    )
    with pytest.raises(PluginError, match="'weather': weather and climate"):
        found.tasks()
    assert any(info.problems for info in found.plugins())


def test_entry_point_of_a_built_in_is_no_second_plugin(plugin: Callable[..., EntryPoint]) -> None:
    entry_point = plugin("weather", bringing("rain"), as_="other")
    found = Registry(modules=["weather"], entry_points=[entry_point])
    assert list(found.tasks()) == ["rain"]
    assert [info.name for info in found.plugins()] == ["weather"]


@pytest.mark.parametrize("kind", ["task", "encoder"])
def test_unknown_name_is_a_clear_error(kind: str, plugin: Callable[..., EntryPoint]) -> None:
    found = only(plugin("weather", bringing("rain")))
    with pytest.raises(PluginError, match=f"There is no {kind} 'rian'"):
        getattr(found, kind)("rian")


def test_nearest_task_is_suggested_and_broken_plugins_are_named(
    plugin: Callable[..., EntryPoint],
) -> None:
    broken = EntryPoint(name="broken", value="no_such_module_at_all", group="qaengine")
    with pytest.raises(PluginError, match=r"Did you mean 'rain'\?.* problems: broken"):
        only(broken, plugin("weather", bringing("rain"))).task("rian")


def routing(name: str | None) -> Callable[..., str | None]:
    @hookimpl
    def qaengine_route(triple: Triple, tasks: Sequence[TaskSchema]) -> str | None:
        assert triple is TRIPLE
        return name

    return qaengine_route


def test_first_plugin_with_an_opinion_routes(plugin: Callable[..., EntryPoint]) -> None:
    found = only(plugin("sure", routing("rain")), plugin("shy", routing(None)))
    assert found.route(TRIPLE, [Named("rain").schema]) == "rain"


def test_route_to_a_task_not_offered_is_recorded(plugin: Callable[..., EntryPoint]) -> None:
    found = only(plugin("sure", routing("rain")), plugin("lost", routing("moon")))
    assert found.route(TRIPLE, [Named("rain").schema]) == "rain"
    assert "'moon'" in problems(found)["lost"][0]


def test_every_plugin_hears_of_an_answer_though_one_raises(
    plugin: Callable[..., EntryPoint],
) -> None:
    heard: list[Answer] = []

    @hookimpl
    def qaengine_answered(triple: Triple, answer: Answer) -> None:
        heard.append(answer)

    def deaf() -> Callable[..., None]:
        @hookimpl
        def qaengine_answered(answer: Answer) -> None:
            raise OSError("disk full")

        return qaengine_answered

    found = only(plugin("log", qaengine_answered), plugin("deaf", deaf()))
    answer = Answer(text="Ann", confidence=1, triple=TRIPLE, seconds=0)
    found.answered(TRIPLE, answer)
    found.answered(TRIPLE, answer)
    assert heard == [answer, answer]
    assert problems(found)["deaf"] == ("qaengine_answered failed: OSError: disk full",)


def test_threads_share_one_registry() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len({id(found) for found in pool.map(lambda _: registry(), range(32))}) == 1


def test_built_in_plugins_are_sound() -> None:
    Registry(modules=BUILT_IN, entry_points=[]).check()
