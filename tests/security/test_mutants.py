"""A filter that is taken away is noticed: by the answers alone, by the guard, and on PostgreSQL by the database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.store.tables.meta import tenant_tables
from server.store.tables.people import audit
from tests.conftest import ExpectedLogs
from tests.security.fuzz import quiet
from tests.security.matrix import Case, cases, is_reachable, path_of, send
from tests.security.mutants import CODE, SORTED_BY_FIRM, TABLES, Mutant, mutated, without_filter, without_guard
from tests.security.test_matrix import expected
from tests.security.world import DEAD, SecurityWorld, fresh_world, postgresql_world

#: Half a minute of requests in all.
pytestmark = pytest.mark.slow

ACTORS = ("firm_admin", "firm_auditor", "central_admin", "must_change", "expired", "idle", "disabled")
Answer = tuple[int, str]


@pytest.fixture
def world() -> Iterator[SecurityWorld]:
    with fresh_world() as made:
        yield made


def reads(world: SecurityWorld, actors: tuple[str, ...] = ("firm_admin",)) -> dict[str, Answer]:
    """Every reading request about one's own firm; the description of the interface says nothing of firms."""
    found: dict[str, Answer] = {}
    for case in cases(actors):
        if case.route.method == "GET" and case.target == "own" and case.route.path != "/openapi.json":
            answer = send(world, case)
            found[case.label] = (answer.status_code, answer.text)
    for twin in ("passes/pass-twin", "pairs/pair-twin", "holds/hold-twin", "trail?activity=meeting:51"):
        path, _, query = f"/firms/{world.facts.own}/{twin}".partition("?")
        answer = world.ask("firm_admin", "GET", path, query_string=query)
        found[f"GET {twin} as firm_admin about both firms' id"] = (answer.status_code, answer.text)
    return found


def probes(world: SecurityWorld) -> dict[str, Answer]:
    """Requests that must be refused, and edits without a version; every one about another firm's twin of an object."""
    found: dict[str, Answer] = {}
    for case in cases(ACTORS):
        if case.actor in DEAD and case.route.path != "/session":
            continue  # who has no session is told so before anything else
        if case.actor == "central_admin" and (case.route.method, case.target) != ("GET", "unknown"):
            continue  # all firms are theirs; what does not exist is not
        if expected(case) in ((401,), (403,), (404,)) and case.target != "deleted":
            answer = send(world, case)
            found[case.label] = (answer.status_code, answer.text)
        if case.route.is_edit and case.actor == "firm_admin" and case.target == "foreign":
            answer = world.ask(case.actor, case.route.method, path_of(world, case), json=case.row.body or {})
            found[f"{case.label} without a version"] = (answer.status_code, answer.text)
    answer = world.ask(
        "firm_admin",
        "PATCH",
        f"/firms/{world.facts.own}",
        headers={"If-Match": "*", "Content-Type": "application/json"},
        body=json.dumps({"name": "Jiné jméno"}),
    )
    found["a firm's administrator renames it"] = (answer.status_code, answer.text)
    return found | {"entries of the audit log": (0, str(audit_entries(world)))}


def audit_entries(world: SecurityWorld) -> int:
    """A change that is made although its answer is a refusal leaves an entry."""
    return world.database.read_unscoped(lambda connection: len(connection.scalars(select(audit.c.id)).all()))


@pytest.fixture(scope="module")
def usual() -> tuple[dict[str, Answer], dict[str, Answer]]:
    """What is answered while nothing is wrong."""
    with fresh_world() as world:
        return reads(world, ("firm_admin", "central_admin")), probes(world)


@pytest.mark.parametrize("mutant", CODE, ids=lambda mutant: mutant.label)
def test_a_mutant_of_the_code_is_noticed(
    mutant: Mutant, world: SecurityWorld, usual: tuple[dict[str, Answer], dict[str, Answer]]
) -> None:
    with quiet(), mutated(mutant), without_guard():
        assert (reads(world, ("firm_admin", "central_admin")), probes(world)) != usual


@pytest.mark.parametrize("table", sorted(set(TABLES) - SORTED_BY_FIRM))
def test_a_table_without_its_filter_is_noticed_in_the_answers(
    table: str, world: SecurityWorld, usual: tuple[dict[str, Answer], dict[str, Answer]]
) -> None:
    known = {label: answer for label, answer in usual[0].items() if " as firm_admin " in label}
    with without_filter(frozenset({table})), without_guard():
        assert reads(world) != known


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_its_filter_is_stopped_by_the_guard(
    table: str, world: SecurityWorld, expected_logs: ExpectedLogs
) -> None:
    expected_logs("request_defect")
    with without_filter(frozenset({table})):
        found = reads(world)
    assert 500 in {status for status, _ in found.values()}
    assert [label for label, (_, text) in found.items() if "foreign" in text.replace("/foreign", "")] == []


@pytest.mark.postgres
def test_on_postgresql_the_database_answers_as_if_all_filters_were_there(tmp_path: Path) -> None:
    """Neither scope nor guard: what is left is row-level security."""
    everything = frozenset(table.name for table in tenant_tables())
    with postgresql_world(tmp_path) as world:
        known, refused = reads(world), probes(world)
        with without_filter(everything), without_guard():
            assert reads(world) == known
            assert probes(world) == refused
    assert {status for status, _ in known.values()} <= {200, 403}
    assert not [label for label, (_, text) in known.items() if "foreign" in text]


def test_the_probes_are_what_they_say() -> None:
    """Every route with a place is probed about another firm by somebody of a firm."""
    probed = {case.route.path for case in foreign_cases()}
    assert len(probed) >= 30


def foreign_cases() -> list[Case]:
    return [case for case in cases(("firm_admin",)) if case.target == "foreign" and not is_reachable(case)]
