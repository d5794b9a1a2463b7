"""What must have been done at rest beside that both sides agree: the duties towards people and administrators.

No mail in anybody's name, each participant's own copy, days that stay days, values given back, decisions carried out.
"""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.domain.rules import Mirror
from server.domain.state import Group, Pair, PairState, Role
from simulator.raynet.records import HistoryEntry, Ref
from tests.histories.house import House
from tests.histories.oracle import Oracle
from tests.histories.shown import PRAGUE, Moment, activity_shown

if TYPE_CHECKING:
    from tests.histories.play import History


def mailed(history: "History") -> list[str]:
    """Exchange wrote to somebody because of a write of ours, though no firm here allows that."""
    return [f"mails: {one.kind}" for one in history.village.world.graph.exchange.mails if one.by.kind == "app"]


def neglected(history: "History", house: House, oracle: Oracle) -> list[str]:
    """What was not done in this house."""
    rows = history.store.firms[house.id]
    out = []
    for conflict in rows.conflicts.values():
        waits = conflict.restore_requested_at is not None and conflict.restored_at is None
        # A calendar whose seat is gone is not written: what was lost in it waits for the seat.
        if waits and conflict.link_id in rows.open_links and conflict.mailbox in oracle.seated:
            out.append(f"a value of {conflict.field.value} asked back and not given")
    for hold in rows.holds.values():
        if hold.decision is not None and hold.closed_at is None:
            out.append(f"a hold decided ({hold.decision.value}) and still open")
    out += _taken_out(house, oracle)
    for group in oracle.groups:
        out += _without_copy(house, oracle, group)
        out += _no_day(oracle, group)
        carried = [
            oracle.live.get((one.mailbox, one.event or "")) for one in group.pairs if one.state is PairState.LIVE
        ]
        if any(state is not None and state.recurrence is not None for state in carried):
            out.append("I5 a series is carried")
    return out


def _without_copy(house: House, oracle: Oracle, group: Group) -> list[str]:
    """Participants with a seat to whom their colleague's activity was never brought, nor told why not."""
    key = group.link.activity
    record = house.raynet.activity(Ref(key.type.value, key.id)) if key is not None else None
    rules = oracle.rows.firm.rules
    is_live = any(one.state is PairState.LIVE and one.role is not Role.ATTENDEE for one in group.pairs)
    if record is None or not is_live or activity_shown(record) is None or rules.mirror is not Mirror.PARTICIPANTS:
        return []
    there = {one.mailbox for one in group.pairs if not _is_called_off(oracle, one)} | _invited(house, oracle, group)
    persons = {one.person for one in record.participants}
    missing = [
        one
        for one in house.people
        if one.person in persons and one.mailbox.id in oracle.seated and one.mailbox.id not in there
    ]
    return [f"I7 a participant of a {record.kind} has no copy"] * len(missing)


def _is_called_off(oracle: Oracle, pair: Pair) -> bool:
    """Whether all that it has is Exchange's word that somebody else's meeting, to which it was invited, is off."""
    return pair.role is Role.ATTENDEE and (pair.mailbox, pair.event or "") in oracle.called_off


def _taken_out(house: House, oracle: Oracle) -> list[str]:
    """Colleagues that a save of ours took out of an activity: nobody here ever takes one out of a meeting."""
    colleagues = {one.person for one in house.people}
    came: dict[tuple[int, int | None], HistoryEntry] = {}
    out = []
    for entry in house.raynet.history:
        if entry.before is None or entry.after is None:
            continue
        before, after = ({one.person for one in record.participants} for record in (entry.before, entry.after))
        if entry.actor.source != "api":
            came |= {(entry.entity_id, one): entry for one in after - before}
            continue
        for one in (before - after) & colleagues:
            added = came.get((entry.entity_id, one))
            if oracle.came_late(entry) or (added is not None and oracle.was_unseen(added)):
                oracle.excused += 1
            else:
                out.append(f"I8 a participant of a {entry.after.kind} was taken out")
    return out


def _given(moments: list[Moment]) -> set[object]:
    """The times that a person gave it."""
    by_hand = [(None if one.turned else one.before, one.after) for one in moments if one.by != "app"]
    return {after["when"] for before, after in by_hand if after and (not before or before["when"] != after["when"])}


def _invited(house: House, oracle: Oracle, group: Group) -> set[str]:
    """Calendars to which Outlook brings, or once brought, the meeting itself.

    Whether an invited person never got it (no mailbox then; the organizer took it back) or has thrown it away before
    it was ever read cannot be told: nothing that Graph shows names an invitation that is not there.
    """
    states = [oracle.live.get((one.mailbox, one.event or "")) for one in group.pairs]
    asked = {one.address.lower() for state in states if state is not None for one in state.attendees}
    return {one.mailbox.id for one in house.people if one.login.lower() in asked}


def _in_utc(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    return start.replace(tzinfo=UTC, microsecond=0), end.replace(tzinfo=UTC, microsecond=0)


def _no_day(oracle: Oracle, group: Group) -> list[str]:
    """Copies of whole days that stand there as hours, unless a user gave just these hours to one that leads or led."""
    out = []
    leads = [(one.mailbox, one.event or "") for one in group.pairs if one.role in (Role.LEAD, Role.FOLLOWER)]
    # What such an event said stays agreed when it is deleted and made again.
    stood = oracle.gone | oracle.live
    own = [stood[one] for one in leads if one in stood and _given(oracle.moments[one])]
    hours = {(one.start, one.end) for one in own if not one.is_all_day}
    # Another event may lead by now, or lead what was restored of a copy: it shows the hours that were given there.
    events = [(one.mailbox, one.event or "") for one in group.pairs]
    given = {one for event in events for one in _given(oracle.moments.get(event, []))}
    led = [oracle.live[one] for one in leads if one in oracle.live]
    hours |= {(one.start, one.end) for one in led if not one.is_all_day and _in_utc(one.start, one.end) in given}
    for pair in group.pairs:
        state = oracle.live.get((pair.mailbox, pair.event or ""))
        if pair.role is not Role.COPY or pair.state is not PairState.LIVE or state is None or state.is_all_day:
            continue
        begin, end = (one.replace(tzinfo=UTC).astimezone(PRAGUE) for one in (state.start, state.end))
        if begin != end and begin.time() == end.time() == time() and (state.start, state.end) not in hours:
            out.append("I7 a day stands as hours")
    return out
