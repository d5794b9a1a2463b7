"""One request on its way through the service, and the reply a handler gives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from simulator.graph.access import Identity
from simulator.graph.errors import GraphError, bad_request
from simulator.graph.preferences import Preferences
from simulator.graph.state import Actor, Json
from simulator.wire import SimRequest

_BODY_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Call:
    """An authenticated request. ``parts`` are the decoded path segments after the version, ``path`` the raw rest."""

    request: SimRequest
    identity: Identity
    path: str
    parts: tuple[str, ...]
    prefer: Preferences
    now: datetime
    in_batch: bool = False

    @property
    def method(self) -> str:
        return self.request.method

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(self.request.query)

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        return self.request.query

    @property
    def actor(self) -> Actor:
        return Actor("app", self.identity.app_id)

    def json(self) -> Json:
        """The body as an object; raises 400 and 413."""
        if len(self.request.body) > _BODY_LIMIT:
            raise GraphError(413, "RequestEntityTooLarge", "The request body is too large.")
        try:
            document: Any = json.loads(self.request.body or b"{}")
        except ValueError:
            raise bad_request("Unable to read JSON request payload.", "BadRequest") from None
        if not isinstance(document, dict):
            raise bad_request("Unable to read JSON request payload.", "BadRequest")
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answers; ``document`` None means no body."""

    status: int = 200
    document: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
