"""No request sets what is not the caller's to set: unknown members are refused, never ignored, never stored."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from server.api.rest.routes import Route
from server.api.v1.every import every_route
from tests.security.matrix import Case, path_of
from tests.security.rows import ROWS
from tests.security.test_matrix import everything
from tests.security.world import SecurityWorld, fresh_world

#: Members that somewhere in the store or in an answer mean something, and what an attacker would wish for.
WISHES: dict[str, Any] = {
    "id": 1,
    "firm_id": 1,
    "firm": 1,
    "role": "central_admin",
    "enabled": True,
    "is_admin": True,
    "revision": 1,
    "connection_revision": 1,
    "connected": True,
    "seats": 1_000_000,
    "seats_used": 0,
    "valid_until": "2199-12-31",
    "grace_days": 365,
    "note": "x",
    "paused": False,
    "tenant_id": "6f1c9a7e-1111-4222-8333-1234567890aa",
    "raynet_key": "x",
    "raynet_url": "https://evil.example/api/v2",
    "password": "nothing but water and salt",
    "password_hash": "x",
    "must_change_password": False,
    "totp": False,
    "totp_secret": "x",
    "failures": 0,
    "locked_until": None,
    "entra_tenant_id": "x",
    "entra_object_id": "x",
    "created_at": "2026-01-01T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "mailbox": "mailbox-1",
    "state": "ready",
    "decision": "confirm",
    "actor": "cli",
    "admin": True,
    "__proto__": {},
}


def writing() -> list[tuple[Route, type[BaseModel]]]:
    return [(route, route.body) for route in every_route() if route.body is not None]


def test_every_writable_shape_refuses_members_that_it_does_not_have() -> None:
    for _, body in writing():
        assert body.model_config.get("extra") == "forbid", body.__name__
        assert body.model_config.get("strict") is True, body.__name__


@pytest.mark.parametrize(("method", "path"), [(route.method, route.path) for route, _ in writing()], ids=str)
def test_no_member_beyond_the_shape_is_taken(method: str, path: str) -> None:
    row = ROWS[method, path]
    route = next(one for one in every_route() if (one.method, one.path) == (method, path))
    assert route.body is not None
    with fresh_world() as world:
        before = everything(world)
        for name, value in WISHES.items():
            if name not in route.body.model_fields:
                answer = send(world, route, (row.body or {}) | {name: value})
                assert (answer, name) == ((422, "extra_forbidden"), name)
        assert everything(world) == before


def send(world: SecurityWorld, route: Route, body: dict[str, Any]) -> tuple[int, str]:
    case = Case(route=route, row=ROWS[route.method, route.path], actor="central_admin", target="own")
    headers = {"Content-Type": "application/json"} | ({"If-Match": "*"} if route.is_edit else {})
    found = world.ask("central_admin", route.method, path_of(world, case), body=json.dumps(body), headers=headers)
    kinds = [one["kind"] for one in found.json.get("errors", [])]
    return found.status_code, kinds[-1] if kinds else found.json["code"]


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ({"login": "evil", "role": "central_admin", "firm_id": None}, "firm_admin"),
        ({"login": "evil", "role": "central_admin", "firm_id": 2}, "firm_admin"),
        ({"login": "evil", "role": "firm_admin", "firm_id": 1}, "firm_admin"),
        ({"login": "evil", "role": "firm_admin", "firm_id": 987654321}, "firm_admin"),
        ({"login": "evil", "role": "central_admin", "firm_id": 2}, "central_admin"),
        ({"login": "evil", "role": "firm_admin", "firm_id": None}, "central_admin"),
    ],
)
def test_nobody_makes_an_administrator_beyond_the_own_rights(body: dict[str, Any], who: str) -> None:
    with fresh_world() as world:
        before = everything(world)
        assert world.ask(who, "POST", "/administrators", json=body).status_code in (404, 422)
        assert everything(world) == before


def test_a_firm_s_administrator_does_not_make_anybody_central() -> None:
    with fresh_world() as world:
        number = world.facts.ids["own"]["administrator_id"]
        found = world.ask(
            "firm_admin",
            "PATCH",
            f"/administrators/{number}",
            json={"role": "central_admin"},
            headers={"If-Match": "*"},
        )
        assert (found.status_code, found.json["code"]) == (422, "invalid")
