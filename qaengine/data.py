"""Finds data sets on this machine, and fetches them from where they are published.

A data set is looked for in the folder that the environment variable QAENGINE_DATA names, then in
the download cache. Nothing is downloaded unless `fetch` is called.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field

from qaengine.errors import DataError, unknown
from qaengine.schema import Frozen

FOLDER_VARIABLE = "QAENGINE_DATA"
TIMEOUT = 30
"""Seconds to wait for a server that says nothing."""


class DataSet(Frozen):
    """A published file: where it is, and how to know that it is the right one."""

    name: str
    urls: tuple[str, ...] = Field(min_length=1)
    """Addresses of the same file, tried in this order."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    file_name: str
    license: str
    source: str


DATA_SETS: dict[str, DataSet] = {
    "babi": DataSet(
        name="babi",
        urls=(
            "http://parl.ai/downloads/babi/babi.tar.gz",
            "https://dl.fbaipublicfiles.com/parlai/babi/babi.tar.gz",
        ),
        sha256="f7f0bee187efca0d81c3daac1b162cda4eb7f9505dee5ad6846eabbed3dbf92e",
        file_name="babi.tar.gz",
        license="CC BY 3.0",
        source="Weston et al. 2015, arXiv:1502.05698",
    ),
}


def locate(name: str) -> Path:
    """The folder or file of a data set on this machine; downloads nothing.

    Looks for `NAME/` and the published file in the folder that QAENGINE_DATA names, then for the
    published file in the download cache. Raises `DataError` where neither holds it.
    """
    data_set = _data_set(name)
    for path in _candidates(data_set):
        if path.exists():
            return path
    named = os.environ.get(FOLDER_VARIABLE)
    looked = f"not in {named} ({FOLDER_VARIABLE})" if named else f"{FOLDER_VARIABLE} is not set"
    raise DataError(
        f"The data set {name!r} is not on this machine: {looked}, and it was not fetched. "
        f"Fetch it with `qaengine fetch {name}`, or set {FOLDER_VARIABLE} to a folder that "
        f"holds {name}/ or {data_set.file_name}."
    )


def fetch(name: str, *, to: Path | str | None = None, progress: bool = True) -> Path:
    """Downloads a data set, checks its sha256, and gives the path of the file.

    `to` is a folder, by default the download cache of this platform. A right file that is already
    there is kept. Raises `DataError` where every address failed; no partial file stays behind.
    """
    data_set = _data_set(name)
    folder = Path(to) if to is not None else cache_folder()
    failures = []
    for url in data_set.urls:
        try:
            return _download(data_set, url, folder, progress)
        except (OSError, ValueError) as error:  # the network, the disk; a wrong hash
            failures.append(f"{url}: {_reason(error)}")
    raise DataError(
        f"The data set {name!r} could not be fetched. {'; '.join(failures)}. "
        f"Check the network and try again, or get {data_set.file_name} elsewhere and put it "
        f"into the folder that {FOLDER_VARIABLE} names."
    )


def cache_folder() -> Path:
    """Where fetched files are kept on this platform, e.g. ~/.cache/qaengine."""
    import pooch  # type: ignore[import-untyped]

    return Path(pooch.os_cache("qaengine"))


def _data_set(name: str) -> DataSet:
    if name not in DATA_SETS:
        raise DataError(unknown("data set", name, DATA_SETS))
    return DATA_SETS[name]


def _candidates(data_set: DataSet) -> Iterator[Path]:
    if folder := os.environ.get(FOLDER_VARIABLE):
        yield Path(folder) / data_set.name
        yield Path(folder) / data_set.file_name
    yield cache_folder() / data_set.file_name


def _download(data_set: DataSet, url: str, folder: Path, progress: bool) -> Path:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    with _progress_bar(data_set.name, shown=progress) as bar:
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT)
        path = pooch.retrieve(
            url, f"sha256:{data_set.sha256}", data_set.file_name, folder, downloader=downloader
        )
    return Path(path)


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError) and "hash" in str(error).lower():
        return "the file that came is not the published one (its sha256 differs)"
    return f"{type(error).__name__}: {error}"


class _Bar:
    """What pooch expects of a progress bar, drawn by rich."""

    total = 0

    def __init__(self, bar: Any, name: str) -> None:
        self._bar = bar
        self._task = bar.add_task(f"Fetching {name}", total=None)

    def update(self, size: int) -> None:
        self._bar.update(self._task, advance=size, total=self.total or None)

    def reset(self) -> None:
        self._bar.reset(self._task)

    def close(self) -> None:
        self._bar.refresh()


@contextmanager
def _progress_bar(name: str, *, shown: bool) -> Iterator[_Bar | bool]:
    if not shown:
        yield False
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, name)
