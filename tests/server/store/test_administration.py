"""Administrative changes: what they do, refuse, write into the audit log and tell the worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.ids import EventId, FirmId, PersonId, SeatId
from server.domain.reasons import Reason
from server.domain.rules import Authority
from server.domain.state import Decision, Firm, MailboxState, MailboxSync, NoticeKind, PairState
from server.errors import Invalid, NotFound, Outdated, Refused, RosError
from server.ports.store import Notices
from server.store.admin.administration import Administration
from server.store.admin.firms import ConnectionChange, LicenceChange
from server.store.admin.seats import SeatChange
from server.store.database import Database
from server.store.tables.people import AdministratorRole
from tests.server.store import build
from tests.server.store.build import ANNA, MINUTE, NOW, meeting
from tests.server.store.conftest import TENANT, Ask, Keep, new_firm


@pytest.fixture
def desk(database: Database) -> Administration:
    return Administration(database, lambda: NOW)


def actions(desk: Administration, firm: FirmId) -> list[str]:
    return [entry.action for entry in reversed(desk.overview.audit(firm))]


def test_a_firm_is_added_with_its_rules_and_its_key_sealed_away(desk: Administration, ask: Ask) -> None:
    firm = desk.firms.add(new_firm(tenant_id=TENANT.upper(), rules={"authority": "newest"}), actor="cli")
    assert (firm.tenant_id, firm.rules.authority, firm.revision) == (TENANT, Authority.NEWEST, 1)
    assert firm in desk.firms.every_unscoped()
    assert firm in desk.firms.of_tenant_unscoped(TENANT)
    connection = desk.firms.raynet_connection(firm.id)
    assert (connection.user, connection.key, connection.revision) == ("api@novak.example", "canary-raynet-key", 1)
    (told,) = ask(Notices(firm.id))
    assert (told.kind, told.hint) == (NoticeKind.ADMIN, "firm.added")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"tenant_id": "contoso"}, "tenant_id"),
        ({"raynet_instance": "a\r\nX-Evil: 1"}, "raynet_instance"),
        ({"seats": -1}, "seats"),
        ({"rules": {"authority": "nobody"}}, "authority"),
        ({"rules": {"colour": "red"}}, "colour"),
    ],
)
def test_a_malformed_firm_is_refused_by_the_member_s_name(
    changes: dict[str, object], field: str, desk: Administration
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.firms.add(new_firm(**changes), actor="cli")
    assert refused.value.data["field"] == field


def test_changed_rules_raise_the_revision_and_tell_worker_and_auditor(
    desk: Administration, firm: Firm, ask: Ask
) -> None:
    changed = desk.firms.set_rules(firm.id, {"guard_count": "9"}, actor="admin:7", revision=1)
    assert (changed.rules.guard_count, changed.revision, changed.connection_revision) == (9, 2, 1)
    (told,) = ask(Notices(firm.id))
    assert told.hint == "firm.rules"
    newest = desk.overview.audit(firm.id)[0]
    assert (newest.actor, newest.object, newest.at) == ("admin:7", f"firm:{firm.id}", NOW)
    assert newest.detail == {"guard_count": "5 -> 9"}


def test_an_outdated_edit_changes_nothing_and_is_not_recorded(desk: Administration, firm: Firm, ask: Ask) -> None:
    desk.firms.set_rules(firm.id, {"guard_count": "9"}, actor="cli")
    with pytest.raises(Outdated):
        desk.firms.set_rules(firm.id, {"guard_count": "7"}, actor="cli", revision=1)
    assert desk.firms.get(firm.id).rules.guard_count == 9
    assert actions(desk, firm.id) == ["firm.added", "firm.rules"]
    assert len(ask(Notices(firm.id))) == 1


def test_a_new_connection_raises_its_revision_and_keeps_what_is_not_given(desk: Administration, firm: Firm) -> None:
    desk.firms.connect(firm.id, ConnectionChange(raynet_key="new"), actor="cli")
    connection = desk.firms.raynet_connection(firm.id)
    assert (connection.key, connection.user, connection.revision) == ("new", "api@novak.example", 2)
    assert "new" not in str(desk.overview.audit(firm.id)[0].detail.values())


def test_a_firm_is_paused_and_resumed(desk: Administration, firm: Firm) -> None:
    assert desk.firms.set_paused(firm.id, paused=True, actor="cli").paused
    assert not desk.firms.set_paused(firm.id, paused=False, actor="cli").paused
    assert actions(desk, firm.id) == ["firm.added", "firm.paused", "firm.resumed"]


def test_seats_are_limited_by_the_licence(desk: Administration, firm: Firm) -> None:
    anna, bert, cyril = (desk.seats.add(firm.id, f"{name}@x.example", actor="cli") for name in "abc")
    with pytest.raises(Refused) as full:
        desk.seats.add(firm.id, "d@x.example", actor="cli")
    assert full.value.code == "no_free_seat"
    desk.seats.set(firm.id, bert.id, SeatChange(enabled=False), actor="cli")
    desk.seats.add(firm.id, "d@x.example", actor="cli")
    with pytest.raises(Refused):
        desk.seats.set(firm.id, bert.id, SeatChange(enabled=True), actor="cli")
    with pytest.raises(Refused) as in_use:
        desk.firms.set_licence(firm.id, LicenceChange(seats=2), actor="cli")
    assert in_use.value.code == "seats_in_use"
    desk.seats.remove(firm.id, cyril.id, actor="cli")
    changed = desk.firms.set_licence(firm.id, LicenceChange(seats=2, valid_until=date(2031, 1, 1)), actor="cli")
    assert (changed.seats, changed.valid_until) == (2, date(2031, 1, 1))
    assert [seat.email for seat in desk.seats.every(firm.id)] == [f"{name}@x.example" for name in "abd"]
    assert anna.id < bert.id


def test_the_last_free_seat_is_given_once_however_many_ask_at_once(desk: Administration, firm: Firm) -> None:
    def add(number: int) -> str:
        try:
            return desk.seats.add(firm.id, f"user{number}@x.example", actor="cli").email
        except RosError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(add, range(6)))
    assert outcomes.count("no_free_seat") == 3
    assert len(desk.seats.every(firm.id)) == 3


def test_a_seat_is_changed_found_and_never_given_twice(desk: Administration, firm: Firm) -> None:
    seat = desk.seats.add(firm.id, "Anna@X.example", actor="cli", person_id=PersonId(5))
    with pytest.raises(Refused) as twice:
        desk.seats.add(firm.id, "anna@x.example", actor="cli")
    assert twice.value.code == "seat_exists"
    with pytest.raises(Invalid):
        desk.seats.add(firm.id, "anna", actor="cli")
    changed = desk.seats.set(firm.id, seat.id, SeatChange(automatic_person=True), actor="cli", revision=1)
    assert (changed.person_id, changed.revision) == (None, 2)
    with pytest.raises(Outdated):
        desk.seats.set(firm.id, seat.id, SeatChange(person_id=PersonId(6)), actor="cli", revision=1)
    assert desk.seats.find_unscoped(seat.id) == changed
    desk.seats.remove(firm.id, seat.id, actor="cli")
    again = desk.seats.add(firm.id, "anna@x.example", actor="cli")
    assert again.id > seat.id  # a number is never used again: what was learnt of the old one stays the old one's
    with pytest.raises(NotFound):
        desk.seats.find_unscoped(seat.id)


def test_a_seat_of_another_firm_is_not_found(desk: Administration, firm: Firm) -> None:
    other = desk.firms.add(new_firm(), actor="cli")
    seat = desk.seats.add(other.id, "a@x.example", actor="cli")
    with pytest.raises(NotFound):
        desk.seats.remove(firm.id, seat.id, actor="cli")
    assert desk.seats.every(other.id) == (seat,)


def test_conflicts_are_listed_with_their_e_mails_and_restored_by_their_id(
    desk: Administration, firm: Firm, keep: Keep, ask: Ask
) -> None:
    old, new = f"old-{firm.id}", f"new-{firm.id}"
    keep(build.conflict(firm.id, old, at=NOW - MINUTE), build.conflict(firm.id, new), mailbox_of(firm))
    listed = desk.conflicts.every(firm.id)
    assert [(one.conflict.id, one.conflict.lost, one.email) for one in listed] == [
        (new, "c", "anna@x.example"),
        (old, "c", "anna@x.example"),
    ]
    assert {one.conflict.id for one in desk.conflicts.every()} >= {old, new}
    assert desk.conflicts.request_restore(old, actor="admin:1").restore_requested_at == NOW
    desk.conflicts.request_restore(old, actor="admin:2")
    assert actions(desk, firm.id) == ["firm.added", "conflict.restore"]
    assert [one.hint for one in ask(Notices(firm.id))] == ["conflict.restore"]
    keep(build.conflict(firm.id, new, restored_at=NOW))
    with pytest.raises(Refused):
        desk.conflicts.request_restore(new, actor="admin:1")
    with pytest.raises(NotFound):
        desk.conflicts.request_restore("unknown", actor="admin:1")


def test_a_hold_is_decided_once(desk: Administration, firm: Firm, keep: Keep) -> None:
    name, shut = f"hold-{firm.id}", f"shut-{firm.id}"
    keep(build.hold(firm.id, name), build.hold(firm.id, shut, closed_at=NOW), mailbox_of(firm))
    assert [(one.hold.id, one.email) for one in desk.holds.every(firm.id)] == [(name, "anna@x.example")]
    assert len(desk.holds.every(firm.id, closed=True)) == 2
    assert desk.holds.decide(name, Decision.CONFIRM, actor="admin:1").decided_at == NOW
    assert desk.holds.decide(name, Decision.CONFIRM, actor="admin:2").decision is Decision.CONFIRM
    with pytest.raises(Refused) as decided:
        desk.holds.decide(name, Decision.REJECT, actor="admin:2")
    assert decided.value.code == "already_decided"
    with pytest.raises(Refused) as closed:
        desk.holds.decide(shut, Decision.REJECT, actor="admin:2")
    assert closed.value.code == "hold_closed"
    assert actions(desk, firm.id) == ["firm.added", "hold.confirm"]


def test_a_pass_is_undone_after_its_end_and_once(desk: Administration, firm: Firm, keep: Keep) -> None:
    done, running = f"done-{firm.id}", f"running-{firm.id}"
    undone = f"undone-{firm.id}"
    keep(
        build.a_pass(firm.id, done),
        build.a_pass(firm.id, running, ended_at=None, started_at=NOW + MINUTE),
        build.a_pass(firm.id, undone, undone_at=NOW, started_at=NOW - MINUTE),
    )
    assert [one.id for one in desk.passes.every(firm.id)] == [running, done, undone]
    run = desk.passes.get(build.a_pass(firm.id, done).id)
    assert desk.passes.request_undo(run.id, actor="admin:1").undo_requested_at == NOW
    for name, code in ((running, "pass_running"), (undone, "already_undone")):
        with pytest.raises(Refused) as refused:
            desk.passes.request_undo(build.a_pass(firm.id, name).id, actor="admin:1")
        assert refused.value.code == code


def mailbox_of(firm: Firm) -> MailboxSync:
    return MailboxSync(
        firm_id=firm.id, seat_id=SeatId(1), email="anna@x.example", state=MailboxState.READY, mailbox=ANNA
    )


def test_pairs_and_the_trail_of_an_item_are_explained(desk: Administration, firm: Firm, keep: Keep) -> None:
    parked = build.pair(firm.id, state=PairState.PARKED, reason=Reason.REJECTED_BY_GRAPH)
    keep(
        mailbox_of(firm),
        build.link(firm.id, activity=meeting(5001)),
        parked,
        build.trail(firm.id, at=NOW, reason=Reason.REJECTED_BY_GRAPH),
        build.trail(firm.id, at=NOW - MINUTE),
        build.trail(firm.id, "another"),
    )
    (entry,) = desk.overview.pairs(firm.id)
    assert (str(entry.activity), entry.email, entry.event) == ("meeting:5001", "anna@x.example", parked.event)
    assert (entry.state, entry.reason) == (PairState.PARKED, Reason.REJECTED_BY_GRAPH)
    why = desk.overview.why_activity(firm.id, meeting(5001))
    assert [one.reason for one in why.trail] == [Reason.RAYNET_CHANGED, Reason.REJECTED_BY_GRAPH]
    assert (why.state, why.reason, why.pairs) == (PairState.PARKED, Reason.REJECTED_BY_GRAPH, (entry,))
    assert parked.event is not None
    by_mail = desk.overview.why_event(firm.id, "Anna@x.example", parked.event)
    assert (by_mail.trail, by_mail.state) == (why.trail, why.state)
    with pytest.raises(NotFound):
        desk.overview.why_event(firm.id, "anna@x.example", EventId("unknown"))


def test_an_item_without_a_link_is_explained_by_the_trail_under_its_own_key(
    desk: Administration, firm: Firm, keep: Keep
) -> None:
    keep(build.trail(firm.id, "meeting:7", reason=Reason.SERIES))
    why = desk.overview.why_activity(firm.id, meeting(7))
    assert (why.state, why.reason, len(why.trail)) == (None, Reason.SERIES, 1)


def test_the_status_counts_what_waits(desk: Administration, firm: Firm, keep: Keep) -> None:
    desk.seats.add(firm.id, "anna@x.example", actor="cli")
    keep(
        mailbox_of(firm),
        build.link(firm.id),
        build.pair(firm.id),
        build.intent(firm.id),
        build.attention(firm.id, due_at=NOW - MINUTE),
        build.attention(firm.id, "later", due_at=NOW + MINUTE),
        build.conflict(firm.id, "c"),
        build.hold(firm.id, "h"),
    )
    status = desk.overview.status(firm.id)
    assert (status.notices, status.oldest_notice_at) == (1, NOW)
    assert (status.due_links, status.oldest_due_at) == (1, NOW - MINUTE)
    assert (status.open_intents, status.open_holds, status.open_conflicts) == (1, 1, 1)
    assert (status.seats_used, status.mailboxes, status.pairs) == (1, {MailboxState.READY: 1}, {PairState.LIVE: 1})
    assert status.owner is not None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_audit_log_cannot_be_altered(database: Database, firm: Firm, statement: str) -> None:
    before = Administration(database).overview.audit_unscoped(limit=1000)
    with pytest.raises(RosError):
        database.write_unscoped(lambda connection: connection.execute(text(statement)).rowcount)
    assert Administration(database).overview.audit_unscoped(limit=1000) == before
    assert len(before) >= 1


def test_the_audit_log_is_read_page_by_page_and_by_its_own_firm(desk: Administration, firm: Firm) -> None:
    for _ in range(3):
        desk.firms.set_paused(firm.id, paused=True, actor="cli")
    other = desk.firms.add(new_firm(), actor="cli")
    newest: tuple[Any, ...] = desk.overview.audit(firm.id, limit=2)
    rest = desk.overview.audit(firm.id, before=newest[-1].id)
    assert [one.action for one in (*newest, *rest)] == ["firm.paused"] * 3 + ["firm.added"]
    assert {one.firm_id for one in desk.overview.audit_unscoped()} >= {firm.id, other.id}


def test_administrators_belong_to_a_firm_unless_they_are_central(desk: Administration, firm: Firm) -> None:
    people = desk.administrators
    login = f"boss-{firm.id}@x.example"
    added = people.add(login, AdministratorRole.FIRM_AUDITOR, firm.id, "a long password", actor="cli")
    assert people.get(added.id, firm.id) == added
    with pytest.raises(NotFound):
        people.get(added.id, FirmId(999_999))
    assert "administrator.added" in actions(desk, firm.id)
    for role, whose, password, error in (
        (AdministratorRole.CENTRAL_ADMIN, firm.id, "a long password", Invalid),
        (AdministratorRole.FIRM_ADMIN, None, "a long password", Invalid),
        (AdministratorRole.FIRM_ADMIN, firm.id, "short", Invalid),
        (AdministratorRole.FIRM_ADMIN, FirmId(999_999), "a long password", NotFound),
        (AdministratorRole.FIRM_ADMIN, firm.id, "a long password", Refused),
    ):
        with pytest.raises(error):
            people.add(login, role, whose, password, actor="cli")
