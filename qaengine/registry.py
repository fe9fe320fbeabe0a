"""Finds plugins, calls their hooks one by one, and says what is wrong with them.

A broken plugin never stops the others: its problems are logged once and listed by `plugins()`.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pluggy

from qaengine import __version__, plugin_api
from qaengine.errors import PluginError, unknown
from qaengine.plugin_api import PROJECT, Task
from qaengine.schema import Answer, Frozen, TaskSchema, Triple

if TYPE_CHECKING:
    import typer

    from qaengine.network.answers.module import AnswerModule
    from qaengine.network.encoder import Encoder
    from qaengine.network.memory import Memory

BUILT_IN = (
    "qaengine_tasks.babi",
    "qaengine_tasks.worlds",
    "qaengine_tasks.part_of_speech",
    "qaengine_tasks.named_entities",
    "qaengine_tasks.mentions",
    "qaengine_tasks.coreference",
    "qaengine_tasks.sentiment",
    "qaengine_tasks.translation",
    "qaengine_tasks.relatedness",
    "qaengine_tasks.major_claim",
    "qaengine_tasks.question_type",
    "qaengine_tasks.foreign",
    "qaengine_encoders.sequences",
    "qaengine_encoders.over_trees",
    "qaengine_encoders.pretrained",
    "qaengine_memories.published",
)
HOOKS = tuple(name for name in vars(plugin_api) if name.startswith(f"{PROJECT}_"))

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")


class PluginInfo(Frozen):
    """A plugin as `qaengine plugins` shows it."""

    name: str
    """The entry point's name; a built-in plugin's module."""
    module: str
    version: str
    hooks: tuple[str, ...] = ()
    """The hooks that it implements; empty where it could not be loaded."""
    problems: tuple[str, ...] = ()


class _Source(NamedTuple):
    """Where a plugin comes from, and how to get it."""

    name: str
    module: str
    version: str
    load: Callable[[], object]


class Registry:
    """The plugins of a process. Safe from several threads.

    `modules` are names of plugin modules; `entry_points` those that packages announce.
    """

    def __init__(
        self,
        modules: Iterable[str] = BUILT_IN,
        entry_points: Iterable[EntryPoint] | None = None,
    ) -> None:
        modules = tuple(modules)
        announced = installed() if entry_points is None else tuple(entry_points)
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(plugin_api)
        self._lock = threading.RLock()
        self._sources: list[_Source] = []
        self._problems: list[tuple[str, str]] = []
        self._clashes: list[str] = []
        self._tasks: dict[str, Task] | None = None
        self._encoders: dict[str, type[Encoder]] | None = None
        self._memories: dict[str, type[Memory]] | None = None
        self._answers: dict[str, type[AnswerModule]] | None = None
        for source in _sources(modules, announced):
            self._add(source)

    # -- what plugins bring ------------------------------------------------------------------

    def tasks(self) -> dict[str, Task]:
        """All tasks by name; raises `PluginError` where two have one name."""
        with self._lock:
            if self._tasks is None:
                self._tasks = self._collect("tasks", "qaengine_tasks", _task_name)
            return dict(self._tasks)

    def encoders(self) -> dict[str, type[Encoder]]:
        """All encoder classes by name (imports torch); raises `PluginError` as `tasks` does."""
        with self._lock:
            if self._encoders is None:
                self._encoders = self._collect("encoders", "qaengine_encoders", _encoder_name)
            return dict(self._encoders)

    def memories(self) -> dict[str, type[Memory]]:
        """All memory classes by name (imports torch); raises `PluginError` as `tasks` does."""
        with self._lock:
            if self._memories is None:
                self._memories = self._collect("memories", "qaengine_memories", _memory_name)
            return dict(self._memories)

    def answers(self) -> dict[str, type[AnswerModule]]:
        """The answer modules that plugins bring, by name (imports torch); raises `PluginError` as
        `tasks` does."""
        with self._lock:
            if self._answers is None:
                self._answers = self._collect("answer modules", "qaengine_answers", _answer_name)
            return dict(self._answers)

    def task(self, name: str) -> Task:
        """The task of this name; raises `PluginError` with the nearest name that exists."""
        return self._find("task", name, self.tasks())

    def encoder(self, name: str) -> type[Encoder]:
        """The encoder class of this name; raises `PluginError` as `task` does."""
        return self._find("encoder", name, self.encoders())

    def memory(self, name: str) -> type[Memory]:
        """The memory class of this name; raises `PluginError` as `task` does."""
        return self._find("memory", name, self.memories())

    def answer(self, name: str) -> type[AnswerModule]:
        """The answer module of this name; raises `PluginError` as `task` does."""
        return self._find("answer module", name, self.answers())

    def bring(self, task: Task) -> None:
        """Adds a task that no plugin brings, for this process; `PluginError` where its name is
        taken."""
        with self._lock:
            tasks = self.tasks()
            if task.schema.name in tasks:
                raise PluginError(
                    f"A task is named {task.schema.name!r} already. Choose another name."
                )
            self._tasks = {**tasks, task.schema.name: task}

    # -- what plugins are asked --------------------------------------------------------------

    def route(self, triple: Triple, schemas: Sequence[TaskSchema]) -> str | None:
        """The task that the first plugin with an opinion names, or None."""
        names = {schema.name for schema in schemas}
        for plugin, name in self._call("qaengine_route", triple=triple, tasks=schemas):
            if name in names:
                return str(name)
            if name is not None:
                self._record(plugin, f"qaengine_route names a task that is not offered: {name!r}")
        return None

    def answered(self, triple: Triple, answer: Answer) -> None:
        """Tells every plugin about an answer."""
        for _ in self._call("qaengine_answered", triple=triple, answer=answer):
            pass

    def commands(self, app: typer.Typer) -> None:
        """Lets every plugin add its commands to the command line."""
        for _ in self._call("qaengine_commands", app=app):
            pass

    # -- how plugins are ---------------------------------------------------------------------

    def plugins(self) -> list[PluginInfo]:
        """Each plugin with its hooks and problems, built-in ones first."""
        with self._lock:
            return [
                PluginInfo(
                    name=source.name,
                    module=source.module,
                    version=source.version,
                    hooks=self._hooks(source.name),
                    problems=tuple(text for name, text in self._problems if name == source.name),
                )
                for source in self._sources
            ]

    def check(self) -> None:
        """For plugin authors: raises `PluginError` with every problem that any plugin has."""
        self.tasks()
        self.encoders()
        self.memories()
        if self._problems:
            lines = (f"Plugin {name!r}: {problem}" for name, problem in self._problems)
            raise PluginError("\n".join(lines))

    # -- inside ------------------------------------------------------------------------------

    def _add(self, source: _Source) -> None:
        try:
            plugin = source.load()
        except (Exception, SystemExit) as error:
            self._sources.append(source)
            self._record(source.name, f"cannot be loaded: {_reason(error)}")
            return
        if self._manager.is_registered(plugin):
            return  # announced twice, or built in as well
        clash = next((other for other in self._sources if other.name == source.name), None)
        self._sources.append(source)
        if clash is not None:
            sentence = _clash("plugins", source.name, clash.module, source.module)
            self._clashes.append(sentence)
            self._record(source.name, sentence)
            return
        self._register(source.name, plugin)

    def _register(self, name: str, plugin: object) -> None:
        for function in _unmarked(plugin):
            self._record(name, f"{function}() lacks the marker @hookimpl and is ignored")
        try:
            self._manager.register(plugin, name)
        except Exception as error:  # pluggy's validation: a surplus argument, a wrapper
            self._record(name, _reason(error))
            return
        misspelt = [hook for hook in self._hooks(name) if hook not in HOOKS]
        for hook in misspelt:
            self._record(name, _no_such_hook(hook))
        if misspelt:
            self._manager.unregister(name=name)

    def _hooks(self, name: str) -> tuple[str, ...]:
        plugin = self._manager.get_plugin(name)
        callers = self._manager.get_hookcallers(plugin) if plugin is not None else None
        return tuple(caller.name for caller in callers or ())

    def _call(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Each implementation's result with its plugin; what raises is recorded and left out.

        pluggy itself would stop at the first implementation that raises.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in reversed(caller.get_hookimpls()):
            given = {name: arguments[name] for name in implementation.argnames}
            try:
                result: Any = implementation.function(**given)
            except Exception as error:
                self._record(implementation.plugin_name, f"{hook} failed: {_reason(error)}")
            else:
                yield implementation.plugin_name, result

    def _collect(self, kinds: str, hook: str, name_of: Callable[[Any], str]) -> dict[str, Any]:
        """What a hook brings by name, in the order in which plugins were found."""
        if self._clashes:
            raise PluginError(self._clashes[0])
        found: dict[str, Any] = {}
        owners: dict[str, str] = {}
        for plugin, result in reversed(list(self._call(hook))):
            for name, value in self._named(plugin, hook, result, name_of):
                if name in found:
                    sentence = _clash(kinds, name, owners[name], plugin)
                    self._record(plugin, sentence)
                    raise PluginError(sentence)
                found[name], owners[name] = value, plugin
        return found

    def _named(
        self, plugin: str, hook: str, result: Any, name_of: Callable[[Any], str]
    ) -> list[tuple[str, Any]]:
        try:
            return [(name_of(value), value) for value in result]
        except Exception as error:  # not iterable, a generator that raises, of a wrong type
            self._record(plugin, f"{hook} failed: {_reason(error)}")
            return []

    def _find(self, kind: str, name: str, existing: dict[str, _T]) -> _T:
        if name in existing:
            return existing[name]
        broken = sorted({plugin for plugin, _ in self._problems})
        hint = f" Plugins with problems: {', '.join(broken)}; see `qaengine plugins`."
        raise PluginError(unknown(kind, name, existing) + (hint if broken else ""))

    def _record(self, plugin: str, problem: str) -> None:
        with self._lock:
            if (plugin, problem) in self._problems:
                return
            self._problems.append((plugin, problem))
        _logger.warning("Plugin %r: %s", plugin, problem)


def installed() -> tuple[EntryPoint, ...]:
    """The entry points that installed packages announce in the group "qaengine"."""
    return tuple(entry_points(group=PROJECT))


def registry() -> Registry:
    """The registry of this process, made when first asked for."""
    with _shared_lock:
        return _shared()


_shared_lock = threading.RLock()


@lru_cache(maxsize=1)
def _shared() -> Registry:
    return Registry()


def _sources(modules: Sequence[str], announced: Iterable[EntryPoint]) -> Iterator[_Source]:
    for module in modules:
        yield _Source(module, module, __version__, _importer(module))
    for entry_point in announced:
        version = entry_point.dist.version if entry_point.dist else "unknown"
        yield _Source(entry_point.name, entry_point.value, version, entry_point.load)


def _importer(module: str) -> Callable[[], object]:
    return lambda: importlib.import_module(module)


def _unmarked(plugin: object) -> list[str]:
    """Functions of a plugin's own that are named like a hook and lack the marker."""
    return [
        name
        for name, value in inspect.getmembers_static(plugin, inspect.isfunction)
        if name.startswith(f"{PROJECT}_")
        and not hasattr(value, f"{PROJECT}_impl")
        and value.__module__ == getattr(plugin, "__name__", type(plugin).__module__)
    ]


def _task_name(task: Any) -> str:
    if not isinstance(task, Task):
        raise TypeError(f"{task!r} is not a qaengine Task (an object, not the class)")
    if not isinstance(getattr(task, "schema", None), TaskSchema):
        raise TypeError(f"{type(task).__name__}.schema is not a TaskSchema")
    return task.schema.name


def _encoder_name(encoder: Any) -> str:
    return _class_name("encoder", encoder)


def _memory_name(memory: Any) -> str:
    return _class_name("memory", memory)


def _answer_name(module: Any) -> str:
    name = _class_name("answer module", module)
    if not isinstance(getattr(module, "kind", None), str):
        raise TypeError(f"answer module class {module.__name__} has no `kind`")
    return name


def _class_name(what: str, value: Any) -> str:
    if not isinstance(value, type):
        raise TypeError(f"{value!r} is no {what} class")
    name = getattr(value, "name", None)
    if not isinstance(name, str):
        raise TypeError(f"{what} class {value.__name__} has no `name`")
    return name


def _clash(kind: str, name: str, first: str, second: str) -> str:
    return f"Two {kind} are named {name!r}: {first} and {second}. Uninstall or rename one of them."


def _no_such_hook(hook: str) -> str:
    close = get_close_matches(hook, HOOKS, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"there is no hook {hook!r}.{hint} Hooks: {', '.join(HOOKS)}."


def _reason(error: BaseException) -> str:
    """An error on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
