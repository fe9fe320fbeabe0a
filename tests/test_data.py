"""Finding and fetching data sets, against a server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from qaengine import data
from qaengine.data import DATA_SETS, DataFile, DataSet, fetch, locate
from qaengine.errors import DataError

CONTENT = b"1 Anna is in the barn.\n" * 1000


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


SENT = {
    "/right": CONTENT,
    "/wrong": CONTENT[::-1],
    "/cut": CONTENT[: len(CONTENT) // 2],
    "/zip": zipped(one=b"first", two=b"second"),
}


class Handler(BaseHTTPRequestHandler):
    """Serves SENT; /cut says that it is longer, and anything else is missing."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path not in SENT:
            self.send_error(404)
            return
        self.send_response(200)
        length = len(CONTENT if self.path == "/cut" else SENT[self.path])
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(SENT[self.path])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("QAENGINE_DATA", raising=False)
    monkeypatch.setattr(data, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def published(name: str, content: bytes, *urls: str, **more: Any) -> DataFile:
    return DataFile(name=name, sha256=hashlib.sha256(content).hexdigest(), urls=urls, **more)


def register(monkeypatch: pytest.MonkeyPatch, *files: DataFile) -> None:
    tiny = DataSet(files=files, license="CC0", source="here")
    monkeypatch.setitem(data.DATA_SETS, "tiny", tiny)


def publish(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    register(monkeypatch, published("tiny.txt", CONTENT, *urls))


def test_fetched_file_is_the_published_one(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, f"{server}/right")
    path = fetch("tiny", progress=False)
    assert path.read_bytes() == CONTENT
    assert locate("tiny") == path


def test_fetch_shows_progress_on_stderr_only(
    server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(monkeypatch, f"{server}/right")
    fetch("tiny", progress=True)
    assert capsys.readouterr().out == ""


def test_fetch_into_a_named_folder(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(monkeypatch, f"{server}/right")
    assert fetch("tiny", to=tmp_path / "mine", progress=False) == tmp_path / "mine" / "tiny.txt"


def test_second_address_is_tried(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, f"{server}/gone", f"{server}/right")
    assert fetch("tiny", progress=False).read_bytes() == CONTENT


def test_right_file_is_not_fetched_again(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, f"{server}/right")
    first = fetch("tiny", progress=False)
    publish(monkeypatch, f"{server}/gone")
    assert fetch("tiny", progress=False) == first


@pytest.mark.parametrize(
    ("address", "cause"), [("wrong", "sha256 differs"), ("cut", "tiny"), ("gone", "404")]
)
def test_failed_download_says_why_and_leaves_nothing(
    address: str, cause: str, server: str, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    publish(monkeypatch, f"{server}/{address}")
    with pytest.raises(DataError, match=cause) as caught:
        fetch("tiny", progress=False)
    assert f"{server}/{address}" in str(caught.value)
    assert "try again" in str(caught.value)
    assert [path for path in own_cache.rglob("*") if path.is_file()] == []


def test_server_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        address = f"http://127.0.0.1:{httpd.server_address[1]}/right"
    publish(monkeypatch, address)
    with pytest.raises(DataError, match="Check the network"):
        fetch("tiny", progress=False)


def test_folder_that_cannot_be_written(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(monkeypatch, f"{server}/right")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="could not be fetched"):
        fetch("tiny", to=tmp_path / "file" / "below", progress=False)


def test_set_of_several_files_lies_in_its_folder(
    server: str, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    register(
        monkeypatch,
        published("tiny/all.txt", CONTENT, f"{server}/right"),
        published("tiny/in/head.txt", CONTENT[:46], f"{server}/right", lines=2),
        published("tiny/one", b"first", f"{server}/zip", member="one"),
        published("tiny/in/two", b"second", f"{server}/zip", member="two"),
    )
    folder = fetch("tiny", progress=False)
    assert folder == locate("tiny") == own_cache / "tiny"
    held = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}
    assert held == {"all.txt": CONTENT, "in/head.txt": CONTENT[:46]}
    assert (folder / "one").read_bytes() == b"first"
    assert (folder / "in" / "two").read_bytes() == b"second"
    assert sorted(Handler.asked) == ["/right", "/zip"]


def test_files_before_one_that_failed_are_kept(
    server: str, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    right = published("tiny/a.txt", CONTENT, f"{server}/right")
    register(monkeypatch, right, published("tiny/b.txt", CONTENT, f"{server}/wrong"))
    with pytest.raises(DataError, match=r"get tiny/b\.txt elsewhere"):
        fetch("tiny", progress=False)
    assert [path.name for path in own_cache.rglob("*.*")] == ["a.txt"]
    register(monkeypatch, right, published("tiny/b.txt", CONTENT[::-1], f"{server}/wrong"))
    fetch("tiny", progress=False)
    assert Handler.asked == ["/right", "/wrong", "/wrong"]


@pytest.mark.parametrize("address", ["right", "zip"])
def test_archive_that_is_none_or_lacks_the_file(
    address: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = published("tiny/three", b"third", f"{server}/{address}", member="three")
    register(monkeypatch, file)
    with pytest.raises(DataError, match="could not be fetched"):
        fetch("tiny", progress=False)


def test_set_with_a_file_that_no_address_has_is_fetched_in_part(
    server: str, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    register(
        monkeypatch,
        published("tiny/made.txt", b"made", made="joined by hand"),
        published("tiny/all.txt", CONTENT, f"{server}/right"),
    )
    with pytest.raises(DataError, match=r"made\.txt \(joined by hand\).*QAENGINE_DATA"):
        fetch("tiny", progress=False)
    assert (own_cache / "tiny" / "all.txt").read_bytes() == CONTENT
    (own_cache / "tiny" / "made.txt").write_bytes(b"made alike")
    assert fetch("tiny", progress=False) == own_cache / "tiny"


def test_file_that_cannot_be_had_at_all_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs addresses"):
        published("tiny/a.txt", CONTENT)


def test_files_of_a_set_lie_in_one_place() -> None:
    files = [published(name, CONTENT, made="by hand") for name in ("tiny/a.txt", "other/b.txt")]
    with pytest.raises(ValidationError, match="tiny"):
        DataSet(files=tuple(files), license="CC0", source="here")


@pytest.mark.parametrize("name", sorted(set(DATA_SETS) - {"babi"}))
def test_registered_set_lies_in_a_folder_of_its_name(name: str) -> None:
    assert DATA_SETS[name].place == name


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(set(DATA_SETS) - {"babi", "ding"}))
def test_registered_files_are_those_of_the_data_folder(name: str, data_folder: Path) -> None:
    for file in DATA_SETS[name].files:
        path = data_folder / file.name
        packed = path.with_name(f"{path.name}.gz")
        content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
        assert hashlib.sha256(content).hexdigest() == file.sha256, file.name


def test_missing_data_set_names_the_remedies() -> None:
    with pytest.raises(DataError, match=r"qaengine fetch babi.*QAENGINE_DATA"):
        locate("babi")


def test_unknown_data_set_names_what_exists() -> None:
    with pytest.raises(DataError, match="Did you mean 'babi'"):
        locate("baby")


@pytest.mark.parametrize("name", ["babi", "babi.tar.gz"])
def test_named_folder_is_searched(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setenv("QAENGINE_DATA", str(tmp_path))
    assert locate("babi") == tmp_path / name


@pytest.mark.data
def test_real_babi_is_found(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAENGINE_DATA", str(data_folder))
    assert locate("babi").exists()
