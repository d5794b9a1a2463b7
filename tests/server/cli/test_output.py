"""Tables, JSON and progress."""

import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import pytest

from server.catalogue.sentences import Language, Sentence
from server.cli.output import Table, show_json, show_table
from server.cli.progress import progress


class Colour(Enum):
    RED = "red"


def test_json_is_one_document_with_instants_and_ids_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"at": datetime(2026, 1, 2, tzinfo=UTC), "id": UUID(int=1), "name": "Žluťoučký", "none": None})
    text = capsys.readouterr().out
    assert "Žluťoučký" in text
    assert json.loads(text) == {
        "at": "2026-01-02T00:00:00+00:00",
        "id": str(UUID(int=1)),
        "name": "Žluťoučký",
        "none": None,
    }


def test_json_refuses_what_has_no_form() -> None:
    with pytest.raises(TypeError, match="no JSON form for object"):
        show_json({"x": object()})


def test_a_table_in_a_pipe_has_one_uncut_line_per_row(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    rows = [("a", None, True), (long, Colour.RED, False), ("[bold]not markup[/bold]", 3, "c")]
    columns = [Sentence("jedna", "one"), Sentence("dvě", "two"), Sentence("tři", "three")]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("nic", "none")), Language.CZECH)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["jedna", "dvě", "tři"],
        ["a", "–", "✓"],
        [long, "red", "–"],
        ["[bold]not", "markup[/bold]", "3", "c"],
    ]
    assert all(line == line.rstrip() for line in lines)


def test_an_empty_table_says_so_on_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(Table(columns=[Sentence("a", "a")], rows=[], empty=Sentence("Nic.", "Nothing.")), Language.ENGLISH)
    assert capsys.readouterr() == ("", "Nothing.\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_progress_is_silent_where_nobody_watches() -> None:
    stream = io.StringIO()
    with progress("čtu", 3, stream=stream, patience_seconds=0.0) as advance:
        advance(3)
    assert stream.getvalue() == ""


def test_progress_is_silent_for_what_is_quick(plain_terminal: Terminal) -> None:
    with progress("čtu", 3, stream=plain_terminal) as advance:
        advance(3)
    assert "čtu" not in plain_terminal.getvalue()


def test_progress_shows_counts_for_what_takes_long(plain_terminal: Terminal) -> None:
    with progress("čtu [Raynet]", 3, stream=plain_terminal, patience_seconds=0.0) as advance:
        advance(2)
        deadline = time.monotonic() + 5
        while "2/3" not in plain_terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "čtu [Raynet]" in plain_terminal.getvalue()
    assert "2/3" in plain_terminal.getvalue()
