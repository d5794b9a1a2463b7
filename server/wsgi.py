"""gunicorn's entry: ``server.wsgi:application()`` builds the application once in each process, with its own pool."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from server.api.app import ApiParts, create_app
from server.settings import load_settings
from server.telemetry import configure_logging
from server.wiring import open_store

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
#: A worker that looks around each poll is missed after this many of them, but not before two minutes.
_MISSED_POLLS = 4
_LEAST_GRACE_SECONDS = 120.0


def application() -> Wsgi:
    """From the environment. Raises Misconfigured, also when the database is not migrated."""
    settings = load_settings(os.environ)
    configure_logging(settings)
    grace = max(_LEAST_GRACE_SECONDS, float(_MISSED_POLLS * settings.poll_seconds))
    return create_app(
        ApiParts(
            database=open_store(settings),
            worker_grace_seconds=grace,
            public_url=settings.public_url,
            client_id=settings.client_id,
        )
    )
