"""Requests of the matrix: every route as every actor about every target."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from falcon import testing

from server.api.rest.routes import Route
from server.api.v1.every import every_route
from tests.security.rows import ROWS, Row
from tests.security.world import DEAD, LIVING, SecurityWorld

TARGETS: Final = ("own", "foreign", "deleted", "unknown")
ACTORS: Final = (*DEAD, "must_change", *LIVING)
_PLACE: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request."""

    route: Route
    row: Row
    actor: str
    target: str

    @property
    def label(self) -> str:
        return f"{self.route.method} {self.route.path} as {self.actor} about {self.target}"

    @property
    def has_object(self) -> bool:
        """Whether the path names something inside of a firm, or of one's own."""
        return any(name != "firm_id" for name in self.route.places)


def routes() -> Iterator[tuple[Route, Row]]:
    for route in every_route():
        row = ROWS.get((route.method, route.path))
        if row is not None:
            yield route, row


def cases(actors: tuple[str, ...] = ACTORS) -> Iterator[Case]:
    """A route without a place in its path has no other target than its own."""
    for route, row in routes():
        for actor in actors:
            for target in TARGETS if route.places else ("own",):
                yield Case(route=route, row=row, actor=actor, target=target)


def path_of(world: SecurityWorld, case: Case) -> str:
    """The path about the target. Objects of a firm are looked for in the actor's own firm, so that only they are wrong.

    Where the firm is all that the path names, the firm is the target; a removed firm does not exist here.
    """
    ids, own = world.facts.ids, dict(world.facts.ids["own"])
    wanted = ids[case.target]
    if case.actor == "other_admin":
        own = dict(ids["foreign"])
        wanted = {"own": ids["foreign"], "foreign": ids["own"]}.get(case.target, wanted)

    if case.target == "own" and case.actor in world.facts.sessions:
        wanted = wanted | {"session_id": world.facts.sessions[case.actor]}

    def one(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == "firm_id":
            return own[name] if case.has_object else wanted.get(name, ids["unknown"][name])
        return wanted[name] if name in wanted else ids["unknown"][name]

    return _PLACE.sub(one, case.route.path)


def send(world: SecurityWorld, case: Case) -> testing.Result:
    more: dict[str, Any] = {"params": case.row.query}
    if case.row.body is not None:
        more["body"] = json.dumps(_own_firm(world, case.row.body, case.actor))
        more["headers"] = {"Content-Type": "application/json"}
    if case.route.is_edit:
        more["headers"] = more.get("headers", {}) | {"If-Match": "*"}
    return world.ask(case.actor, case.route.method, path_of(world, case), **more)


def _own_firm(world: SecurityWorld, body: dict[str, Any], actor: str) -> dict[str, Any]:
    if body.get("firm_id") != 0:
        return body
    return body | {"firm_id": int(world.facts.foreign if actor == "other_admin" else world.facts.own)}


def is_reachable(case: Case) -> bool:
    """Whether the target is the actor's to reach: a central administrator's are all that exist."""
    if case.target == "own" or not case.route.places:
        return True
    if case.target != "foreign" or case.actor != "central_admin":
        return False
    # All firms and all administrators; but not an object of one firm by another firm's path, nor somebody's session.
    return not case.has_object or "administrator_id" in case.route.places
