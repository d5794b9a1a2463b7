"""Bending replies for the fault layer: Raynet's ``data`` lists, Graph's ``value`` lists and ``$batch`` answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.wire import SimHandler, SimRequest, SimResponse

_GRAPH_CODES = {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable", 504: "GatewayTimeout"}


def with_status(request: SimRequest, status: int, retry_after: int | None) -> SimResponse:
    """An error in the words of the system that was asked."""
    headers = {"Content-Type": "application/json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return SimResponse(status=status, headers=headers, body=_dump(_error(request, status)))


def _error(request: SimRequest, status: int) -> Mapping[str, Any]:
    if request.path.startswith("/raynet/"):
        kind = "RequestLimitReached" if status == 429 else "ServerException"
        message = f"{kind}: simulated fault"
        return {"type": kind, "message": message, "translatedMessage": "Simulovaná chyba.", "status": status}
    if request.path.startswith("/entra/"):
        return {"error": "temporarily_unavailable", "error_description": "simulated fault", "error_codes": [90033]}
    return {"error": {"code": _GRAPH_CODES.get(status, "UnknownError"), "message": "Simulated fault."}}


def html_page(status: int) -> SimResponse:
    page = b"<!doctype html><html><head><title>Maintenance</title></head><body><h1>Be right back</h1></body></html>"
    return SimResponse(status=status, headers={"Content-Type": "text/html"}, body=page)


def truncated(response: SimResponse) -> SimResponse:
    """The first half of the body, Content-Length adapted: the client sees broken JSON, not a broken connection."""
    return replace(response, body=response.body[: len(response.body) // 2] or b"{")


def malformed(response: SimResponse) -> SimResponse:
    """The envelope without its content: Raynet without ``data``, Graph without ``value`` or ``id``."""
    body = _load(response.body)
    if isinstance(body, dict):
        content = {"data", "value", "id", "totalCount", "responses", "access_token"}
        body = {key: value for key, value in body.items() if key not in content}
    else:
        body = []
    return replace(response, body=_dump(body))


def cut_lists(request: SimRequest, response: SimResponse, keep: int | None, member: str | None) -> SimResponse:
    """Lists with their first ``keep`` rows only, counts and links untouched; None = an empty, consistent list."""
    body = _load(response.body)
    if not isinstance(body, dict):
        return response
    if "responses" in body:
        touched = _members(request, member)
        for one in body["responses"]:
            if str(one.get("id")) in touched and isinstance(one.get("body"), dict):
                _cut(one["body"], keep)
    else:
        _cut(body, keep)
    return replace(response, body=_dump(body))


def _cut(body: dict[str, Any], keep: int | None) -> None:
    for name in ("data", "value"):
        if isinstance(body.get(name), list):
            body[name] = body[name][: keep or 0]
            if keep is None and "totalCount" in body:
                body["totalCount"] = 0
            if keep is None and "@odata.count" in body:
                body["@odata.count"] = 0


def is_batch(request: SimRequest, member: str) -> bool:
    """Whether the request is a ``$batch`` with a member whose URL matches."""
    return request.path.endswith("/$batch") and bool(_members(request, member))


def member_status(
    handler: SimHandler, request: SimRequest, member: str, status: int, retry_after: int | None
) -> SimResponse:
    """The batch answer with the matching members refused; only the others reach the system."""
    refused = _members(request, member)
    asked: dict[str, Any] = _load(request.body)
    others = [one for one in asked["requests"] if str(one.get("id")) not in refused]
    answers: list[Any] = []
    if others:
        response = handler.handle(replace(request, body=_dump({**asked, "requests": others})))
        body = _load(response.body)
        if response.status != 200 or not isinstance(body, dict):
            return response
        answers = body["responses"]
    headers = {"Content-Type": "application/json", **({"Retry-After": str(retry_after)} if retry_after else {})}
    error = _error(request, status)
    answers += [{"id": one, "status": status, "headers": headers, "body": error} for one in sorted(refused)]
    return SimResponse(status=200, headers={"Content-Type": "application/json"}, body=_dump({"responses": answers}))


def _members(request: SimRequest, member: str | None) -> set[str]:
    body = _load(request.body)
    asked = body.get("requests", []) if isinstance(body, dict) else []
    return {
        str(one.get("id"))
        for one in asked
        if isinstance(one, dict) and (member is None or re.search(member, str(one.get("url"))) is not None)
    }


def _load(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _dump(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
