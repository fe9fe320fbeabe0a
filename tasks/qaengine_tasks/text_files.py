"""Text files as data sets bring them: plain, gzipped, or in a .tar.gz."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from qaengine.errors import DataError


def find(folder: Path, *names: str) -> Path:
    """The first of the files, as named or with .gz, that is in the folder; else a `DataError`."""
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise DataError(
        f"{folder} holds no {' or '.join(names)}, plain or as .gz. "
        "Name the folder of the published files with `path`."
    )


def read_text(path: Path) -> str:
    """A text in UTF-8, plain or .gz. Raises `DataError` where it cannot be read."""
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def texts(path: Path, ending: str) -> Iterator[tuple[str, str]]:
    """Name and text of one file, or of each file with this ending in a .tar.gz, by their names."""
    if not path.name.endswith((".tar.gz", ".tgz")):
        yield str(path), read_text(path)
        return
    try:
        with tarfile.open(path) as archive:
            files = sorted(
                (file for file in archive if file.isfile() and file.name.endswith(ending)),
                key=lambda file: file.name,
            )
            for file in files:
                content = archive.extractfile(file)
                assert content is not None  # only a link or a folder gives None
                yield f"{path}: {file.name}", content.read().decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, tarfile.TarError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path} cannot be read: {type(error).__name__}: {error}. Get the published file again."
    )
