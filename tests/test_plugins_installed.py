"""Packages of other people, installed by pip: found, used, complained about where they break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

TESTS = Path(__file__).parent
PACKAGES = ("colours", "broken", "raising")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the three packages."""
    site = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--target", str(site)]
    folders = [str(TESTS / "example_plugin" / package) for package in PACKAGES]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *folders], check=True)
    return site


Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def qaengine(site: Path, tmp_path: Path) -> Run:
    """Runs `python -m qaengine` with the packages installed, in an unrelated folder."""
    roots = [site, *(TESTS.parent / folder for folder in (".", "plugins", "tasks"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))}

    def run(*arguments: str) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "qaengine", *arguments]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def read(done: CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_installed_plugin_is_listed_with_version_and_hooks(qaengine: Run) -> None:
    plugins = {plugin["name"]: plugin for plugin in read(qaengine("plugins", "--json"))}
    assert plugins["convolution"] == {
        "name": "convolution",
        "module": "qaengine_colours.encoder",
        "version": "0.3",
        "hooks": ["qaengine_commands", "qaengine_encoders"],
        "problems": [],
    }


def test_broken_and_raising_plugins_are_listed_with_their_reasons(qaengine: Run) -> None:
    plugins = {plugin["name"]: plugin for plugin in read(qaengine("plugins", "--json"))}
    assert "a_module_that_nobody_installed" in plugins["broken"]["problems"][0]
    assert any("the moon is in" in problem for problem in plugins["raising"]["problems"])
    assert any("no command today" in problem for problem in plugins["raising"]["problems"])


def test_task_of_a_plugin_is_there_beside_the_built_in_ones(qaengine: Run) -> None:
    assert {"babi", "colours"} <= {task["name"] for task in read(qaengine("tasks", "--json"))}
    assert read(qaengine("tasks", "colours", "--json"))["samples"]


def test_encoder_of_a_plugin_is_there_beside_the_built_in_ones(qaengine: Run) -> None:
    told = {encoder["name"] for encoder in read(qaengine("encoders", "--json"))}
    assert {"gru", "convolution"} <= told


def test_command_of_a_plugin_runs_and_help_survives_the_broken_ones(qaengine: Run) -> None:
    assert qaengine("windows").stdout.strip() == "three"
    helped = qaengine("--help")
    assert helped.returncode == 0
    assert "Say how many words" in helped.stdout
    assert "no command today" in helped.stderr
