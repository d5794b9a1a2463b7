"""Bending replies for the fault layer: knows Raynet's ``data`` and Graph's ``value`` lists."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.wire import SimRequest, SimResponse, json_bytes

_GRAPH_CODES = {
    400: "ErrorInvalidRequest",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


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


def cut_list(response: SimResponse, keep: int | None) -> SimResponse:
    """The first ``keep`` rows only, counts and links untouched; None = an empty list that looks consistent."""
    body = _load(response.body)
    if not isinstance(body, dict):
        return response
    for name in ("data", "value"):
        if isinstance(body.get(name), list):
            body[name] = body[name][: keep or 0]
            counts = {"totalCount", "@odata.count"} & body.keys() if keep is None else set()
            body.update(dict.fromkeys(counts, 0))
    return replace(response, body=_dump(body))


def _load(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _dump(body: object) -> bytes:
    return json_bytes(body)
