"""``$batch``: up to 20 entries, each with its own answer, throttle and faults. Facts: graph-calendar §15 [doc]."""

import base64
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from simulator.graph.errors import GraphError, bad_request
from simulator.graph.state import Json
from simulator.wire import SimRequest, SimResponse

#: Answers one entry as if it were a request of its own.
AnswerEntry = Callable[[SimRequest], SimResponse]
#: Wraps the answering of each entry, so that faults can strike before, after or instead of it.
EntryWrapper = Callable[[SimRequest, AnswerEntry], SimResponse]

_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def batch_entries(body: bytes) -> list[Json]:
    """The checked entries; raises 400 for what spoils the whole batch."""
    try:
        document: Any = json.loads(body)
    except ValueError:
        raise bad_request("Invalid batch payload format.", "BadRequest") from None
    entries = document.get("requests") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise bad_request("Invalid batch payload format.", "BadRequest")
    if len(entries) > 20:
        raise bad_request("Number of batch request steps exceeds the maximum value of 20.", "BadRequest")
    names = [str(entry.get("id")) for entry in entries]
    if any(not entry.get("id") for entry in entries) or len(set(names)) != len(names):
        raise bad_request("Request Id has to be unique in a batch.", "BadRequest")
    known: set[str] = set()
    for entry in entries:
        if entry.get("method") not in _METHODS or not isinstance(entry.get("url"), str):
            raise bad_request("Invalid method or url of a batch request.", "BadRequest")
        if not set(entry.get("dependsOn") or ()) <= known:
            raise bad_request("A batch request depends on one that does not stand before it.", "BadRequest")
        known.add(str(entry["id"]))
    return entries


def run_batch(entries: list[Json], outer: SimRequest, answer: AnswerEntry, rng: random.Random) -> list[Json]:
    """The answers in an order of the service's own."""
    statuses: dict[str, int] = {}
    found: list[Json] = []
    for entry in entries:
        name = str(entry["id"])
        if any(statuses.get(other, 0) >= 400 for other in entry.get("dependsOn") or ()):
            document = _refusal(name, GraphError(424, "FailedDependency", "Failed Dependency"))
        elif entry.get("body") is not None and "content-type" not in _lowered(entry.get("headers")):
            text = "Write request id : " + name + " does not contain Content-Type header or body."
            document = _refusal(name, bad_request(text, "BadRequest"))
        elif "$batch" in entry["url"]:
            document = _refusal(name, bad_request("Batches cannot be nested.", "BadRequest"))
        else:
            document = _entry_json(name, answer(entry_request(entry, outer)))
        statuses[name] = document["status"]
        found.append(document)
    rng.shuffle(found)
    return found


def entry_request(entry: Json, outer: SimRequest) -> SimRequest:
    """An entry as a request of its own, with the batch's credentials and its own ``Prefer``."""
    path, _, query = str(entry["url"]).partition("?")
    headers = {"authorization": outer.headers.get("authorization", "")} | _lowered(entry.get("headers"))
    body = entry.get("body")
    return SimRequest(
        method=str(entry["method"]),
        host=outer.host,
        path=f"/v1.0/{path.lstrip('/')}",
        query=_pairs(query),
        headers=headers,
        body=b"" if body is None else json.dumps(body).encode(),
        client_ip=outer.client_ip,
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name), value) for name, _, value in parts]


def _lowered(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}


def _entry_json(name: str, answer: SimResponse) -> Json:
    document: Json = {"id": name, "status": answer.status, "headers": dict(answer.headers)}
    if answer.body:
        document["body"] = _entry_body(answer.body)
    return document


def _entry_body(body: bytes) -> Any:
    """JSON as it is, anything else (a proxy's page, a torn reply) as base64 text. Fact: [doc], graph-calendar §15."""
    try:
        return json.loads(body)
    except ValueError:
        return base64.b64encode(body).decode("ascii")


def _refusal(name: str, failure: GraphError) -> Json:
    error = {"code": failure.code, "message": failure.message}
    headers = {"Content-Type": "application/json"}
    return {"id": name, "status": failure.status, "headers": headers, "body": {"error": error}}
