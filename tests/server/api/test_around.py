"""What is around every request: health, metrics, problems, headers, ids."""

import json
import logging
from pathlib import Path

import pytest
from falcon import testing

from server.api.app import ApiParts, create_app
from server.store.database import open_database
from server.store.locks import Leases
from tests.conftest import ExpectedLogs
from tests.server.api.house import PATH, House, entry, ring
from tests.support.databases import KEYS, empty_url

HEADERS = {
    "strict-transport-security",
    "x-content-type-options",
    "referrer-policy",
    "cache-control",
    "content-security-policy",
    "cross-origin-opener-policy",
    "x-request-id",
}


def test_alive_asks_nothing_of_anybody(tmp_path: Path) -> None:
    database = open_database(empty_url("sqlite", tmp_path), KEYS)
    client = testing.TestClient(create_app(ApiParts(database=database)))

    assert client.simulate_get("/healthz").json == {"status": "ok"}
    ready = client.simulate_get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, "not_migrated")
    database.close()


def test_a_database_that_is_away_is_said_not_thrown(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'nowhere' / 'ros.sqlite3'}", KEYS)
    ready = testing.TestClient(create_app(ApiParts(database=database))).simulate_get("/readyz")

    assert (ready.status_code, ready.json["checks"]["database"]) == (503, "away")
    database.close()


def test_ready_means_that_a_worker_was_seen_lately(house: House) -> None:
    app = create_app(ApiParts(database=house.database, worker_grace_seconds=-1.0))
    stale = testing.TestClient(app).simulate_get("/readyz")
    Leases(house.database, "worker").claim(house.firms[0])

    assert (stale.status_code, stale.json["checks"]) == (503, {"database": "ok", "worker": "not_seen"})
    assert house.client.simulate_get("/readyz").json == {"status": "ok", "checks": {"database": "ok", "worker": "ok"}}


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 404),
        ("10.0.0.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 404),
    ],
)
def test_figures_are_for_this_machine_only(house: House, address: str, headers: dict[str, str], status: int) -> None:
    reply = house.client.simulate_get("/metrics", remote_addr=address, headers=headers)

    assert reply.status_code == status
    assert ("ros_notices_waiting 0.0" in reply.text) is (status == 200)


def test_figures_name_routes_and_never_secrets_of_a_path(house: House) -> None:
    house.ring(0, ring())
    house.client.simulate_get("/nothing/here/secret")

    shown = house.counted()

    assert 'ros_http_requests_total{method="POST",route="/notify/raynet/{path_secret}",status="204"} 1.0' in shown
    assert "ros_notices_waiting 1.0" in shown
    assert PATH.format(0) not in shown
    assert "here" not in shown


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/notify/graph", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("POST", "/notify/graph", 400, "malformed"),
        ("POST", "/notify/raynet/x", 404, "not_found"),
        ("GET", "/../etc/passwd", 404, "not_found"),
    ],
)
def test_each_refusal_is_a_problem_in_two_languages(
    house: House, method: str, path: str, status: int, code: str
) -> None:
    czech = house.client.simulate_request(method, path)
    english = house.client.simulate_request(method, path, headers={"Accept-Language": "en-GB, cs;q=0.5"})

    assert (czech.status_code, czech.json["status"], czech.json["code"]) == (status, status, code)
    assert czech.headers["content-type"] == "application/problem+json"
    assert (czech.headers["content-language"], english.headers["content-language"]) == ("cs", "en")
    assert czech.json["title"] == english.json["title_cs"]
    assert english.json["title"] == czech.json["title_en"] != czech.json["title"]
    assert czech.json["request_id"] == czech.headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/metrics", "/notify/graph", "/notify/graph?validationToken=a"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT"])
def test_every_response_carries_the_security_headers(house: House, method: str, path: str) -> None:
    reply = house.client.simulate_request(method, path)

    assert {name.lower() for name in reply.headers} >= HEADERS


def test_our_own_defect_is_a_problem_without_a_word_of_it(house: House, expected_logs: ExpectedLogs) -> None:
    class Broken:
        def on_get(self, _req: object, _resp: object) -> None:
            raise ValueError("Jan Novák")

    app = create_app(ApiParts(database=house.database))
    app.add_route("/broken", Broken())
    expected_logs("request_defect")

    reply = testing.TestClient(app).simulate_get("/broken")

    assert (reply.status_code, reply.json["code"]) == (500, "defect")
    assert "Novák" not in reply.text
    assert {name.lower() for name in reply.headers} >= HEADERS


@pytest.mark.parametrize(("given", "kept"), [("0123456789abcdef", True), ("x", False), ("a b\tc<script>", False)])
def test_a_plain_request_id_of_the_proxy_is_kept(house: House, given: str, *, kept: bool) -> None:
    reply = house.client.simulate_get("/healthz", headers={"X-Request-Id": given})

    assert (reply.headers["x-request-id"] == given) is kept


def test_logs_hold_no_secret_and_no_address(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        house.ring(0, ring())
        house.ring(0, ring(), **{"X-RAYNETCRM-Token": "guessed-token"})
        house.notify(entry(), entry(clientState="guessed-state"))
        house.client.simulate_post("/notify/graph?validationToken=seen-token")

    written = json.dumps([str(record.msg) for record in caplog.records])
    assert "/notify/raynet/{path_secret}" in written
    for secret in ("guessed", "path-of-firm", "token-of-firm", "state-of-firm", "seen-token", "AAMk"):
        assert secret not in written
