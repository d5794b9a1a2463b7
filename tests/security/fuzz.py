"""Requests made from our own description of the interface, good and bad ones, as callers of all kinds.

``python -m tests.security.fuzz --cases 10000`` runs the whole number and prints what was answered; tests run a share.
"""

import argparse
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from server.api.v1.every import BASE
from server.store.admin.sessions import Sessions
from server.store.tables.accounts import SignInMethod
from tests.security.world import NOW, SecurityWorld, fresh_world

ROLES: Final = ("central_admin", "firm_admin", "firm_auditor", "must_change", "anonymous")
#: What every answer must fulfil.
WANTED: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
#: How often a place in a path names something that exists, so that most requests get past the door.
_REAL_SHARE: Final = 0.75


@dataclass(slots=True)
class Figures:
    """What came of a run."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    by_role: Counter[str] = field(default_factory=Counter)

    def text(self) -> str:
        statuses = " ".join(f"{status}:{count}" for status, count in sorted(self.statuses.items()))
        roles = " ".join(f"{role}:{count}" for role, count in sorted(self.by_role.items()))
        return f"{self.cases} cases, {len(self.problems)} violations; roles {roles}; statuses {statuses}"


def fuzz(per_operation: int, *, roles: tuple[str, ...] = ROLES, start: int = 1) -> Figures:
    """``per_operation`` cases of each operation for each role; each role in a world of its own."""
    figures = Figures()
    for role in roles:
        with fresh_world() as world:
            _fuzz_role(world, role, per_operation, start, figures)
    return figures


def _fuzz_role(world: SecurityWorld, role: str, per_operation: int, start: int, figures: Figures) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", world.client.app)
    checks = [CHECKS.get_one(name) for name in WANTED]
    choice = random.Random(start)  # repeatable on purpose
    for found in schema.get_all_operations():
        operation = found.ok()
        strategy = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @seed(start)
        @settings(
            max_examples=per_operation,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def run(case: Any) -> None:
            _one(world, role, case, checks, choice, figures)

        run()


def _one(
    world: SecurityWorld, role: str, case: Any, checks: list[Any], choice: random.Random, figures: Figures
) -> None:
    _make_real(world, case, choice)
    headers = {}
    if role != "anonymous":
        headers["Authorization"] = f"Bearer {_token(world, role)}"
    figures.cases += 1
    figures.by_role[role] += 1
    try:
        response = case.call(headers=headers)
    except Exception as error:  # noqa: BLE001  # whatever comes out of the application is a finding
        figures.problems.append(f"{role} {case.method} {case.path}: raised {type(error).__name__}")
        return
    figures.statuses[response.status_code] += 1
    try:
        case.validate_response(response, checks=checks, headers=headers)
    except AssertionError as failure:
        figures.problems.append(f"{role} {case.method} {case.path}: {response.status_code} {str(failure)[:600]}")
    except BaseExceptionGroup as failures:
        told = "; ".join(str(one)[:300] for one in failures.exceptions)
        figures.problems.append(f"{role} {case.method} {case.path}: {response.status_code} {told}")


def _token(world: SecurityWorld, role: str) -> str:
    """A living one: requests end sessions, too."""
    token = world.facts.tokens[role]
    sessions = Sessions(world.database, lambda: NOW)
    if sessions.resolve_unscoped(token) is None:
        account = world.facts.accounts[role]
        token, _ = sessions.start_unscoped(account, SignInMethod.PASSWORD)
        world.facts.tokens[role] = token
    return token


def _make_real(world: SecurityWorld, case: Any, choice: random.Random) -> None:
    """Mostly ids that exist and versions that fit."""
    ids = world.facts.ids["own"]
    for name in case.path_parameters or {}:
        if name in ids and choice.random() < _REAL_SHARE:
            case.path_parameters[name] = ids[name]
    if case.headers and "If-Match" in case.headers and choice.random() < _REAL_SHARE:
        case.headers["If-Match"] = "*"


def _together(one: Figures, other: Figures) -> Figures:
    return Figures(
        cases=one.cases + other.cases,
        statuses=one.statuses + other.statuses,
        problems=one.problems + other.problems,
        by_role=one.by_role + other.by_role,
    )


@contextmanager
def quiet() -> Iterator[None]:
    """No record of each request."""
    logging.disable(logging.ERROR)
    structlog.contextvars.clear_contextvars()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with fresh_world() as world:
        operations = sum(len(path) for path in world.client.simulate_get(f"{BASE}/openapi.json").json["paths"].values())
    each = -(-options.cases // (operations * len(ROLES)))
    with quiet():
        figures = fuzz(each, start=options.seed)
        # A route that takes little has fewer different requests than were asked for.
        while figures.cases < options.cases:
            options.seed += 1
            figures = _together(figures, fuzz(2, start=options.seed))
    for problem in figures.problems[:50]:
        print(json.dumps(problem, ensure_ascii=False))  # noqa: T201  # a command
    print(figures.text())  # noqa: T201  # a command
    return 1 if figures.problems or figures.cases < options.cases else 0


if __name__ == "__main__":
    sys.exit(main())
