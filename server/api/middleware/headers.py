"""Security headers on every response, errors included. A responder may have set a stricter or wider one before."""

from collections.abc import Mapping
from typing import Final

import falcon

#: One year. Fact: browsers keep to https for as long [RFC 6797]; nginx in front adds nothing to it.
DEFAULTS: Final = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


class SecurityHeaders:
    """Falcon calls it for every response that one of its routes, sinks or error handlers made."""

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001  # Falcon's signature
    ) -> None:
        given = resp.headers
        resp.set_headers(DEFAULTS if given.keys().isdisjoint(_NAMES) else _missing(given))


_NAMES: Final = frozenset(name.lower() for name, _ in DEFAULTS)


def _missing(given: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in DEFAULTS if name.lower() not in given]
