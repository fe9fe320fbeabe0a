"""Finds data sets on this machine, and fetches them from where they are published.

`data_sets.toml` names their files, addresses, licences and sources. A data set is looked for in the
folder that the environment variable QAENGINE_DATA names, then in the download cache. Nothing is
downloaded unless `fetch` is called.
"""

from __future__ import annotations

import hashlib
import io
import os
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field, model_validator

from qaengine.errors import DataError, unknown
from qaengine.files import write_whole
from qaengine.schema import Frozen

FOLDER_VARIABLE = "QAENGINE_DATA"
TIMEOUT = 30
"""Seconds to wait for a server that says nothing."""


class DataFile(Frozen):
    """A published file: where it is, and how to know that it is the right one."""

    name: str
    """Where it lies in a folder of data sets, such as "sst/trees/dev.txt"."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the file as it lies there."""
    urls: tuple[str, ...] = ()
    """Addresses of the same file, tried in this order."""
    member: str = ""
    """The file's name in the zip that the addresses give."""
    lines: int | None = None
    """How many of the first lines are wanted, where the addresses give more."""
    made: str = ""
    """How the file is made, where no address has it."""

    @model_validator(mode="after")
    def _to_be_had(self) -> DataFile:
        if bool(self.urls) == bool(self.made):
            raise ValueError(f"{self.name} needs addresses, or else a word on how it is made")
        return self

    def lies_in(self, folder: Path) -> bool:
        path = folder / self.name
        return path.is_file() and self._is(path.read_bytes())

    def cut_from(self, came: bytes) -> bytes:
        """The file from what an address gave; raises `ValueError` where it is another one."""
        content = came
        if self.member:
            with zipfile.ZipFile(io.BytesIO(came)) as archive:
                content = archive.read(self.member)
        if self.lines is not None:
            content = b"".join(content.splitlines(keepends=True)[: self.lines])
        if not self._is(content):
            raise ValueError("the file that came is not the published one (its sha256 differs)")
        return content

    def _is(self, content: bytes) -> bool:
        return hashlib.sha256(content).hexdigest() == self.sha256


class DataSet(Frozen):
    """One or more published files, all in one folder; or a single file in none."""

    files: tuple[DataFile, ...] = Field(min_length=1)
    license: str
    source: str

    @property
    def place(self) -> str:
        """The name, in a folder of data sets, of what holds the set: its folder or single file."""
        return self.files[0].name.partition("/")[0]

    @model_validator(mode="after")
    def _in_one_place(self) -> DataSet:
        if any(file.name.partition("/")[0] != self.place for file in self.files):
            raise ValueError(f"not all files lie in {self.place}/")
        return self


def _registered() -> dict[str, DataSet]:
    text = Path(__file__).with_name("data_sets.toml").read_text("utf-8")
    return {name: DataSet.model_validate(table) for name, table in tomllib.loads(text).items()}


DATA_SETS = _registered()


def locate(name: str) -> Path:
    """The folder of a data set on this machine, or its single file; downloads nothing.

    Looks in the folder that QAENGINE_DATA names, then in the download cache. Raises `DataError`
    where neither holds it.
    """
    place = _data_set(name).place
    for path in _candidates(name, place):
        if path.exists():
            return path
    named = os.environ.get(FOLDER_VARIABLE)
    looked = f"not in {named} ({FOLDER_VARIABLE})" if named else f"{FOLDER_VARIABLE} is not set"
    holds = f"{name}/" if place == name else f"{name}/ or {place}"
    raise DataError(
        f"The data set {name!r} is not on this machine: {looked}, and it was not fetched. "
        f"Fetch it with `qaengine fetch {name}`, or set {FOLDER_VARIABLE} to a folder that "
        f"holds {holds}."
    )


def fetch(name: str, *, to: Path | str | None = None, progress: bool = True) -> Path:
    """Downloads a data set, checks each file's sha256, and gives the path of what holds it.

    `to` is a folder of data sets, by default the download cache of this platform. Right files that
    are already there are kept. Raises `DataError` where a file could not be had; those before it
    stay, and no partial file does.
    """
    data_set = _data_set(name)
    folder = Path(to) if to is not None else cache_folder()
    wanted = [file for file in data_set.files if not file.lies_in(folder)]
    with TemporaryDirectory(prefix="qaengine-") as scratch:
        for file in wanted:
            if file.urls:
                _fetch_file(name, file, folder, Path(scratch), progress)
    if absent := [file for file in wanted if file.made and not (folder / file.name).exists()]:
        raise DataError(
            f"The data set {name!r} cannot be fetched whole: no address has "
            + "; ".join(f"{file.name} ({file.made})" for file in absent)
            + f". What can be fetched is in {folder / data_set.place}: put the missing there, or "
            f"set {FOLDER_VARIABLE} to a folder that holds {name}/ with all its files."
        )
    return folder / data_set.place


def cache_folder() -> Path:
    """Where fetched files are kept on this platform, e.g. ~/.cache/qaengine."""
    import pooch  # type: ignore[import-untyped]

    return Path(pooch.os_cache("qaengine"))


def _data_set(name: str) -> DataSet:
    if name not in DATA_SETS:
        raise DataError(unknown("data set", name, DATA_SETS))
    return DATA_SETS[name]


def _candidates(name: str, place: str) -> Iterator[Path]:
    if folder := os.environ.get(FOLDER_VARIABLE):
        yield Path(folder) / name
        yield Path(folder) / place
    yield cache_folder() / place


def _fetch_file(name: str, file: DataFile, folder: Path, scratch: Path, progress: bool) -> None:
    failures = []
    for url in file.urls:
        try:
            came = _download(url, scratch, file.name, progress)
            write_whole(folder / file.name, file.cut_from(came))
            return
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            failures.append(f"{url}: {_reason(error)}")
    raise DataError(
        f"The data set {name!r} could not be fetched. {'; '.join(failures)}. "
        f"Check the network and try again, or get {file.name} elsewhere and put it "
        f"into the folder that {FOLDER_VARIABLE} names."
    )


def _download(url: str, scratch: Path, name: str, progress: bool) -> bytes:
    """What an address gives; it stays in `scratch`, since a zip may hold several files."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    with _progress_bar(name, shown=progress) as bar:
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT)
        came = pooch.retrieve(url, None, path=scratch, downloader=downloader)
    return Path(came).read_bytes()


def _reason(error: Exception) -> str:
    return str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"


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
