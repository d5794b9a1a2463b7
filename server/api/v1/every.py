"""All routes of ``/api/v1``: a module of routes is mounted, described and tested by standing here."""

from typing import Any, Final

from server.api.rest.openapi import described
from server.api.rest.routes import Route
from server.api.v1 import (
    about,
    account,
    administrators,
    alerts,
    audit,
    decisions,
    directory,
    firms,
    health,
    jobs,
    licence,
    microsoft,
    raynet,
    rules,
    series,
    sync,
    users,
)

BASE: Final = "/api/v1"
GROUPS: Final = (
    about.ROUTES,
    account.ROUTES,
    firms.ROUTES,
    health.ROUTES,
    raynet.ROUTES,
    microsoft.ROUTES,
    users.ROUTES,
    directory.ROUTES,
    licence.ROUTES,
    rules.ROUTES,
    sync.ROUTES,
    jobs.ROUTES,
    series.ROUTES,
    decisions.ROUTES,
    administrators.ROUTES,
    audit.ROUTES,
    alerts.ROUTES,
)


def every_route() -> tuple[Route, ...]:
    """In the order of the groups."""
    return tuple(route for group in GROUPS for route in group.declared)


def openapi_document(version: str = "0.1.0") -> dict[str, Any]:
    """The published description."""
    return described(BASE, version, every_route())
