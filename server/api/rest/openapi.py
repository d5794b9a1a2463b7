"""OpenAPI 3.1 from the declared routes."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server.api.problems import Problem, status_of
from server.api.rest.routes import Route, is_anonymous
from server.api.rest.shapes import LARGEST_ID, NoQuery, Shape

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final = "application/problem+json"


def described(base: str, version: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The document. Paths are whole, so that a generated client needs the server's address only."""
    definitions, refs = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(base + route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Raynet ⇄ Outlook", "version": version},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


_Refs = dict[tuple[Any, str], dict[str, Any]]


def _schemas(routes: Iterable[Route]) -> tuple[dict[str, Any], _Refs]:
    wanted: dict[tuple[Any, JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for route in routes:
        if route.body is not None:
            wanted[(route.body, "validation")] = None
        if route.answer is not None:
            wanted[(route.answer, "serialization")] = None
    refs, document = models_json_schema(list(wanted), ref_template=_REF)
    return document.get("$defs", {}), {(kind, mode): ref for (kind, mode), ref in refs.items()}


def _operation(route: Route, refs: _Refs) -> dict[str, Any]:
    out: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary.en,
        "x-summary-cs": route.summary.cs,
        "x-roles": sorted(role.value for role in route.access.roles),
        "security": [] if is_anonymous(route) else [{"session": []}],
        "parameters": [*_of_path(route), *_of_query(route.query), *_condition(route)],
        "responses": _responses(route, refs),
    }
    if route.body is not None:
        content = {"application/json": {"schema": refs[(route.body, "validation")]}}
        out["requestBody"] = {"required": True, "content": content}
    return out


def _of_path(route: Route) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    text = {"type": "string", "pattern": r"^[!-.0-~]{1,300}$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if kind is int else text}
        for name, kind in route.places.items()
    ]


def _of_query(shape: type[Shape]) -> list[dict[str, Any]]:
    if shape is NoQuery:
        return []
    schema = shape.model_json_schema(mode="validation", ref_template=_REF)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _not_null(one, schema)}
        for name, one in schema["properties"].items()
    ]


def _not_null(one: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: an absent member is one. Definitions stand where they are used."""
    kinds = [_inlined(kind, whole) for kind in one.get("anyOf", [one]) if kind != {"type": "null"}]
    found = dict(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})
    found.pop("title", None)
    if one.get("default") is not None:
        found["default"] = one["default"]
    return found


def _inlined(kind: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    found = re.fullmatch(r"#/components/schemas/(.+)", kind.get("$ref", ""))
    return {**whole["$defs"][found.group(1)]} if found else kind


def _condition(route: Route) -> list[dict[str, Any]]:
    if not route.is_edit:
        return []
    return [{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}]


def problem_codes(route: Route) -> tuple[str, ...]:
    """What the route can be refused with: by the framework, by what it takes, and what it declares."""
    codes = ["defect", "unavailable"]
    codes += ["malformed", "unsupported_media_type", "too_large"] if route.body is not None else []
    codes += [] if is_anonymous(route) else ["sign_in_required", "forbidden", "password_change_required"]
    codes += ["not_found"] if route.places else []
    codes += ["if_match_missing", "outdated"] if route.is_edit else []
    return tuple(dict.fromkeys([*codes, "invalid", *route.problems]))


def _responses(route: Route, refs: _Refs) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.answer is not None:
        good["content"] = {"application/json": {"schema": refs[(route.answer, "serialization")]}}
    if route.has_etag:
        good["headers"] = {"ETag": {"schema": {"type": "string"}, "required": True}}
    by_status: dict[int, list[str]] = {}
    for code in problem_codes(route):
        by_status.setdefault(status_of(code), []).append(code)
    content = {_PROBLEM: {"schema": refs[(Problem, "serialization")]}}
    bad = {
        str(status): {"description": ", ".join(codes), "content": content}
        for status, codes in sorted(by_status.items())
    }
    return {str(route.status): good, **bad}
