"""Values that cannot be: each is refused with what it should have been, none reaches the database, none is a crash."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from server.cli.main import run
from tests.support.databases import BACKENDS, KEYS, drop, fresh_url

TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"
HUGE = str(2**63)


class Desk:
    """``ros`` on a database of its own, in English."""

    def __init__(self, environ: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
        self.environ = environ
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", StringIO(stdin))
        self._capsys.readouterr()
        code = run(arguments, self.environ)
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def desk(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    url = fresh_url(backend, tmp_path)
    environ = {
        "ROS_DATABASE_URL": url,
        "ROS_SECRET_KEY": KEYS[0].hex(),
        "ROS_DATA_DIR": str(tmp_path),
        "ROS_LANG": "en",
        "ROS_CLIENT_ID": TENANT,
        "ROS_CLIENT_SECRET": "secret",
    }
    desk = Desk(environ, capsys, monkeypatch)
    assert desk(*_firm(), stdin="key\n")[2] == ""
    assert desk("user", "add", "--firm", "1", "--email", "jana@firma.example")[0] == 0
    yield desk
    drop(url)


def _firm(**changed: str) -> list[str]:
    given = {
        "name": "Firma",
        "tenant-id": TENANT,
        "raynet-url": "https://app.raynet.cz/api/v2/",
        "raynet-instance": "firma",
        "raynet-user": "sync@firma.example",
        "seats": "3",
        "valid-until": "2099-12-31",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return [
        "firm",
        "add",
        "--raynet-key-stdin",
        "--json",
        *(part for name, value in given.items() for part in (f"--{name}", value)),
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_numbers_that_no_database_holds_are_wrong_use(desk: Desk) -> None:
    commands = (
        ("firm", "show", HUGE),
        ("sync", "--firm", HUGE),
        ("pairs", "--firm", "0"),
        ("user", "set", HUGE, "enabled=on"),
        ("user", "remove", "-1"),
        ("user", "add", "--firm", "1", "--email", "x@firma.example", "--person-id", HUGE),
        ("user", "add", "--firm", "1", "--email", "x@firma.example", "--person-id", "-4"),
        ("why", "--firm", "1", "--activity", "nonsense"),
        ("why", "--firm", "1", "--activity", f"meeting:{HUGE}"),
        ("why", "--firm", "1", "--event", "without-a-colon"),
        ("firm", "set", "1", "guard_count=6", "guard_count=7"),
    )
    assert [(command, desk(*command)[0]) for command in commands] == [(command, 2) for command in commands]
    users = json.loads(desk("user", "list", "--firm", "1", "--json")[1])["users"]
    assert [one["email"] for one in users] == ["jana@firma.example"]


def test_an_unknown_firm_is_no_empty_list(desk: Desk) -> None:
    for command in (("holds", "list"), ("conflicts", "list"), ("pairs",), ("user", "list")):
        code, out, err = desk(*command, "--firm", "99", "--json")
        assert (code, out) == (1, ""), command
        assert "no such thing" in err, command


def test_a_refused_value_says_what_it_should_have_been(desk: Desk) -> None:
    wanted = {
        ("firm", "set", "1", "seats=many"): "a whole number",
        ("firm", "set", "1", f"seats={HUGE}"): "a whole number",
        ("firm", "set", "1", "valid_until=tomorrow"): "YYYY-MM-DD",
        ("firm", "set", "1", "nonsense=1"): "No rule nonsense. Rules are: authority,",
        ("firm", "set", "1", "authority=nobody"): "raynet | outlook | newest",
        ("firm", "connect", "1", "--tenant-id", "x"): "a GUID such as",
        ("user", "add", "--firm", "1", "--email", "nobody"): "such as jana@firma.cz",
        ("user", "set", "1", "nonsense=1"): "nonsense not like this",
        ("user", "set", "1", f"person_id={HUGE}"): "person_id not like this",
        ("admin", "add", "--login", "jana", "--role", "firm_admin"): "need --firm",
    }
    for command, hint in wanted.items():
        code, out, err = desk(*command, stdin="a long enough password\n")
        assert (code, out) == (1, ""), command
        assert hint in err, command


def test_text_that_no_database_holds_is_wrong_use(desk: Desk) -> None:
    text = "\udcff\udcfe"
    commands = (
        tuple(_firm(name=text, raynet_instance="other")),
        ("firm", "set", "1", f"name={text}"),
        ("user", "add", "--firm", "1", "--email", f"{text}@firma.example"),
        ("admin", "add", "--login", text, "--role", "central_admin"),
        ("why", "--firm", "1", "--event", f"{text}:AAMk"),
        ("why", "--firm", "1", "--event", f"jana@firma.example:{text}"),
        ("undo", text),
        ("holds", "confirm", text),
        ("conflicts", "restore", text),
    )
    for command in commands:
        code, out, err = desk(*command, stdin="a long enough password\n")
        assert (code, out) == (2, ""), command
        assert "not UTF-8" in err, command
    code, _, err = desk(*_firm(raynet_instance="other"), stdin=f"{text}\n")
    assert (code, "raynet_key" in err) == (1, True)
    assert len(json.loads(desk("firm", "list", "--json")[1])["firms"]) == 1
