"""What people do, callable by name with JSON: the actions of the control API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from simulator.graph.user_actions import UserActions
from simulator.raynet.changes import ActivityChanges
from simulator.raynet.records import KINDS, Activity, Ref
from simulator.raynet.ui import RaynetUi

Body = dict[str, Any]
_INSTANTS = frozenset({"scheduled_from", "scheduled_till", "completed", "deadline"})
_FIELDS = frozenset(ActivityChanges.__annotations__) - {"participants", "custom_fields"}


@dataclass(slots=True, eq=False)
class ControlError(Exception):
    """A refusal of the control API itself."""

    status: int
    text: str


def instant(text: Any) -> datetime:
    """An ISO instant with offset or Z."""
    value = datetime.fromisoformat(str(text))
    if value.tzinfo is None:
        raise ControlError(400, "instant with offset expected")
    return value.astimezone(UTC)


def raynet_action(ui: RaynetUi, action: str, body: Body) -> Any:
    """``ref`` is ``{"kind": "meeting", "id": 7}``; the record after the change comes back as kind and id."""
    found = _RAYNET.get(action)
    if found is None:
        raise ControlError(404, "no such action")
    return _shown(found(ui, body))


def outlook_action(user: UserActions, action: str, body: Body) -> Any:
    """``id`` is the event's immutable id; creating actions answer the new one."""
    found = _OUTLOOK.get(action)
    if found is None:
        raise ControlError(404, "no such action")
    result = found(user, dict(body))
    return {"id": result} if isinstance(result, str) else {"done": True}


# -- Raynet ----------------------------------------------------------------------------------------------------------


def _ref(body: Mapping[str, Any]) -> Ref:
    kind, number = body["ref"]["kind"], body["ref"]["id"]
    if kind not in KINDS:
        raise ControlError(400, "no such type")
    return Ref(kind, int(number))


def _refs(body: Mapping[str, Any]) -> list[Ref]:
    return [_ref({"ref": ref}) for ref in body["refs"]]


def _changes(body: Mapping[str, Any]) -> ActivityChanges:
    """The members of ``fields`` as a save; instants are ISO texts, tags a list."""
    given = body.get("fields") or {}
    if given.keys() - _FIELDS:
        raise ControlError(400, "no such field")
    out: Body = {}
    for name, value in given.items():
        if name in _INSTANTS:
            out[name] = None if value is None else instant(value)
        else:
            out[name] = tuple(value) if name == "tags" else value
    return cast(ActivityChanges, out)


def _create(ui: RaynetUi, body: Body) -> Activity:
    if body["kind"] not in KINDS:
        raise ControlError(400, "no such type")
    return ui.create(
        body["kind"],
        start=instant(body["start"]) if body.get("start") else None,
        end=instant(body["end"]) if body.get("end") else None,
        owner=body.get("owner"),
        people=tuple(body.get("people") or ()),
        **_changes(body),
    )


def _move(ui: RaynetUi, body: Body) -> Activity:
    return ui.move(_ref(body), instant(body["start"]), instant(body["end"]) if body.get("end") else None)


def _repeat(ui: RaynetUi, body: Body) -> list[Activity]:
    return ui.repeat(_ref(body), int(body["times"]), every=timedelta(days=int(body.get("every_days", 7))))


_RAYNET: Mapping[str, Callable[[RaynetUi, Body], Any]] = {
    "create": _create,
    "edit": lambda ui, b: ui.edit(_ref(b), **_changes(b)),
    "move": _move,
    "complete": lambda ui, b: ui.complete(_ref(b)),
    "cancel": lambda ui, b: ui.cancel(_ref(b)),
    "reopen": lambda ui, b: ui.reopen(_ref(b)),
    "unschedule": lambda ui, b: ui.unschedule(_ref(b)),
    "delete": lambda ui, b: ui.delete(_ref(b)),
    "change_type": lambda ui, b: ui.change_type(_ref(b), b["kind"]),
    "change_owner": lambda ui, b: ui.change_owner(_ref(b), int(b["person"])),
    "add_person": lambda ui, b: ui.add_person(_ref(b), int(b["person"])),
    "remove_person": lambda ui, b: ui.remove_person(_ref(b), int(b["person"])),
    "lock": lambda ui, b: ui.lock(_ref(b)),
    "unlock": lambda ui, b: ui.unlock(_ref(b)),
    "repeat": _repeat,
    "bulk_edit": lambda ui, b: ui.bulk_edit(_refs(b), **_changes(b)),
    "set_time_zone": lambda ui, b: ui.set_time_zone(b["login"], b["zone"]),
    "revoke_key": lambda ui, b: ui.revoke_key(b["name"]),
    "replace_key": lambda ui, b: ui.replace_key(b["name"]),
    "hide": lambda ui, b: ui.hide(_ref(b), b["login"]),
    "show": lambda ui, b: ui.show(_ref(b), b["login"]),
}


def _shown(result: Any) -> Any:
    if isinstance(result, Activity):
        return {"kind": result.kind, "id": result.id, "version": result.version}
    if isinstance(result, list):
        return [_shown(one) for one in result]
    return {"secret": result} if isinstance(result, str) else {"done": True}


# -- Outlook ---------------------------------------------------------------------------------------------------------


def _span(body: Body) -> tuple[datetime, datetime] | tuple[date, date]:
    """Instants, or dates with an exclusive end when ``all_day`` is set."""
    start, end = body.pop("start"), body.pop("end")
    if body.pop("all_day", False):
        return date.fromisoformat(start), date.fromisoformat(end)
    return instant(start), instant(end)


def _new_event(user: UserActions, body: Body) -> str:
    return user.create(body.pop("subject"), *_span(body), **body)


def _invited(user: UserActions, body: Body) -> str:
    start, end = instant(body.pop("start")), instant(body.pop("end"))
    return user.receive_invitation(body.pop("organizer"), body.pop("subject"), start, end, **body)


_OUTLOOK: Mapping[str, Callable[[UserActions, Body], Any]] = {
    "create": _new_event,
    "edit": lambda user, b: user.edit(b.pop("id"), **b),
    "move": lambda user, b: user.move_in_time(b.pop("id"), *_span(b)),
    "delete": lambda user, b: user.delete(b["id"], permanent=bool(b.get("permanent"))),
    "restore": lambda user, b: user.restore(b["id"]),
    "make_private": lambda user, b: user.make_private(b["id"]),
    "make_teams": lambda user, b: user.make_teams(b["id"]),
    "invite": lambda user, b: user.invite(b["id"], *b["addresses"]),
    "accept": lambda user, b: user.accept(b["id"]),
    "accept_tentatively": lambda user, b: user.accept_tentatively(b["id"]),
    "decline": lambda user, b: user.decline(b["id"]),
    "receive_invitation": _invited,
    "receive_update": lambda user, b: user.receive_update(b.pop("id"), **b),
    "receive_cancellation": lambda user, b: user.receive_cancellation(b["id"]),
}
