"""Signing in, the second factor, sessions: what a person at the console meets."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from falcon import testing
from sqlalchemy import event

from server.api.app import ApiParts, create_app
from server.api.services import Site
from server.errors import NotSignedIn, Refused
from server.identity.caller import Caller
from server.store.admin.administrators import Administrators, NewAdministrator
from server.store.admin.sessions import IDLE, LONGEST
from server.store.admin.sign_in import FIRST_LOCK, LONGEST_LOCK, MOST_FAILURES, lock_after
from server.store.admin.sign_in_gate import PERIOD, TRIES, owner_of
from server.store.database import Database
from server.store.tables.accounts import recovery_code, session
from server.store.tables.people import AdministratorRole, administrator
from tests.security.world import CHEAP
from tests.support.databases import fresh_database

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "kůň obědval ve stoje"
PERSON = Caller(
    tid="6f1c9a7e-1111-4222-8333-1234567890ab",
    oid="6f1c9a7e-1111-4222-8333-1234567890ac",
    client="console",
    scopes=frozenset(),
    expires_at=START + timedelta(hours=1),
)


@dataclass(slots=True)
class Desk:
    """One administrator before the sign-in form, and a clock."""

    database: Database
    client: testing.TestClient
    accounts: Administrators
    number: int
    now: list[datetime]

    def wait(self, time: timedelta) -> None:
        self.now[0] += time

    def sign_in(self, password: str = PASSWORD, login: str = "boss", **more: Any) -> testing.Result:
        body = {"login": login, "password": password} | {name: more.pop(name) for name in ("totp",) if name in more}
        return self.client.simulate_post("/api/v1/session", json=body, **more)

    def token(self, **more: Any) -> str:
        found = self.sign_in(**more)
        assert found.status_code == 201, found.text
        return str(found.json["token"])

    def ask(self, token: str, method: str, path: str, **more: Any) -> testing.Result:
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.simulate_request(method, f"/api/v1{path}", headers=headers, **more)


def identify(token: str) -> Caller:
    if token != "a-good-token":
        raise NotSignedIn
    return PERSON


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    now = [START]
    with fresh_database("sqlite", tmp_path) as database:
        accounts = Administrators(database, lambda: now[0], CHEAP)
        new = NewAdministrator(login="boss", role=AdministratorRole.CENTRAL_ADMIN, firm=None)
        number = accounts.create(new, PASSWORD, actor="cli").id
        parts = ApiParts(
            database=database,
            now=lambda: now[0],
            site=Site(client_id="5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"),
            identify=identify,
            hasher=CHEAP,
        )
        client = testing.TestClient(create_app(parts))
        yield Desk(database=database, client=client, accounts=accounts, number=number, now=now)


def test_a_session_says_who_is_signed_in(desk: Desk) -> None:
    found = desk.sign_in(login=" BOSS ")

    assert found.status_code == 201
    told = found.json["session"]
    assert (told["login"], told["role"], told["firm_id"]) == ("boss", "central_admin", None)
    assert desk.ask(found.json["token"], "GET", "/session").json == told
    assert len(found.json["token"]) >= 43


def test_a_token_is_stored_only_as_its_digest(desk: Desk) -> None:
    token = desk.token()
    with desk.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM session").all()
    assert rows
    assert token not in str(rows)


def test_refusals_are_alike_whatever_was_wrong(desk: Desk) -> None:
    """Unknown, wrong password, disabled, locked, missing second factor: one answer, to the byte."""
    answers = {body(desk.sign_in(password="wrong wrong wrong")), body(desk.sign_in(login="nobody"))}
    other = NewAdministrator(login="off", role=AdministratorRole.CENTRAL_ADMIN, firm=None)
    number = desk.accounts.create(other, PASSWORD, actor="cli").id
    desk.accounts.set_enabled(number, enabled=False, actor="cli")
    answers.add(body(desk.sign_in(login="off")))
    desk.wait(PERIOD)
    for _ in range(MOST_FAILURES):
        desk.sign_in(password="wrong wrong wrong")
    answers.add(body(desk.sign_in()))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


def test_an_unknown_login_costs_the_server_what_a_known_one_costs(desk: Desk) -> None:
    """As many statements of each kind that change as many rows, in as many commits, and one hash: no shorter answer."""
    desk.sign_in(login="warming-up", password="wrong wrong wrong")
    known = work_of(desk, "boss")
    assert known == work_of(desk, "nobody")
    for _ in range(MOST_FAILURES):
        desk.sign_in(password="wrong wrong wrong")
    assert known == work_of(desk, "boss"), "nor does a locked one"


def work_of(desk: Desk, login: str) -> list[tuple[str, int]]:
    """What the database is asked for one try: kinds of statements, and how many rows those that write touch."""
    engine, done = desk.database.engine, list[tuple[str, int]]()

    def note(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        kind = statement.split(None, 1)[0]
        done.append((kind, cursor.rowcount if kind in ("INSERT", "UPDATE", "DELETE") else 0))

    def committed(_connection: Any) -> None:
        done.append(("COMMIT", 0))

    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "commit", committed)
    try:
        desk.sign_in(login=login, password="wrong wrong wrong")
    finally:
        event.remove(engine, "after_cursor_execute", note)
        event.remove(engine, "commit", committed)
    return done


def body(found: testing.Result) -> tuple[int, str, str]:
    return found.status_code, found.json["code"], found.json["title_en"]


def test_wrong_passwords_lock_for_longer_and_longer(desk: Desk) -> None:
    assert [lock_after(count) for count in (1, 4, 5, 6, 7, 30)] == [
        None,
        None,
        FIRST_LOCK,
        2 * FIRST_LOCK,
        4 * FIRST_LOCK,
        LONGEST_LOCK,
    ]
    for _ in range(MOST_FAILURES):
        assert desk.sign_in(password="wrong wrong wrong").status_code == 401
    desk.wait(FIRST_LOCK - timedelta(seconds=1))
    assert desk.sign_in().status_code == 401
    desk.wait(timedelta(seconds=1))
    assert desk.sign_in(password="wrong wrong wrong").status_code == 401
    desk.wait(FIRST_LOCK)
    assert desk.sign_in().status_code == 401, "the second lock is twice as long"
    desk.wait(FIRST_LOCK)
    assert desk.sign_in().status_code == 201
    assert desk.sign_in(password="wrong wrong wrong").status_code == 401
    assert desk.sign_in().status_code == 201, "a success begins the count anew"


@pytest.mark.parametrize("login", ["boss", "nobody-at-all"])
def test_many_tries_of_one_login_are_slowed_down_from_any_address(desk: Desk, login: str) -> None:
    seen = [
        desk.sign_in(login=login, password="wrong wrong wrong", remote_addr=f"203.0.113.{number}").status_code
        for number in range(TRIES + 2)
    ]
    assert seen == [401] * TRIES + [429] * 2
    slowed = desk.sign_in(login=login, remote_addr="198.51.100.1")
    assert slowed.headers["retry-after"] == str(slowed.json["retry_after_seconds"])
    desk.wait(timedelta(seconds=slowed.json["retry_after_seconds"]))
    assert desk.sign_in(login=login, password="wrong wrong wrong").status_code == 401


def test_many_tries_from_one_address_are_slowed_down_for_any_login(desk: Desk) -> None:
    headers = {"X-Forwarded-For": "10.9.9.9, 203.0.113.7"}
    seen = [
        desk.sign_in(login=f"login-{number}", headers=headers, remote_addr="127.0.0.1").status_code
        for number in range(TRIES + 1)
    ]
    assert seen == [401] * TRIES + [429]
    assert desk.sign_in(headers={"X-Forwarded-For": "203.0.113.8"}, remote_addr="127.0.0.1").status_code == 201
    # Who is not the proxy on this machine cannot name another address.
    seen = [
        desk.sign_in(login=f"l{number}", headers={"X-Forwarded-For": f"1.2.3.{number}"}, remote_addr="9.9.9.9")
        for number in range(TRIES + 1)
    ]
    assert seen[-1].status_code == 429


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_an_address_is_counted_by_what_one_caller_has(address: str, owner: str) -> None:
    assert owner_of(address) == owner


def test_a_session_ends_when_it_is_idle_too_old_or_revoked(desk: Desk) -> None:
    token = desk.token()
    desk.wait(IDLE - timedelta(seconds=1))
    assert desk.ask(token, "GET", "/session").status_code == 200
    desk.wait(IDLE)
    assert desk.ask(token, "GET", "/session").status_code == 401
    token = desk.token()
    for _ in range(int(LONGEST / timedelta(minutes=30)) - 1):
        desk.wait(timedelta(minutes=30))
        assert desk.ask(token, "GET", "/session").status_code == 200
    desk.wait(timedelta(minutes=30))
    assert desk.ask(token, "GET", "/session").status_code == 401


def test_one_ends_another_session_of_one_s_own_at_once(desk: Desk) -> None:
    here, there = desk.token(), desk.token()
    listed = desk.ask(here, "GET", "/sessions").json
    assert [one["current"] for one in listed["items"]].count(True) == 1
    other = next(one["id"] for one in listed["items"] if not one["current"])
    assert desk.ask(here, "DELETE", f"/sessions/{other}").status_code == 204
    assert desk.ask(there, "GET", "/session").status_code == 401
    assert desk.ask(here, "DELETE", "/session").status_code == 204
    assert desk.ask(here, "GET", "/session").status_code == 401


def test_the_first_password_must_go_before_anything_else(desk: Desk) -> None:
    boss = desk.token()
    made = desk.ask(boss, "POST", "/administrators", json={"login": "new", "role": "central_admin"}).json
    first = made["initial_password"]
    token = desk.token(login="new", password=first)
    assert desk.ask(token, "GET", "/session").json["must_change_password"]
    refused = desk.ask(token, "GET", "/firms")
    assert (refused.status_code, refused.json["code"]) == (403, "password_change_required")
    changed = desk.ask(token, "PUT", "/session/password", json={"current": first, "new": PASSWORD})
    assert changed.status_code == 200, changed.text
    assert not changed.json["must_change_password"]
    assert desk.ask(token, "GET", "/firms").status_code == 200
    assert desk.sign_in(login="new", password=first).status_code == 401


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("too short", "password_length"),
        ("password12345678", "password_common"),
        ("123456789012345", "password_common"),
        ("bossbossbossboss", "password_common"),
        ("x" * 1025, "invalid"),
        (PASSWORD, "password_same"),
    ],
)
def test_a_weak_password_is_refused(desk: Desk, new: str, code: str) -> None:
    token = desk.token()
    refused = desk.ask(token, "PUT", "/session/password", json={"current": PASSWORD, "new": new})
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert new not in refused.text
    assert desk.sign_in().status_code == 201


def test_a_new_password_ends_all_other_sessions(desk: Desk) -> None:
    here, there = desk.token(), desk.token()
    wrong = desk.ask(here, "PUT", "/session/password", json={"current": "wrong", "new": "slon spal na střeše"})
    assert (wrong.status_code, wrong.json["code"]) == (422, "password_wrong")
    done = desk.ask(here, "PUT", "/session/password", json={"current": PASSWORD, "new": "slon spal na střeše"})
    assert done.status_code == 200
    assert desk.ask(there, "GET", "/session").status_code == 401
    assert desk.ask(here, "GET", "/session").status_code == 200


def test_a_password_may_be_typed_on_any_system(desk: Desk) -> None:
    """The same keys give composed letters on one system and decomposed ones on another."""
    assert desk.sign_in(password=unicodedata.normalize("NFD", PASSWORD)).status_code == 201


def test_a_second_factor_is_needed_once_it_is_confirmed(desk: Desk) -> None:
    here, there = desk.token(), desk.token()
    started = desk.ask(here, "POST", "/session/totp").json
    assert started["otpauth_uri"].startswith("otpauth://totp/")
    assert desk.sign_in().status_code == 201, "nothing changes before the first code"
    assert desk.ask(here, "PUT", "/session/totp", json={"code": "000000"}).json["code"] == "totp_code_wrong"
    totp = pyotp.TOTP(started["secret"])
    code = totp.at(desk.now[0])
    codes = desk.ask(here, "PUT", "/session/totp", json={"code": code}).json["codes"]
    assert desk.ask(there, "GET", "/session").status_code == 401, "it began without a second factor"
    assert desk.sign_in().status_code == 401
    assert desk.sign_in(totp=code).status_code == 401, "a code is good once"
    desk.wait(timedelta(seconds=60))
    later = totp.at(desk.now[0])
    assert desk.sign_in(totp=later).status_code == 201
    assert desk.sign_in(totp=later).status_code == 401
    assert desk.sign_in(totp=codes[3]).status_code == 201
    assert desk.sign_in(totp=codes[3]).status_code == 401, "a recovery code is good once"
    with desk.database.engine.connect() as connection:
        stored = str(connection.execute(recovery_code.select()).all()) + str(
            connection.exec_driver_sql("SELECT * FROM administrator").all()
        )
    assert started["secret"] not in stored
    assert not [one for one in codes if one in stored or one.replace("-", "") in stored]


def test_what_changes_how_one_signs_in_needs_a_fresh_sign_in(desk: Desk) -> None:
    token = desk.token()
    desk.wait(timedelta(minutes=16))
    for method, path, given in (
        ("POST", "/session/totp", None),
        ("DELETE", "/session/totp", None),
        ("PUT", "/session/entra", {"access_token": "a-good-token"}),
    ):
        refused = desk.ask(token, method, path, json=given) if given else desk.ask(token, method, path)
        assert (refused.status_code, refused.json["code"]) == (403, "sign_in_again"), path


def test_entra_signs_in_whom_an_account_is_linked_to_and_nobody_else(desk: Desk) -> None:
    def with_entra(token: str = "a-good-token") -> testing.Result:
        return desk.client.simulate_post("/api/v1/session/entra", json={"access_token": token})

    assert desk.client.simulate_get("/api/v1/server").json["entra"]["client_id"]
    assert (with_entra().status_code, with_entra("forged").status_code) == (401, 401)
    token = desk.token()
    assert desk.ask(token, "PUT", "/session/entra", json={"access_token": "a-good-token"}).json["entra"]
    found = with_entra()
    assert (found.status_code, found.json["session"]["method"]) == (201, "entra")
    assert found.json["session"]["login"] == "boss"
    taken = {"login": "two", "role": "central_admin", "entra": {"tenant_id": PERSON.tid, "object_id": PERSON.oid}}
    refused = desk.ask(token, "POST", "/administrators", json=taken)
    assert (refused.status_code, refused.json["code"]) == (409, "entra_linked")
    path = f"/administrators/{desk.number}"
    unlinked = desk.client.simulate_patch(
        f"/api/v1{path}", json={"entra": None}, headers={"Authorization": f"Bearer {token}", "If-Match": "*"}
    )
    assert unlinked.json["entra"] is None
    assert with_entra().status_code == 401


def test_old_sessions_are_swept_and_their_number_is_bounded(desk: Desk) -> None:
    for _ in range(25):
        desk.wait(PERIOD)
        desk.token()
    with desk.database.engine.connect() as connection:
        kept = connection.execute(session.select()).all()
    assert len(kept) == 20


def test_nobody_takes_the_last_central_administrator_or_themselves_away(desk: Desk) -> None:
    token = desk.token()
    own = desk.client.simulate_delete(
        f"/api/v1/administrators/{desk.number}", headers={"Authorization": f"Bearer {token}", "If-Match": "*"}
    )
    assert (own.status_code, own.json["code"]) == (409, "own_account")
    with pytest.raises(Refused) as last:
        desk.accounts.remove(desk.number, actor="cli")
    assert last.value.code == "last_central_admin"
    with desk.database.engine.connect() as connection:
        assert len(connection.execute(administrator.select()).all()) == 1
