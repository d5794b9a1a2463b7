"""Each fault at each kind of call: a short script a kind, so that every run of the tests meets every pair there is.

Chance meets the frequent calls often and the rare ones seldom; here nothing is left to it. What no script can meet is
named in :data:`NEVER` with the reason.
"""

from dataclasses import dataclass, replace
from typing import Any

from server.sync.driver import REMOTE_WRITES
from tests.histories.script import Deed, FirmPlan, Mishap, Script

_WRITES = frozenset(one.__name__ for one in REMOTE_WRITES)
_WHEN = [2, 600, 60]


def _deed(at_ms: int, what: str, **args: Any) -> Deed:
    return Deed(at_ms=at_ms, firm=0, who=0, what=what, args=args)


def _mishap(op: str, fault: str, number: int = 1) -> Mishap:
    return Mishap(firm=0, op=op, number=number, fault=fault)


_ONE = Script(firms=(FirmPlan(people=1),), poll_seconds=5.0, calm_ms=30_000)
_RAYNET = replace(_ONE, deeds=(_deed(0, "r.create", title="F0 nová 0.", kind="meeting", when=_WHEN),))
_OUTLOOK = replace(_ONE, deeds=(_deed(0, "o.create", title="F0 nová 0.", when=_WHEN),))


def _then(script: Script, what: str, **args: Any) -> Script:
    return replace(script, deeds=(*script.deeds, _deed(9_000, what, **args)))


_EDITED = _then(_RAYNET, "r.edit", title="F0 jiná 1.")
_DELETED = _then(_RAYNET, "r.delete")
#: A subscription is renewed after five days; a firm's second webhook is taken away when the first is looked for again.
_LONG = replace(_RAYNET, poll_seconds=1_800.0, calm_ms=5 * 86_400_000 + 7_200_000)
_DOUBLED = replace(_RAYNET, poll_seconds=60.0, calm_ms=4_300_000, mishaps=(_mishap("CreateWebhook", "twice_lost"),))
_LOST = replace(_OUTLOOK, mishaps=(_mishap("CreateActivity", "request_lost"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """A script in which the ``number``-th operation of this kind makes the call."""

    op: str
    script: Script
    number: int = 1

    @property
    def is_write(self) -> bool:
        return self.op in _WRITES

    def struck_by(self, fault: str) -> Script:
        return replace(self.script, mishaps=(*self.script.mishaps, _mishap(self.op, fault, self.number)))


ENCOUNTERS: dict[str, Encounter] = {
    "graph.delta": Encounter(op="ReadDeltas", script=_then(_OUTLOOK, "o.edit", subject="F0 jiná 1."), number=3),
    "graph.calendarView": Encounter(
        op="ReadCalendar",
        script=replace(_OUTLOOK, mishaps=(_mishap("ReadDeltas", "empty", 2), _mishap("ReadDeltas", "empty", 3))),
    ),
    "graph.event.get": Encounter(
        op="GetEvent", script=replace(_EDITED, mishaps=(_mishap("UpdateEvent", "reply_lost"),))
    ),
    "graph.event.post": Encounter(op="CreateEvent", script=_RAYNET),
    "graph.event.patch": Encounter(op="UpdateEvent", script=_EDITED),
    "graph.event.delete": Encounter(op="DeleteEvent", script=_DELETED),
    "graph.events.find": Encounter(
        op="FindEvents", script=replace(_RAYNET, mishaps=(_mishap("CreateEvent", "request_lost"),))
    ),
    "graph.users.find": Encounter(op="FindUser", script=_RAYNET),
    "graph.subscription.create": Encounter(op="Subscribe", script=_RAYNET),
    "graph.subscription.renew": Encounter(op="RenewSubscription", script=_LONG),
    "graph.subscription.delete": Encounter(
        op="Unsubscribe", script=replace(_then(_RAYNET, "a.seat", on=False), calm_ms=330_000)
    ),
    "raynet.newest": Encounter(op="NewestActivities", script=_EDITED, number=3),
    "raynet.window": Encounter(op="WindowActivities", script=_RAYNET),
    "raynet.directory": Encounter(op="RaynetUsers", script=_RAYNET),
    "raynet.get": Encounter(op="GetActivity", script=_OUTLOOK),
    "raynet.by_id": Encounter(op="ActivitiesById", script=_DELETED),
    "raynet.find": Encounter(op="FindActivity", script=_DELETED),
    "raynet.by_ext_id": Encounter(op="FindByExtId", script=_LOST),
    "raynet.by_title": Encounter(op="FindByTitle", script=_LOST),
    "raynet.PUT.activity": Encounter(op="CreateActivity", script=_OUTLOOK),
    "raynet.POST.activity": Encounter(op="UpdateActivity", script=_OUTLOOK),
    "raynet.PUT.extid": Encounter(
        op="AddExtId", script=replace(_OUTLOOK, firms=(FirmPlan(people=1, switches={"inline_ext_id": "ignored"}),))
    ),
    "raynet.DELETE.activity": Encounter(
        op="DeleteActivity",
        script=replace(_then(_OUTLOOK, "o.delete"), firms=(FirmPlan(people=1, rules={"outlook_delete": "delete"}),)),
    ),
    "raynet.webhook.list": Encounter(op="ListWebhooks", script=_RAYNET),
    "raynet.webhook.create": Encounter(op="CreateWebhook", script=_RAYNET),
    "raynet.webhook.delete": Encounter(op="DeleteWebhook", script=_DOUBLED),
}
#: Calls that no history makes, and why.
NEVER = {
    "graph.calendar.get": "asked by a command that looks whether a calendar can be reached",
    "graph.tenant": "asked by a command that looks whether a tenant can be reached",
}
#: Commits a script makes before its calm: each of them is once lost and once refused.
COMMITS = _EDITED
