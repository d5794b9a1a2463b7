"""The control API under ``/sim/``: what people do on both sides, as JSON over HTTP, for a demo page and for scripts.

Only on loopback: requests from elsewhere or for a foreign host name are refused, writes need a JSON content type (so
that no foreign page can send them from a browser). It is the simulator's own; neither vendor has anything like it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from simulator import faults
from simulator.clock import ManualClock, RunningClock
from simulator.control_actions import ControlError, instant, outlook_action, raynet_action
from simulator.control_views import activity_json, event_json, history_json, mail_json, overview_json
from simulator.graph.errors import GraphError
from simulator.raynet.errors import RaynetError
from simulator.wire import SimRequest, SimResponse
from simulator.world import World

_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "sim.localhost"})
_ACTIONS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        faults.DropRequest,
        faults.DropReply,
        faults.LateEffect,
        faults.Twice,
        faults.Status,
        faults.HtmlPage,
        faults.CutJson,
        faults.Malformed,
        faults.CutPage,
        faults.EmptyList,
        faults.Delay,
    )
}


class Host(Protocol):
    """Who owns the world and can start it afresh."""

    world: World

    def reset(self) -> None: ...


class ControlApi:
    """Answers ``/sim/...``. Refusals are ``{"error": text}`` with 400, 403, 404 or 405."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def handle(self, request: SimRequest) -> SimResponse:
        if not _is_local(request):
            return _json(403, {"error": "loopback only"})
        if request.method != "GET" and "json" not in request.headers.get("content-type", ""):
            return _json(400, {"error": "Content-Type: application/json expected"})
        try:
            with self._host.world.lock:
                return _json(200, self._answer(request))
        except ControlError as error:
            return _json(error.status, {"error": error.text})
        except (RaynetError, GraphError) as error:
            return _json(409, {"error": f"refused by the simulated system: {error.status}"})
        except (KeyError, ValueError, TypeError, StopIteration, ValidationError) as error:
            return _json(400, {"error": f"{type(error).__name__}: wrong name or value"})

    def _answer(self, request: SimRequest) -> Any:
        parts = [unquote(part) for part in request.path.split("/") if part][1:]
        query = dict(request.query)
        body = json.loads(request.body) if request.body else {}
        if not isinstance(body, dict):
            raise ControlError(400, "object expected")
        reading = {
            "": lambda: overview_json(self._host.world),
            "activities": lambda: self._activities(query),
            "events": lambda: self._events(query),
            "mails": lambda: [mail_json(mail) for mail in self._host.world.graph.mails],
            "counters": self._counters,
            "history": lambda: history_json(self._instance(query["instance"]), int(query.get("after", "0"))),
        }
        head = parts[0] if parts else ""
        if head in reading:
            return self._read(request, reading[head])
        if head == "faults":
            return self._faults(request.method, parts[1:], body)
        if head == "switches":
            return self._switches(request.method, parts[1:], body)
        return self._do(request.method, parts, body)

    @staticmethod
    def _read(request: SimRequest, read: Callable[[], Any]) -> Any:
        if request.method != "GET":
            raise ControlError(405, "read-only")
        return read()

    def _do(self, method: str, parts: list[str], body: dict[str, Any]) -> Any:
        if method != "POST":
            raise ControlError(405 if parts[0] in {"raynet", "outlook", "clock", "reset"} else 404, "POST expected")
        match parts:
            case ["raynet", name, login, action]:
                ui = self._instance(name).ui(login)
                return raynet_action(ui, action, body)
            case ["outlook", mailbox, action]:
                return outlook_action(self._host.world.graph.mailbox(mailbox).user, action, body)
            case ["clock"]:
                return self._advance(float(body["advance_seconds"]))
            case ["reset"]:
                self._host.reset()
                return {"reset": True}
        raise ControlError(404, "no such control")

    def _activities(self, query: Mapping[str, str]) -> Any:
        instance = self._instance(query["instance"])
        found = instance.ui(query["login"]).calendar(instant(query["from"]), instant(query["till"]))
        return [activity_json(instance, activity) for activity in found]

    def _events(self, query: Mapping[str, str]) -> Any:
        """Events of a mailbox that overlap the range; of a series its master."""
        start, end = instant(query["from"]), instant(query["till"])
        events = self._host.world.graph.mailbox(query["mailbox"]).user.events()
        rows = [event_json(event_id, state) for event_id, state in events.items()]
        inside = [row for row in rows if instant(row["start"]) < end and instant(row["end"]) > start]
        return sorted(inside, key=lambda row: (row["start"], row["id"]))

    def _counters(self) -> Any:
        world = self._host.world
        raynet = {
            instance.name: {
                "reads": instance.calls.reads,
                "writes": instance.calls.writes,
                "by_path": {f"{m} {p}": n for (m, p), n in instance.calls.by_path.items()},
                "by_source": dict(instance.calls.reads_by_source + instance.calls.writes_by_source),
                "quota_used": instance.quota.used,
                "pushes_waiting": instance.webhooks.waiting,
                "pushes_delivered": instance.webhooks.delivered,
            }
            for instance in world.raynet.instances()
        }
        counting = world.graph.counting
        graph = {"calls": counting.calls, "reads": counting.reads, "writes": counting.writes}
        return {
            "raynet": raynet,
            "graph": {**graph, "by_kind": dict(counting.by_kind)},
            "entra": dict(world.entra.counts),
            "mails": len(world.graph.mails),
            "faults": dict(world.faults.fired),
        }

    def _faults(self, method: str, parts: list[str], body: dict[str, Any]) -> Any:
        layer = self._host.world.faults
        if method == "POST" and not parts:
            layer.add(_rule(body))
        elif method == "DELETE":
            if not parts:
                layer.clear()
            elif not layer.remove(parts[0]):
                raise ControlError(404, "no such fault")
        elif method != "GET":
            raise ControlError(405, "GET, POST or DELETE")
        names = [{"name": r.name, "kind": type(r.action).__name__, "fired": layer.fired[r.name]} for r in layer.rules()]
        return {"faults": names, "pending": layer.pending()}

    def _switches(self, method: str, parts: list[str], body: dict[str, Any]) -> Any:
        world = self._host.world
        match parts:
            case ["raynet", name]:
                target: Any = self._instance(name).switches
            case ["graph"]:
                target = world.graph.switches
            case ["entra"]:
                target = world.entra.switches
            case _:
                raise ControlError(404, "no such switches")
        if method == "PATCH":
            _set_switches(target, body)
        elif method != "GET":
            raise ControlError(405, "GET or PATCH")
        return {switch.name: _plain(getattr(target, switch.name)) for switch in fields(target)}

    def _advance(self, seconds: float) -> Any:
        clock = self._host.world.clock
        if not isinstance(clock, ManualClock | RunningClock) or seconds < 0:
            raise ControlError(400, "this clock cannot be moved so")
        return {"now": clock.advance(seconds=seconds).isoformat()}

    def _instance(self, name: str) -> Any:
        return self._host.world.raynet.instance(name)


def _rule(body: Mapping[str, Any]) -> faults.Rule:
    """A rule from JSON: name, match, action {kind, ...}, skip, times, chance. ``body_contains`` searches the body."""
    match, action = dict(body.get("match") or {}), dict(body["action"])
    contained = match.pop("body_contains", None)
    kind = _ACTIONS[action.pop("kind")]
    unknown = (match.keys() - {"system", "host", "method", "path"}) | (
        body.keys() - {f.name for f in fields(faults.Rule)}
    )
    if unknown or action.keys() - {f.name for f in fields(kind)}:
        raise ControlError(400, "unknown member of a fault")
    needle = contained.encode() if isinstance(contained, str) else None
    return faults.Rule(
        name=str(body["name"]),
        match=faults.Match(**match, body=None if needle is None else lambda raw: needle in raw),
        action=TypeAdapter(kind).validate_python(action),
        skip=int(body.get("skip", 0)),
        times=None if body.get("times") is None else int(body["times"]),
        chance=float(body.get("chance", 1.0)),
    )


def _set_switches(target: Any, body: Mapping[str, Any]) -> None:
    """All or nothing; the values are checked against the types of the switches."""
    if body.keys() - {switch.name for switch in fields(target)}:
        raise ControlError(404, "no such switch")
    checked = TypeAdapter(type(target)).validate_python({**asdict(target), **body})
    for name in body:
        setattr(target, name, getattr(checked, name))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(value) if isinstance(value, set | frozenset) else value


def _is_local(request: SimRequest) -> bool:
    try:
        return ip_address(request.client_ip).is_loopback and request.host in _HOSTS
    except ValueError:
        return False


def _json(status: int, body: Any) -> SimResponse:
    raw = json.dumps(body, default=_shown).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return SimResponse(status=status, headers=headers, body=raw)


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
