"""Drafts, changes and open forms as the panel delivers them: one delivery is one transaction, repeating it harmless."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update

from server.domain.ids import EventId, FirmId, MailboxId
from server.domain.panel import (
    SYNC_NOW,
    ChangeAction,
    Choices,
    DraftId,
    DraftState,
    Fingerprint,
    OpenForm,
    PanelChange,
    PanelDraft,
    Taken,
    begun_anew,
    difference,
    received,
)
from server.domain.panel_binding import BEAT_FOR
from server.domain.state import Notice, NoticeKind
from server.errors import NotFound, Refused
from server.store import shapes
from server.store.admin.changes import Clock, utc_now
from server.store.database import Database
from server.store.dialects import insert_new
from server.store.inbox import add_notices
from server.store.scope import FirmScope
from server.store.tables.panel import open_form as form_table
from server.store.tables.panel import panel_change as change_table
from server.store.tables.panel import panel_draft as table

#: A form that was silent for longer was closed without a word: the next sign is that of a new one.
_NEW_FORM_AFTER: Final = 2 * BEAT_FOR
_OWNED: Final = ("rev", "choices", "fingerprint", "opened_at", "touched_at", "client", "secret_digest", "form_open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the store holds after a delivery, and whether it is what was delivered.

    ``is_copy``: the delivering form is about another event than this draft, a duplicate of it.
    """

    draft: PanelDraft
    taken: Taken
    is_copy: bool = False

    @property
    def accepted(self) -> bool:
        return self.taken in (Taken.NEW, Taken.REPEATED) and not self.is_copy


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """What a closing form says of its draft, without a token."""

    rev: int
    choices: Choices
    fingerprint: Fingerprint


class Drafts:
    """Of one person at a time: a draft of another mailbox does not exist."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def receive(self, given: PanelDraft) -> Receipt:
        """Store a delivery by the rules of :func:`server.domain.panel.received`. NotFound for somebody else's id."""
        return self._database.write(given.firm_id, lambda scope: _receive(scope, given, self._now()))

    def get(self, firm: FirmId, mailbox: MailboxId, draft: DraftId) -> PanelDraft:
        """Raises NotFound."""
        return self._database.read(firm, lambda scope: _own(scope, mailbox, draft))

    def of_event(self, firm: FirmId, mailbox: MailboxId, event: EventId) -> PanelDraft | None:
        """The draft that belongs to an event."""
        return self._database.read(firm, lambda scope: _of_event(scope, mailbox, event, except_for=DraftId("")))

    def give_up(self, firm: FirmId, mailbox: MailboxId, draft: DraftId) -> PanelDraft:
        """Nothing comes of an open draft any more. Raises NotFound, Refused ``draft_bound`` when it is too late."""

        def work(scope: FirmScope) -> PanelDraft:
            stored = _own(scope, mailbox, draft, locked=True)
            if stored.state not in (DraftState.OPEN, DraftState.EXPIRED):
                raise Refused("draft_bound")
            scope.change(update(table).where(table.c.id == draft).values(state=DraftState.EXPIRED))
            return replace(stored, state=DraftState.EXPIRED)

        return self._database.write(firm, work)

    def last_word(self, draft: DraftId, secret_digest: str, word: LastWord) -> bool:
        """What a form says as it closes. Only with the secret of its last delivery, which is used up by it."""
        statement = select(table.c.firm_id, table.c.mailbox).where(
            table.c.id == draft, table.c.secret_digest == secret_digest
        )
        row: Any = self._database.read_unscoped(lambda connection: connection.execute(statement).first())
        if row is None:
            return False
        at = self._now()

        def work(scope: FirmScope) -> bool:
            stored = _own(scope, MailboxId(row.mailbox), draft, locked=True)
            if stored.secret_digest != secret_digest:
                return False
            given = replace(
                stored,
                rev=word.rev,
                choices=word.choices,
                fingerprint=word.fingerprint,
                touched_at=at,
                form_open=False,
                secret_digest=None,
            )
            receipt = _receive(scope, given, at)
            scope.change(update(table).where(table.c.id == draft).values(secret_digest=None))
            return receipt.accepted

        return self._database.write(FirmId(row.firm_id), work)

    # --- events that are known ---

    def add_change(self, change: PanelChange) -> PanelChange:
        """Ask for a change; the same id again is the same wish. NotFound when the id is somebody else's."""

        def work(scope: FirmScope) -> PanelChange:
            stored = _store_change(scope, change)
            if stored.mailbox != change.mailbox or stored.event != change.event:
                raise NotFound
            return stored

        return self._database.write(change.firm_id, work)

    def relink(self, change: PanelChange) -> PanelChange:
        """As :meth:`add_change`, with choices for an event that has no activity: a draft bound from the start."""

        def work(scope: FirmScope) -> PanelChange:
            rival = _of_event(scope, change.mailbox, change.event, except_for=DraftId(change.id))
            if change.choices is not None and (rival is None or rival.state is not DraftState.BOUND):
                if rival is not None:
                    scope.change(update(table).where(table.c.id == rival.id).values(state=DraftState.EXPIRED))
                _store_bound(scope, change)
            return _store_change(scope, change)

        return self._database.write(change.firm_id, work)

    def beat(self, form: OpenForm, *, is_open: bool) -> None:
        """The form of an event is open now, or no more."""

        def work(scope: FirmScope) -> None:
            if is_open:
                _keep_form(scope, form)
            else:
                _forget_form(scope, form.mailbox, form.event)

        self._database.write(form.firm_id, work)

    def ring(self, firm: FirmId, mailbox: MailboxId, key: str) -> bool:
        """Let the worker look at this calendar and at Raynet now; False when ``key`` has done so already."""
        notice = Notice(
            firm_id=firm,
            dedupe=f"panel:{key}",
            kind=NoticeKind.ADMIN,
            received_at=self._now(),
            mailbox=mailbox,
            hint=SYNC_NOW,
        )
        return self._database.write(firm, lambda scope: bool(add_notices(scope.connection, [notice])))


# --- one delivery -----------------------------------------------------------------------------------------------------


def _receive(scope: FirmScope, given: PanelDraft, now: datetime) -> Receipt:
    stored = _find(scope, given.id, locked=True)
    if stored is None:
        rival = _rival(scope, given)
        if rival is not None:
            return Receipt(draft=rival, taken=Taken.NOT_TAKEN, is_copy=True)
        if _insert(scope, given):
            _follow(scope, None, given, now)
            return Receipt(draft=given, taken=Taken.NEW)
        stored = _find(scope, given.id, locked=True)
    if stored is None or stored.mailbox != given.mailbox:
        raise NotFound
    if given.event is not None and stored.event not in (None, given.event):
        return Receipt(draft=stored, taken=Taken.NOT_TAKEN, is_copy=True)
    if stored.event is None and (rival := _rival(scope, given)) is not None:
        return Receipt(draft=rival, taken=Taken.NOT_TAKEN, is_copy=True)
    draft, taken = received(stored, given)
    if taken is not Taken.FINISHED:
        values = {name: getattr(draft, name) for name in (*_OWNED, "event")}
        again = begun_anew(stored, draft) if taken is Taken.NEW else None
        if again is not None:
            draft = again
            values |= {name: getattr(draft, name) for name in ("state", "bound", "bound_rev", "reason")}
        scope.change(update(table).where(table.c.id == draft.id).values(values))
        _follow(scope, stored, draft, now)
    return Receipt(draft=draft, taken=taken)


def _insert(scope: FirmScope, given: PanelDraft) -> bool:
    """Whether it was new; the other of two first deliveries finds it there."""
    statement = insert_new(scope.connection.dialect, table, ("firm_id", "id")).values(shapes.PANEL_DRAFT.split(given))
    return scope.connection.execute(statement).rowcount == 1


def _follow(scope: FirmScope, stored: PanelDraft | None, draft: PanelDraft, now: datetime) -> None:
    """What a new revision means for others: a change of the activity that is being made, an event to be looked at."""
    if draft.event is not None:
        form = OpenForm(
            firm_id=draft.firm_id, mailbox=draft.mailbox, event=draft.event, opened_at=draft.opened_at, beat_at=now
        )
        if draft.form_open:
            _keep_form(scope, form)
        else:
            _forget_form(scope, draft.mailbox, draft.event)
    is_new = stored is None or draft.rev > stored.rev
    if stored is not None and is_new and draft.event is not None and stored.state is not DraftState.OPEN:
        for wish in _wishes(stored, draft, draft.event, now):
            _store_change(scope, wish)
    elif draft.event is not None and (stored is None or stored.event is None):
        _ring(scope, draft.firm_id, f"{draft.id}-event", now, draft.mailbox)


def _wishes(stored: PanelDraft, draft: PanelDraft, event: EventId, now: datetime) -> Iterator[PanelChange]:
    """What a newer revision of a bound draft asks of the activity that is there, or is being made."""
    bare = PanelChange(
        firm_id=draft.firm_id,
        id=f"{draft.id}-{draft.rev}",
        mailbox=draft.mailbox,
        event=event,
        action=ChangeAction.CHANGE,
        at=now,
    )
    relinked = draft.choices.linked and not stored.choices.linked
    if draft.choices.linked != stored.choices.linked:
        action = ChangeAction.RELINK if relinked else ChangeAction.UNLINK
        yield replace(bare, id=f"{bare.id}-link", action=action)
    # What was chosen while the event was kept out has not been written.
    before = stored.bound if relinked and stored.bound is not None else stored.choices
    changes = difference(before, draft.choices)
    if changes is not None and begun_anew(stored, draft) is None and draft.choices.linked:
        yield replace(bare, changes=changes)


def _rival(scope: FirmScope, given: PanelDraft) -> PanelDraft | None:
    """Another draft that has the event already."""
    if given.event is None:
        return None
    return _of_event(scope, given.mailbox, given.event, except_for=given.id)


def _find(scope: FirmScope, draft: DraftId, *, locked: bool = False) -> PanelDraft | None:
    statement = select(*shapes.PANEL_DRAFT.columns()).where(table.c.id == draft)
    found = scope.values(shapes.PANEL_DRAFT, statement.with_for_update() if locked else statement)
    return found[0] if found else None


def _own(scope: FirmScope, mailbox: MailboxId, draft: DraftId, *, locked: bool = False) -> PanelDraft:
    found = _find(scope, draft, locked=locked)
    if found is None or found.mailbox != mailbox:
        raise NotFound
    return found


def _of_event(scope: FirmScope, mailbox: MailboxId, event: EventId, *, except_for: DraftId) -> PanelDraft | None:
    statement = select(*shapes.PANEL_DRAFT.columns()).where(
        table.c.mailbox == mailbox,
        table.c.event == event,
        table.c.state != DraftState.EXPIRED,
        table.c.id != except_for,
    )
    found = scope.values(shapes.PANEL_DRAFT, statement)
    return found[0] if found else None


def _store_change(scope: FirmScope, change: PanelChange) -> PanelChange:
    """The stored wish of this id: a new one wakes the worker."""
    values = shapes.PANEL_CHANGE.split(change)
    statement = insert_new(scope.connection.dialect, change_table, ("firm_id", "id")).values(values)
    if scope.connection.execute(statement).rowcount == 1:
        _ring(scope, change.firm_id, change.id, change.at)
        return change
    known = select(*shapes.PANEL_CHANGE.columns()).where(change_table.c.id == change.id)
    return scope.values(shapes.PANEL_CHANGE, known)[0]


def _store_bound(scope: FirmScope, change: PanelChange) -> None:
    """Choices for an event that exists: bound to it at once, so nothing has to be recognised."""
    assert change.choices is not None  # noqa: S101  # the caller looked
    draft = PanelDraft(
        firm_id=change.firm_id,
        id=DraftId(change.id),
        mailbox=change.mailbox,
        rev=1,
        choices=change.choices,
        fingerprint=Fingerprint(subject="", start=change.at, end=change.at + timedelta(minutes=1)),
        opened_at=change.at,
        touched_at=change.at,
        form_open=False,
        state=DraftState.BOUND,
        event=change.event,
        bound=change.choices,
        bound_rev=1,
    )
    _insert(scope, draft)


def _keep_form(scope: FirmScope, form: OpenForm) -> None:
    this = (form_table.c.mailbox == form.mailbox, form_table.c.event == form.event)
    row: Any = scope.first(select(form_table.c.beat_at).where(*this))
    if row is not None and form.beat_at - row.beat_at > _NEW_FORM_AFTER:
        scope.change(delete(form_table).where(*this))
    scope.store(shapes.OPEN_FORM, [form])


def _forget_form(scope: FirmScope, mailbox: MailboxId, event: EventId) -> None:
    scope.change(delete(form_table).where(form_table.c.mailbox == mailbox, form_table.c.event == event))


def _ring(scope: FirmScope, firm: FirmId, key: str, now: datetime, mailbox: MailboxId | None = None) -> None:
    """Wake the worker. Nobody outside announced anything, so it is no evidence of push."""
    notice = Notice(
        firm_id=firm, dedupe=f"panel:{key}", kind=NoticeKind.ADMIN, received_at=now, mailbox=mailbox, hint="panel"
    )
    add_notices(scope.connection, [notice])
