"""gunicorn's entry: ``server.wsgi:application()`` builds the application once in each process, with its own pool."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from typing import Any

from gunicorn.http.errors import ParseException

from server.api.app import ApiParts, create_app
from server.api.services import Site
from server.settings import Settings, load_settings
from server.telemetry import configure_logging
from server.wiring import build_remotes, build_sign_ins, credential_of, open_store

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
#: A worker that looks around each poll is missed after this many of them, but not before two minutes.
_MISSED_POLLS = 4
_LEAST_GRACE_SECONDS = 120.0
#: Threads that read Raynet's records ahead of the panel's searches.
_READERS = 2


def site_of(settings: Settings) -> Site:
    """What the admin API tells of this server."""
    try:
        version = metadata.version("raynet-outlook-sync")
    except metadata.PackageNotFoundError:
        # Run from a checkout.
        version = "0"
    return Site(
        version=version,
        public_url=settings.public_url,
        raynet_urls=settings.raynet_urls,
        client_id=settings.client_id,
        authority_url=settings.authority_url,
        credential=credential_of(settings),
    )


class _Body:
    """A request's body whose broken chunks are OSError, as every other end of a connection is."""

    def __init__(self, given: Any) -> None:
        self._given = given

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._given.read(size))
        except ParseException as broken:
            raise OSError from broken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._given, name)


def with_readable_bodies(inner: Wsgi) -> Wsgi:
    """Fact: gunicorn raises its own errors while a body is read, such as InvalidChunkSize [tried]."""

    def called(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return inner(environ, start_response)

    return called


def application() -> Wsgi:
    """From the environment. Raises Misconfigured, also when the database is not migrated."""
    settings = load_settings(os.environ)
    configure_logging(settings)
    grace = max(_LEAST_GRACE_SECONDS, float(_MISSED_POLLS * settings.poll_seconds))
    database = open_store(settings)
    sign_ins = build_sign_ins(settings, database)
    served = create_app(
        ApiParts(
            database=database,
            worker_grace_seconds=grace,
            public_url=settings.public_url,
            client_id=settings.client_id,
            site=site_of(settings),
            remotes=build_remotes(settings, database),
            identify=sign_ins.administrators if sign_ins is not None else None,
            panel=sign_ins.panel if sign_ins is not None else None,
            executor=ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="panel-reader"),
        )
    )
    return with_readable_bodies(served)
