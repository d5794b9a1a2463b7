"""B18: a page of a firm's 1,000 users over the admin API, beside Falcon's shortest answer in the same process."""

from typing import Any

import falcon
from falcon import testing

from bench.measured import Found, Run, Target, cpu_of_thread, median
from tests.security.world import SecurityWorld, fresh_world
from tests.server.api.test_lists import counted, fill

TITLE = "B18: reading over the admin API"
USERS = 1000
PAGE = 100
TARGETS = (
    Target(bar="B18", name="SQL statements of a page of users", most=3),
    Target(bar="B18", name="SQL statements more for ten times the users", most=0),
    Target(
        bar="B18",
        name="CPU of a page of 100 users, to a hello",
        most=12,
        unit="times",
        kind="cpu",
        obstacle="A row is read by the driver, its instants become Python's, and it becomes an entry, an answer and "
        "JSON, each once. What the database itself does (a hundred rows with calendars and pairs, the count of "
        "all) takes a third of the target, a page of one user two thirds (see the details): who asks is looked up for "
        "each request, so that a revoked session ends at once. A faster JSON encoder would spare three hellos.",
    ),
)


class _Hello:
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"hello": "world"}


def measure(run: Run) -> Found:
    rounds, times = (3, 10) if run.quick else (11, 40)
    app: falcon.App[Any, Any] = falcon.App()
    app.add_route("/hello", _Hello())
    hello = testing.TestClient(app)
    statements = {}
    with fresh_world() as small:
        fill(small, USERS)
        statements[USERS] = _statements(small)
        page, one = _page(small, PAGE).content, _page(small, 1).content
        costs: dict[str, list[float]] = {"hello": [], "page": [], "one user": [], "nobody asks": []}
        for _ in range(rounds):
            costs["hello"].append(_cost(lambda: hello.simulate_get("/hello"), 10 * times))
            costs["page"].append(_cost(lambda: _same(small, PAGE, page), times))
            costs["one user"].append(_cost(lambda: _same(small, 1, one), times))
            costs["nobody asks"].append(_cost(lambda: small.ask("nobody", "GET", "/me"), times))
    with fresh_world() as large:
        fill(large, 10 * USERS)
        statements[10 * USERS] = _statements(large)
    ratios = {name: median(b / a for a, b in zip(costs["hello"], some, strict=True)) for name, some in costs.items()}
    return Found(
        values={
            "SQL statements of a page of users": float(statements[USERS]),
            "SQL statements more for ten times the users": float(statements[10 * USERS] - statements[USERS]),
            "CPU of a page of 100 users, to a hello": ratios["page"],
        },
        details={
            "to a hello": {name: round(value, 1) for name, value in ratios.items()},
            "CPU ms": {name: round(1000 * median(values), 3) for name, values in costs.items()},
        },
    )


def _page(world: SecurityWorld, limit: int) -> testing.Result:
    found = _asked(world, limit)
    if found.status_code != 200 or len(found.json["items"]) != limit:
        raise RuntimeError(f"{found.status_code}")
    return found


def _same(world: SecurityWorld, limit: int, expected: bytes) -> None:
    """The page again, by its bytes alone: time stands still, and to read its JSON is the client's work."""
    if _asked(world, limit).content != expected:
        raise RuntimeError("another page")


def _asked(world: SecurityWorld, limit: int) -> testing.Result:
    return world.ask("firm_admin", "GET", f"/firms/{world.facts.own}/users", params={"limit": str(limit)})


def _statements(world: SecurityWorld) -> int:
    _page(world, PAGE)
    with counted(world.database.engine) as statements:
        _page(world, PAGE)
    return len(statements)


def _cost(work: Any, times: int) -> float:
    """CPU seconds of one, in this thread: the application runs in it."""
    return cpu_of_thread(lambda: [work() for _ in range(times)]) / times
