"""Finding and fetching data sets, against a server on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from qaengine import data
from qaengine.data import DataSet, fetch, locate
from qaengine.errors import DataError

CONTENT = b"1 Anna is in the barn.\n" * 1000


class Handler(BaseHTTPRequestHandler):
    """/right serves the file, /wrong another one, /cut half of it; anything else is missing."""

    def do_GET(self) -> None:
        sent = {"/right": CONTENT, "/wrong": CONTENT[::-1], "/cut": CONTENT[: len(CONTENT) // 2]}
        if self.path not in sent:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(sent[self.path])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
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


def publish(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    tiny = DataSet(
        name="tiny",
        urls=urls,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        file_name="tiny.txt",
        license="CC0",
        source="here",
    )
    monkeypatch.setitem(data.DATA_SETS, "tiny", tiny)


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
