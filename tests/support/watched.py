"""A world whose every exchange is compared with the vendors' documents, where those are at hand.

A breach inside a pass would be taken for a defect of one item and set aside, so breaches are collected and shown at the
end of the test. An exchange whose operation and shape were seen before in this process is not checked again.
"""

import json
from collections.abc import Callable
from typing import Any

from simulator.faults import system_of
from simulator.wire import SimRequest, SimResponse
from simulator.world import World
from tests.support.contracts import ContractBreachError, check_graph_exchange, check_raynet_exchange

_CHECKS: dict[str, Callable[[SimRequest, SimResponse], bool]] = {
    "raynet": check_raynet_exchange,
    "graph": check_graph_exchange,
}
#: Members whose values are words of a closed set, so that a new word is a new shape.
_WORDS = frozenset(
    {"status", "priority", "type", "sensitivity", "importance", "showAs", "response", "contentType", "role", "code"}
)
_seen: set[str] = set()


class WatchedWorld(World):
    """``breaches`` lists what the documents do not allow; ``exchanges`` counts what was looked at."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.breaches: list[str] = []
        self.exchanges = 0

    def handle(self, request: SimRequest) -> SimResponse:
        response = super().handle(request)
        check = _CHECKS.get(system_of(request.path))
        bent = bool(self.faults.rules()) and request.path.endswith("/$batch")
        if check is not None and not bent:
            self.exchanges += 1
            shape = _shape_of_exchange(request, response)
            if shape not in _seen:
                try:
                    check(request, response)
                    _seen.add(shape)
                except ContractBreachError as breach:
                    self.breaches.append(str(breach))
        return response


def _shape_of_exchange(request: SimRequest, response: SimResponse) -> str:
    path = "/".join("#" if len(part) > 24 or part.isdigit() else part for part in request.path.split("/"))
    names = ",".join(sorted({name for name, _ in request.query}))
    return f"{request.method} {path}?{names} {_shape(request.body)} {response.status} {_shape(response.body)}"


def _shape(body: bytes) -> str:
    if not body:
        return "-"
    try:
        return _of_value(json.loads(body), "")
    except ValueError:
        return "not json"


def _of_value(value: object, name: str) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_of_value(value[key], key)}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + "|".join(sorted({_of_value(one, name) for one in value})) + "]"
    if isinstance(value, str) and name in _WORDS:
        return value
    return type(value).__name__
