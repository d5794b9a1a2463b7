"""Deliveries, bindings and changes on both databases: in any order, at once, and only of one's own."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.ids import ActivityType, EventId, FirmId, MailboxId
from server.domain.panel import (
    ChangeAction,
    Changes,
    ChangeState,
    Choices,
    DraftId,
    DraftState,
    Fingerprint,
    OpenForm,
    PanelChange,
    PanelDraft,
    Taken,
)
from server.errors import NotFound, Outdated, Refused
from server.ports.store import BindDraft, Commit, LoadPanel, Notices, PanelDesk
from server.store.admin.firms import Firms, NewFirm
from server.store.crypto import lookup_digest
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import Lease, LeaseBook, Leases
from server.store.panel.drafts import Drafts, LastWord
from tests.support.databases import BACKENDS, KEYS, drop, fresh_url

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MAILBOX, OTHER = MailboxId("jana"), MailboxId("petr")
EVENT = EventId("e1")
FORM = Fingerprint(subject="Schůzka", start=NOW, end=NOW + timedelta(hours=1))
MEETING = Choices(type=ActivityType.MEETING)


@dataclass(slots=True)
class Bench:
    database: Database
    firm: FirmId
    lease: Lease
    store: StoreGateway
    drafts: Drafts
    now: datetime = NOW

    def desk(self) -> PanelDesk:
        found = self.store.perform(LoadPanel(self.firm, self.now))
        assert isinstance(found, PanelDesk)
        return found

    def bind(self, draft: PanelDraft, event: EventId = EVENT) -> bool:
        return bool(self.store.perform(BindDraft(self.firm, draft.id, draft.rev, event)))

    def commit(self, *rows: Any) -> None:
        self.store.perform(Commit(self.firm, rows))

    def rings(self) -> list[str]:
        notices: Any = self.store.perform(Notices(self.firm))
        return [one.dedupe for one in notices if one.dedupe.startswith("panel:")]

    def draft(self, number: int = 1, **more: Any) -> PanelDraft:
        usual: dict[str, Any] = {
            "firm_id": self.firm,
            "id": DraftId(f"draft-{number}"),
            "mailbox": MAILBOX,
            "rev": 1,
            "choices": MEETING,
            "fingerprint": FORM,
            "opened_at": NOW,
            "touched_at": NOW,
            "secret_digest": lookup_digest("secret"),
        }
        return PanelDraft(**(usual | more))


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    url = fresh_url(request.param, tmp_path)
    database = open_database(url, KEYS)
    new = NewFirm(
        name="Válce",
        tenant_id="0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01",
        raynet_url="https://app.raynet.cz/api/v2",
        raynet_instance="valce",
        raynet_user="api@valce.example",
        raynet_key="key",
        seats=3,
        valid_until=date(2030, 1, 1),
    )
    firm = Firms(database).add(new, actor="test").id
    book = LeaseBook()
    lease = Leases(database, "test").claim(firm, 600)
    assert lease is not None
    book.put(lease)
    made = Bench(
        database=database,
        firm=firm,
        lease=lease,
        store=StoreGateway(database, book),
        drafts=Drafts(database, lambda: NOW),
    )
    yield made
    database.close()
    drop(url)


def test_a_delivery_is_stored_and_comes_back_as_it_was(bench: Bench) -> None:
    receipt = bench.drafts.receive(bench.draft())
    assert (receipt.taken, receipt.accepted) == (Taken.NEW, True)
    assert bench.drafts.get(bench.firm, MAILBOX, DraftId("draft-1")) == bench.draft()
    assert bench.desk().drafts == (bench.draft(),)


def test_deliveries_at_once_leave_the_highest(bench: Bench) -> None:
    kinds = list(ActivityType)
    deliveries = [bench.draft(rev=rev, choices=Choices(type=kinds[rev % 6])) for rev in range(1, 13)] * 2
    barrier = threading.Barrier(len(deliveries))

    def deliver(one: PanelDraft) -> None:
        barrier.wait()
        bench.drafts.receive(one)

    threads = [threading.Thread(target=deliver, args=(one,)) for one in deliveries]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    stored = bench.drafts.get(bench.firm, MAILBOX, DraftId("draft-1"))
    assert (stored.rev, stored.choices) == (12, Choices(type=kinds[0]))


def test_somebody_elses_draft_does_not_exist(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    with pytest.raises(NotFound):
        bench.drafts.get(bench.firm, OTHER, DraftId("draft-1"))
    with pytest.raises(NotFound):
        bench.drafts.receive(bench.draft(mailbox=OTHER, rev=2))
    with pytest.raises(NotFound):
        bench.drafts.give_up(bench.firm, OTHER, DraftId("draft-1"))


def test_only_the_revision_that_was_seen_is_bound(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    seen = bench.desk().drafts[0]
    bench.drafts.receive(bench.draft(rev=2, choices=Choices(type=ActivityType.TASK)))
    assert not bench.bind(seen)
    assert bench.bind(bench.desk().drafts[0])
    (bound,) = bench.desk().drafts
    assert (bound.state, bound.event, bound.bound) == (DraftState.BOUND, EVENT, Choices(type=ActivityType.TASK))
    assert not bench.bind(bound), "once"


def test_one_event_has_one_draft(bench: Bench) -> None:
    for number in (1, 2):
        bench.drafts.receive(bench.draft(number))
    first, second = bench.desk().drafts
    assert bench.bind(first)
    assert not bench.bind(second)
    assert bench.bind(second, EventId("e2"))


def test_a_draft_that_names_another_event_is_not_bound(bench: Bench) -> None:
    bench.drafts.receive(bench.draft(event=EventId("e9")))
    assert not bench.bind(bench.desk().drafts[0])
    assert bench.bind(bench.desk().drafts[0], EventId("e9"))


def test_two_workers_bind_once(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    seen = bench.desk().drafts[0]
    outcomes: list[bool] = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.append(bench.bind(seen, EventId(f"e{n}")))) for n in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == [False] * 5 + [True]


def test_a_worker_without_its_lease_binds_nothing(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    book = LeaseBook()
    book.put(replace(bench.lease, epoch=bench.lease.epoch + 1))
    with pytest.raises(Outdated):
        StoreGateway(bench.database, book).perform(BindDraft(bench.firm, DraftId("draft-1"), 1, EVENT))


def test_what_the_worker_stores_never_takes_back_what_the_panel_said(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    bench.bind(bench.draft())
    seen = bench.desk().drafts[0]
    bench.drafts.receive(bench.draft(rev=2, choices=Choices(type=ActivityType.MEETING, category=7)))
    bench.commit(replace(seen, state=DraftState.APPLIED))
    stored = bench.drafts.get(bench.firm, MAILBOX, DraftId("draft-1"))
    assert (stored.state, stored.rev, stored.choices.category) == (DraftState.APPLIED, 2, 7)


def test_what_is_chosen_after_binding_is_a_change_of_its_own(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    bench.bind(bench.draft())
    wish = bench.draft(rev=2, choices=Choices(type=ActivityType.TASK, category=7))
    assert bench.drafts.receive(wish).accepted
    (change,) = bench.desk().changes
    assert (change.id, change.event, change.changes) == ("draft-1-2", EVENT, Changes(category=7))
    assert bench.drafts.receive(wish).taken is Taken.REPEATED
    assert len(bench.desk().changes) == 1
    bench.commit(replace(change, state=ChangeState.DONE, done_at=NOW))
    assert bench.desk().changes == ()


def test_a_form_about_another_event_is_a_copy(bench: Bench) -> None:
    bench.drafts.receive(bench.draft(event=EVENT))
    receipt = bench.drafts.receive(bench.draft(rev=2, event=EventId("e2")))
    assert (receipt.is_copy, receipt.accepted, receipt.draft.event) == (True, False, EVENT)
    second = bench.drafts.receive(bench.draft(2, event=EVENT))
    assert (second.is_copy, second.draft.id) == (True, "draft-1")


def test_giving_up_is_for_open_drafts(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    bench.drafts.receive(bench.draft(2))
    assert bench.drafts.give_up(bench.firm, MAILBOX, DraftId("draft-1")).state is DraftState.EXPIRED
    assert [one.id for one in bench.desk().drafts] == ["draft-2"]
    assert bench.drafts.receive(bench.draft(rev=2)).taken is Taken.FINISHED
    bench.bind(bench.draft(2))
    with pytest.raises(Refused):
        bench.drafts.give_up(bench.firm, MAILBOX, DraftId("draft-2"))


def test_a_beacon_needs_the_last_secret_and_uses_it_up(bench: Bench) -> None:
    bench.drafts.receive(bench.draft())
    word = LastWord(rev=2, choices=Choices(type=ActivityType.LETTER), fingerprint=FORM)
    assert not bench.drafts.last_word(DraftId("draft-1"), lookup_digest("guess"), word)
    assert not bench.drafts.last_word(DraftId("draft-9"), lookup_digest("secret"), word)
    assert bench.drafts.last_word(DraftId("draft-1"), lookup_digest("secret"), word)
    stored = bench.drafts.get(bench.firm, MAILBOX, DraftId("draft-1"))
    assert (stored.choices.type, stored.form_open, stored.secret_digest) == (ActivityType.LETTER, False, None)
    assert not bench.drafts.last_word(DraftId("draft-1"), lookup_digest("secret"), replace(word, rev=3))


def test_an_event_that_is_named_wakes_the_worker_once(bench: Bench) -> None:
    for rev in (1, 2, 3):
        bench.drafts.receive(bench.draft(rev=rev, event=EVENT if rev > 1 else None))
    assert bench.rings() == ["panel:draft-1-event"]


def test_a_wish_is_stored_once_and_only_for_its_own_event(bench: Bench) -> None:
    wish = PanelChange(
        firm_id=bench.firm,
        id="change-1",
        mailbox=MAILBOX,
        event=EVENT,
        action=ChangeAction.CHANGE,
        changes=Changes(category=3),
        at=NOW,
    )
    assert bench.drafts.add_change(wish) == wish
    assert bench.drafts.add_change(replace(wish, changes=Changes(category=4))).changes == Changes(category=3)
    with pytest.raises(NotFound):
        bench.drafts.add_change(replace(wish, mailbox=OTHER))
    assert bench.rings() == ["panel:change-1"]


def test_an_open_form_is_forgotten_when_it_is_closed_or_silent(bench: Bench) -> None:
    form = OpenForm(firm_id=bench.firm, mailbox=MAILBOX, event=EVENT, opened_at=NOW, beat_at=NOW)
    bench.drafts.beat(form, is_open=True)
    later = replace(form, opened_at=NOW + timedelta(seconds=20), beat_at=NOW + timedelta(seconds=20))
    bench.drafts.beat(later, is_open=True)
    assert bench.desk().forms == (replace(later, opened_at=NOW),)
    bench.drafts.beat(form, is_open=False)
    assert bench.desk().forms == ()
    bench.drafts.beat(form, is_open=True)
    bench.now = NOW + timedelta(seconds=31)
    assert bench.desk().forms == ()
    new = NOW + timedelta(minutes=9)
    bench.drafts.beat(replace(form, opened_at=new, beat_at=new), is_open=True)
    bench.now = new
    assert bench.desk().forms[0].opened_at == new


def test_old_drafts_are_left_out_bound_ones_are_not(bench: Bench) -> None:
    for number in (1, 2):
        bench.drafts.receive(bench.draft(number))
    bench.bind(bench.draft(2))
    bench.now = NOW + timedelta(hours=25)
    assert [one.id for one in bench.desk().drafts] == ["draft-2"]


def test_nothing_people_wrote_stands_in_clear(bench: Bench, tmp_path: Path) -> None:
    secret = Fingerprint(subject="Tajná schůzka canary-9471", start=NOW, end=NOW + timedelta(hours=1))
    bench.drafts.receive(bench.draft(fingerprint=secret))
    files = list(tmp_path.rglob("*.sqlite3*"))
    assert files or not bench.database.is_sqlite
    assert not any(b"canary-9471" in one.read_bytes() for one in files)
