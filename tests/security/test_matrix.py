"""Every route × every kind of caller × own, other firm's, removed and unknown objects."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from server.api.v1.every import every_route
from server.domain.ids import FirmId
from server.errors import NotFound
from server.store.admin.firm_list import FirmList
from tests.security.matrix import Case, cases, is_reachable, path_of, send
from tests.security.rows import ROWS
from tests.security.world import CANARIES, DEAD, SecurityWorld, fresh_world


@pytest.fixture(scope="module")
def shared() -> Iterator[SecurityWorld]:
    """For requests that are refused, hence change nothing."""
    with fresh_world() as world:
        yield world


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {(route.method, route.path) for route in every_route()} == set(ROWS)


def expected(case: Case) -> tuple[int, ...]:
    """The statuses that are right; who is refused is refused before the object is looked at."""
    if case.row.who == "anybody":
        return case.row.own
    if case.actor in DEAD:
        return (401,)
    if case.actor == "must_change" and case.row.who != "own_due":
        return (403,)
    if case.actor != "must_change" and not case.row.allows(case.actor):
        return (403,)
    return case.row.own if is_reachable(case) else (404,)


def refusals() -> list[Case]:
    return [case for case in cases() if expected(case) in ((401,), (403,), (404,))]


def test_who_may_not_is_refused_and_changes_nothing(shared: SecurityWorld) -> None:
    before = everything(shared)
    wrong = [
        f"{case.label}: {found.status_code}"
        for case in refusals()
        if (found := send(shared, case)).status_code not in expected(case)
    ]
    assert not wrong, "\n".join(wrong)
    assert len(refusals()) > 1_000
    assert everything(shared) == before


def everything(world: SecurityWorld) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the database, as they are stored; sessions' last use aside."""
    with world.database.engine.connect() as connection:
        names = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]  # noqa: S608
            for name in names
        }


@pytest.mark.parametrize("actor", ["must_change", "central_admin", "firm_admin", "firm_auditor", "other_admin"])
def test_who_may_is_served(actor: str, shared: SecurityWorld) -> None:
    wrong = []
    for case in cases((actor,)):
        if expected(case) in ((401,), (403,), (404,)):
            continue
        if case.route.method == "GET":
            found = send(shared, case)
        else:
            with fresh_world() as world:
                found = send(world, case)
        if found.status_code not in expected(case):
            wrong.append(f"{case.label}: {found.status_code} {found.text[:300]}")
        elif case.route.answer is not None and found.status_code < 300:
            # What is answered is not checked while it is made.
            wrong += unlike(case.route.answer, found.content, case.label)
    assert not wrong, "\n".join(wrong)


def unlike(shape: type[BaseModel], body: bytes, label: str) -> list[str]:
    """Where an answer is not of its declared shape."""
    try:
        shape.model_validate_json(body)
    except ValidationError as error:
        return [f"{label}: {one['loc']} {one['type']}" for one in error.errors(include_input=False)]
    return []


def test_another_firm_s_a_removed_and_an_unknown_object_look_the_same(shared: SecurityWorld) -> None:
    """To the byte, headers included; only the request id may tell two answers apart, and here it is one."""
    seen: dict[tuple[str, str, str], set[tuple[int, bytes, tuple[tuple[str, str], ...]]]] = {}
    for case in cases(("central_admin", "firm_admin", "firm_auditor", "other_admin")):
        if is_reachable(case) or not case.row.allows(case.actor):
            continue
        found = send(shared, case)
        answer = (found.status_code, found.content, tuple(sorted(found.headers.items())))
        seen.setdefault((case.actor, case.route.method, case.route.path), set()).add(answer)
    assert len(seen) > 100
    assert [key for key, answers in seen.items() if len(answers) != 1] == []


def test_a_firm_s_people_read_nothing_of_another_firm(shared: SecurityWorld) -> None:
    for actor in ("firm_admin", "firm_auditor"):
        for case in cases((actor,)):
            if case.route.method != "GET" or case.target != "own" or not case.row.allows(actor):
                continue
            text = send(shared, case).text.replace("/foreign", "")
            assert "foreign" not in text, case.label
            assert "poznámka provozovatele" not in text, case.label


def test_no_answer_holds_a_secret(shared: SecurityWorld) -> None:
    for case in cases(("central_admin", "firm_admin")):
        if case.route.method == "GET" and case.row.allows(case.actor):
            text = send(shared, case).text
            assert [canary for canary in CANARIES if canary in text] == [], case.label


def test_an_edit_without_a_version_is_refused_alike_for_whatever_object(shared: SecurityWorld) -> None:
    """428 comes before the object is looked for, hence tells nothing about it."""
    for case in cases(("firm_admin",)):
        if case.route.is_edit and case.has_object and case.row.allows(case.actor):
            path = send_without_version(shared, case)
            assert path == (428, "if_match_missing"), case.label


def send_without_version(world: SecurityWorld, case: Case) -> tuple[int, str]:
    found = world.ask(case.actor, case.route.method, path_of(world, case), json=case.row.body or {})
    return found.status_code, found.json["code"]


def test_a_firm_that_does_not_exist_is_not_found(shared: SecurityWorld) -> None:
    with pytest.raises(NotFound):
        FirmList(shared.database).refuse_unknown(FirmId(987_654_321))
