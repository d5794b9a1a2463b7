"""From a declared route of the panel to Falcon: token, person, state, decoding, the function, the answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, Final

import falcon
import structlog
from pydantic import BaseModel

from server.api.addin.call import call_of, refuse_unready
from server.api.addin.parts import Desk
from server.api.problems import App
from server.api.rest.serving import decoded
from server.api.rest.shapes import Shape

BASE: Final = "/addin/v1"
BODY_LIMIT_BYTES: Final = 64 * 1024
#: What the panel may say of itself, for the log only.
_LONGEST_CLIENT: Final = 120
_LOG = structlog.get_logger("addin")


class Needs(Enum):
    """What a route asks of its caller."""

    #: A token of a customer's tenant.
    SIGN_IN = auto()
    #: And a seat, a consent, a licence.
    READY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRoute:
    """``body`` None: none is read. What the function returns is the answer's body; None is 204."""

    method: str
    path: str
    needs: Needs
    handler: Callable[..., BaseModel | None]
    body: type[Shape] | None = None


class Endpoint:
    """All methods of one path, as Falcon wants them."""

    body_limit = BODY_LIMIT_BYTES

    def __init__(self, desk: Desk, routes: Iterable[PanelRoute]) -> None:
        for route in routes:
            setattr(self, f"on_{route.method.lower()}", partial(serve, desk, route))


def add_panel_routes(app: App, desk: Desk, routes: Iterable[PanelRoute]) -> None:
    """Mount ``routes`` under ``/addin/v1``."""
    by_path: dict[str, list[PanelRoute]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    for path, members in by_path.items():
        app.add_route(BASE + path, Endpoint(desk, members))


def serve(desk: Desk, route: PanelRoute, req: falcon.Request, resp: falcon.Response, **places: str) -> None:
    """One request."""
    call = call_of(desk, token_of(req))
    structlog.contextvars.bind_contextvars(firm=int(call.firm_id), client_code=_client(req))
    if route.needs is Needs.READY:
        refuse_unready(call)
    named: dict[str, Any] = dict(places)
    if route.body is not None:
        named["body"] = decoded(route.body, req)
    answered(resp, route.handler(call, **named))


def answered(resp: falcon.Response, answer: BaseModel | None) -> None:
    """The answer as JSON; nothing is 204."""
    if answer is None:
        resp.status = falcon.HTTP_204
        return
    resp.content_type = falcon.MEDIA_JSON
    resp.data = answer.model_dump_json().encode()


def token_of(req: falcon.Request) -> str:
    """The bearer token; empty where there is none."""
    scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _client(req: falcon.Request) -> str:
    """Which Outlook: words of the panel's own, nothing that could carry more or that a log would mask."""
    given = (req.get_header("X-Ros-Client") or "")[:_LONGEST_CLIENT].replace(" ", "_")
    return "".join(one for one in given if one.isascii() and (one.isalnum() or one in "./-_"))
