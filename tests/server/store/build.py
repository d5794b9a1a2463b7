"""Builders: each value defaults to something ordinary."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.activity import Activity
from server.domain.content import FieldName
from server.domain.event import Event
from server.domain.ids import ActivityKey, ActivityType, EventId, EventKey, FirmId, LinkId, MailboxId
from server.domain.reasons import Reason
from server.domain.state import (
    Attention,
    Conflict,
    Hold,
    Intent,
    IntentKind,
    Link,
    Notice,
    NoticeKind,
    Origin,
    Pair,
    PairState,
    Pass,
    Payload,
    Role,
    SeenActivity,
    SeenEvent,
    Side,
    Trail,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ANNA = MailboxId("mailbox-anna")
BERT = MailboxId("mailbox-bert")


def meeting(number: int) -> ActivityKey:
    return ActivityKey(ActivityType.MEETING, number)


def link(firm: FirmId, id_: str = "link-1", **more: Any) -> Link:
    values: dict[str, Any] = {"id": LinkId(id_), "firm_id": firm, "origin": Origin.RAYNET}
    return Link(**(values | more))


def pair(firm: FirmId, id_: str = "pair-1", **more: Any) -> Pair:
    values: dict[str, Any] = {
        "id": id_,
        "link_id": LinkId("link-1"),
        "firm_id": firm,
        "mailbox": ANNA,
        "role": Role.LEAD,
        "origin": Origin.RAYNET,
        "event": EventId(f"event-of-{id_}"),
        "updated_at": NOW,
    }
    return Pair(**(values | more))


def closed(firm: FirmId, id_: str = "pair-1", **more: Any) -> Pair:
    return pair(firm, id_, **({"state": PairState.CLOSED} | more))


def seen_activity(firm: FirmId, number: int = 1, **more: Any) -> SeenActivity:
    activity = Activity(key=meeting(number), title=more.pop("title", "Porada"))
    values: dict[str, Any] = {"firm_id": firm, "key": meeting(number), "activity": activity, "seen_at": NOW}
    return SeenActivity(**(values | more))


def seen_event(firm: FirmId, id_: str = "event-of-pair-1", mailbox: MailboxId = ANNA, **more: Any) -> SeenEvent:
    event = Event(mailbox=mailbox, id=EventId(id_), subject=more.pop("subject", "Porada"))
    values: dict[str, Any] = {"firm_id": firm, "key": EventKey(mailbox, EventId(id_)), "event": event, "seen_at": NOW}
    return SeenEvent(**(values | more))


def intent(firm: FirmId, id_: str = "intent-1", **more: Any) -> Intent:
    values: dict[str, Any] = {
        "id": id_,
        "firm_id": firm,
        "pass_id": "pass-1",
        "link_id": LinkId("link-1"),
        "pair_id": "pair-1",
        "kind": IntentKind.UPDATE_EVENT,
        "payload": Payload(),
        "at": NOW,
    }
    return Intent(**(values | more))


def trail(firm: FirmId, link_id: str = "link-1", **more: Any) -> Trail:
    values: dict[str, Any] = {
        "firm_id": firm,
        "link_id": LinkId(link_id),
        "pair_id": None,
        "pass_id": None,
        "at": NOW,
        "seen": ("raynet.title",),
        "reason": Reason.RAYNET_CHANGED,
        "outcome": "written",
        "writes": ("outlook.subject",),
    }
    return Trail(**(values | more))


def conflict(firm: FirmId, id_: str, **more: Any) -> Conflict:
    values: dict[str, Any] = {
        "id": id_,
        "firm_id": firm,
        "link_id": LinkId("link-1"),
        "pair_id": "pair-1",
        "activity": meeting(1),
        "mailbox": ANNA,
        "field": FieldName.TITLE,
        "base": "a",
        "kept": "b",
        "lost": "c",
        "lost_side": Side.GRAPH,
        "at": NOW,
    }
    return Conflict(**(values | more))


def hold(firm: FirmId, id_: str, **more: Any) -> Hold:
    values: dict[str, Any] = {
        "id": id_,
        "firm_id": firm,
        "mailbox": ANNA,
        "pairs": ("pair-1", "pair-2"),
        "count": 2,
        "of": 4,
        "reason": Reason.MASS_DELETION,
        "at": NOW,
    }
    return Hold(**(values | more))


def a_pass(firm: FirmId, id_: str, **more: Any) -> Pass:
    values: dict[str, Any] = {"id": id_, "firm_id": firm, "started_at": NOW, "ended_at": NOW + MINUTE}
    return Pass(**(values | more))


def attention(firm: FirmId, link_id: str = "link-1", **more: Any) -> Attention:
    values: dict[str, Any] = {"firm_id": firm, "link_id": LinkId(link_id), "due_at": NOW}
    return Attention(**(values | more))


def notice(firm: FirmId, dedupe: str, **more: Any) -> Notice:
    values: dict[str, Any] = {
        "firm_id": firm,
        "dedupe": dedupe,
        "kind": NoticeKind.MAILBOX,
        "received_at": NOW,
        "mailbox": ANNA,
    }
    return Notice(**(values | more))
