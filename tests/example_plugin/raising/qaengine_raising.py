"""A plugin that raises in its hooks."""

import typer

from qaengine import Task, hookimpl


@hookimpl
def qaengine_tasks() -> list[Task]:
    raise RuntimeError("the moon is in the wrong phase")


@hookimpl
def qaengine_commands(app: typer.Typer) -> None:
    raise RuntimeError("no command today")
