"""docs/writing-a-plugin.md does what it says: its files are installed, its commands run."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest

from qaengine import plugin_api
from qaengine.registry import HOOKS

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "writing-a-plugin.md").read_text("utf-8")
EXAMPLE = TESTS / "example_plugin" / "colours"


class Block(NamedTuple):
    language: str
    file: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE, re.M | re.S)]
FILES = {block.file: block.text for block in BLOCKS if block.file}
CONSOLE = [block.text for block in BLOCKS if block.language == "console"]
PIP = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]

Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in the reader's folder, with the reader's plugin installed."""
    folder, site = tmp_path_factory.mktemp("colours"), tmp_path_factory.mktemp("site")
    for file, text in FILES.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    subprocess.run([*PIP, "--quiet", "--target", str(site), str(folder)], check=True)
    roots = [site, *(TESTS.parent / name for name in (".", "plugins", "tasks"))]
    environment = {
        **os.environ,
        "COLUMNS": "200",
        "PYTHONPATH": os.pathsep.join(map(str, roots)),
    }

    def run(*command: str) -> CompletedProcess[str]:
        command = (sys.executable, "-m", *command)
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def steps(console: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with what it should print."""
    parts = re.split(r"^\$ ", console, flags=re.M)[1:]
    return [(lines[0], lines[1:]) for lines in (part.splitlines() for part in parts)]


def test_commands_print_what_the_page_says(run: Run) -> None:
    """One after the other, as on the page: a later one begins with what an earlier one trained."""
    for command, expected in chain.from_iterable(map(steps, CONSOLE)):
        if command.startswith("pip install"):
            continue  # the fixture has done it
        done = run(*shlex.split(command))
        assert done.returncode == 0, (command, done.stderr)
        for line in expected:
            assert line in done.stdout + done.stderr, command


def test_checks_of_the_page_pass(run: Run) -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", "test_colours.py")
    assert "3 passed" in done.stdout, done.stdout


def test_example_plugin_is_the_one_of_the_page() -> None:
    files = {
        str(path.relative_to(EXAMPLE)): path.read_text("utf-8")
        for path in EXAMPLE.rglob("*")
        if path.suffix in {".py", ".toml"}
    }
    assert files == {file: text for file, text in FILES.items() if file in files}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_stands_in_the_table_with_its_arguments(hook: str) -> None:
    arguments = inspect.signature(getattr(plugin_api, hook)).parameters
    row = re.search(rf"^\| `{hook}` \| (.*?) \|", PAGE, re.M)
    assert row is not None
    assert re.findall(r"`(\w+)`", row[1]) == list(arguments)
