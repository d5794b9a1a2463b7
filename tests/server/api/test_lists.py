"""Lists by pages: however long they are, a page is a few statements; nothing is seen twice or left out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from server.domain.state import MailboxState, Origin, PairState, Role
from server.store.tables import items, people, runtime
from tests.security.world import NOW, SecurityWorld, fresh_world

MANY = 10_000


@pytest.fixture(scope="module")
def crowded() -> Iterator[SecurityWorld]:
    """A firm of ten thousand users with a pair each."""
    with fresh_world() as world:
        fill(world, MANY)
        yield world


def fill(world: SecurityWorld, count: int) -> None:
    firm, numbers = world.facts.own, range(1_000, 1_000 + count)
    seats = [
        {
            "id": n,
            "firm_id": firm,
            "email": f"{'jan.novak' if n % 7 == 0 else 'user'}-{n:06}@own.example",
            "revision": 1,
        }
        for n in numbers
    ]
    calendars = [
        {
            "firm_id": firm, "seat_id": n, "email": f"u{n:06}@own.example", "state": MailboxState.READY,
            "mailbox": f"box-{n}", "addresses": (), "matched": True, "failures": 0, "last_read_at": NOW,
        }
        for n in numbers
    ]  # fmt: skip
    links = [
        {
            "firm_id": firm, "id": f"l{n}", "origin": Origin.RAYNET, "generation": 1, "own_saves": 0, "sent": (),
            "attendee_persons": (), "masked": False, "is_open": True,
        }
        for n in numbers
    ]  # fmt: skip
    pairs = [
        {
            "firm_id": firm, "id": f"p{n}", "link_id": f"l{n}", "mailbox": f"box-{n}", "role": Role.LEAD,
            "origin": Origin.RAYNET, "state": PairState.LIVE, "event": f"e{n}", "failures": 0, "updated_at": NOW,
        }
        for n in numbers
    ]  # fmt: skip

    def work(connection: Any) -> int:
        connection.execute(insert(people.seat), seats)
        connection.execute(insert(runtime.mailbox_sync), calendars)
        connection.execute(insert(items.link), links)
        connection.execute(insert(items.pair), pairs)
        return 0

    world.database.write_unscoped(work)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("users", 3),
        ("users?sort=-lag", 3),
        ("users?q=Nov%C3%A1k", 3),
        ("users?state=ready", 3),
        ("pairs", 2),
        ("pairs?state=live", 2),
        ("errors", 2),
        ("passes", 2),
        ("conflicts", 2),
        ("holds", 2),
        ("subscriptions", 2),
        ("audit", 3),
    ],
)
def test_a_page_takes_a_few_statements_however_long_the_list_is(crowded: SecurityWorld, path: str, most: int) -> None:
    """One more finds out who asks."""
    name, _, query = path.partition("?")
    # What Raynet's people are called is read once a reading of the directory.
    crowded.ask("firm_admin", "GET", f"/firms/{crowded.facts.own}/{name}", query_string=query)
    with counted(crowded.database.engine) as statements:
        found = crowded.ask("firm_admin", "GET", f"/firms/{crowded.facts.own}/{name}", query_string=query)
    assert found.status_code == 200, found.text
    assert len(statements) <= most, "\n".join(statements)


def test_health_and_overview_take_as_many_statements_for_any_size(crowded: SecurityWorld) -> None:
    with counted(crowded.database.engine) as health:
        crowded.ask("central_admin", "GET", f"/firms/{crowded.facts.own}/health")
    with counted(crowded.database.engine) as overview:
        crowded.ask("central_admin", "GET", "/overview")
    assert len(health) <= 16
    assert len(overview) <= 15


def test_the_first_page_of_ten_thousand_users_is_quick(crowded: SecurityWorld) -> None:
    """Generously: a scan for each row would take minutes."""
    path = f"/firms/{crowded.facts.own}/users"
    crowded.ask("firm_admin", "GET", path)
    began = time.perf_counter()
    found = crowded.ask("firm_admin", "GET", path).json
    assert time.perf_counter() - began < 5.0
    assert found["total"] == MANY + 2
    assert len(found["items"]) == 100


def pages(world: SecurityWorld, path: str, **params: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        given = params | ({"cursor": cursor} if cursor else {})
        found = world.ask("firm_admin", "GET", f"/firms/{world.facts.own}/{path}", params=given)
        assert found.status_code == 200, found.text
        yield found.json
        cursor = found.json["next"]
        if cursor is None:
            return


@pytest.mark.parametrize("sort", ["email", "-email", "id", "-id", "state", "-state", "lag", "-lag"])
def test_turning_pages_shows_everybody_once_and_in_order(sort: str) -> None:
    with fresh_world() as world:
        fill(world, 61)
        seen = [one for found in pages(world, "users", limit="7", sort=sort) for one in found["items"]]
    assert len({one["id"] for one in seen}) == len(seen) == 63
    name = sort.removeprefix("-").replace("lag", "lag_seconds")
    values = [one[name] for one in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize("path", ["pairs?sort=-updated_at", "pairs?sort=id", "audit", "conflicts", "passes"])
def test_turning_pages_of_equal_instants_leaves_nothing_out(path: str) -> None:
    with fresh_world() as world:
        fill(world, 23)
        name, _, query = path.partition("?")
        params = {"sort": query.removeprefix("sort=")} if query else {}
        seen = [one["id"] for found in pages(world, name, limit="1", **params) for one in found["items"]]
        total = next(pages(world, name))["total"]
    assert len(set(seen)) == len(seen) == total


def test_search_ignores_case_and_accents(crowded: SecurityWorld) -> None:
    found = next(pages(crowded, "users", q="NOVÁK", limit="500"))
    assert found["total"] == len([n for n in range(1_000, 1_000 + MANY) if n % 7 == 0])
    assert all("novak" in one["email"] for one in found["items"])
    assert next(pages(crowded, "users", q="100%_"))["total"] == 0, "signs of LIKE are plain signs"


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "bm9uc2Vuc2U"},
        {"cursor": "WyJlbWFpbCIsMSwxXQ", "sort": "id"},
        {"cursor": "WyJlbWFpbCIse30sMV0"},
        {"cursor": "WyJlbWFpbCIsIlx1MDAwMCIsMV0"},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "1e2"},
        {"sort": "password_hash"},
        {"state": "nothing"},
        {"firm_id": "1"},
        {"q": "x" * 201},
    ],
    ids=str,
)
def test_what_a_list_does_not_understand_is_refused(crowded: SecurityWorld, params: dict[str, str]) -> None:
    found = crowded.ask("firm_admin", "GET", f"/firms/{crowded.facts.own}/users", params=params)
    assert (found.status_code, found.json["code"]) == (422, "invalid")


def test_a_query_given_twice_is_refused(crowded: SecurityWorld) -> None:
    found = crowded.ask("firm_admin", "GET", f"/firms/{crowded.facts.own}/users", query_string="limit=1&limit=2")
    assert found.status_code == 422


def test_firms_are_sorted_and_searched_although_their_names_are_sealed(crowded: SecurityWorld) -> None:
    down = crowded.ask("central_admin", "GET", "/firms", params={"sort": "-name", "limit": "1"}).json
    assert [one["name"] for one in down["items"]] == ["Firma own"]
    following = {"sort": "-name", "limit": "1", "cursor": down["next"]}
    assert crowded.ask("central_admin", "GET", "/firms", params=following).json["items"][0]["name"] == "Firma foreign"
    assert crowded.ask("central_admin", "GET", "/firms", params={"q": "FÓREIGN"}).json["total"] == 1
    worst = crowded.ask("central_admin", "GET", "/overview", params={"sort": "-state"}).json["items"]
    assert [one["state"] for one in worst] == ["failed", "warning"]
