"""What flows read back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from server.domain.ids import EventId, EventKey, FirmId, LinkId
from server.domain.state import (
    Firm,
    FirmSync,
    Group,
    IntentState,
    MailboxState,
    MailboxSync,
    PairState,
    PersonHit,
    PushSample,
    Side,
    Subscription,
    Webhook,
)
from server.errors import NotFound
from server.flow import Now
from server.ports.store import (
    DueRemovals,
    KnownActivities,
    KnownEvents,
    LinksInMailbox,
    LinksOf,
    LoadFirm,
    LoadGroups,
    LoadSeen,
    OpenIntents,
    PairCounts,
    PassIntents,
    PersonHits,
    Prune,
    PushSamples,
    RestoreRequests,
    Subscriptions,
    UndoRequests,
    UnlinkedActivities,
    UnpairedEvents,
    Webhooks,
)
from server.store.admin.administration import Administration
from server.store.database import Database
from tests.server.store import build
from tests.server.store.build import ANNA, BERT, DAY, MINUTE, NOW, meeting
from tests.server.store.conftest import Ask, Keep


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)


def test_groups_come_whole_and_in_the_order_asked_for(firm: Firm, keep: Keep, ask: Ask) -> None:
    one = build.link(firm.id, "one", activity=meeting(1))
    two = build.link(firm.id, "two")
    pairs = (
        build.pair(firm.id, "p1", link_id="one"),
        build.pair(firm.id, "p2", link_id="one", mailbox=BERT),
        build.closed(firm.id, "p3", link_id="one", event=EventId("event-of-p1")),
    )
    seen = build.seen_activity(firm.id, 1)
    events = (build.seen_event(firm.id, "event-of-p1"), build.seen_event(firm.id, "event-of-p2", BERT))
    opened = build.intent(firm.id, "i1", link_id="one")
    done = build.intent(firm.id, "i2", link_id="one", state=IntentState.DONE)
    keep(one, two, *pairs, seen, *events, opened, done)
    found = ask(LoadGroups(firm.id, (LinkId("two"), LinkId("none"), LinkId("one"))))
    assert found == (
        Group(link=two, pairs=(), activity=None, events=(), intents=()),
        Group(link=one, pairs=pairs, activity=seen, events=events, intents=(opened,)),
    )


@pytest.mark.parametrize("count", [1, 50])
def test_loading_groups_takes_the_same_statements_however_many(
    count: int, firm: Firm, keep: Keep, ask: Ask, database: Database
) -> None:
    keep(*(build.link(firm.id, f"l{n}") for n in range(count)))
    keep(*(build.pair(firm.id, f"p{n}", link_id=f"l{n}") for n in range(count)))
    with statements(database) as seen:
        ask(LoadGroups(firm.id, tuple(LinkId(f"l{n}") for n in range(count))))
    assert len([one for one in seen if one.lstrip().startswith("SELECT") and "set_config" not in one]) == 5


def test_a_link_is_found_by_activity_event_and_calendar_uid(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(
        build.link(firm.id, "one", activity=meeting(1), ical_uid="uid-1"),
        build.pair(firm.id, "p1", link_id="one"),
        build.link(firm.id, "shut", activity=meeting(2), ical_uid="uid-2"),
        build.closed(firm.id, "p2", link_id="shut"),
    )
    asked = LinksOf(
        firm.id,
        activities=(meeting(1), meeting(2), meeting(3)),
        events=(EventKey(ANNA, EventId("event-of-p1")), EventKey(ANNA, EventId("event-of-p2"))),
        ical_uids=("uid-1", "uid-2"),
    )
    assert ask(asked) == {
        meeting(1): "one",
        meeting(2): "shut",  # for activities even a closed link counts
        EventKey(ANNA, EventId("event-of-p1")): "one",
        "uid-1": "one",
    }


def test_an_open_link_comes_before_a_closed_one(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(build.link(firm.id, "zz", activity=meeting(1), generation=9), build.closed(firm.id, "p1", link_id="zz"))
    keep(build.link(firm.id, "aa", activity=meeting(1)), build.pair(firm.id, "p2", link_id="aa"))
    assert ask(LinksOf(firm.id, activities=(meeting(1),))) == {meeting(1): "aa"}


def test_observations_that_no_open_link_holds_are_candidates(firm: Firm, keep: Keep, ask: Ask) -> None:
    free, free_event = build.seen_activity(firm.id, 3), build.seen_event(firm.id, "free")
    freed, freed_event = build.seen_activity(firm.id, 2), build.seen_event(firm.id, "event-of-p2")
    of_bert = build.seen_event(firm.id, "free", BERT)
    keep(
        free,
        free_event,
        freed,
        freed_event,
        of_bert,
        build.seen_activity(firm.id, 1),
        build.seen_event(firm.id, "event-of-p1"),
        build.seen_activity(firm.id, 4, gone_at=NOW),
        build.seen_event(firm.id, "gone", gone_at=NOW),
        build.link(firm.id, "one", activity=meeting(1)),
        build.pair(firm.id, "p1", link_id="one"),
        build.link(firm.id, "shut", activity=meeting(2)),
        build.closed(firm.id, "p2", link_id="shut"),
    )
    assert ask(UnlinkedActivities(firm.id)) == (freed, free)
    assert ask(UnpairedEvents(firm.id, ANNA)) == (freed_event, free_event)
    assert ask(UnpairedEvents(firm.id, BERT)) == (of_bert,)


def test_known_observations_are_loaded_by_key(firm: Firm, keep: Keep, ask: Ask) -> None:
    activity, event_ = build.seen_activity(firm.id, 1), build.seen_event(firm.id, "e1", BERT)
    keep(activity, event_, build.seen_activity(firm.id, 2), build.seen_event(firm.id, "e1", ANNA))
    keys = (EventKey(BERT, EventId("e1")), EventKey(BERT, EventId("e2")))
    assert ask(LoadSeen(firm.id, (meeting(1), meeting(9)), keys)) == ((activity,), (event_,))


def test_more_keys_than_fit_into_a_statement_are_found(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(*(build.seen_activity(firm.id, n) for n in range(1, 2102)))
    activities, _ = ask(LoadSeen(firm.id, tuple(meeting(n) for n in range(1, 5000))))
    assert len(activities) == 2101


def test_activities_of_open_links_are_known_until_they_are_proven_gone(firm: Firm, keep: Keep, ask: Ask) -> None:
    for number in (1, 2, 3):
        keep(
            build.link(firm.id, f"l{number}", activity=meeting(number)),
            build.pair(firm.id, f"p{number}", link_id=f"l{number}"),
        )
    keep(build.seen_activity(firm.id, 2, gone_at=NOW), build.closed(firm.id, "p3", link_id="l3"))
    assert ask(KnownActivities(firm.id)) == (meeting(1),)


def test_events_of_open_pairs_are_known_until_they_are_proven_gone(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(
        firm.id,
        build.link(firm.id),
        build.pair(firm.id, "p1", link_id="link-1"),
        build.pair(firm.id, "p2", link_id="link-1"),
        build.pair(firm.id, "p3", link_id="link-1", mailbox=BERT),
        build.closed(firm.id, "p4", link_id="link-1"),
        build.seen_event(firm.id, "event-of-p1"),
        build.seen_event(firm.id, "event-of-p2", gone_at=NOW),
    )
    assert ask(KnownEvents(firm.id, ANNA)) == (EventKey(ANNA, EventId("event-of-p1")),)


def test_pairs_are_counted_and_found_by_mailbox(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(build.link(firm.id), build.link(firm.id, "link-2"))
    for number, state in enumerate(PairState):
        keep(build.pair(firm.id, f"p{number}", state=state))
    keep(build.pair(firm.id, "other", mailbox=BERT, link_id="link-2", state=PairState.HELD))
    assert ask(PairCounts(firm.id)) == {ANNA: 3, BERT: 1}
    assert ask(LinksInMailbox(firm.id, BERT)) == ("link-2",)
    assert ask(LinksInMailbox(firm.id)) == ("link-1", "link-2")


def test_what_due_links_may_remove_is_found_by_mailbox(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(
        build.link(firm.id, "no-activity", activity=meeting(1)),
        build.seen_activity(firm.id, 1, gone_at=NOW),
        build.pair(firm.id, "p1", link_id="no-activity"),
        build.pair(firm.id, "p2", link_id="no-activity", mailbox=BERT),
        build.closed(firm.id, "p3", link_id="no-activity"),
        build.link(firm.id, "no-event", activity=meeting(2)),
        build.seen_activity(firm.id, 2),
        build.pair(firm.id, "p4", link_id="no-event"),
        build.seen_event(firm.id, "event-of-p4", gone_at=NOW),
        build.seen_event(firm.id, "event-of-p5", BERT, gone_at=NOW),
        build.link(firm.id, "both", activity=meeting(3)),
        build.seen_activity(firm.id, 3),
        build.pair(firm.id, "p5", link_id="both"),
        build.link(firm.id, "later", activity=meeting(4)),
        build.seen_activity(firm.id, 4, gone_at=NOW),
        build.pair(firm.id, "p6", link_id="later"),
        *(build.attention(firm.id, one) for one in ("no-activity", "no-event", "both")),
        build.attention(firm.id, "later", due_at=NOW + MINUTE),
    )
    assert ask(DueRemovals(firm.id, NOW)) == {ANNA: {"p1", "p4"}, BERT: {"p2"}}


def test_activities_in_no_link_come_in_portions(firm: Firm, keep: Keep, ask: Ask) -> None:
    keep(*(build.seen_activity(firm.id, number) for number in (1, 2, 3, 10)))
    found, after = [], None
    while page := ask(UnlinkedActivities(firm.id, after, 3)):
        assert len(page) <= 3
        found += [one.key for one in page]
        after = found[-1]
    assert sorted(one.id for one in found) == [1, 2, 3, 10]


def test_intents_come_in_the_order_in_which_they_are_settled_or_undone(firm: Firm, keep: Keep, ask: Ask) -> None:
    first, second = build.intent(firm.id, "b", at=NOW), build.intent(firm.id, "a", at=NOW + MINUTE)
    done = build.intent(firm.id, "c", at=NOW + 2 * MINUTE, state=IntentState.DONE)
    keep(second, done, first, build.intent(firm.id, "d", pass_id="pass-2", state=IntentState.DROPPED))
    assert ask(OpenIntents(firm.id)) == (first, second)
    assert ask(PassIntents(firm.id, first.pass_id)) == (done, second, first)


def test_a_new_firm_loads_with_an_empty_runtime_state(firm: Firm, ask: Ask, database: Database) -> None:
    seat = Administration(database).seats.add(firm.id, "Anna@Novak.example ", actor="cli")
    state = ask(LoadFirm(firm.id))
    assert (state.firm, state.sync) == (firm, FirmSync(firm_id=firm.id))
    assert (state.seats, state.seats[0].email, state.mailboxes) == ((seat,), "anna@novak.example", ())


def test_a_firm_loads_with_what_was_learnt(firm: Firm, keep: Keep, ask: Ask) -> None:
    sync = FirmSync(firm_id=firm.id, zone="Europe/Prague", planned_rules=firm.rules)
    mailbox = MailboxSync(firm_id=firm.id, seat_id=1, email="a@b", state=MailboxState.READY)  # type: ignore[arg-type]  # an id
    keep(sync, mailbox)
    state = ask(LoadFirm(firm.id))
    assert (state.sync, state.mailboxes) == (sync, (mailbox,))


def test_an_unknown_firm_is_not_found(ask: Ask) -> None:
    with pytest.raises(NotFound):
        ask(LoadFirm(FirmId(999_999)))


def test_an_operation_of_another_port_is_a_defect(ask: Ask) -> None:
    with pytest.raises(TypeError):
        ask(Now())


def test_cached_answers_come_back_by_key_and_time(firm: Firm, keep: Keep, ask: Ask) -> None:
    hit = PersonHit(firm_id=firm.id, digest="d1", person=None, at=NOW)
    samples = [PushSample(firm_id=firm.id, side=Side.GRAPH, at=NOW - n * MINUTE, delay_seconds=n) for n in range(3)]
    raynet = PushSample(firm_id=firm.id, side=Side.RAYNET, at=NOW, delay_seconds=None)
    push = Subscription(
        firm_id=firm.id, mailbox=ANNA, id=f"s{firm.id}", client_state="c", expires_at=NOW, created_at=NOW
    )
    hook = Webhook(firm_id=firm.id, token="t", path_secret=f"p{firm.id}")
    keep(hit, *samples, raynet, push, hook)
    assert ask(PersonHits(firm.id, ("d1", "d2"))) == {"d1": hit}
    assert ask(PushSamples(firm.id, Side.GRAPH, NOW - MINUTE)) == (samples[1], samples[0])
    assert ask(Subscriptions(firm.id)) == (push,)
    assert ask(Webhooks(firm.id)) == (hook,)


def test_pruning_drops_what_is_old_and_settled_only(firm: Firm, keep: Keep, ask: Ask, database: Database) -> None:
    old, stale = NOW - 40 * DAY, NOW - 30 * DAY - DAY - MINUTE
    keep(
        build.trail(firm.id, at=old),
        build.trail(firm.id),
        build.a_pass(firm.id, f"old-{firm.id}", started_at=old),
        build.a_pass(firm.id, f"asked-{firm.id}", started_at=old, undo_requested_at=NOW),
        build.a_pass(firm.id, f"new-{firm.id}"),
        build.intent(firm.id, "old", at=old, state=IntentState.DONE),
        build.intent(firm.id, "open", at=old),
        PushSample(firm_id=firm.id, side=Side.GRAPH, at=old, delay_seconds=1),
        PushSample(firm_id=firm.id, side=Side.GRAPH, at=NOW, delay_seconds=1),
        build.link(firm.id, "shut"),
        build.closed(firm.id, "p1", link_id="shut", updated_at=stale),
        build.link(firm.id, "young"),
        build.closed(firm.id, "p2", link_id="young", updated_at=stale + 2 * MINUTE),
        build.link(firm.id, "waiting"),
        build.link(firm.id, "open"),
        build.pair(firm.id, "p3", link_id="open", updated_at=old),
        build.link(firm.id, "unsettled"),
        build.closed(firm.id, "p4", link_id="unsettled", updated_at=old),
        replace(build.intent(firm.id, "i4"), link_id=LinkId("unsettled")),
        build.attention(firm.id, "shut", due_at=old),
        build.attention(firm.id, "open", due_at=old),
    )
    ask(Prune(firm.id, NOW - 30 * DAY))
    left = Administration(database)
    every = ("shut", "young", "waiting", "open", "unsettled")
    groups = ask(LoadGroups(firm.id, tuple(LinkId(one) for one in every)))
    assert [group.link.id for group in groups] == ["young", "waiting", "open", "unsettled"]
    assert {one.id for one in left.passes.every(firm.id)} == {f"asked-{firm.id}", f"new-{firm.id}"}
    assert {one.id for one in ask(OpenIntents(firm.id))} == {"open", "i4"}
    assert {one.id for one in ask(PassIntents(firm.id, build.intent(firm.id).pass_id))} == {"open", "i4"}
    assert len(ask(PushSamples(firm.id, Side.GRAPH, old))) == 1
    status = left.overview.status(firm.id)
    assert status.due_links == 1


def test_pruning_forgets_observations_that_no_link_names(firm: Firm, keep: Keep, ask: Ask) -> None:
    old = NOW - 40 * DAY
    keep(
        build.seen_activity(firm.id, 1, seen_at=old),
        build.seen_activity(firm.id, 2, seen_at=old),
        build.seen_activity(firm.id, 3),
        build.link(firm.id, "one", activity=build.meeting(1)),
        build.seen_event(firm.id, "loose", seen_at=old),
        build.seen_event(firm.id, "held", seen_at=old),
        build.seen_event(firm.id, "closed", seen_at=old),
        build.seen_event(firm.id, "fresh"),
        build.pair(firm.id, "p1", link_id="one", event=EventId("held")),
        build.closed(firm.id, "p2", link_id="one", event=EventId("closed")),
    )

    ask(Prune(firm.id, NOW - 30 * DAY))

    events = tuple(EventKey(build.ANNA, EventId(one)) for one in ("loose", "held", "closed", "fresh"))
    activities, seen = ask(LoadSeen(firm.id, tuple(build.meeting(one) for one in (1, 2, 3)), events))
    assert {one.key.id for one in activities} == {1, 3}
    assert {one.key.id for one in seen} == {"held", "closed", "fresh"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_each_change_asks_walks_over_no_table(firm: Firm, ask: Ask, database: Database) -> None:
    """On SQLite, which decides by the words alone; PostgreSQL goes by its statistics, which a small table lacks."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    key, uid = EventKey(build.ANNA, EventId("e")), "uid"
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        ask(LinksOf(firm.id, (build.meeting(1), build.meeting(2)), (key,), (uid,)))
        ask(LoadSeen(firm.id, (build.meeting(1),), (key,)))
        ask(LoadGroups(firm.id, (LinkId("one"), LinkId("two"))))
        ask(OpenIntents(firm.id))
        ask(RestoreRequests(firm.id))
        ask(UndoRequests(firm.id))
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    partial = re.compile(r"ix_intent_open|ix_conflict_restore_asked|ix_pass_undo_asked")
    with database.engine.connect() as connection:
        for statement, parameters in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            steps = [step for step in plan if re.match(r"(SCAN|SEARCH) (?!CONSTANT)", step)]
            assert steps, statement
            for step in steps:
                assert step.count("=?") >= 2 or partial.search(step), (step, statement)
