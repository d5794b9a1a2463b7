"""What a visitor does to an item, in one vocabulary for both sides, as the people of the simulated world."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from simulator.control_actions import ControlError, outlook_action, raynet_action
from simulator.demo.items import Calendars, instant_of
from simulator.demo.watch import Change, Watch
from simulator.raynet.records import KINDS
from simulator.seed import SeedUser

Body = Mapping[str, Any]
#: What only concerns the side it is done on, so that nothing travels.
_STAYS = frozenset({"teams"})
_RAYNET = frozenset({"create", "title", "move", "complete", "reopen", "cancel", "delete"})
_OUTLOOK = frozenset({"create", "title", "move", "private", "open", "teams", "delete"})


class Actions:
    """Changes the world and has the watch follow what was changed."""

    def __init__(self, calendars: Calendars, watch: Watch) -> None:
        self._calendars = calendars
        self._watch = watch

    def do(self, user: SeedUser, side: str, what: str, body: Body) -> Change:
        """Raises ControlError, RaynetError, GraphError, KeyError or ValueError when it cannot be done."""
        if what not in (_RAYNET if side == "raynet" else _OUTLOOK):
            raise ControlError(404, "no such action")
        key = str(body.get("key") or "")
        partner = self._watch.partner(side, key, user.directory_id) if key else None
        own, _ = self._watch.both(side, key, None, user.directory_id) if key else (None, None)
        began, calls = self._watch.begin()
        with self._calendars.world.lock:
            new_key = self._raynet(user, what, key, body) if side == "raynet" else self._outlook(user, what, key, body)
        title = str(body.get("title") or (own.title if own is not None else ""))
        change = Change(
            number=self._watch.next_number(),
            side=side,
            what=what,
            title=title,
            key=new_key,
            mailbox=user.directory_id,
            began=began,
            calls_before=calls,
            partner=partner,
            expects=what not in _STAYS,
        )
        return self._watch.add(change)

    def _raynet(self, user: SeedUser, what: str, key: str, body: Body) -> str:
        ui = self._calendars.world.raynet.instance(self._calendars.instance).ui(user.login)
        if what == "create":
            start, end, _ = _times(body)
            kind = str(body.get("kind") or "meeting")
            if kind not in KINDS:
                raise ControlError(400, "no such type")
            made = ui.create(kind, start=start, end=end, title=_title(body))
            return f"{kind}:{made.id}"
        kind, _, number = key.partition(":")
        request: dict[str, Any] = {"ref": {"kind": kind, "id": int(number)}}
        if what == "title":
            raynet_action(ui, "edit", request | {"fields": {"title": _title(body)}})
        elif what == "move":
            start, end, _ = _times(body)
            raynet_action(ui, "move", request | {"start": start.isoformat(), "end": end.isoformat()})
        else:
            raynet_action(ui, what, request)
        return key

    def _outlook(self, user: SeedUser, what: str, key: str, body: Body) -> str:
        person = self._calendars.world.graph.mailbox(user.mailbox).user
        if what in ("create", "move"):
            request = _outlook_times(body)
            if what == "create":
                private = {"sensitivity": "private"} if body.get("private") else {}
                made = outlook_action(person, "create", request | private | {"subject": _title(body)})
                return str(made["id"])
            outlook_action(person, "move", request | {"id": key})
        elif what == "title":
            outlook_action(person, "edit", {"id": key, "subject": _title(body)})
        elif what == "open":
            outlook_action(person, "edit", {"id": key, "sensitivity": "normal"})
        else:
            name = {"private": "make_private", "teams": "make_teams", "delete": "delete"}[what]
            outlook_action(person, name, {"id": key})
        return key


def _title(body: Body) -> str:
    title = str(body["title"]).strip()
    if not title or len(title) > 500:
        raise ControlError(400, "a title of up to 500 characters expected")
    return title


def _times(body: Body) -> tuple[datetime, datetime, bool]:
    """Instants of the wall clock texts ``start`` and ``end``, and whether they are whole days (the end excluded)."""
    start, end = str(body["start"]), str(body["end"])
    all_day = bool(body.get("all_day"))
    if all_day:
        start, end = f"{start[:10]}T00:00", f"{end[:10]}T00:00"
    first, last = instant_of(start), instant_of(end)
    if all_day and last <= first:
        last = instant_of(f"{(datetime.fromisoformat(start) + timedelta(days=1)).date()}T00:00")
    if last <= first:
        raise ControlError(400, "it ends before it begins")
    return first, last, all_day


def _outlook_times(body: Body) -> dict[str, Any]:
    start, end, all_day = _times(body)
    if not all_day:
        return {"start": start.isoformat(), "end": end.isoformat()}
    last = max(
        str(body["end"])[:10], (datetime.fromisoformat(str(body["start"])[:10]) + timedelta(days=1)).date().isoformat()
    )
    return {"start": str(body["start"])[:10], "end": last, "all_day": True}
