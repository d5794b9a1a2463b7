"""Meetings across mailboxes: who gets which copy, and which mails Exchange sends for it. Facts: graph-calendar §9."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.graph.mailbox import Item, Mailbox, Save
from simulator.graph.state import SERVER, Actor, Content, EventState, Folder
from simulator.graph.write import PRIVATE_MEMBERS

if TYPE_CHECKING:
    from simulator.graph.exchange import Exchange, Target

_CANCELED = "Canceled: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail Exchange sent in the name of a mailbox's owner: why, by whose write, to whom."""

    at: datetime
    by: Actor
    mailbox: str
    kind: str  # invitation, update, cancellation or response
    recipients: tuple[str, ...]
    item: int


class Meetings:
    """Follows each write of ``Exchange`` with its mails and its copies."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    # -- what the organizer does -----------------------------------------------------------------------------------

    def created(self, mailbox: Mailbox, item: Item, by: Actor) -> None:
        """Any attendee written causes invitations; there is no switch against it. Fact: [doc, seen]."""
        state = item.content.state
        if state.attendees:
            self._mail(by, mailbox, item, "invitation", (a.person.address for a in state.attendees))
            self._deliver(mailbox, item)

    def updated(self, target: "Target", before: EventState, members: set[str], by: Actor) -> None:
        """After a save by the organizer. Attendees' own edits stay with them. Fact: [live]."""
        after = self._exchange.state_of(target)
        if not after.is_organizer or not (before.attendees or after.attendees):
            return
        self._mail_update(target, before, members, by)
        if not members <= PRIVATE_MEMBERS:
            self._withdraw(target, before, after)
            self._deliver(target.mailbox, target.item)

    def _mail_update(self, target: "Target", before: EventState, members: set[str], by: Actor) -> None:
        switches, item = self._exchange.switches, target.item
        after = self._exchange.state_of(target)
        public = members - PRIVATE_MEMBERS
        if not public and not (members and switches.private_writes_mail):
            return
        old = {a.address: a.person.address for a in before.attendees}
        new = {a.address: a.person.address for a in after.attendees}
        self._mail(by, target.mailbox, item, "invitation", (new[a] for a in new if a not in old))
        self._mail(by, target.mailbox, item, "cancellation", (old[a] for a in old if a not in new))
        if public == {"attendees"}:
            return
        if not switches.unchanged_patch_mails and _same(before, after):
            return
        mails = 1 + (len(item.content.overrides) if target.day is None else 0)
        for _ in range(mails):
            self._mail(by, target.mailbox, item, "update", (new[a] for a in new if a in old))

    def deleted(self, target: "Target", state: EventState, by: Actor) -> None:
        """Deleting or cancelling: the organizer's tells all, an attendee's nobody. Fact: [doc, inferred]."""
        mailbox, item = target.mailbox, target.item
        if not state.is_organizer:
            if self._exchange.switches.attendee_delete_informs_organizer and not state.is_cancelled:
                self._mail(by, mailbox, item, "response", (state.organizer.address,))
                self._tell_organizer(target, "declined")
            return
        if not state.attendees:
            return
        self._mail(by, mailbox, item, "cancellation", (a.person.address for a in state.attendees))
        if target.day is not None:
            self._deliver(mailbox, item)
            return
        for attendee in state.attendees:
            self._later_cancel(attendee.address, state.ical_uid, mailbox)

    def _withdraw(self, target: "Target", before: EventState, after: EventState) -> None:
        if target.day is not None:
            return
        kept = {attendee.address for attendee in after.attendees}
        for attendee in before.attendees:
            if attendee.address not in kept:
                self._later_cancel(attendee.address, before.ical_uid, target.mailbox)

    # -- copies ----------------------------------------------------------------------------------------------------

    def _deliver(self, organizer: Mailbox, item: Item) -> None:
        """Bring the organizer's present content into each attendee's mailbox, now or after the switched delay."""
        content = item.content
        for attendee in content.state.attendees:
            mailbox = self._exchange.mailbox_at(attendee.address)
            if mailbox is not None and mailbox is not organizer:
                self._later_deliver(mailbox, content)

    def _later_deliver(self, mailbox: Mailbox, content: Content) -> None:
        def deliver() -> None:
            self.put_copy(mailbox, content)

        self._exchange.later(self._exchange.switches.meeting_delivery_seconds, deliver)

    def _later_cancel(self, address: str, ical_uid: str, organizer: Mailbox) -> None:
        mailbox = self._exchange.mailbox_at(address)
        if mailbox is not None and mailbox is not organizer:
            delay = self._exchange.switches.meeting_delivery_seconds
            self._exchange.later(delay, lambda: self.cancel_copy(mailbox, ical_uid))

    def put_copy(self, mailbox: Mailbox, original: Content) -> Item:
        """Create or refresh the attendee's copy from the organizer's content."""
        copy = mailbox.by_ical_uid(original.state.ical_uid)
        if copy is None:
            state = self._copied(original.state, None)
            overrides = {day: self._copied(s, None) for day, s in original.overrides.items()}
            item = mailbox.add(state, mailbox.default_calendar, Save(by=SERVER, kind="invited", change_type="created"))
            if overrides or original.cancelled:
                content = replace(item.content, overrides=overrides, cancelled=original.cancelled)
                mailbox.save(item, content, Save(by=SERVER, kind="invited"))
            return item
        own = copy.content
        content = replace(
            own,
            state=self._copied(original.state, own.state),
            overrides={
                day: self._copied(s, own.overrides.get(day, own.state)) for day, s in original.overrides.items()
            },
            cancelled=original.cancelled
            | (own.cancelled if original.state.recurrence == own.state.recurrence else frozenset()),
        )
        mailbox.save(copy, content, Save(by=SERVER, kind="organizer's update"))
        return copy

    def _copied(self, original: EventState, own: EventState | None) -> EventState:
        """The organizer's state as an attendee holds it: private members are the attendee's own."""
        now = self._exchange.stamp()
        moved = own is None or (own.start, own.end, own.recurrence) != (
            original.start,
            original.end,
            original.recurrence,
        )
        response = "notResponded" if own is None or moved else own.response
        travels = self._exchange.switches.extended_properties_travel
        return replace(
            original,
            is_organizer=False,
            response=response,
            responded=None if own is None or moved else own.responded,
            show_as=original.show_as if response == "accepted" else "tentative",
            categories=own.categories if own else (),
            is_reminder_on=own.is_reminder_on if own else original.is_reminder_on,
            reminder_minutes=own.reminder_minutes if own else original.reminder_minutes,
            sensitivity=own.sensitivity if own and own.sensitivity != "normal" else original.sensitivity,
            extended=own.extended if own else (original.extended if travels else ()),
            extensions=own.extensions if own else (),
            transaction_id=None,
            is_cancelled=False,
            teams_destroyed=False,
            created=own.created if own else now,
        )

    def cancel_copy(self, mailbox: Mailbox, ical_uid: str) -> None:
        """The organizer cancelled: the copy stays, marked and prefixed. Fact: [doc?]."""
        copy = mailbox.by_ical_uid(ical_uid)
        if copy is None or copy.content.state.is_cancelled or copy.content.state.is_organizer:
            return
        state = copy.content.state
        state = replace(state, is_cancelled=True, subject=(_CANCELED + state.subject)[:255], show_as="free")
        mailbox.save(copy, replace(copy.content, state=state), Save(by=SERVER, kind="organizer's cancellation"))

    # -- what the attendee does --------------------------------------------------------------------------------------

    def responded(self, target: "Target", response: str, by: Actor, *, send: bool) -> None:
        """Save the answer, tell the organizer if wanted, and throw a declined copy away. Fact: [live]."""
        mailbox, item = target.mailbox, target.item
        state = self._exchange.state_of(target)
        now = self._exchange.stamp()
        show_as = {"accepted": "busy", "tentativelyAccepted": "tentative", "declined": "free"}[response]
        answered = replace(state, response=response, responded=now, show_as=show_as)
        if target.day is None:
            content = replace(item.content, state=answered)
        else:
            original = state.original_start or state.start
            day_state = replace(answered, original_start=original, recurrence=None)
            content = replace(item.content, overrides=dict(item.content.overrides) | {target.day: day_state})
        mailbox.save(item, content, Save(by=by, kind=response))
        if send:
            self._mail(by, mailbox, item, "response", (state.organizer.address,))
            self._tell_organizer(target, response)
        if response == "declined":
            self._throw_away(target, by)

    def _throw_away(self, target: "Target", by: Actor) -> None:
        content = target.item.content
        if target.day is None:
            target.mailbox.remove(target.item, Save(by=by, kind="declined", change_type="deleted"), Folder.DELETED)
            return
        overrides = {day: s for day, s in content.overrides.items() if day != target.day}
        after = replace(content, overrides=overrides, cancelled=content.cancelled | {target.day})
        target.mailbox.save(target.item, after, Save(by=by, kind=f"declined {target.day}"))

    def _tell_organizer(self, target: "Target", response: str) -> None:
        """The answer appears in the organizer's attendee list; other attendees do not see it."""
        state = target.item.content.state
        organizer = self._exchange.mailbox_at(state.organizer.address)
        original = organizer.by_ical_uid(state.ical_uid) if organizer is not None else None
        if organizer is None or original is None or not original.content.state.is_organizer:
            return
        addresses, now = target.mailbox.owner.addresses(), self._exchange.stamp()

        def with_answer(held: EventState) -> EventState:
            attendees = tuple(
                replace(a, response=response, responded=now) if a.address in addresses else a for a in held.attendees
            )
            return replace(held, attendees=attendees)

        content = original.content
        if target.day is None:
            content = replace(content, state=with_answer(content.state))
        elif target.day in content.overrides:
            day_state = with_answer(content.overrides[target.day])
            content = replace(content, overrides=dict(content.overrides) | {target.day: day_state})
        else:
            return
        organizer.save(original, content, Save(by=SERVER, kind="attendee's answer"))

    def _mail(self, by: Actor, mailbox: Mailbox, item: Item, kind: str, recipients: Iterable[str]) -> None:
        own = mailbox.owner.addresses()
        to = tuple(address for address in recipients if address.lower() not in own)
        if to:
            now = self._exchange.now()
            mail = Mail(at=now, by=by, mailbox=mailbox.id, kind=kind, recipients=to, item=item.number)
            self._exchange.mails.append(mail)


def _same(before: EventState, after: EventState) -> bool:
    return replace(before, version=0, modified=after.modified) == replace(after, version=0)
