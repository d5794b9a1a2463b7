"""What `ros doctor` says of good and bad installations, with real files and real TLS on this machine."""

import base64
import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from server.cli.diagnosis import Finding, Reply, State, ask_all, clock_findings, diagnose, host_finding, panel_finding
from server.cli.main import run
from server.settings import load_settings, master_keys
from server.store.database import open_database
from server.store.migrate import migrate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Answering(http.server.BaseHTTPRequestHandler):
    """A host that answers HEAD with a Date that is `late` behind."""

    late = timedelta()
    health = b'{"status": "ok"}'
    asked: list[str]

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.health)

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = datetime.now(UTC).timestamp() - self.late.total_seconds()
        return super().date_time_string(timestamp or now)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the library's
        """Silent: a test's output is its own."""


@contextmanager
def host(context: ssl.SSLContext | None = None, late: timedelta = timedelta()) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Answering,), {"late": late, "asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def roots(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def serving(authority: trustme.CA) -> Callable[[datetime | None], ssl.SSLContext]:
    def context(not_after: datetime | None = None) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", not_after=not_after).configure_cert(made)
        return made

    return context


def environ(tmp_path: Path, base: str = "http://127.0.0.1:9", **more: str) -> dict[str, str]:
    bases = {"ROS_GRAPH_URL": base, "ROS_AUTHORITY_URL": base, "ROS_RAYNET_URLS": f"{base}/api/v2"}
    return {"ROS_DATA_DIR": str(tmp_path / "data"), "ROS_PUBLIC_URL": "http://127.0.0.1:9", **bases, **more}


def ready_database(given: dict[str, str], revision: str = "head") -> None:
    settings = load_settings(given)
    with closing(open_database(settings.database_url.get_secret_value(), master_keys(settings))) as database:
        migrate(database, revision)


def by_check(findings: list[Finding], check: str) -> list[tuple[State, str]]:
    return [(finding.state, finding.code) for finding in findings if finding.check == check]


def test_a_good_installation_has_only_good_findings(
    tmp_path: Path, roots: Path, serving: Callable[[datetime | None], ssl.SSLContext]
) -> None:
    with host(serving(None)) as (base, asked):
        given = environ(tmp_path, base, ROS_CA_BUNDLE=str(roots), ROS_CLIENT_ID="x", ROS_CLIENT_SECRET="y")
        given |= {"ROS_PUBLIC_URL": base, "ROS_CLIENT_SECRET_EXPIRES": "2099-01-01"}
        ready_database(given)
        findings = list(diagnose(given, datetime.now(UTC)))
    assert {finding.state for finding in findings} == {State.OK}
    assert [finding.check for finding in findings] == [
        "settings",
        "data_dir",
        "secret_key",
        "database",
        "panel",
        "host",
        "clock",
        "public_url",
        "registration",
    ]
    assert asked == ["/", "/", "/healthz"], "each host is asked once, and never for an API path"


def test_a_public_address_that_leads_elsewhere_is_told(
    tmp_path: Path, roots: Path, serving: Callable[[datetime | None], ssl.SSLContext]
) -> None:
    with host(serving(None)) as (base, _):
        given = environ(tmp_path, base, ROS_CA_BUNDLE=str(roots), ROS_PUBLIC_URL=base)
        Answering.health = b"<html>"
        try:
            findings = by_check(list(diagnose(given, datetime.now(UTC))), "public_url")
        finally:
            Answering.health = b'{"status": "ok"}'
    assert findings == [(State.FAILED, "doctor_public_url_not_ours")]


@pytest.mark.parametrize(
    ("url", "code"),
    [("https://127.0.0.1:9", "doctor_public_url_unreachable"), ("http://127.0.0.1:9", "doctor_public_url_not_https")],
)
def test_a_public_address_that_cannot_be_judged_from_here_is_a_warning(tmp_path: Path, url: str, code: str) -> None:
    findings = list(diagnose(environ(tmp_path, ROS_PUBLIC_URL=url), NOW))
    assert by_check(findings, "public_url") == [(State.WARNING, code)]


def test_a_public_address_with_a_foreign_certificate_fails(
    tmp_path: Path, serving: Callable[[datetime | None], ssl.SSLContext]
) -> None:
    with host(serving(None)) as (base, _):
        findings = list(diagnose(environ(tmp_path, ROS_PUBLIC_URL=base), datetime.now(UTC)))
    assert by_check(findings, "public_url") == [(State.FAILED, "doctor_certificate_untrusted")]


@pytest.mark.parametrize(
    ("last_day", "state", "code"),
    [
        ("2027-06-01", State.OK, "doctor_credential_ok"),
        ("2026-12-01", State.WARNING, "doctor_credential_ends_soon"),
        ("2026-11-22", State.WARNING, "doctor_credential_ends_soon"),
        ("2026-11-21", State.FAILED, "doctor_credential_expired"),
    ],
)
def test_the_end_of_the_registration_s_secret_is_counted_down(
    tmp_path: Path, last_day: str, state: State, code: str
) -> None:
    given = environ(tmp_path, ROS_CLIENT_ID="x", ROS_CLIENT_SECRET="y", ROS_CLIENT_SECRET_EXPIRES=last_day)
    assert by_check(list(diagnose(given, NOW)), "registration") == [(state, code)]


def test_a_certificate_tells_its_own_end(tmp_path: Path) -> None:
    authority = trustme.CA()
    until = datetime(2026, 12, 1, tzinfo=UTC)
    pair = authority.issue_cert("ros.example", not_after=until)
    pem = pair.private_key_pem.bytes().decode() + pair.cert_chain_pems[0].bytes().decode()
    given = environ(tmp_path, ROS_CLIENT_ID="x", ROS_CLIENT_CERTIFICATE=pem)
    assert by_check(list(diagnose(given, NOW)), "registration") == [(State.WARNING, "doctor_credential_ends_soon")]


def test_settings_that_cannot_be_read_are_the_only_finding(tmp_path: Path) -> None:
    (finding,) = diagnose(environ(tmp_path, ROS_LISTEN="x"), NOW)
    assert (finding.state, finding.code, finding.data["setting"]) == (
        State.FAILED,
        "setting_not_an_address",
        "ROS_LISTEN",
    )


def test_a_misspelt_variable_and_a_missing_registration_are_noticed(tmp_path: Path) -> None:
    findings = list(diagnose(environ(tmp_path, ROS_POLL_SECOND="3", ROS_DISTRO="x"), NOW))
    assert by_check(findings, "settings") == [
        (State.WARNING, "doctor_setting_misspelt"),
        (State.WARNING, "doctor_no_registration"),
    ]
    assert findings[0].data == {"setting": "ROS_POLL_SECOND", "suggestion": "ROS_POLL_SECONDS"}


def test_a_data_folder_that_cannot_be_one_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    findings = list(diagnose(environ(tmp_path), NOW))
    assert by_check(findings, "data_dir") == [(State.FAILED, "doctor_data_dir_not_writable")]


def test_a_key_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path))
    assert by_check(list(diagnose(environ(tmp_path), NOW)), "secret_key") == [(State.OK, "doctor_key_not_made_yet")]
    master_keys(settings)
    settings.key_file.chmod(0o640)
    assert by_check(list(diagnose(environ(tmp_path), NOW)), "secret_key") == [
        (State.FAILED, "doctor_key_readable_by_others")
    ]


def test_a_database_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    findings = list(diagnose(environ(tmp_path), NOW))
    assert by_check(findings, "database") == [(State.WARNING, "doctor_database_not_made_yet")]
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_noticed(tmp_path: Path) -> None:
    ready_database(environ(tmp_path), revision="0001")
    assert by_check(list(diagnose(environ(tmp_path), NOW)), "database") == [(State.FAILED, "store_not_migrated")]


def test_a_database_without_its_key_is_noticed_and_no_new_key_is_made(tmp_path: Path) -> None:
    ready_database(environ(tmp_path))
    key_file = load_settings(environ(tmp_path)).key_file
    key_file.unlink()
    assert by_check(list(diagnose(environ(tmp_path), NOW)), "database") == [(State.FAILED, "doctor_key_lost")]
    assert not key_file.exists()


def test_a_database_that_does_not_answer_is_noticed(tmp_path: Path) -> None:
    key = base64.b64encode(bytes(32)).decode()
    given = environ(tmp_path, ROS_DATABASE_URL="postgresql://ros@127.0.0.1:9/ros", ROS_SECRET_KEY=key)
    assert by_check(list(diagnose(given, NOW)), "database") == [(State.FAILED, "doctor_database_unreachable")]


def test_a_panel_that_was_not_built_is_noticed(tmp_path: Path) -> None:
    assert panel_finding(tmp_path).code == "doctor_panel_not_built"
    (tmp_path / "panel.html").write_text("<html>")
    assert panel_finding(tmp_path).state is State.OK


def test_hosts_that_cannot_be_used_say_why(
    tmp_path: Path, roots: Path, serving: Callable[[datetime | None], ssl.SSLContext]
) -> None:
    expired = datetime.now(UTC) - timedelta(days=1)
    with host(serving(None)) as (good, _), host(serving(expired)) as (old, _), host() as (plain, _):
        no_tls = plain.replace("http://", "https://")
        untrusted = ask_all([good], None)
        other_name = good.replace("localhost", "127.0.0.1")
        replies = ask_all([good, old, no_tls, "http://127.0.0.1:9", other_name], roots)
    assert [reply.trouble for reply in untrusted] == ["doctor_certificate_untrusted"]
    assert [reply.trouble for reply in replies] == [
        None,
        "doctor_certificate_expired",
        "doctor_tls_failed",
        "doctor_host_unreachable",
        "doctor_certificate_other_name",
    ]
    assert [host_finding(reply, NOW).state for reply in replies[1:]] == [State.FAILED] * 4


def test_a_certificate_that_ends_soon_is_a_warning() -> None:
    finding = host_finding(Reply(base="https://a.example", certificate_until=NOW + timedelta(days=5, hours=1)), NOW)
    assert (finding.state, finding.code, finding.data) == (
        State.WARNING,
        "doctor_certificate_ends_soon",
        {"host": "a.example", "days": 5},
    )


def reply(seconds: float, scheme: str = "https") -> Reply:
    return Reply(base=f"{scheme}://a.example", asked_at=NOW, date=NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("differences", "state", "seconds"),
    [
        ([0.4], State.OK, 0),
        ([-31], State.WARNING, -31),
        ([400], State.FAILED, 400),
        ([400, 2], State.OK, 2),
    ],
)
def test_the_clock_is_compared_with_the_closest_host(differences: list[float], state: State, seconds: int) -> None:
    (finding,) = clock_findings([reply(difference) for difference in differences])
    assert (finding.state, finding.data["seconds"]) == (state, seconds)


def test_a_simulator_on_this_machine_is_not_asked_for_the_time() -> None:
    assert not list(clock_findings([reply(4_000, scheme="http"), Reply(base="https://a.example", trouble="x")]))


def test_a_wrong_clock_is_seen_over_the_wire(roots: Path, serving: Callable[[datetime | None], ssl.SSLContext]) -> None:
    with host(serving(None), late=timedelta(seconds=90)) as (base, _):
        (finding,) = clock_findings(ask_all([base], roots))
    assert finding.state is State.WARNING
    assert finding.data["seconds"] in (89, 90, 91)


def test_the_command_prints_one_document_and_fails_with_a_failed_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "--json"], environ(tmp_path, ROS_LANG="en")) == 1
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert [check["check"] for check in document["checks"]] == [
        "settings",
        "data_dir",
        "secret_key",
        "database",
        "panel",
        "host",
        "public_url",
    ]
    assert document["checks"][5]["text"] == "127.0.0.1:9: no connection. Check network, firewall and proxy."
    assert captured.err == ""


def test_the_command_prints_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with host() as (base, _):
        assert run(["doctor"], environ(tmp_path, base, ROS_LANG="cs")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["kontrola", "výsledek"]
    assert lines[-2].startswith("✓  host")
    assert lines[-2].endswith("dosažitelný, certifikát platí.")
    assert lines[-1].startswith("!  public_url")
