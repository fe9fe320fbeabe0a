"""What is heavy is imported only where it is needed; each look is into a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "spacy", "gradio", "accelerate")


def loaded(code: str, *modules: str) -> set[str]:
    """Which of the modules are in sys.modules after the code has run."""
    script = f"""
import atexit, sys
atexit.register(lambda: print("LOADED", *(m for m in {modules} if m in sys.modules)))
{code}
"""
    path = os.pathsep.join(str(ROOT / folder) for folder in (".", "plugins", "tasks"))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["tasks"], ["ask", "--help"]])
def test_command_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from qaengine.cli import main; main({arguments!r})"
    assert loaded(code, *HEAVY) == set()


def test_help_does_not_even_load_pydantic() -> None:
    assert loaded("from qaengine.cli import main; main(['--help'])", "pydantic") == set()


def test_package_loads_nothing_until_a_name_is_used() -> None:
    code = "import qaengine; qaengine.__version__; dir(qaengine)"
    assert loaded(code, *HEAVY, "pydantic", "pluggy") == set()


def test_types_and_hooks_load_no_torch() -> None:
    code = "from qaengine import Answer, QAEngineError, Task, TaskSchema, Triple, hookimpl"
    assert loaded(code, *HEAVY) == set()


def test_name_that_does_not_exist_is_an_ordinary_import_error() -> None:
    with pytest.raises(ImportError, match="no_such_name"):
        from qaengine import no_such_name  # type: ignore[attr-defined]  # noqa: F401
