"""A request id for each request, one log line and its figures at the end."""

import itertools
import re
import secrets
import time
from typing import Final

import falcon
import structlog

from server.api.metrics import Metrics

_LOG = structlog.get_logger("api")
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestLog:
    """The id comes from the proxy in front where it is a plain one, and goes back in ``X-Request-Id``."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        #: Of this process; where they begin tells them from another's.
        self._ids = itertools.count(secrets.randbits(60))

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        given = req.get_header("X-Request-Id") or ""
        req.context.request_id = given if _GIVEN_ID.fullmatch(given) else f"{next(self._ids):016x}"
        req.context.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=req.context.request_id)

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001  # Falcon's signature
    ) -> None:
        seconds = time.perf_counter() - getattr(req.context, "began", time.perf_counter())
        # The template, never the path: a path may hold a secret.
        route = req.uri_template or "none"
        resp.set_header("X-Request-Id", getattr(req.context, "request_id", ""))
        self._metrics.request(route, req.method, resp.status_code, seconds)
        if route not in _QUIET:
            _LOG.info(
                "request", method=req.method, route=route, status=resp.status_code, took_ms=round(seconds * 1000, 1)
            )
        structlog.contextvars.clear_contextvars()
