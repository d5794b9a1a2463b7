"""What holds for every request of the admin API, whatever it is about."""

import json
from collections.abc import Iterator

import pytest

from server.api.problems import SENTENCES as OF_HTTP
from server.api.problems import status_of
from server.api.rest.openapi import problem_codes
from server.api.v1.every import every_route, openapi_document
from server.catalogue.explained import SENTENCES as CATALOGUE
from tests.conftest import ExpectedLogs
from tests.security.mutants import without_filter
from tests.security.world import SecurityWorld, fresh_world

MARKED = "canary-subject-of-somebody"


@pytest.fixture
def world() -> Iterator[SecurityWorld]:
    with fresh_world() as made:
        yield made


def test_every_answer_carries_the_headers(world: SecurityWorld) -> None:
    path = f"/firms/{world.facts.own}/users"
    answers = [
        world.ask("firm_admin", "GET", path),
        world.ask("anonymous", "GET", path),
        world.ask("firm_admin", "GET", "/nothing-here"),
        world.ask("firm_admin", "PUT", path),
        world.ask("firm_admin", "POST", path, body="{"),
        world.ask("firm_admin", "OPTIONS", path),
        world.ask("firm_admin", "DELETE", "/session"),
    ]
    for found in answers:
        assert found.headers["cache-control"] == "no-store"
        assert found.headers["x-request-id"] == "the-same-request"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["strict-transport-security"].startswith("max-age=31536000")
        assert "access-control-allow-origin" not in found.headers
        assert "server" not in found.headers


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        (b'{"email": "\\ud800@x.example"}', "application/json", 400, "malformed"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"{}", "application/json", 422, "invalid"),
        (b'{"email": 1}', "application/json", 422, "invalid"),
        (b'{"email": "a@b", "email2": 1}', "application/json", 422, "invalid"),
        (b'{"email": "a\\u0000@b.example"}', "application/json", 422, "invalid"),
        (b'{"email": "a@b.example", "person_id": "1"}', "application/json", 422, "invalid"),
        (b'{"email": "a@b.example", "person_id": true}', "application/json", 422, "invalid"),
        (b'{"email": "a@b.example", "person_id": 99999999999999999999}', "application/json", 422, "invalid"),
        (b"[" * 100_000, "application/json", 400, "malformed"),
        (b"email=a@b.example", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"email": "a@b.example"}', "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_is_not_as_declared_is_refused(
    world: SecurityWorld, body: bytes, kind: str, status: int, code: str
) -> None:
    found = world.ask(
        "firm_admin", "POST", f"/firms/{world.facts.own}/users", body=body, headers={"Content-Type": kind}
    )
    assert (found.status_code, found.json["code"]) == (status, code)


def test_what_was_sent_is_not_said_back(world: SecurityWorld) -> None:
    path = f"/firms/{world.facts.own}/users"
    for body in ({"email": MARKED}, {MARKED: 1}, {"email": {MARKED: MARKED}}, [MARKED]):
        assert MARKED not in world.ask("firm_admin", "POST", path, json=body).text
    for params in ({"q": MARKED * 20}, {MARKED: "1"}, {"cursor": MARKED}, {"state": MARKED}):
        assert MARKED not in world.ask("firm_admin", "GET", path, params=params).text


def test_a_body_over_a_megabyte_is_refused_before_it_is_read(world: SecurityWorld) -> None:
    path = f"/firms/{world.facts.own}/users"
    found = world.ask("firm_admin", "POST", path, body=b" " * 1_000_001, headers={"Content-Type": "application/json"})
    assert (found.status_code, found.json["code"]) == (413, "too_large")


def test_an_edit_of_an_old_version_is_refused(world: SecurityWorld) -> None:
    path = f"/firms/{world.facts.own}/users/{world.facts.ids['own']['user_id']}"
    version = world.ask("firm_admin", "GET", path).headers["etag"]
    first = world.ask("firm_admin", "PATCH", path, json={"enabled": False}, headers={"If-Match": version})
    assert (first.status_code, first.json["enabled"]) == (200, False)
    assert first.headers["etag"] != version
    for stale in (version, '"v0"', "W/" + first.headers["etag"], "nonsense"):
        for method, body in (("PATCH", {"enabled": True}), ("DELETE", None)):
            late = world.ask("firm_admin", method, path, json=body, headers={"If-Match": stale})
            assert (late.status_code, late.json["code"]) == (412, "outdated")
    assert world.ask("firm_admin", "DELETE", path, headers={"If-Match": first.headers["etag"]}).status_code == 204


def test_a_refusal_speaks_both_languages_and_the_reader_s_first(world: SecurityWorld) -> None:
    czech = world.ask("firm_admin", "GET", "/firms/77", headers={"Accept-Language": "cs"})
    english = world.ask("firm_admin", "GET", "/firms/77", headers={"Accept-Language": "en"})
    assert czech.headers["content-type"] == "application/problem+json"
    assert czech.json["title"] == czech.json["title_cs"] == english.json["title_cs"]
    assert english.json["title"] == english.json["title_en"]


def test_every_code_that_a_route_names_has_a_sentence_and_a_status() -> None:
    for route in every_route():
        for code in problem_codes(route):
            assert code in OF_HTTP or code in CATALOGUE, f"{route.name}: {code}"
            assert 400 <= status_of(code) <= 503


def test_the_description_is_published_and_names_every_route(world: SecurityWorld) -> None:
    published = world.ask("anonymous", "GET", "/openapi.json").json
    assert published == json.loads(json.dumps(openapi_document()))
    named = {(method.upper(), path) for path, methods in published["paths"].items() for method in methods}
    assert named == {(route.method, f"/api/v1{route.path}") for route in every_route()}
    names = [method["operationId"] for methods in published["paths"].values() for method in methods.values()]
    assert len(set(names)) == len(names)


def test_no_text_of_a_path_reaches_the_database_unchecked(world: SecurityWorld) -> None:
    for odd in ("%00", "%0a", "a%20b", "%ff", "x" * 301, "%F0%9F%92%A9"):
        assert world.ask("firm_admin", "GET", f"/firms/{world.facts.own}/pairs/{odd}").status_code == 404
    for odd in ("0", "-1", "1.0", "٣", "9" * 30, "1e3", "true"):
        assert world.ask("central_admin", "GET", f"/firms/{odd}").status_code == 404


def test_our_own_forgotten_filter_is_a_defect_of_ours(world: SecurityWorld, expected_logs: ExpectedLogs) -> None:
    """Not told as a lack of rights: nobody could do anything about it."""
    expected_logs("request_defect")
    with without_filter(frozenset({"seat"})):
        found = world.ask("firm_admin", "GET", f"/firms/{world.facts.own}/users")
    assert (found.status_code, found.json["code"]) == (500, "defect")
