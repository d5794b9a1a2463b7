"""Checks an exchange with a simulated system against the vendor's OpenAPI document.

The two documents (``raynet-openapi.json``, ``graph-openapi.json``) stand in a folder named by ``ROS_CONTRACTS`` or in
``shared/contracts`` beside the checkout. Where neither exists, every check answers False (nothing was checked).
Put ``CheckedHandler`` before a model to have *every* exchange of a test checked.

What the documents are known to say wrongly is handled here: formats are not enforced, ``uuid`` and ``extId`` in paths
are strings, ``tags`` may be a list or a comma-separated string, error bodies are undeclared for most Raynet operations.
"""

import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from simulator.wire import SimHandler, SimRequest, SimResponse

Json = Any
Check = Callable[[SimRequest, SimResponse], bool]

_STRING_PATH_PARAMETERS = frozenset({"uuid", "extId"})
_DELTA_SPELLINGS = ("/microsoft.graph.delta()", "/microsoft.graph.delta", "/delta()", "/delta")


class ContractBreachError(AssertionError):
    """A reply (or an accepted request) that the vendor's document does not allow. Names operation, place and rule."""


#: Operations that the excerpt leaves out. Fact: their forms are in graph-calendar §12 [doc].
_TOLD_ELSEWHERE = ("/translateExchangeIds",)


def contracts_folder() -> Path | None:
    """The folder with the two documents, or None where this checkout has none."""
    named = os.environ.get("ROS_CONTRACTS")
    root = Path(__file__).resolve().parents[2]
    candidates = [Path(named)] if named else [root.parent / "shared" / "contracts", root / "shared" / "contracts"]
    return next((folder for folder in candidates if (folder / "raynet-openapi.json").is_file()), None)


def check_raynet_exchange(request: SimRequest, response: SimResponse) -> bool:
    """True when the exchange was checked and fits, False without documents; raises ContractBreachError otherwise."""
    document = _document("raynet-openapi.json")
    if document is None:
        return False
    path = _after(request.path, "/api/v2")
    operation = document.operation(request.method, path)
    where = f"raynet {request.method} {operation.template if operation else path} -> {response.status}"
    if response.status >= 400 or operation is None:
        _require(response.status >= 400, where, "success on a path the document does not know")
        document.check_component("ErrorBody", _json(response.body, where), where)
        return True
    _check_query(operation, request, where)
    document.check_request(operation, request, where)
    document.check_response(operation, response, where)
    return True


def check_graph_exchange(request: SimRequest, response: SimResponse) -> bool:
    """As above for Microsoft Graph; the members of a ``$batch`` are checked one by one as exchanges of their own."""
    document = _document("graph-openapi.json")
    if document is None:
        return False
    path = _after(request.path, "/v1.0")
    operation = document.operation(request.method, _one_delta_spelling(path))
    where = f"graph {request.method} {operation.template if operation else path} -> {response.status}"
    if operation is None and path.endswith(_TOLD_ELSEWHERE):
        return False
    if operation is None:
        _require(response.status >= 400, where, "success on a path the document does not know")
        return True
    if response.status < 400:
        document.check_request(operation, request, where)
    document.check_response(operation, response, where)
    if operation.template == "/$batch" and response.status == 200:
        _check_batch(request, response, where)
    return True


def check_raynet_push(body: bytes) -> bool:
    """Checks the body of one Raynet webhook delivery."""
    return _check_push("raynet-openapi.json", "WebhookEvent", body)


def check_graph_push(body: bytes) -> bool:
    """Checks the body of one Graph change or lifecycle notification."""
    return _check_push("graph-openapi.json", "microsoft.graph.changeNotificationCollection", body)


@dataclass(slots=True)
class CheckedHandler:
    """A simulated system whose every exchange is checked. ``checked`` counts the checks that really took place."""

    handler: SimHandler
    check: Check
    checked: int = 0

    def handle(self, request: SimRequest) -> SimResponse:
        response = self.handler.handle(request)
        self.checked += self.check(request, response)
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    """One method on one path template. ``literals`` orders templates: the more literal one wins."""

    method: str
    template: str
    pattern: re.Pattern[str]
    literals: int
    node: Mapping[str, Json]
    parameters: frozenset[str]


@dataclass(slots=True)
class _Document:
    """One OpenAPI 3.0 document with its schemas rewritten as JSON Schema 2020-12."""

    raw: Mapping[str, Json]
    schemas: Mapping[str, Json]
    operations: list[_Operation]
    validators: dict[str, Any] = field(default_factory=dict)

    def operation(self, method: str, path: str) -> _Operation | None:
        found = [o for o in self.operations if o.method == method.upper() and o.pattern.fullmatch(path.rstrip("/"))]
        return max(found, key=lambda o: o.literals, default=None)

    def check_component(self, name: str, value: Json, where: str) -> None:
        self._check({"$ref": f"#/components/schemas/{name}"}, value, where)

    def check_request(self, operation: _Operation, request: SimRequest, where: str) -> None:
        schema = _content_schema(self.resolve(operation.node.get("requestBody", {})))
        if schema is None or not request.body:
            return
        body = _json(request.body, where)
        if isinstance(body, dict) and isinstance(body.get("tags"), list | str):
            body = {key: value for key, value in body.items() if key != "tags"}
        self._check(schema, body, f"{where} (request)")

    def check_response(self, operation: _Operation, response: SimResponse, where: str) -> None:
        declared = operation.node["responses"]
        node = declared.get(str(response.status)) or declared.get(f"{response.status // 100}XX")
        _require(node is not None, where, "undeclared status")
        schema = _content_schema(self.resolve(node))
        if schema is not None:
            self._check(schema, _json(response.body, where), where)

    def resolve(self, node: Mapping[str, Json]) -> Mapping[str, Json]:
        while "$ref" in node:
            target: Json = self.raw
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _check(self, schema: Mapping[str, Json], value: Json, where: str) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**_as_json_schema(schema), "components": {"schemas": self.schemas}}
            self.validators[key] = Draft202012Validator(whole)
        error = next(iter(self.validators[key].iter_errors(value)), None)
        if error is not None:
            deepest = _deepest(error)
            place = "/".join(str(part) for part in deepest.absolute_path)
            raise ContractBreachError(f"{where}: at /{place}: {deepest.message[:300]}")


@functools.cache
def _document(name: str) -> _Document | None:
    folder = contracts_folder()
    if folder is None:
        return None
    raw = json.loads((folder / name).read_text(encoding="utf-8"))
    document = _Document(
        raw=raw,
        schemas={key: _as_json_schema(schema) for key, schema in raw["components"]["schemas"].items()},
        operations=[],
    )
    for template, item in raw["paths"].items():
        for method, node in item.items():
            if method in {"get", "put", "post", "patch", "delete"}:
                document.operations.append(_operation(document, method, template, item, node))
    return document


def _operation(document: _Document, method: str, template: str, item: Json, node: Json) -> _Operation:
    parameters = [document.resolve(p) for p in (*item.get("parameters", ()), *node.get("parameters", ()))]
    whole_numbers = {
        p["name"]
        for p in parameters
        if p["in"] == "path" and p["schema"].get("type") == "integer" and p["name"] not in _STRING_PATH_PARAMETERS
    }
    pieces: list[str] = []
    literals = 0
    for piece in re.split(r"(\{[^}]+\})", template.rstrip("/")):
        if piece.startswith("{"):
            pieces.append(r"-?\d+" if piece[1:-1] in whole_numbers else "[^/]+")
        else:
            pieces.append(re.escape(piece))
            literals += len(piece)
    return _Operation(
        method=method.upper(),
        template=template,
        pattern=re.compile("".join(pieces)),
        literals=literals,
        node=node,
        parameters=frozenset(p["name"] for p in parameters if p["in"] == "query"),
    )


def _as_json_schema(node: Json) -> Json:
    """OpenAPI 3.0 -> JSON Schema 2020-12: ``nullable`` is a choice, ``format`` is dropped (native dates are legal)."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    nullable = node.get("nullable") is True
    plain: dict[str, Json] = {}
    for key, value in node.items():
        if key == "properties":
            plain[key] = {name: _as_json_schema(schema) for name, schema in value.items()}
        elif (key == "nullable" and isinstance(value, bool)) or (key == "format" and isinstance(value, str)):
            continue
        elif key in {"enum", "required"}:
            plain[key] = value
        else:
            plain[key] = _as_json_schema(value)
    return {"anyOf": [plain, {"type": "null"}]} if nullable else plain


def _deepest(error: Any) -> Any:
    """The most telling of the nested errors of an ``anyOf``: the one that got furthest into the value."""
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    return error


def _check_query(operation: _Operation, request: SimRequest, where: str) -> None:
    """Fact: an attribute the endpoint does not know gives 400, it is never silently ignored [spec], raynet-api §5."""
    for name, _ in request.query:
        bare = name.split("[", 1)[0]
        _require(bare in operation.parameters, where, f"success with undeclared query parameter {bare}")


def _check_batch(request: SimRequest, response: SimResponse, where: str) -> None:
    sent = {str(one["id"]): one for one in _json(request.body, where)["requests"]}
    answered = _json(response.body, where)["responses"]
    _require({str(one["id"]) for one in answered} == set(sent), where, "batch members answered differ from those asked")
    for one in answered:
        asked = sent[str(one["id"])]
        url = urlsplit(asked["url"])
        inner = SimRequest(
            method=asked["method"],
            host=request.host,
            path="/v1.0/" + unquote(url.path).lstrip("/"),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            body=json.dumps(asked["body"]).encode() if asked.get("body") is not None else b"",
        )
        body = json.dumps(one["body"]).encode() if one.get("body") is not None else b""
        check_graph_exchange(inner, SimResponse(status=one["status"], body=body))


def _check_push(document_name: str, component: str, body: bytes) -> bool:
    document = _document(document_name)
    if document is None:
        return False
    where = f"push {component}"
    document.check_component(component, _json(body, where), where)
    return True


def _content_schema(node: Mapping[str, Json]) -> Mapping[str, Json] | None:
    content: Mapping[str, Json] = node.get("content", {})
    media = content.get("application/json")
    schema: Mapping[str, Json] | None = media.get("schema") if media else None
    return schema


def _one_delta_spelling(path: str) -> str:
    for spelling in _DELTA_SPELLINGS:
        if path.endswith(spelling):
            return path.removesuffix(spelling) + "/delta()"
    return path


def _after(path: str, base: str) -> str:
    head, found, tail = path.partition(base)
    return tail if found else head


def _json(body: bytes, where: str) -> Json:
    try:
        return json.loads(body)
    except ValueError as error:
        raise ContractBreachError(f"{where}: body is not JSON ({len(body)} bytes)") from error


def _require(condition: object, where: str, what: str) -> None:
    if not condition:
        raise ContractBreachError(f"{where}: {what}")
