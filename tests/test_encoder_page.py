"""docs/encoders.md: every encoder of the tables has its picture and its row."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qaengine.reproduce.published import published

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts beside the pages can be imported."""
    monkeypatch.syspath_prepend(DOCS)


def test_every_encoder_has_a_section_with_its_picture_and_its_row() -> None:
    page = (DOCS / "encoders.md").read_text("utf-8")
    rows = " ".join(re.findall(r"<!-- rows: (.+) -->", page)).split()
    pictures = re.findall(r"\(pictures/encoders/(\w+)\.svg\)", page)
    assert sorted(rows) == sorted(pictures) == sorted(published("sst"))


def test_pictures_are_as_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = import_module("encoder_pictures")
    monkeypatch.setattr(drawing, "FOLDER", tmp_path)
    drawing.main()
    drawn = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text("utf-8") for path in (DOCS / "pictures/encoders").iterdir()}
    assert drawn == kept
    for text in drawn.values():
        ElementTree.fromstring(text)


def test_rows_say_measured_and_published() -> None:
    rows = import_module("encoder_rows")
    found = {
        "sst": [rows.Line("lstm", "how", (("45.0", "46.4 (1.1)"), ("-", "84.9"), ("-", "-")))],
        "sick": [rows.Line("lstm", "how", (("0.83", "0.85"), ("-", "-"), ("-", "-")))],
    }
    _, _, measured, reported = rows.first_lines(found, ["lstm"]).splitlines()
    assert measured == "| `lstm` | 45.0 |  |  | 0.83 |  |  |"
    assert reported == "| published | 46.4 (1.1) | 84.9 |  | 0.85 |  |  |"
    assert rows.all_lines("sick", found["sick"]).endswith(
        "| `lstm` | 0.83 | 0.85 |  |  |  |  | how |\n"
    )
