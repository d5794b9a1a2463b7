"""Every call of the console is one that the server publishes, with shapes that fit. Read from the code of both."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from server.api.v1.every import openapi_document

API = Path(__file__).parents[2] / "console" / "api"
METHODS = {"get": "get", "post": "post", "put": "put", "patch": "patch", "delete": "delete", "command": "post"}
DOCUMENT = openapi_document("test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One call in the console's code. ``answer`` and ``body`` are None where none is named."""

    where: str
    method: str
    path: str
    answer: Any
    body: Any


def path_of(node: ast.expr) -> str:
    """``/api/v1/firms/{}/users`` of the f-string that makes it."""
    assert isinstance(node, ast.JoinedStr), ast.dump(node)
    parts = []
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(str(piece.value))
        else:
            assert isinstance(piece, ast.FormattedValue)
            text = ast.unparse(piece.value)
            parts.append("/api/v1" if text == "_BASE" else "/api/v1/firms/{}" if text.startswith("_firm(") else "{}")
    return "".join(parts)


def used() -> Iterator[Used]:
    for file in sorted(API.glob("*.py")):
        if file.stem in ("client", "tls", "problems", "entra", "__init__"):
            continue
        names = vars(importlib.import_module(f"console.api.{file.stem}"))
        for function in ast.parse(file.read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            annotated = [one for one in function.args.args if one.annotation]
            kinds = {one.arg: eval(ast.unparse(one.annotation), names) for one in annotated}  # noqa: S307 (ours)
            for node in ast.walk(function):
                if _is_call(node):
                    assert isinstance(node, ast.Call)
                    yield _used(file.stem, function, node, names, kinds)


def _is_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "client"
        and node.func.attr in METHODS
    )


def _used(file: str, function: ast.FunctionDef, node: ast.Call, names: dict[str, Any], kinds: dict[str, Any]) -> Used:
    assert isinstance(node.func, ast.Attribute)
    method = node.func.attr
    where = f"{file}.{function.name}"
    path = function_path(function, node.args[0])
    has_answer = method not in ("delete", "command")
    answer = eval(ast.unparse(node.args[1]), names) if has_answer else None  # noqa: S307 (our own code)
    place = 2 if has_answer else 1
    body = None
    if method not in ("get", "delete") and len(node.args) > place:
        given = node.args[place]
        if isinstance(given, ast.Name):
            body = kinds[given.id]
        elif isinstance(given, ast.Call):
            body = eval(ast.unparse(given.func), names)  # noqa: S307
    return Used(where=where, method=METHODS[method], path=path, answer=answer, body=body)


def function_path(function: ast.FunctionDef, node: ast.expr) -> str:
    if not isinstance(node, ast.Name):
        return path_of(node)
    assigned = next(
        one.value for one in function.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == node.id
    )
    return path_of(assigned.orelse if isinstance(assigned, ast.IfExp) else assigned)


CALLS = sorted(used(), key=lambda one: (one.where, one.path))


def operation(call: Used) -> dict[str, Any]:
    for path, operations in DOCUMENT["paths"].items():
        shape = [("{}" if part.startswith("{") else part) for part in path.split("/")]
        if "/".join(shape) == call.path:
            found: dict[str, Any] = operations.get(call.method, {})
            assert found, f"{call.method} {call.path} is not published"
            return found
    raise AssertionError(f"{call.path} is not published")


def schema(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        node = DOCUMENT["components"]["schemas"][name]
    return node


def test_all_calls_are_found() -> None:
    assert len(CALLS) > 45


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.where)
def test_a_call_is_published_and_its_shapes_fit(call: Used) -> None:
    found = operation(call)
    answers = [
        schema(reply["content"]["application/json"]["schema"])
        for status, reply in found["responses"].items()
        if status.startswith("2") and "content" in reply
    ]
    if call.answer is not None and call.answer.model_fields:
        assert answers, f"{call.where} expects an answer"
        for answer in answers:
            check_answer(call.answer, answer, call.where)
    if call.body is not None:
        asked = schema(found["requestBody"]["content"]["application/json"]["schema"])
        known = set(asked["properties"])
        sent = set(call.body.model_fields)
        assert sent <= known, f"{call.where} sends {sent - known}"
        required = {name for name, field in call.body.model_fields.items() if field.is_required()}
        assert set(asked.get("required", [])) <= required | {
            name for name in sent if not call.body.model_fields[name].is_required()
        }
    else:
        assert call.method in ("get", "delete") or "requestBody" not in found, f"{call.where} sends no body"


def check_answer(shape: type[BaseModel], told: dict[str, Any], where: str) -> None:
    """Whatever the console needs is promised; nested shapes too."""
    properties, promised = told["properties"], set(told.get("required", []))
    for name, field in shape.model_fields.items():
        if field.is_required():
            assert name in promised, f"{where}: {shape.__name__}.{name} is not promised"
        if name not in properties:
            continue
        accepts_null = type(None) in get_args(field.annotation)
        gives_null = {"type": "null"} in properties[name].get("anyOf", [])
        assert accepts_null or not gives_null, f"{where}: {shape.__name__}.{name} may be null"
        for inner in _models(field.annotation):
            for node in _objects(properties[name]):
                check_answer(inner, node, where)


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [found for part in get_args(kind) for found in _models(part)]


def _objects(node: dict[str, Any]) -> list[dict[str, Any]]:
    node = schema(node)
    if "properties" in node:
        return [node]
    inner = [*node.get("anyOf", []), *([node["items"]] if "items" in node else [])]
    return [found for part in inner for found in _objects(part)]
