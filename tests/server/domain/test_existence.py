"""Appearing and disappearing: what a deletion, a cancellation and a return on one side mean for the other."""

from dataclasses import replace

import pytest

from server.domain.activity import ActivityStatus, Participant
from server.domain.content import FieldName
from server.domain.event import Event, EventType, Response
from server.domain.ids import ActivityKey, ActivityType
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import OutlookDelete, Rules
from server.domain.state import Group, IntentKind, Origin, PairState, Role, Side
from tests.support.builders import (
    ANNA,
    BOB,
    NOW,
    OUTSIDER,
    activity,
    carry_out,
    event,
    group,
    hour,
    in_step,
    link,
    lose_activity,
    lose_event,
    pair,
    rich,
    see,
    settle,
    timed,
    world,
)

ALL_TYPES = list(ActivityType)


def kinds(plan: Plan) -> list[IntentKind]:
    return [write.kind for write in plan.writes]


def state_of(plan: Plan) -> tuple[PairState, Reason | None]:
    return plan.pairs[0].state, plan.pairs[0].reason


def from_outlook(one: Event) -> Group:
    start = link(activity=None, origin=Origin.OUTLOOK, version=None)
    return group(None, (pair(origin=Origin.OUTLOOK), one), link=start)


# --- appearing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_an_activity_appears_in_the_owners_calendar(kind: ActivityType) -> None:
    one = activity("Nová", key=ActivityKey(kind, 5001), text="Program", place="Brno")
    (write,) = reconcile(group(one, link=link(activity=one.key)), world()).writes
    assert write.event_draft is not None
    draft = write.event_draft
    assert (draft.subject, draft.times.when, draft.description) == ("Nová", timed(), rich("Program"))
    assert draft.location == ("Brno" if kind in (ActivityType.MEETING, ActivityType.EVENT) else "")
    assert draft.attendees == ()


def test_an_event_becomes_a_private_udalost() -> None:
    (write,) = reconcile(from_outlook(event("Nová", text="Program", location="Brno")), world()).writes
    assert write.activity_plan is not None
    new = write.activity_plan
    assert (new.type, new.owner, new.change.title, new.change.personal) == (
        ActivityType.EVENT,
        ANNA.person,
        "Nová",
        True,
    )
    assert (new.change.place, new.change.status) == ("Brno", ActivityStatus.SCHEDULED)


def test_a_repeated_plan_keeps_the_key_of_the_create() -> None:
    first = reconcile(group(activity(), link=link()), world())
    again = reconcile(group(activity(), *((one, None) for one in first.pairs), link=first.link), world())
    assert again.writes == first.writes


NOT_CARRIED = [
    ("series", event(type=EventType.MASTER), Rules(), Reason.SERIES),
    ("draft", event(is_draft=True), Rules(), Reason.DRAFT),
    ("too old", event(when=timed(day=-31)), Rules(), Reason.OUTSIDE_WINDOW),
    ("too far", event(when=timed(day=366)), Rules(), Reason.OUTSIDE_WINDOW),
    ("type off", event(), Rules(types=(ActivityType.MEETING,)), Reason.TYPE_EXCLUDED),
]


@pytest.mark.parametrize(("one", "rules", "reason"), [row[1:] for row in NOT_CARRIED], ids=[r[0] for r in NOT_CARRIED])
def test_an_event_that_is_not_carried_says_why(one: Event, rules: Rules, reason: Reason) -> None:
    plan = reconcile(from_outlook(one), world(rules=rules))
    assert plan.writes == ()
    assert state_of(plan) == (PairState.RELEASED, reason)
    assert kinds(reconcile(see(carry_out(from_outlook(one), plan), event=event()), world())) == [
        IntentKind.CREATE_ACTIVITY
    ]


def test_an_activity_that_is_not_planned_says_why() -> None:
    task = ActivityKey(ActivityType.TASK, 5001)
    cases = [
        (activity(status=ActivityStatus.NEW), Rules(), Reason.NOT_SCHEDULED),
        (activity(key=task, status=ActivityStatus.NEW, deadline=hour(15)), Rules(), Reason.DEADLINE_ONLY),
        (activity(status=ActivityStatus.CANCELLED), Rules(), Reason.CANCELLED_IN_RAYNET),
        (activity(status=ActivityStatus.UNKNOWN), Rules(), Reason.UNKNOWN_STATUS),
        (activity(recurring=True), Rules(), Reason.SERIES),
        (activity(scheduled_till=hour(8)), Rules(), Reason.INVERTED_TIMES),
        (activity(), Rules(types=(ActivityType.TASK,)), Reason.TYPE_EXCLUDED),
    ]
    for one, rules, reason in cases:
        plan = reconcile(group(one, link=link(activity=one.key)), world(rules=rules))
        assert (plan.writes, [step.reason for step in plan.steps]) == ((), [reason])


def test_a_deadline_shows_as_a_block_by_rule_and_moving_it_schedules_the_task() -> None:
    one = activity(
        key=ActivityKey(ActivityType.TASK, 5001),
        status=ActivityStatus.NEW,
        scheduled_from=None,
        scheduled_till=None,
        deadline=hour(15),
    )
    around = world(rules=Rules(deadline_block_minutes=30))
    end, plans = settle(group(one, link=link(activity=one.key)), around)
    assert plans[0].writes[0].event_draft is not None
    assert plans[0].writes[0].event_draft.times.when == timed(14.5, 15)
    moved = see(end, event=replace(end.events[0].event, when=timed(9)))
    (write,) = reconcile(moved, around).writes
    assert write.activity_change is not None
    assert (write.activity_change.status, write.activity_change.scheduled_from) == (ActivityStatus.SCHEDULED, hour(9))
    settle(moved, around, rounds=2)


def test_a_task_that_was_given_a_time_while_it_was_new_moves_from_its_deadline_once_it_is_scheduled() -> None:
    """Some instances leave the status alone when a time is given: until somebody changes it the deadline is shown."""
    one = activity(
        when=timed(9), key=ActivityKey(ActivityType.TASK, 5001), status=ActivityStatus.NEW, deadline=hour(15)
    )
    around = world(rules=Rules(deadline_block_minutes=30))
    end, _ = settle(group(one, link=link(activity=one.key)), around)
    assert end.events[0].event.when == timed(14.5, 15)
    assert reconcile(end, world()).writes == ()
    scheduled = see(end, activity=replace(one, status=ActivityStatus.SCHEDULED, version=6))
    after, plans = settle(scheduled, around)
    assert [kinds(plan) for plan in plans] == [[IntentKind.UPDATE_EVENT], []]
    assert after.events[0].event.when == timed(9)


# --- Raynet's side goes -------------------------------------------------------------------------------------------

REMOVED = [
    ("cancelled", {"status": ActivityStatus.CANCELLED}, Reason.CANCELLED_IN_RAYNET),
    ("unscheduled", {"status": ActivityStatus.NEW}, Reason.UNSCHEDULED_IN_RAYNET),
    ("times taken", {"scheduled_from": None, "scheduled_till": None}, Reason.UNSCHEDULED_IN_RAYNET),
]


@pytest.mark.parametrize(("change", "reason"), [row[1:] for row in REMOVED], ids=[row[0] for row in REMOVED])
def test_what_is_no_longer_planned_leaves_outlook_and_returns_with_it(
    change: dict[str, object], reason: Reason
) -> None:
    one = activity()
    gone = see(in_step(one, event()), activity=replace(one, version=6, **change))  # type: ignore[arg-type]  # by name
    plan = reconcile(gone, world())
    assert (kinds(plan), plan.writes[0].reason) == ([IntentKind.DELETE_EVENT], reason)
    end, _ = settle(gone, world())
    back = reconcile(see(end, activity=replace(one, version=7)), world())
    assert kinds(back) == [IntentKind.CREATE_EVENT]
    assert back.writes[0].pair != plan.writes[0].pair


def test_a_proven_deletion_takes_the_event_and_every_copy() -> None:
    start, _ = settle(group(activity(who=(ANNA, BOB)), link=link()), world())
    plan = reconcile(lose_activity(start), world())
    assert kinds(plan) == [IntentKind.DELETE_EVENT, IntentKind.DELETE_EVENT]
    assert all(write.removal for write in plan.writes)


@pytest.mark.parametrize("reason", ["hidden", "invalidated", "unseen"])
def test_what_cannot_be_seen_is_released_or_waits_never_deleted(reason: str) -> None:
    start = in_step(activity(), event())
    if reason == "unseen":
        assert reconcile(replace(start, activity=None), world()).writes == ()
        return
    seen = start.activity
    assert seen is not None
    away = see(start, activity=activity(invalidated=reason == "invalidated"))
    assert away.activity is not None
    away = replace(away, activity=replace(away.activity, hidden=reason == "hidden"))
    plan = reconcile(away, world())
    assert (plan.writes, state_of(plan)) == ((), (PairState.RELEASED, Reason.RELEASED_NOT_VISIBLE))
    after = carry_out(away, plan)
    assert all(step.pair is None for step in reconcile(after, world()).steps)
    back = replace(after, activity=seen)
    assert reconcile(back, world()).pairs[0].state is PairState.LIVE


def test_an_edit_in_outlook_beats_a_cancellation() -> None:
    before = see(in_step(activity(), event()), activity=activity(status=ActivityStatus.CANCELLED), event=event("Nová"))
    plan = reconcile(before, world())
    (write,) = plan.writes
    assert write.activity_change is not None
    assert (write.activity_change.status, write.activity_change.title) == (ActivityStatus.SCHEDULED, "Nová")
    assert [(loss.field, loss.lost_side) for loss in plan.losses] == [(FieldName.EXISTENCE, Side.RAYNET)]
    settle(before, world(), rounds=2)


def test_an_edit_in_outlook_beats_a_deletion_for_all_participants() -> None:
    start, _ = settle(group(activity(who=(ANNA, BOB)), link=link()), world())
    lead = next(seen.event for seen in start.events if seen.key.mailbox == ANNA.mailbox)
    before = see(lose_activity(start), event=replace(lead, subject="Nová"))
    plan = reconcile(before, world())
    assert kinds(plan) == [IntentKind.CREATE_ACTIVITY]
    end, plans = settle(before, world())
    assert not any(write.removal for each in plans for write in each.writes)
    assert end.activity is not None
    assert end.activity.activity.persons == {ANNA.person, BOB.person}


def test_guests_are_not_told_that_raynet_cancelled() -> None:
    guests = event(attendees=(OUTSIDER,))
    plan = reconcile(lose_activity(in_step(activity(), guests)), world())
    assert (plan.writes, state_of(plan)) == ((), (PairState.HELD, Reason.WOULD_MAIL))


def test_a_draft_that_somebody_is_writing_is_not_taken_away() -> None:
    assert reconcile(lose_activity(in_step(activity(), event(is_draft=True))), world()).writes == ()


# --- Outlook's side goes ------------------------------------------------------------------------------------------

CLIENT = {"has_client": True}
COMPANY = {"participants": (*activity().participants, Participant(company=3))}
OUTLOOK_DELETES = [
    (OutlookDelete.SMART, Origin.OUTLOOK, {}, IntentKind.DELETE_ACTIVITY),
    (OutlookDelete.SMART, Origin.OUTLOOK, CLIENT, IntentKind.UPDATE_ACTIVITY),
    (OutlookDelete.SMART, Origin.OUTLOOK, COMPANY, IntentKind.UPDATE_ACTIVITY),
    (OutlookDelete.SMART, Origin.RAYNET, {}, IntentKind.UPDATE_ACTIVITY),
    (OutlookDelete.CANCEL, Origin.OUTLOOK, {}, IntentKind.UPDATE_ACTIVITY),
    (OutlookDelete.DELETE, Origin.RAYNET, CLIENT, IntentKind.DELETE_ACTIVITY),
]


@pytest.mark.parametrize(("rule", "origin", "members", "kind"), OUTLOOK_DELETES)
@pytest.mark.parametrize("how", ["deleted", "cancelled"])
def test_an_event_that_goes_cancels_or_deletes_by_rule(
    rule: OutlookDelete, origin: Origin, members: dict[str, object], kind: IntentKind, how: str
) -> None:
    one = replace(activity(), **members)  # type: ignore[arg-type]  # members by name
    start = in_step(one, event(), origin=origin)
    gone = lose_event(start, event()) if how == "deleted" else see(start, event=event(is_cancelled=True))
    around = world(rules=Rules(outlook_delete=rule))
    plan = reconcile(gone, around)
    assert kinds(plan) == [kind]
    change = plan.writes[0].activity_change
    assert change is None or change.status is ActivityStatus.CANCELLED
    _, plans = settle(gone, around)
    assert len(plans) == 2


def test_a_deletion_is_ignored_by_rule_and_never_undoes_what_was_done() -> None:
    gone = lose_event(in_step(activity(), event()), event())
    ignored = reconcile(gone, world(rules=Rules(outlook_delete=OutlookDelete.IGNORE)))
    assert (ignored.writes, state_of(ignored)[1]) == ((), Reason.RELEASED_OUTLOOK_DELETE_IGNORED)
    done = reconcile(see(gone, activity=activity(status=ActivityStatus.COMPLETED)), world())
    assert (done.writes, state_of(done)[1]) == ((), Reason.RELEASED_DONE)


def test_an_edit_in_raynet_beats_a_deletion_in_outlook() -> None:
    before = lose_event(see(in_step(activity(), event()), activity=activity("Nová", version=6)), event())
    plan = reconcile(before, world())
    assert kinds(plan) == [IntentKind.CREATE_EVENT]
    assert [(loss.field, loss.lost_side) for loss in plan.losses] == [(FieldName.EXISTENCE, Side.GRAPH)]
    settle(before, world(), rounds=2)


def test_an_event_that_was_only_not_seen_is_not_gone() -> None:
    before = in_step(activity("Nová"), event())
    assert reconcile(replace(before, events=()), world()).writes == ()


# --- window, holds, odd states ------------------------------------------------------------------------------------

OLD = timed(day=-40)


def test_outside_the_window_a_deletion_on_either_side_does_nothing() -> None:
    old = in_step(activity(when=OLD), event(when=OLD))
    for gone in (lose_activity(old), lose_event(old, event(when=OLD)), see(old, activity=activity("Nová", when=OLD))):
        plan = reconcile(gone, world())
        assert (plan.writes, state_of(plan)) == ((), (PairState.FROZEN, Reason.OUTSIDE_WINDOW))


def test_a_participant_taken_out_of_an_old_activity_loses_no_event() -> None:
    old = in_step(activity(when=OLD), event(when=OLD))
    assert reconcile(see(old, activity=activity(when=OLD, who=(BOB,))), world()).writes == ()


def test_widening_the_window_deletes_nothing_that_went_while_frozen() -> None:
    old = in_step(activity(when=OLD), event(when=OLD))
    frozen = carry_out(old, reconcile(old, world()))
    wide = world(rules=Rules(window_back_days=60))
    assert reconcile(lose_activity(frozen), wide).writes == ()
    assert reconcile(lose_event(frozen, event(when=OLD)), wide).writes == ()


@pytest.mark.parametrize("side", list(Side))
def test_a_move_out_of_the_window_is_carried_before_the_pair_freezes(side: Side) -> None:
    far = timed(day=400)
    start = in_step(activity(), event())
    moved = see(start, event=event(when=far)) if side is Side.GRAPH else see(start, activity=activity(when=far))
    end, plans = settle(moved, world())
    assert [len(plan.writes) for plan in plans] == [1, 0]
    assert end.pairs[0].state is PairState.FROZEN
    later = replace(world(), now=NOW.replace(year=2027))
    assert reconcile(end, later).pairs[0].state is PairState.LIVE


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_another_type_in_raynet_is_no_edit_of_the_event_that_beats_a_deletion(kind: ActivityType) -> None:
    key = ActivityKey(kind, 5001)
    start = in_step(activity(place="Brno"), event(location="Brno"))
    typed = see(replace(start, link=replace(start.link, activity=key)), activity=activity(key=key))
    gone = lose_activity(typed)
    assert kinds(reconcile(gone, world())) == [IntentKind.DELETE_EVENT]


def test_an_event_brought_back_waits_until_its_time_is_in_the_window() -> None:
    start = lose_event(in_step(activity(), event()), event())
    end, plans = settle(see(start, activity=activity(when=timed(day=400))), world())
    assert [plan.writes for plan in plans] == [()]
    assert {(one.state, one.reason) for one in end.pairs} == {
        (PairState.CLOSED, Reason.RECREATED_EDIT_BEATS_DELETION),
        (PairState.FROZEN, Reason.OUTSIDE_WINDOW),
    }
    later = replace(world(), now=NOW.replace(year=2027))
    assert kinds(reconcile(end, later)) == [IntentKind.CREATE_EVENT]


def test_a_rejected_hold_makes_the_missing_side_again() -> None:
    start = in_step(activity(), event())
    around = world(rejected=[start.pairs[0].id])
    assert kinds(reconcile(lose_activity(start), around)) == [IntentKind.CREATE_ACTIVITY]
    assert kinds(reconcile(lose_event(start, event()), around)) == [IntentKind.CREATE_EVENT]
    cancelled = see(start, activity=activity(status=ActivityStatus.CANCELLED))
    (write,) = reconcile(cancelled, around).writes
    assert write.activity_change is not None
    assert write.activity_change.status is ActivityStatus.SCHEDULED


def test_a_rejected_hold_leaves_the_copy_that_was_to_go() -> None:
    start, _ = settle(group(activity(who=(ANNA, BOB)), link=link()), world())
    copy = next(one for one in start.pairs if one.role is Role.COPY)
    plan = reconcile(see(start, activity=activity()), world(rejected=[copy.id]))
    assert plan.writes == ()
    after = next(one for one in plan.pairs if one.id == copy.id)
    assert (after.state, after.reason) == (PairState.RELEASED, Reason.HOLD_REJECTED)


def test_inverted_times_wait_until_they_are_put_right() -> None:
    before = see(in_step(activity(), event()), activity=activity(scheduled_till=hour(8)))
    plan = reconcile(before, world())
    assert (plan.writes, state_of(plan)) == ((), (PairState.PARKED, Reason.INVERTED_TIMES))
    healed = reconcile(see(carry_out(before, plan), activity=activity()), world())
    assert state_of(healed) == (PairState.LIVE, None)


def test_a_series_is_let_go_and_taken_up_when_it_is_single_again() -> None:
    start = in_step(activity(), event())
    away = see(start, event=event(type=EventType.MASTER))
    plan = reconcile(away, world())
    assert (plan.writes, state_of(plan)) == ((), (PairState.RELEASED, Reason.SERIES))
    back = see(carry_out(away, plan), event=event("Nová"))
    assert kinds(reconcile(back, world())) == [IntentKind.UPDATE_ACTIVITY]


def test_failures_are_counted_until_a_write_succeeds() -> None:
    start = in_step(activity(), event())
    failing = replace(start.pairs[0], state=PairState.PARKED, reason=Reason.REJECTED_BY_GRAPH, failures=3)
    again = reconcile(replace(see(start, activity=activity("Nová")), pairs=(failing,)), world())
    assert again.pairs[0].failures == 3
    assert reconcile(replace(start, pairs=(failing,)), world()).pairs[0].failures == 0


def test_answers_of_guests_are_no_edit() -> None:
    start = in_step(activity(), event(attendees=(OUTSIDER,)))
    assert reconcile(see(start, event=event(attendees=(OUTSIDER,), response=Response.ORGANIZER)), world()).writes == ()
