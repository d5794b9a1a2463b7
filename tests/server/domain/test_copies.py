"""Roles: the organizer's event leads, participants hold copies, attendees follow Outlook, seats and owners change."""

from dataclasses import replace

import pytest

from server.domain import mapping
from server.domain.activity import ActivityChange, ActivityStatus
from server.domain.content import FieldName
from server.domain.event import Event, EventChange, Response
from server.domain.ids import ActivityKey, ActivityType
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import AttendedEvents, Mirror, Rules
from server.domain.state import Group, IntentKind, Origin, Pair, PairState, Role, Side
from tests.support.builders import (
    ANNA,
    BOB,
    CYRIL,
    OUTSIDER,
    Human,
    activity,
    carry_out,
    event,
    group,
    hour,
    in_step,
    invitation,
    link,
    lose_event,
    pair,
    rich,
    see,
    settle,
    timed,
    world,
)


def shared(*humans: Human) -> Group:
    """An activity born in Raynet with an event in the calendar of each participant."""
    return settle(group(activity(who=humans), link=link()), world())[0]


def of(state: Group | Plan, human: Human) -> Pair:
    open_first = sorted(
        (one for one in state.pairs if one.mailbox == human.mailbox), key=lambda one: one.state is PairState.CLOSED
    )
    return open_first[0]


def event_of(state: Group, human: Human) -> Event:
    held = of(state, human)
    return next(seen.event for seen in state.events if seen.key.id == held.event)


# --- copies -------------------------------------------------------------------------------------------------------


def test_each_participant_with_a_seat_gets_a_copy_the_owner_leads() -> None:
    state = shared(ANNA, BOB, CYRIL)
    assert [of(state, human).role for human in (ANNA, BOB, CYRIL)] == [Role.LEAD, Role.COPY, Role.COPY]


def test_an_edit_through_the_lead_reaches_raynet_and_every_copy_in_one_plan() -> None:
    state = shared(ANNA, BOB)
    plan = reconcile(see(state, event=replace(event_of(state, ANNA), subject="Nová")), world())
    assert {(write.side, write.fields) for write in plan.writes} == {
        (Side.RAYNET, (FieldName.TITLE,)),
        (Side.GRAPH, (FieldName.TITLE,)),
    }


def test_a_copy_that_was_matched_says_so() -> None:
    own = event(human=BOB, event_id="own")
    state = group(activity(who=(CYRIL, BOB)), (pair(BOB, event_id="own", role=Role.COPY), own), link=link())
    end, plans = settle(state, world(seats=(ANNA, BOB)))
    assert [(step.pair, step.reason, step.outcome) for step in plans[0].steps] == [
        (of(end, BOB).id, Reason.MATCHED, "matched")
    ]
    assert reconcile(end, world(seats=(ANNA, BOB))).steps == ()


def test_hours_from_midnight_to_midnight_stay_hours_in_a_copy_when_nobody_leads_any_more() -> None:
    hours = timed(-1, 23)  # from midnight to midnight in Prague
    done = activity(when=hours, who=(ANNA, BOB), status=ActivityStatus.COMPLETED)
    hers = event(when=hours, categories=mapping.marks_of(done, world()))
    state, _ = settle(group(done, (pair(), hers), link=link()), world())
    assert event_of(state, BOB).when == hours
    end, _ = settle(lose_event(state, hers), world())
    assert of(end, ANNA).reason is Reason.RELEASED_DONE
    assert reconcile(end, world()).writes == ()
    assert event_of(end, BOB).when == hours


def test_an_edit_of_a_copy_is_reverted_and_journalled() -> None:
    state = shared(ANNA, BOB)
    plan = reconcile(see(state, event=replace(event_of(state, BOB), subject="Bobova")), world())
    ((write,), (loss,)) = plan.writes, plan.losses
    assert (write.reason, write.event_change) == (Reason.COPY_REVERTED, EventChange(subject="Porada"))
    assert (loss.kept, loss.lost, loss.lost_side) == ("Porada", "Bobova", Side.GRAPH)


def test_a_copy_with_guests_gets_its_categories_only() -> None:
    state = shared(ANNA, BOB)
    guests = replace(event_of(state, BOB), attendees=(OUTSIDER,))
    done = activity("Nová", who=(ANNA, BOB), status=ActivityStatus.COMPLETED, version=6)
    plan = reconcile(see(state, activity=done, event=guests), world())
    (write,) = [one for one in plan.writes if one.pair == of(state, BOB).id]
    assert write.fields == (FieldName.CATEGORIES,)
    assert of(plan, BOB).reason is Reason.WOULD_MAIL


def test_a_user_who_deletes_the_copy_let_it_go_and_may_take_it_back() -> None:
    state = shared(ANNA, BOB)
    gone = lose_event(state, event_of(state, BOB))
    plan = reconcile(gone, world())
    assert plan.writes == ()
    assert (of(plan, BOB).state, of(plan, BOB).reason) == (PairState.RELEASED, Reason.RELEASED_BY_ATTENDEE)
    back = see(carry_out(gone, plan), event=event_of(state, BOB))
    assert of(reconcile(back, world()), BOB).state is PairState.LIVE


def test_who_is_taken_out_loses_the_copy_and_its_edit_is_journalled() -> None:
    state = shared(ANNA, BOB)
    edited = see(state, activity=activity(), event=replace(event_of(state, BOB), subject="Bobova"))
    plan = reconcile(edited, world())
    assert [write.kind for write in plan.writes] == [IntentKind.DELETE_EVENT]
    assert plan.losses[0].lost == "Bobova"


def test_what_was_typed_over_a_masked_copy_is_journalled_without_what_it_showed_before() -> None:
    state = shared(ANNA, BOB)
    edited = see(state, activity=activity(), event=replace(event_of(state, BOB), location="Brno", subject="Moje"))
    hidden = see(edited, event=replace(event_of(state, ANNA), private=True))
    plan = reconcile(replace(hidden, link=replace(hidden.link, masked=True)), world())
    assert {(one.field, one.base, one.lost) for one in plan.losses} == {
        (FieldName.PLACE, "", "Brno"),
        (FieldName.TITLE, "", "Moje"),
    }


def test_an_event_of_a_users_own_that_stood_as_a_copy_is_let_go_of_and_never_removed() -> None:
    """Made by its user, when it led or before Raynet was met for the first time."""
    state = shared(ANNA, BOB)
    own = replace(of(state, BOB), origin=Origin.OUTLOOK)
    state = replace(state, pairs=(of(state, ANNA), own))
    taken_out = reconcile(see(state, activity=activity(version=6)), world())
    assert (taken_out.writes, of(taken_out, BOB).reason) == ((), Reason.RELEASED_OWNER_CHANGED)
    real = invitation(human=BOB, organizer=ANNA.email, event_id="real")
    invites = replace(event_of(state, ANNA), attendees=(BOB.email,))
    state = see(see(state, event=invites), event=real)
    state = replace(state, pairs=(*state.pairs, pair(BOB, pair_id="real", event_id="real", role=Role.ATTENDEE)))
    end, plans = settle(state, world())
    assert all(write.kind is not IntentKind.DELETE_EVENT for plan in plans for write in plan.writes)
    assert next(one for one in end.pairs if one.id == own.id).state is PairState.RELEASED
    assert plans[-1].writes == ()


def test_an_invited_user_keeps_the_real_copy_and_ours_goes_without_mail() -> None:
    state = shared(ANNA, BOB)
    lead = replace(event_of(state, ANNA), attendees=(BOB.email,), ical_uid="uid")
    real = invitation(human=BOB, organizer=ANNA.email, event_id="real")
    state = see(see(state, event=lead), event=real)
    state = replace(state, pairs=(*state.pairs, pair(BOB, pair_id="real", event_id="real", role=Role.ATTENDEE)))
    end, plans = settle(state, world())
    deleted = [write for plan in plans for write in plan.writes if write.kind is IntentKind.DELETE_EVENT]
    assert [write.reason for write in deleted] == [Reason.ATTENDEE_COPY]
    assert deleted[0].event != real.key
    assert next(one for one in end.pairs if one.id == "real").state is PairState.LIVE


def invited() -> tuple[Group, Event, Event]:
    """Anna's own meeting, to which she invited Bob, with her event and his."""
    hers = event(event_id="hers", attendees=(BOB.email,), ical_uid="uid")
    his = invitation(human=BOB, organizer=ANNA.email, event_id="his", ical_uid="uid")
    state = in_step(activity(who=(ANNA, BOB)), hers, origin=Origin.OUTLOOK)
    pairs = (*state.pairs, pair(BOB, pair_id="his", event_id="his", role=Role.ATTENDEE))
    known = replace(state.link, attendee_persons=(BOB.person,))
    return see(replace(state, link=known, pairs=pairs), event=his), hers, his


@pytest.mark.parametrize("is_thrown_away", [False, True])
def test_who_was_invited_gets_a_copy_when_the_activity_goes_on_without_the_meeting(is_thrown_away: bool) -> None:
    state, hers, his = invited()
    state = lose_event(see(state, activity=activity("Jinak", who=(ANNA, BOB), version=6)), hers)
    state = lose_event(state, his) if is_thrown_away else see(state, event=replace(his, is_cancelled=True))
    end, _ = settle(state, world(persons={BOB.email: BOB.person}))
    assert (of(end, BOB).role, of(end, BOB).state) == (Role.COPY, PairState.LIVE)
    assert event_of(end, BOB).subject == "Jinak"
    assert next(one for one in end.pairs if one.id == "his").reason is Reason.CANCELLED_IN_OUTLOOK


def test_whom_another_meeting_invited_gets_a_copy_when_that_is_called_off() -> None:
    state = in_step(activity(who=(ANNA, BOB)), event(event_id="hers", ical_uid="uid"), origin=Origin.OUTLOOK)
    his = invitation(human=BOB, organizer=ANNA.email, event_id="his", ical_uid="another")
    state = replace(state, pairs=(*state.pairs, pair(BOB, pair_id="his", event_id="his", role=Role.ATTENDEE)))
    stands, _ = settle(see(state, event=his), world())
    assert (of(stands, BOB).role, of(stands, BOB).state) == (Role.ATTENDEE, PairState.LIVE)
    end, _ = settle(see(stands, event=replace(his, is_cancelled=True)), world())
    assert (of(end, BOB).role, of(end, BOB).state) == (Role.COPY, PairState.LIVE)


@pytest.mark.parametrize("uid", ["uid", "other"])
def test_who_throws_an_invitation_away_gets_no_copy_of_what_stands(uid: str) -> None:
    state, _, his = invited()
    thrown = replace(his, ical_uid=uid)
    end, plans = settle(lose_event(see(state, event=thrown), thrown), world(persons={BOB.email: BOB.person}))
    assert (of(end, BOB).state, of(end, BOB).reason) == (PairState.RELEASED, Reason.RELEASED_BY_ATTENDEE)
    assert not any(plan.writes for plan in plans)


def test_whom_the_meeting_of_an_earlier_owner_invites_still_takes_part() -> None:
    state, _, _ = invited()
    end, plans = settle(
        see(state, activity=activity(who=(CYRIL, BOB), version=6)), world(persons={BOB.email: BOB.person})
    )
    assert [write.kind for plan in plans for write in plan.writes] == [IntentKind.CREATE_EVENT]
    assert (of(end, CYRIL).role, of(end, BOB).role) == (Role.LEAD, Role.ATTENDEE)


def test_a_link_is_found_by_the_name_of_the_event_that_leads() -> None:
    state, hers, _ = invited()
    edited = see(state, activity=activity("Jinak", who=(ANNA, BOB), version=6))
    end, _ = settle(lose_event(edited, hers), world(persons={BOB.email: BOB.person}))
    again = replace(event_of(end, ANNA), ical_uid="another")
    assert reconcile(see(end, event=again), world()).link.ical_uid == "another"


# --- owner, rules, seats ------------------------------------------------------------------------------------------


def test_a_new_owners_copy_takes_the_lead() -> None:
    state = shared(ANNA, BOB)
    end, plans = settle(see(state, activity=activity(who=(BOB, ANNA), version=6)), world())
    assert not any(plan.writes for plan in plans)
    assert (of(end, ANNA).role, of(end, BOB).role) == (Role.COPY, Role.LEAD)
    (first, *_) = reconcile(see(end, event=replace(event_of(end, BOB), subject="Nová")), world()).writes
    assert first.activity_change == ActivityChange(title="Nová")


def test_a_promoted_copy_still_sees_a_move_back_to_where_it_was_created() -> None:
    state = shared(ANNA, BOB)
    moved, _ = settle(see(state, activity=activity(who=(ANNA, BOB), when=timed(11), version=6)), world())
    mine, _ = settle(see(moved, activity=activity(who=(BOB,), when=timed(11), version=7)), world())
    back = reconcile(see(mine, activity=activity(who=(BOB,), when=timed(9), version=8)), world())
    assert [write.fields for write in back.writes] == [(FieldName.WHEN,)]


def test_the_event_of_a_former_owner_goes_and_one_made_in_outlook_is_released() -> None:
    state = shared(ANNA, BOB)
    plan = reconcile(see(state, activity=activity(who=(BOB,), version=6)), world())
    assert [(write.pair, write.kind) for write in plan.writes] == [(of(state, ANNA).id, IntentKind.DELETE_EVENT)]
    theirs = in_step(activity(), event(), origin=Origin.OUTLOOK)
    plan = reconcile(see(theirs, activity=activity(who=(BOB,), version=6)), world())
    assert of(plan, ANNA).reason is Reason.RELEASED_OWNER_CHANGED
    assert all(write.kind is IntentKind.CREATE_EVENT for write in plan.writes)


def test_mirroring_owners_only_releases_copies_and_takes_them_up_again() -> None:
    state = shared(ANNA, BOB)
    plan = reconcile(state, world(rules=Rules(mirror=Mirror.OWNER)))
    assert plan.writes == ()
    assert of(plan, BOB).reason is Reason.RELEASED_BY_RULE
    after = carry_out(state, plan)
    taken_out = see(after, activity=activity(version=6))
    assert reconcile(taken_out, world(rules=Rules(mirror=Mirror.OWNER))).writes == ()
    assert of(reconcile(after, world()), BOB).state is PairState.LIVE


def test_an_excluded_type_releases_and_returns() -> None:
    state = shared(ANNA, BOB)
    off = world(rules=Rules(types=(ActivityType.TASK,)))
    plan = reconcile(state, off)
    assert plan.writes == ()
    assert {one.reason for one in plan.pairs} == {Reason.RELEASED_BY_RULE}
    after = carry_out(state, plan)
    assert {one.state for one in reconcile(after, world()).pairs} == {PairState.LIVE}


def test_a_lost_seat_releases_and_a_restored_one_catches_up() -> None:
    state = shared(ANNA, BOB)
    plan = reconcile(state, world(seats=(ANNA,)))
    assert plan.writes == ()
    assert of(plan, BOB).reason is Reason.RELEASED_NO_SEAT
    later = see(carry_out(state, plan), activity=activity("Nová", who=(ANNA, BOB), version=6))
    assert len(reconcile(later, world()).writes) == 2


# --- meetings of others -------------------------------------------------------------------------------------------


def attended(one: Event, *more: tuple[Human, Event]) -> Group:
    members = [(pair(human, event_id=it.id, role=Role.ATTENDEE, origin=Origin.OUTLOOK), it) for human, it in more]
    first = (pair(role=Role.ATTENDEE, origin=Origin.OUTLOOK), one)
    return group(None, first, *members, link=link(activity=None, origin=Origin.OUTLOOK, version=None))


ATTENDED = [
    (AttendedEvents.ACCEPTED, Response.ACCEPTED, True),
    (AttendedEvents.ACCEPTED, Response.TENTATIVE, False),
    (AttendedEvents.ACCEPTED, Response.NOT_RESPONDED, False),
    (AttendedEvents.ALL, Response.NOT_RESPONDED, True),
    (AttendedEvents.ALL, Response.DECLINED, False),
    (AttendedEvents.NONE, Response.ACCEPTED, False),
]


@pytest.mark.parametrize(("rule", "response", "carried"), ATTENDED)
def test_a_meeting_of_somebody_without_a_seat_is_carried_by_rule(
    rule: AttendedEvents, response: Response, carried: bool
) -> None:
    plan = reconcile(attended(invitation(response=response)), world(rules=Rules(attended_events=rule)))
    assert bool(plan.writes) is carried
    assert plan.pairs[0].role is Role.FOLLOWER


def test_several_attendees_share_one_activity() -> None:
    state = attended(invitation(), (BOB, invitation(human=BOB, event_id="ev-bob")))
    plan = reconcile(state, world())
    assert [write.kind for write in plan.writes] == [IntentKind.CREATE_ACTIVITY]
    assert [one.role for one in plan.pairs] == [Role.FOLLOWER, Role.ATTENDEE]


def test_an_attendees_copy_waits_for_the_organizer_with_a_seat() -> None:
    state = attended(invitation(organizer=BOB.email))
    assert reconcile(state, world()).pairs[0].reason is Reason.WAITS_FOR_ORGANIZER
    both = attended(invitation(organizer=BOB.email), (BOB, event(human=BOB, event_id="ev-bob")))
    (write,) = reconcile(both, world()).writes
    assert write.activity_plan is not None
    assert write.activity_plan.owner == BOB.person


def follower() -> Group:
    key = ActivityKey(ActivityType.EVENT, 5001)
    return in_step(activity(key=key, personal=True), invitation(), role=Role.FOLLOWER, origin=Origin.OUTLOOK)


def test_times_follow_the_organizer_and_raynets_time_is_journalled() -> None:
    before = follower()
    assert before.activity is not None
    moved = replace(before.activity.activity, scheduled_from=hour(12), scheduled_till=hour(13), version=6)
    plan = reconcile(see(before, activity=moved), world())
    (write,) = plan.writes
    assert write.activity_change == ActivityChange(scheduled_from=hour(9), scheduled_till=hour(10))
    assert [(loss.field, loss.lost_side) for loss in plan.losses] == [(FieldName.WHEN, Side.RAYNET)]


def test_a_text_typed_in_raynet_stays_until_the_organizer_changes_it() -> None:
    before = follower()
    assert before.activity is not None
    typed = replace(before.activity.activity, description=rich("Poznámka"), version=6)
    noted = see(before, activity=typed)
    assert reconcile(noted, world()).writes == ()
    moved, _ = settle(see(noted, event=invitation(when=timed(11))), world())
    assert moved.activity is not None
    assert moved.activity.activity.description == rich("Poznámka")
    plan = reconcile(see(moved, event=invitation(when=timed(11), text="Program")), world())
    assert [loss.lost for loss in plan.losses] == ["Poznámka"]
    assert plan.writes[0].fields == (FieldName.DESCRIPTION,)


def test_raynet_never_writes_to_a_meeting_of_others() -> None:
    before = follower()
    assert before.activity is not None
    done = replace(before.activity.activity, title="Jinak", status=ActivityStatus.COMPLETED, version=6)
    assert reconcile(see(before, activity=done), world()).writes == ()
    cancelled = replace(done, status=ActivityStatus.CANCELLED)
    plan = reconcile(see(before, activity=cancelled), world())
    assert (plan.writes, plan.pairs[0].state) == ((), PairState.RELEASED)
    back = see(carry_out(see(before, activity=cancelled), plan), activity=done)
    assert reconcile(back, world()).pairs[0].state is PairState.LIVE


def test_the_rule_none_releases_meetings_of_others() -> None:
    plan = reconcile(follower(), world(rules=Rules(attended_events=AttendedEvents.NONE)))
    assert (plan.writes, plan.pairs[0].reason) == ((), Reason.RELEASED_BY_RULE)


def test_another_attendee_takes_over_without_a_write_when_one_declines() -> None:
    before = follower()
    bob = (pair(BOB, event_id="ev-bob", role=Role.ATTENDEE, origin=Origin.OUTLOOK), invitation(human=BOB))
    state = replace(before, pairs=(*before.pairs, bob[0]))
    state = see(
        see(state, event=replace(bob[1], id=bob[0].event or bob[1].id)), event=invitation(response=Response.DECLINED)
    )
    end, plans = settle(state, world())
    assert not any(plan.writes for plan in plans)
    assert (of(end, ANNA).state, of(end, BOB).role) == (PairState.RELEASED, Role.FOLLOWER)
