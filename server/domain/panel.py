"""What a user chooses in Outlook's side panel: the values, and which revision of a draft counts.

A *draft* is the state of a form whose event has no id yet; a *change* concerns an event that is known. Pure: the store
keeps both, the sync binds and applies them (:mod:`server.domain.panel_binding`).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from server.domain.activity import ActivityStatus, Priority
from server.domain.concern import Concern
from server.domain.ids import ActivityType, EventId, FirmId, MailboxId
from server.domain.reasons import Reason

#: Id of the add-in in its manifest. It names the custom property in which clients store data, so it never changes.
ADDIN_ID: Final = "9e0f6a3b-54d7-4c1c-8f0e-6a2b7d1c93e5"
#: Wording of the panel's own consent; a new one asks everybody again.
CONSENT_VERSION: Final = "2026-11-2"
#: Hint of a notice by which a person wants both sides looked at.
SYNC_NOW: Final = "sync_now"
#: A draft that nobody touched for so long belongs to an event that was never saved.
DRAFT_FOR: Final = timedelta(hours=24)

#: UUID made by the panel; key of the activity that is made of it.
DraftId = NewType("DraftId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user chose for a new event; None = the default. ``linked`` false: keep it out of Raynet."""

    linked: bool = True
    type: ActivityType | None = None
    concerns: tuple[Concern, ...] = ()
    category: int | None = None
    priority: Priority | None = None
    status: ActivityStatus | None = None
    personal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What to change in an activity that exists; None = leave it."""

    concerns: tuple[Concern, ...] | None = None
    category: int | None = None
    priority: Priority | None = None
    status: ActivityStatus | None = None
    personal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What the form said: how its event is recognised when it arrives. Instants are aware UTC."""

    subject: str
    start: datetime
    end: datetime


class DraftState(StrEnum):
    """Only forwards: open → bound → applied, or open → expired."""

    OPEN = "open"
    BOUND = "bound"
    APPLIED = "applied"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelDraft:
    """One form's state.

    The panel owns everything up to ``form_open``; ``event`` is what it claims while the draft is open, and fixed from
    the binding on. ``bound`` are the choices that became, or become, the activity: its type never changes afterwards.
    """

    firm_id: FirmId
    id: DraftId
    mailbox: MailboxId
    rev: int
    choices: Choices
    fingerprint: Fingerprint
    opened_at: datetime
    touched_at: datetime
    client: str = ""
    secret_digest: str | None = None
    form_open: bool = True
    state: DraftState = DraftState.OPEN
    event: EventId | None = None
    bound: Choices | None = None
    bound_rev: int | None = None
    reason: Reason | None = None


class ChangeAction(StrEnum):
    CHANGE = "change"
    UNLINK = "unlink"
    RELINK = "relink"


class ChangeState(StrEnum):
    OPEN = "open"
    DONE = "done"
    #: Raynet would not take it, or there is nothing to change any more.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelChange:
    """Something a user wants of an event that is known. ``id`` is made by the panel: the same one is the same wish."""

    firm_id: FirmId
    id: str
    mailbox: MailboxId
    event: EventId
    action: ChangeAction
    changes: Changes = field(default_factory=Changes)
    #: For an event taken up again that has no activity.
    choices: Choices | None = None
    at: datetime
    state: ChangeState = ChangeState.OPEN
    reason: Reason | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """A form of a known event is open: until when it was heard of, and since when."""

    firm_id: FirmId
    mailbox: MailboxId
    event: EventId
    opened_at: datetime
    beat_at: datetime


class Taken(StrEnum):
    """What became of a delivery."""

    NEW = "new"
    #: The same once more: only the time moves.
    REPEATED = "repeated"
    #: Older, or as new but different: the form is open twice.
    NOT_TAKEN = "not_taken"
    #: The draft has expired.
    FINISHED = "finished"


def received(stored: PanelDraft | None, given: PanelDraft) -> tuple[PanelDraft, Taken]:
    """The draft after a delivery: the highest revision wins, in whatever order deliveries come.

    ``given`` carries what the panel owns. Once bound, the type stays what it was bound with; so does ``linked`` while
    the activity is being made.
    """
    if stored is None:
        return given, Taken.NEW
    if is_over(stored, given.touched_at):
        return stored, Taken.FINISHED
    touched = replace(
        stored,
        opened_at=min(stored.opened_at, given.opened_at),
        touched_at=max(stored.touched_at, given.touched_at),
        # What comes after the last word and is no newer was sent before it.
        form_open=given.form_open and (stored.form_open or given.rev > stored.rev),
    )
    if given.secret_digest is not None:
        touched = replace(touched, secret_digest=given.secret_digest)
    if stored.state is DraftState.OPEN and given.event is not None:
        touched = replace(touched, event=given.event)
    choices = _still_possible(stored, given.choices)
    if given.rev == stored.rev and (choices, given.fingerprint) == (stored.choices, stored.fingerprint):
        return touched, Taken.REPEATED
    if given.rev <= stored.rev:
        return touched, Taken.NOT_TAKEN
    return replace(touched, rev=given.rev, choices=choices, fingerprint=given.fingerprint), Taken.NEW


def _still_possible(stored: PanelDraft, wanted: Choices) -> Choices:
    """``wanted`` without what is fixed by now."""
    if stored.bound is not None and not _may_begin_anew(stored, wanted):
        wanted = replace(wanted, type=stored.bound.type)
    if stored.state is DraftState.BOUND and stored.bound is not None:
        wanted = replace(wanted, linked=stored.bound.linked)
    return wanted


def _may_begin_anew(stored: PanelDraft, choices: Choices) -> bool:
    """Whether an event that was kept out of Raynet shall get its activity after all: then its type is open again."""
    out = stored.bound is not None and not stored.bound.linked
    return stored.state is DraftState.APPLIED and out and choices.linked


def begun_anew(stored: PanelDraft, draft: PanelDraft) -> PanelDraft | None:
    """The draft bound once more, where its event was kept out of Raynet and no longer shall be; else None."""
    if not _may_begin_anew(stored, draft.choices):
        return None
    return replace(draft, state=DraftState.BOUND, bound=draft.choices, bound_rev=draft.rev, reason=None)


def is_over(draft: PanelDraft, now: datetime) -> bool:
    """Whether nothing more will become of it: its event was never saved."""
    return draft.state is DraftState.EXPIRED or (draft.state is DraftState.OPEN and now - draft.touched_at >= DRAFT_FOR)


def difference(before: Choices, after: Choices) -> Changes | None:
    """What a user changed between two revisions, as a change of the activity; None when nothing that can be."""
    changes = Changes(
        concerns=after.concerns if after.concerns != before.concerns else None,
        category=after.category if after.category != before.category else None,
        priority=after.priority if after.priority != before.priority else None,
        status=after.status if after.status != before.status else None,
        personal=after.personal if after.personal != before.personal else None,
    )
    return None if changes == Changes() else changes


def joined(first: Changes, then: Changes) -> Changes:
    """Both in one: the later value of each member."""
    return Changes(
        concerns=then.concerns if then.concerns is not None else first.concerns,
        category=then.category if then.category is not None else first.category,
        priority=then.priority or first.priority,
        status=then.status or first.status,
        personal=then.personal if then.personal is not None else first.personal,
    )
