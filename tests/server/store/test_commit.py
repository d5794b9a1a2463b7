"""What a commit keeps, merges, refuses and forgets."""

from datetime import timedelta

import pytest

from server.domain.ids import EventId, LinkId
from server.domain.state import Decision, Firm
from server.errors import Invalid
from server.ports.store import DueLinks, Forget, LinksOf, Notices, OpenHolds, PassIntents, RestoreRequests, UndoRequests
from server.store.admin.administration import Administration
from server.store.admin.firms import Firms
from server.store.database import Database
from tests.server.store import build
from tests.server.store.build import DAY, MINUTE, NOW, meeting
from tests.server.store.conftest import Ask, Keep, new_firm


def test_a_worker_never_overwrites_a_decision_on_a_hold(firm: Firm, keep: Keep, ask: Ask, database: Database) -> None:
    stale = build.hold(firm.id, f"hold-{firm.id}")
    keep(stale)
    Administration(database).holds.decide(stale.id, Decision.REJECT, actor="admin:1")
    keep(build.hold(firm.id, stale.id, count=3))
    (found,) = ask(OpenHolds(firm.id))
    assert (found.decision, found.decided_at is not None, found.count) == (Decision.REJECT, True, 3)


def test_a_worker_never_overwrites_a_wish_to_restore(firm: Firm, keep: Keep, ask: Ask, database: Database) -> None:
    lost = build.conflict(firm.id, f"conflict-{firm.id}")
    keep(lost)
    Administration(database).conflicts.request_restore(lost.id, actor="admin:1")
    keep(lost)
    (wanted,) = ask(RestoreRequests(firm.id))
    assert wanted.id == lost.id


def test_a_restored_value_lost_again_waits_for_a_new_wish(firm: Firm, keep: Keep, ask: Ask, database: Database) -> None:
    journal = Administration(database, lambda: NOW + MINUTE).conflicts
    name = f"conflict-{firm.id}"
    keep(build.conflict(firm.id, name))
    journal.request_restore(name, actor="admin:1")
    keep(build.conflict(firm.id, name, restored_at=NOW + 2 * MINUTE))
    keep(build.conflict(firm.id, name))  # a late row of the first loss changes nothing
    (entry,) = journal.every(firm.id)
    assert entry.conflict.restored_at == NOW + 2 * MINUTE
    keep(build.conflict(firm.id, name, at=NOW + 5 * MINUTE))
    (entry,) = journal.every(firm.id)
    assert (entry.conflict.restored_at, entry.conflict.restore_requested_at) == (None, None)
    assert ask(RestoreRequests(firm.id)) == ()


def test_a_worker_never_overwrites_a_wish_to_undo(firm: Firm, keep: Keep, ask: Ask, database: Database) -> None:
    run = build.a_pass(firm.id, f"pass-{firm.id}")
    keep(run)
    Administration(database).passes.request_undo(run.id, actor="admin:1")
    keep(build.a_pass(firm.id, run.id, counts={"created": 1}))
    (wanted,) = ask(UndoRequests(firm.id))
    assert wanted.counts == {"created": 1}


@pytest.mark.parametrize(
    ("old_minutes", "old_attempts", "new_minutes", "new_attempts", "due_minutes"),
    [
        (60, 5, 0, 0, 0),  # a change brings a failing item forward
        (0, 0, 10, 0, 0),  # a later mark postpones nothing
        (0, 0, 10, 1, 10),  # a failure backs off
        (5, 2, 30, 3, 30),
    ],
)
def test_attention_keeps_the_earlier_instant_unless_an_attempt_failed(
    old_minutes: int,
    old_attempts: int,
    new_minutes: int,
    new_attempts: int,
    due_minutes: int,
    firm: Firm,
    keep: Keep,
    ask: Ask,
) -> None:
    keep(build.attention(firm.id, due_at=NOW + old_minutes * MINUTE, attempts=old_attempts))
    keep(build.attention(firm.id, due_at=NOW + new_minutes * MINUTE, attempts=new_attempts, why="changed"))
    (found,) = ask(DueLinks(firm.id, NOW + DAY, 10))
    assert found.due_at == NOW + timedelta(minutes=due_minutes)
    assert (found.attempts, found.why) == (new_attempts, "changed")


def test_due_links_come_earliest_first_and_no_more_than_asked_for(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(*(build.attention(firm.id, f"link-{n}", due_at=NOW - n * MINUTE) for n in range(-1, 4)))
    found = ask(DueLinks(firm.id, NOW, 3))
    assert [one.link_id for one in found] == ["link-3", "link-2", "link-1"]


def test_what_something_has_just_happened_to_is_told_apart_from_what_is_due_with_all_others(
    firm: Firm, keep: Keep, ask: Ask
) -> None:
    keep(*(build.attention(firm.id, f"link-{n}", due_at=NOW - 60 * MINUTE, why="full") for n in range(3)))
    keep(build.attention(firm.id, "link-1", due_at=NOW), build.attention(firm.id, "new", due_at=NOW))
    assert [one.link_id for one in ask(DueLinks(firm.id, NOW, 9, urgent=True))] == ["link-1", "new"]
    assert len(ask(DueLinks(firm.id, NOW, 9))) == 4


def test_a_row_of_another_firm_is_refused_with_all_the_others(
    firm: Firm, keep: Keep, ask: Ask, database: Database
) -> None:
    other = Firms(database).add(new_firm(), actor="cli")
    with pytest.raises(Invalid) as refused:
        keep(build.attention(firm.id), build.notice(other.id, "n"))
    assert refused.value.code == "foreign_firm"
    assert ask(DueLinks(firm.id, NOW, 10)) == ()


def test_one_event_has_one_open_pair(firm: Firm, keep: Keep) -> None:
    event = EventId("shared")
    keep(build.link(firm.id), build.pair(firm.id, "pair-1", event=event))
    with pytest.raises(Invalid) as refused:
        keep(build.pair(firm.id, "pair-2", event=event))
    assert refused.value.code == "store_constraint"
    assert "Porada" not in str(refused.value)
    keep(build.closed(firm.id, "pair-2", event=event))


def test_an_event_may_change_hands_in_one_commit(firm: Firm, keep: Keep, ask: Ask) -> None:
    event = EventId("shared")
    keep(build.link(firm.id, "link-1", activity=meeting(7)), build.pair(firm.id, "pair-2", event=event))
    keep(
        build.link(firm.id, "link-2", activity=meeting(7)),
        build.pair(firm.id, "pair-1", link_id="link-2", event=event),
        build.closed(firm.id, "pair-2", event=event),
    )
    assert ask(LinksOf(firm.id, activities=(meeting(7),))) == {meeting(7): LinkId("link-2")}


def test_one_activity_has_one_open_link(firm: Firm, keep: Keep) -> None:
    keep(build.link(firm.id, "link-1", activity=meeting(7)), build.pair(firm.id, "pair-1"))
    with pytest.raises(Invalid) as refused:
        keep(build.link(firm.id, "link-2", activity=meeting(7)), build.pair(firm.id, "pair-2", link_id="link-2"))
    assert refused.value.code == "store_constraint"
    keep(build.closed(firm.id, "pair-1"))
    keep(build.link(firm.id, "link-2", activity=meeting(7)), build.pair(firm.id, "pair-2", link_id="link-2"))


def test_a_link_stays_open_while_one_of_its_pairs_is(firm: Firm, keep: Keep) -> None:
    keep(
        build.link(firm.id, "link-1", activity=meeting(7)),
        build.pair(firm.id, "pair-1"),
        build.pair(firm.id, "pair-2", mailbox=build.BERT),
    )
    keep(build.closed(firm.id, "pair-1"))
    with pytest.raises(Invalid):
        keep(build.link(firm.id, "link-2", activity=meeting(7)), build.pair(firm.id, "pair-3", link_id="link-2"))


def test_the_last_of_two_rows_with_one_key_is_stored(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(build.intent(firm.id, attempts=1), build.intent(firm.id, attempts=2))
    (found,) = ask(PassIntents(firm.id, build.intent(firm.id).pass_id))
    assert found.attempts == 2


def test_forgetting_drops_what_is_named_and_nothing_else(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(*(build.notice(firm.id, f"n{n}") for n in range(3)), build.attention(firm.id))
    keep(forget=Forget(notices=("n0", "n2", "unknown"), attention=(LinkId("link-1"),)))
    left = ask(Notices(firm.id))
    assert [one.dedupe for one in left] == ["n1"]
    assert ask(DueLinks(firm.id, NOW + DAY, 10)) == ()


def test_a_repeated_notice_is_one_and_keeps_its_place(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(build.notice(firm.id, "b"), build.notice(firm.id, "c"))
    keep(build.notice(firm.id, "a"), build.notice(firm.id, "b", hint="again"))
    found = ask(Notices(firm.id))
    assert [(one.dedupe, one.hint) for one in found] == [("b", ""), ("c", ""), ("a", "")]
    assert [one.dedupe for one in ask(Notices(firm.id, 2))] == ["b", "c"]
