"""What is known of an event or a draft, as the panel shows it: rows in, the contract's answers out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from server.api.addin.index import RecordIndex
from server.api.addin.models import (
    ChoicesShown,
    ConcernShown,
    ConflictShown,
    DraftState,
    DraftStep,
    EventState,
    LinkedActivity,
    Said,
    StatusLine,
    Trail,
    TrailEntry,
)
from server.catalogue.explained import sentence
from server.domain.chosen import concerns_of
from server.domain.concern import Concern
from server.domain.deep_link import activity_link, record_link
from server.domain.panel import ChangeState, Choices, PanelDraft
from server.domain.panel import DraftState as Step
from server.domain.reasons import Reason
from server.domain.state import Conflict, Firm, PairState
from server.domain.state import Trail as TrailRow
from server.store.panel.sight import EventSight

#: How long a refused change is shown before the activity's own state is again.
_REFUSED_FOR: Final = timedelta(minutes=30)
_Editable = Literal["concerns", "category", "priority", "status", "personal"]
_EDITABLE: Final[tuple[_Editable, ...]] = ("concerns", "category", "priority", "status", "personal")
_Action = Literal["choose", "change", "unlink", "relink", "sync_now", "restore"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose records they are, and where their names can be found."""

    firm: Firm
    index: RecordIndex
    now: datetime

    def said(self, reason: Reason | None) -> Said | None:
        if reason is None:
            return None
        text = sentence(f"reason_{reason.value}", {})
        return Said(code=reason.value, text_cs=text.cs, text_en=text.en)

    def concern(self, one: Concern) -> ConcernShown:
        known = None if one.label else self.index.known(self.firm.id, one.kind, one.id)
        label = one.label or (known.label if known is not None else f"{one.id}")
        return ConcernShown(
            kind=one.kind,
            id=one.id,
            label=label,
            detail=known.detail if known is not None else "",
            open_url=record_link(self.firm.raynet_url, self.firm.raynet_instance, one.kind, one.id),
        )

    def choices(self, choices: Choices) -> ChoicesShown:
        return ChoicesShown(
            linked=choices.linked,
            type=choices.type,
            concerns=tuple(self.concern(one) for one in choices.concerns),
            category=choices.category,
            priority=choices.priority,
            status=choices.status,
            personal=choices.personal,
        )


# --- an event ---------------------------------------------------------------------------------------------------------


def event_state(viewer: Viewer, sight: EventSight) -> EventState:
    """Everything about one event."""
    status, reason = standing(sight, viewer.now)
    return EventState(
        status=status,
        reason=viewer.said(reason),
        activity=linked_activity(viewer, sight),
        draft=draft_state(viewer, sight.draft, sight) if sight.draft is not None else None,
        pending=sight.open_change or sight.has_open_intent,
        conflicts=tuple(_conflict(one) for one in sight.conflicts),
        last_sync_at=sight.last_sync_at,
        can=tuple(_actions(sight)),
    )


def standing(sight: EventSight, now: datetime) -> tuple[StatusLine, Reason | None]:
    """The status line, and why; never more than what the store knows for sure."""
    pair, link = sight.pair, sight.link
    if pair is None or link is None:
        draft = sight.draft
        return (StatusLine.SAVING if draft is not None else StatusLine.UNKNOWN), None
    if pair.state is PairState.RELEASED or pair.state is PairState.CLOSED:
        return StatusLine.NOT_LINKED, pair.reason
    if link.activity is None:
        waits = pair.reason in (None, Reason.WAITS_FOR_PANEL)
        return (StatusLine.SAVING, pair.reason) if waits else (StatusLine.NOT_LINKED, pair.reason)
    if sight.activity is not None and sight.activity.gone_at is not None:
        return StatusLine.NOT_LINKED, Reason.DELETED_IN_RAYNET
    if sight.activity is not None and sight.activity.hidden:
        return StatusLine.NOT_LINKED, Reason.RELEASED_NOT_VISIBLE
    newest = sight.changes[0] if sight.changes else None
    if newest is not None and newest.state is ChangeState.REFUSED and now - newest.at < _REFUSED_FOR:
        return StatusLine.REFUSED, newest.reason
    if sight.open_change or (sight.has_open_intent and pair.base is None):
        return StatusLine.SAVING, None
    return StatusLine.LINKED, pair.reason


def linked_activity(viewer: Viewer, sight: EventSight) -> LinkedActivity | None:
    """The activity as last seen; None before there is one, or after it is gone."""
    seen = sight.activity
    made = seen is not None and seen.gone_at is None and not seen.hidden
    if seen is None or not made or (sight.pair is not None and sight.pair.base is None):
        return None
    activity, firm = seen.activity, viewer.firm
    released = sight.pair is None or sight.pair.state in (PairState.RELEASED, PairState.CLOSED)
    editable: tuple[_Editable, ...] = () if activity.locked or released else _EDITABLE
    return LinkedActivity(
        id=str(activity.key),
        type=activity.key.type,
        title=activity.title,
        status=activity.status,
        priority=activity.priority,
        personal=activity.personal,
        category=activity.category,
        concerns=tuple(viewer.concern(one) for one in concerns_of(activity, sight.colleagues)),
        open_url=activity_link(firm.raynet_url, firm.raynet_instance, activity.key),
        changed_at=activity.modified_at,
        editable=editable,
        reason=viewer.said(Reason.LOCKED if activity.locked else None),
    )


def _actions(sight: EventSight) -> Iterable[_Action]:
    pair, link = sight.pair, sight.link
    if pair is None:
        yield "choose"
    elif pair.state is PairState.RELEASED and pair.reason is Reason.UNLINKED_BY_USER:
        yield "relink"
    elif pair.state is not PairState.CLOSED and pair.state is not PairState.RELEASED:
        has_activity = link is not None and link.activity is not None
        if not has_activity and sight.draft is None:
            yield "choose"
        own = sight.event is None or sight.event.event.is_organizer
        if own and has_activity and sight.activity is not None and not sight.activity.activity.locked:
            yield "change"
        yield "unlink"
    yield "sync_now"
    if any(one.restore_requested_at is None for one in sight.conflicts):
        yield "restore"


def _conflict(one: Conflict) -> ConflictShown:
    return ConflictShown(
        id=one.id,
        field=one.field.value,
        kept=one.kept,
        lost=one.lost,
        lost_side="raynet" if one.lost_side.value == "raynet" else "graph",
        at=one.at,
        restore_requested=one.restore_requested_at is not None,
    )


def trail(viewer: Viewer, rows: Iterable[TrailRow]) -> Trail:
    """The decisions about an event, newest first."""
    return Trail(items=tuple(_entry(viewer, one) for one in rows))


def _entry(viewer: Viewer, row: TrailRow) -> TrailEntry:
    why = viewer.said(row.reason)
    assert why is not None  # noqa: S101  # a trail always has its reason
    return TrailEntry(at=row.at, seen=row.seen, outcome=row.outcome, writes=row.writes, why=why)


# --- a draft ----------------------------------------------------------------------------------------------------------


def draft_state(
    viewer: Viewer, draft: PanelDraft, sight: EventSight | None, *, accepted: bool = True, is_copy: bool = False
) -> DraftState:
    """What the server holds of a draft, and how far it has come."""
    status, reason = StatusLine.WAITING_FOR_SAVE, None
    if draft.state is Step.EXPIRED:
        status = StatusLine.UNKNOWN
    elif sight is not None and draft.event is not None and not is_copy:
        status, reason = standing(sight, viewer.now)
        if draft.state is Step.OPEN and status is StatusLine.UNKNOWN:
            status = StatusLine.SAVING
    settled = draft.reason if status in (StatusLine.LINKED, StatusLine.SAVING) else None
    return DraftState(
        draft_id=draft.id,
        rev=draft.rev,
        accepted=accepted,
        step=DraftStep(draft.state.value),
        status=status,
        refused=refused_of(draft),
        choices=viewer.choices(draft.choices),
        is_copy=is_copy,
        activity=linked_activity(viewer, sight) if sight is not None and not is_copy else None,
        reason=viewer.said(settled or reason),
    )


def refused_of(draft: PanelDraft) -> tuple[str, ...]:
    """Choices that did not become the activity's: the type that came too late, records that Raynet would not take."""
    if draft.reason is Reason.TYPE_ONLY_IN_RAYNET:
        return ("type",)
    if draft.reason is not Reason.REJECTED_BY_RAYNET or draft.bound is None:
        return ()
    names = ("type", "concerns", "category", "priority", "status", "personal")
    return tuple(name for name in names if getattr(draft.bound, name) != getattr(draft.choices, name))
