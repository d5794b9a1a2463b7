"""From a declared route to Falcon: session, role, firm, condition, decoding, the function, the answer; in this order.

Nothing before the decoding depends on the body or on what exists in other firms, so their answers tell nothing.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

import falcon
from pydantic import BaseModel, ValidationError

from server.api.middleware.size_limit import whole_body
from server.api.problems import InvalidMembers
from server.api.rest.access import reachable, refuse_role
from server.api.rest.call import Call, tag_of
from server.api.rest.routes import Accepted, Made, Route, Versioned, is_anonymous
from server.api.rest.shapes import LARGEST_ID, Shape
from server.api.services import Services
from server.domain.ids import FirmId
from server.errors import Invalid, NotFound, NotSignedIn, Refused
from server.store.admin.sessions import SignedIn

S = TypeVar("S", bound=Shape)
App = falcon.App[falcon.Request, falcon.Response]

BODY_LIMIT_BYTES: Final = 1_000_000
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}")
_NAME: Final = re.compile(r"[\x21-\x7e]{1,300}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")
_JSON: Final = re.compile(r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)
_LOOPBACK: Final = ("127.0.0.1", "::1")


class Endpoint:
    """All methods of one path, as Falcon wants them."""

    body_limit = BODY_LIMIT_BYTES

    def __init__(self, services: Services, routes: Iterable[Route]) -> None:
        for route in routes:
            setattr(self, f"on_{route.method.lower()}", partial(serve, services, route))


def add_routes(app: App, base: str, services: Services, routes: Iterable[Route]) -> None:
    """Mount ``routes`` under ``base``."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    for path, members in by_path.items():
        app.add_route(base + path, Endpoint(services, members))


def serve(services: Services, route: Route, req: falcon.Request, resp: falcon.Response, **places: str) -> None:
    """One request."""
    token = _token(req)
    signed_in = None if is_anonymous(route) else _signed_in(services, route, token)
    named: dict[str, object] = {name: _place(kind, places[name]) for name, kind in route.places.items()}
    firm = _firm(services, signed_in, named.pop("firm_id")) if route.of_a_firm else None
    call = Call(
        services=services,
        address=address_of(req),
        signed_in=signed_in,
        of_firm=firm,
        if_match=_condition(route, req),
        token=token,
    )
    if route.body is not None:
        named["body"] = decoded(route.body, req)
    named |= _query(route.query, req)
    _answer(resp, route, route.handler(call, **named))


def _token(req: falcon.Request) -> str:
    scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
    return token if scheme.lower() == "bearer" and _TOKEN.fullmatch(token) else ""


def _signed_in(services: Services, route: Route, token: str) -> SignedIn:
    who = services.administration.sessions.resolve_unscoped(token) if token else None
    if who is None:
        raise NotSignedIn
    refuse_role(route.access, who)
    return who


def _firm(services: Services, who: SignedIn | None, number: object) -> FirmId:
    if who is None or not isinstance(number, int):
        raise NotFound
    firm = reachable(who, number)
    if who.firm_id is None:
        # Somebody's own firm exists; a central administrator may name any number.
        services.administration.firm_list.refuse_unknown(firm)
    return firm


def _place(kind: type, text: str) -> int | str:
    """A part of the path. What cannot be an id names nothing."""
    if kind is int:
        if not _NUMBER.fullmatch(text) or int(text) > LARGEST_ID:
            raise NotFound
        return int(text)
    if not _NAME.fullmatch(text):
        raise NotFound
    return text


def _condition(route: Route, req: falcon.Request) -> str | None:
    if not route.is_edit:
        return None
    given = (req.get_header("If-Match") or "").strip()
    if not given:
        raise Refused("if_match_missing")
    return None if given == "*" else given


def address_of(req: falcon.Request) -> str:
    """The caller's address; the nginx on this machine appends whom it talks to."""
    peer: str = req.remote_addr
    forwarded = req.get_header("X-Forwarded-For") or ""
    return forwarded.rpartition(",")[2].strip() or peer if peer in _LOOPBACK else peer


def decoded(shape: type[S], req: falcon.Request) -> S:
    """The body as ``shape``. What was sent is never part of an error."""
    if not _JSON.fullmatch(req.content_type or ""):
        raise falcon.HTTPUnsupportedMediaType
    body = whole_body(req)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(shape, error) from None


def _query(shape: type[Shape], req: falcon.Request) -> dict[str, Shape]:
    given: Mapping[str, Any] = req.params
    if any(not isinstance(value, str) for value in given.values()):
        raise Invalid(field="query")
    try:
        query = shape.model_validate_strings(given)
    except ValidationError as error:
        raise _refusal(shape, error) from None
    return {"query": query} if shape.model_fields else {}


def _refusal(shape: type[Shape], error: ValidationError) -> Invalid:
    """Which members are wrong, by names that we know and pydantic's kinds; at most a few."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if any(one["type"] == "json_invalid" for one in found):
        raise falcon.HTTPBadRequest
    members = tuple((_known_place(shape, one["loc"]), str(one["type"])) for one in found[:20])
    return InvalidMembers(members)


def _known_place(shape: type[Shape], place: tuple[int | str, ...]) -> str:
    """The path of a member; a name that the caller made up is not repeated."""
    names = set(shape.model_fields) | _inner_names(shape)
    return ".".join(str(part) if isinstance(part, int) or part in names else "?" for part in place) or "?"


def _inner_names(shape: type[Shape]) -> set[str]:
    schema = shape.model_json_schema()
    return {name for inner in schema.get("$defs", {}).values() for name in inner.get("properties", {})}


def _answer(resp: falcon.Response, route: Route, answer: object) -> None:
    resp.status = falcon.code_to_http_status(route.status)
    version = None
    if isinstance(answer, Versioned | Made):
        version, answer = answer.version, answer.body
    elif isinstance(answer, Accepted):
        answer = answer.body
    if version is not None:
        resp.set_header("ETag", tag_of(version))
    if isinstance(answer, BaseModel):
        resp.content_type = falcon.MEDIA_JSON
        resp.data = answer.model_dump_json().encode()
