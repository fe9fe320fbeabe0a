"""The page in a process of its own, as `make demo` serves it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError

PATIENCE = 300
"""Seconds until it has to answer; a busy machine is slow."""


class Served(NamedTuple):
    """A running page."""

    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def serving(checkpoint: Path | str | None = None) -> Iterator[Served]:
    """Serves a checkpoint, by default the shipped one, on a free port of this machine."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "qaengine", "demo", "--port", str(port), "--device", "cpu"]
    command += ["--checkpoint", str(checkpoint)] if checkpoint else []
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait(address, process)
        yield Served(address, process)
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until the page answers. Raises `RuntimeError` where its process ends before."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"the page's process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):
                return
        except URLError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer from {address} within {PATIENCE} s")
