"""What the panel says of an event, from rows alone: never more than the store knows for sure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.api.addin.index import RecordIndex
from server.api.addin.models import DraftStep, StatusLine
from server.api.addin.views import Viewer, draft_state, event_state, linked_activity, refused_of, standing
from server.api.services import Remotes
from server.domain.concern import Concern, ConcernKind
from server.domain.ids import ActivityType, EventId, MailboxId
from server.domain.panel import (
    ChangeAction,
    ChangeState,
    Choices,
    DraftId,
    DraftState,
    Fingerprint,
    PanelChange,
    PanelDraft,
)
from server.domain.reasons import Reason
from server.domain.state import Firm, PairState, SeenActivity
from server.store.panel.sight import EventSight
from tests.support.builders import FIRM, NOW, activity, agreed, event, link, pair

MEETING = Choices(type=ActivityType.MEETING)


class Nobody(Remotes):
    """Nothing is asked of anybody to draw a page."""


def seen(**more: Any) -> SeenActivity:
    one = activity(**more)
    return SeenActivity(firm_id=FIRM, key=one.key, activity=one, seen_at=NOW)


def draft(**more: Any) -> PanelDraft:
    made = PanelDraft(
        firm_id=FIRM,
        id=DraftId("0b8ad4b4-1f0e-4a0e-9d55-0e3b2f6a7c11"),
        mailbox=MailboxId("mb-anna"),
        rev=1,
        choices=MEETING,
        fingerprint=Fingerprint(subject="Porada", start=NOW, end=NOW + timedelta(hours=1)),
        opened_at=NOW,
        touched_at=NOW,
    )
    return replace(made, **more)


def change(state: ChangeState, *, minutes_ago: int = 1, reason: Reason | None = None) -> PanelChange:
    return PanelChange(
        firm_id=FIRM,
        id="c1",
        mailbox=MailboxId("mb-anna"),
        event=EventId("ev-1"),
        action=ChangeAction.CHANGE,
        at=NOW - timedelta(minutes=minutes_ago),
        state=state,
        reason=reason,
    )


def sight(**more: Any) -> EventSight:
    """A linked event that both sides agree on, unless told otherwise."""
    given: dict[str, Any] = {
        "mailbox": None,
        "pair": pair(base=agreed(activity(), event())),
        "link": link(),
        "activity": seen(),
    }
    return EventSight(**given | more)


def viewer() -> Viewer:
    firm = Firm(
        id=FIRM,
        name="Válcovna",
        tenant_id="11111111-2222-3333-4444-555555555555",
        raynet_user="sync@firm.example",
        seats=3,
        valid_until=(NOW + timedelta(days=300)).date(),
        raynet_instance="valcovna",
        raynet_url="https://app.raynet.cz",
    )
    return Viewer(firm, RecordIndex(Nobody(), now=lambda: NOW), NOW)


UNKNOWN = {"pair": None, "link": None, "activity": None}
UNMADE = {"link": link(activity=None), "activity": None, "pair": pair(base=None)}

#: What the store knows, what is said.
ROWS: dict[str, tuple[dict[str, Any], StatusLine, Reason | None]] = {
    "agreed": ({}, StatusLine.LINKED, None),
    "agreed, but something waits": (
        {"pair": pair(base=agreed(activity(), event()), reason=Reason.WOULD_MAIL)},
        StatusLine.LINKED,
        Reason.WOULD_MAIL,
    ),
    "never met": (UNKNOWN, StatusLine.UNKNOWN, None),
    "never met, a draft names it": (UNKNOWN | {"draft": draft()}, StatusLine.SAVING, None),
    "let go": (
        {"pair": pair(state=PairState.RELEASED, reason=Reason.UNLINKED_BY_USER)},
        StatusLine.NOT_LINKED,
        Reason.UNLINKED_BY_USER,
    ),
    "closed": ({"pair": pair(state=PairState.CLOSED)}, StatusLine.NOT_LINKED, None),
    "met, no activity yet": (UNMADE, StatusLine.SAVING, None),
    "held for the panel": (
        UNMADE | {"pair": pair(base=None, reason=Reason.WAITS_FOR_PANEL)},
        StatusLine.SAVING,
        Reason.WAITS_FOR_PANEL,
    ),
    "met, and no activity is to be": (
        UNMADE | {"pair": pair(base=None, reason=Reason.OUTSIDE_WINDOW)},
        StatusLine.NOT_LINKED,
        Reason.OUTSIDE_WINDOW,
    ),
    "the activity is gone": (
        {"activity": replace(seen(), gone_at=NOW)},
        StatusLine.NOT_LINKED,
        Reason.DELETED_IN_RAYNET,
    ),
    "the activity is hidden": (
        {"activity": replace(seen(), hidden=True)},
        StatusLine.NOT_LINKED,
        Reason.RELEASED_NOT_VISIBLE,
    ),
    "a change is open": ({"changes": (change(ChangeState.OPEN),)}, StatusLine.SAVING, None),
    "a change was refused": (
        {"changes": (change(ChangeState.REFUSED, reason=Reason.LOCKED),)},
        StatusLine.REFUSED,
        Reason.LOCKED,
    ),
    "a change was refused long ago": (
        {"changes": (change(ChangeState.REFUSED, minutes_ago=31, reason=Reason.LOCKED),)},
        StatusLine.LINKED,
        None,
    ),
    "an older change was refused, a newer one is done": (
        {"changes": (change(ChangeState.DONE), change(ChangeState.REFUSED, minutes_ago=2, reason=Reason.LOCKED))},
        StatusLine.LINKED,
        None,
    ),
    "being written for the first time": (
        {"pair": pair(base=None), "has_open_intent": True},
        StatusLine.SAVING,
        None,
    ),
    "being written again": ({"has_open_intent": True}, StatusLine.LINKED, None),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_status_line(name: str) -> None:
    known, status, reason = ROWS[name]
    assert standing(sight(**known), NOW) == (status, reason)


#: What the store knows, what may be done.
MAY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "never met": (UNKNOWN, {"choose", "sync_now"}),
    "agreed": ({}, {"change", "unlink", "sync_now"}),
    "locked": ({"activity": seen(locked=True)}, {"unlink", "sync_now"}),
    "no activity yet": (UNMADE, {"choose", "unlink", "sync_now"}),
    "no activity yet, already chosen": (UNMADE | {"draft": draft()}, {"unlink", "sync_now"}),
    "let go by the user": (
        {"pair": pair(state=PairState.RELEASED, reason=Reason.UNLINKED_BY_USER)},
        {"relink", "sync_now"},
    ),
    "let go by a rule": ({"pair": pair(state=PairState.RELEASED, reason=Reason.OUTSIDE_WINDOW)}, {"sync_now"}),
    "closed": ({"pair": pair(state=PairState.CLOSED)}, {"sync_now"}),
}


@pytest.mark.parametrize("name", MAY)
def test_what_may_be_done(name: str) -> None:
    known, may = MAY[name]
    assert set(event_state(viewer(), sight(**known)).can) == may


def test_an_activity_is_shown_only_once_both_sides_have_it() -> None:
    assert linked_activity(viewer(), sight()) is not None
    for known in (
        {"activity": None},
        {"activity": replace(seen(), gone_at=NOW)},
        {"activity": replace(seen(), hidden=True)},
        {"pair": pair(base=None)},
    ):
        assert linked_activity(viewer(), sight(**known)) is None


def test_nothing_of_a_released_or_locked_activity_can_be_edited() -> None:
    for known in ({"activity": seen(locked=True)}, {"pair": replace(sight().pair or pair(), state=PairState.RELEASED)}):
        shown = linked_activity(viewer(), sight(**known))
        assert shown is not None
        assert shown.editable == ()


def test_a_record_without_a_known_name_is_shown_by_its_number() -> None:
    shown = viewer().concern(Concern(kind=ConcernKind.COMPANY, id=77))
    assert (shown.label, shown.detail) == ("77", "")
    named = viewer().concern(Concern(kind=ConcernKind.COMPANY, id=77, label="Pekárna"))
    assert named.label == "Pekárna"


def test_a_draft_waits_until_its_event_is_named() -> None:
    shown = draft_state(viewer(), draft(), None)
    assert (shown.status, shown.step) == (StatusLine.WAITING_FOR_SAVE, DraftStep.OPEN)
    named = draft_state(viewer(), draft(event=EventId("ev-1")), sight(**UNKNOWN))
    assert named.status is StatusLine.SAVING, "the worker has not met the event yet"
    assert draft_state(viewer(), draft(state=DraftState.EXPIRED), None).status is StatusLine.UNKNOWN


def test_a_copy_shows_nothing_of_the_other_events_activity() -> None:
    shown = draft_state(viewer(), draft(event=EventId("ev-1")), sight(), is_copy=True)
    assert (shown.status, shown.activity, shown.is_copy) == (StatusLine.WAITING_FOR_SAVE, None, True)


def test_what_raynet_refused_is_named() -> None:
    wanted = replace(MEETING, category=3, personal=True)
    bound = replace(MEETING, personal=True)
    assert refused_of(draft()) == ()
    assert refused_of(draft(reason=Reason.TYPE_ONLY_IN_RAYNET)) == ("type",)
    assert refused_of(draft(reason=Reason.REJECTED_BY_RAYNET)) == ()
    assert refused_of(draft(reason=Reason.REJECTED_BY_RAYNET, choices=wanted, bound=bound)) == ("category",)
