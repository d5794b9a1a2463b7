"""What corresponds to what, both ways, one line a row: a field changes on one side, this is all that is written."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from server.domain import keys
from server.domain.activity import ActivityChange, ActivityStatus, Priority
from server.domain.content import FieldName
from server.domain.event import Event, EventChange, EventTimes, Importance
from server.domain.html import rich_from_plain
from server.domain.ids import ActivityKey, ActivityType, PersonId
from server.domain.mapping import NO_TITLE, TYPE_MARKS, World
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import Authority, Rules
from server.domain.sent import SentValue
from server.domain.state import Group, IntentKind, Origin, PairState, Role, Side
from server.domain.when import to_instants
from tests.support.builders import (
    ANNA,
    BOB,
    LOGIN,
    NOW,
    OUTSIDER,
    PRAGUE,
    activity,
    carry_out,
    days,
    event,
    group,
    hour,
    in_step,
    invitation,
    link,
    pair,
    rich,
    see,
    settle,
    timed,
    to_side,
    world,
)

ZONE = "Central Europe Standard Time"
ALL_TYPES = list(ActivityType)
WITH_PLACE = (ActivityType.MEETING, ActivityType.EVENT)


def of_type(kind: ActivityType) -> ActivityKey:
    return ActivityKey(kind, 5001)


def only_write(plan: Plan, side: Side) -> EventChange | ActivityChange:
    (write,) = plan.writes
    assert write.side is side
    change = write.event_change if side is Side.GRAPH else write.activity_change
    assert change is not None
    return change


def rest(before: Group, around: World) -> None:
    """Once carried out, everything is quiet."""
    _, plans = settle(before, around, rounds=2)
    assert not plans[-1].writes


# --- Raynet → Outlook ---------------------------------------------------------------------------------------------

TO_OUTLOOK = [
    ("title", {"title": "Nová"}, EventChange(subject="Nová")),
    ("title with spaces", {"title": "  Nová   porada "}, EventChange(subject="Nová porada")),
    ("long title is cut", {"title": "x" * 300}, EventChange(subject="x" * 255)),
    ("times", {"scheduled_from": hour(11), "scheduled_till": hour(12)}, "times 11"),
    ("description", {"description": rich("Program")}, EventChange(description=rich("Program"))),
    ("low priority", {"priority": Priority.MINOR}, EventChange(importance=Importance.LOW)),
    ("high priority", {"priority": Priority.CRITICAL}, EventChange(importance=Importance.HIGH)),
]


@pytest.mark.parametrize("kind", ALL_TYPES)
@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in TO_OUTLOOK], ids=[row[0] for row in TO_OUTLOOK])
def test_a_raynet_edit_reaches_outlook(
    kind: ActivityType, change: dict[str, object], expected: EventChange | str
) -> None:
    one = activity(key=of_type(kind))
    before = see(in_step(one, event()), activity=replace(one, version=6, **change))  # type: ignore[arg-type]  # by name
    if isinstance(expected, str):
        expected = EventChange(times=EventTimes(when=timed(11), zone_label=ZONE))
    assert only_write(reconcile(before, world()), Side.GRAPH) == expected
    rest(before, world())


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_the_place_travels_only_for_types_that_have_one(kind: ActivityType) -> None:
    one = activity(key=of_type(kind))
    moved = see(in_step(one, event()), event=event(location="Brno"))
    plan = reconcile(moved, world())
    if kind in WITH_PLACE:
        assert only_write(plan, Side.RAYNET) == ActivityChange(place="Brno")
        back = see(in_step(one, event()), activity=replace(one, place="Praha"))
        assert only_write(reconcile(back, world()), Side.GRAPH) == EventChange(location="Praha")
    else:
        assert plan.writes == ()
    rest(moved, world())


@pytest.mark.parametrize("kind", ALL_TYPES)
def test_done_becomes_a_category_beside_the_users_own(kind: ActivityType) -> None:
    one, other = activity(key=of_type(kind)), event(categories=(TYPE_MARKS[kind], "Moje"))
    before = see(in_step(one, other), activity=replace(one, status=ActivityStatus.COMPLETED))
    change = only_write(reconcile(before, world()), Side.GRAPH)
    assert change == EventChange(categories=("Moje", TYPE_MARKS[kind], "Raynet: Hotovo"))
    rest(before, world())
    rules = Rules(categories=False)
    assert reconcile(before, world(rules=rules)).writes == ()


def test_the_events_own_zone_label_is_kept_and_an_unknown_one_replaced() -> None:
    for label, used in (("Pacific Standard Time", "Pacific Standard Time"), ("tzone://Microsoft/Custom", ZONE)):
        one, other = activity(), event(zone_label=label)
        before = see(in_step(one, other), activity=activity(when=timed(11)))
        change = only_write(reconcile(before, world()), Side.GRAPH)
        assert change == EventChange(times=EventTimes(when=timed(11), zone_label=used))


def test_midnight_to_midnight_is_a_whole_day_and_stays_one_when_the_api_users_zone_changes() -> None:
    one, other = activity(when=days()), event(when=days())
    before = in_step(one, other)
    assert reconcile(before, world()).writes == ()
    assert reconcile(before, replace(world(), zone=ZoneInfo("Asia/Tokyo"))).writes == ()


# --- Outlook → Raynet ---------------------------------------------------------------------------------------------

TO_RAYNET: list[tuple[str, Event, ActivityChange]] = [
    ("subject", event("Nová"), ActivityChange(title="Nová")),
    ("no subject", event(""), ActivityChange(title=NO_TITLE)),
    ("times", event(when=timed(11)), ActivityChange(scheduled_from=hour(11), scheduled_till=hour(12))),
    (
        "all day",
        event(when=days(1, 2)),
        ActivityChange(
            scheduled_from=to_instants(days(1, 2), PRAGUE)[0], scheduled_till=to_instants(days(1, 2), PRAGUE)[1]
        ),
    ),
    ("body", event(text="Program"), ActivityChange(description_html=rich("Program").html)),
    ("low importance", event(importance=Importance.LOW), ActivityChange(priority=Priority.MINOR)),
    ("high importance", event(importance=Importance.HIGH), ActivityChange(priority=Priority.CRITICAL)),
]


@pytest.mark.parametrize("kind", ALL_TYPES)
@pytest.mark.parametrize(("edited", "expected"), [row[1:] for row in TO_RAYNET], ids=[row[0] for row in TO_RAYNET])
def test_an_outlook_edit_reaches_raynet(kind: ActivityType, edited: Event, expected: ActivityChange) -> None:
    before = see(in_step(activity(key=of_type(kind)), event()), event=edited)
    assert only_write(reconcile(before, world()), Side.RAYNET) == expected
    rest(before, world())


def test_guests_who_are_raynet_persons_take_part_and_leave_again() -> None:
    around = world(persons={OUTSIDER: PersonId(99)})
    before = see(in_step(activity(), event()), event=event(attendees=(OUTSIDER, BOB.email)))
    after, plans = settle(before, around)
    (write,) = plans[0].writes
    assert write.fields == (FieldName.PARTICIPANTS,)
    assert after.activity is not None
    assert after.activity.activity.persons == {ANNA.person, BOB.person, 99}
    fewer, _ = settle(see(after, event=event(attendees=(OUTSIDER,))), around)
    assert fewer.activity is not None
    assert fewer.activity.activity.persons == {ANNA.person, 99}


def test_a_guest_who_was_taken_out_in_raynet_is_not_added_again() -> None:
    invited = event(attendees=(BOB.email,))
    before = in_step(activity(who=(ANNA, BOB)), invited)
    assert reconcile(see(before, activity=activity(who=(ANNA,))), world()).writes == ()


def test_a_guest_nobody_looked_up_is_no_proof_that_somebody_left() -> None:
    """A lost seat or a directory that did not answer removes nobody from Raynet."""
    before = in_step(activity(who=(ANNA, BOB)), event(attendees=(BOB.email,)))
    assert reconcile(before, world(seats=(ANNA,), persons={})).writes == ()
    after, _ = settle(before, world(seats=(ANNA,), persons={BOB.email: BOB.person}))
    assert after.activity is not None
    assert BOB.person in after.activity.activity.persons


# --- nothing to do ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_TYPES)
@pytest.mark.parametrize("role", list(Role))
def test_a_first_match_of_equals_writes_nothing(kind: ActivityType, role: Role) -> None:
    one = activity(key=of_type(kind), who=(ANNA, BOB), personal=True)
    human = BOB if role is Role.COPY else ANNA
    other = invitation(human=human) if role in (Role.ATTENDEE, Role.FOLLOWER) else event(human=human)
    lead = [] if human is ANNA else [(pair(ANNA, base=None), event())]
    held = pair(human, role=role, origin=Origin.OUTLOOK)
    before = group(one, (held, other), *lead, link=link(activity=one.key))
    plan = reconcile(before, world(seats=(ANNA, BOB) if role is Role.COPY else (ANNA,)))
    assert plan.writes == ()
    assert plan.losses == ()


def test_the_echo_of_our_own_save_plans_nothing_though_raynet_kept_less() -> None:
    before = see(in_step(activity(), event()), event=event(text="dlouhý program"))
    after = carry_out(before, reconcile(before, world()))
    assert after.activity is not None
    stored = replace(after.activity.activity, description=rich("dlouhý"))
    assert reconcile(see(after, activity=stored), world()).writes == ()


def test_an_edit_that_waits_is_not_taken_for_our_echo() -> None:
    """Raynet's title may not go to an event with guests; our save of the time must not make it look agreed."""
    guests = event(attendees=(OUTSIDER,))
    before = see(in_step(activity(), guests), activity=activity("Z Raynetu", version=6))
    before = see(before, event=replace(guests, when=timed(11)))
    after, _ = settle(before, world())
    assert after.pairs[0].reason is Reason.WOULD_MAIL
    alone = see(after, event=replace(guests, when=timed(11), attendees=()))
    assert only_write(reconcile(alone, world()), Side.GRAPH) == EventChange(subject="Z Raynetu")


def test_a_late_duplicate_of_our_own_write_is_put_right_in_raynet() -> None:
    """Hazard H4: the old value comes back under our login; it is not carried to Outlook."""
    sent = (SentValue(field=FieldName.TITLE, digest=keys.value_digest("Stará"), at=NOW),)
    before = in_step(activity("Nová"), event("Nová"))
    late = activity("Stará", version=9, modified_by=LOGIN)
    before = see(replace(before, link=replace(before.link, sent=sent, own_saves=1)), activity=late)
    plan = reconcile(before, world())
    assert only_write(plan, Side.RAYNET) == ActivityChange(title="Nová")
    assert plan.writes[0].reason is Reason.LATE_DUPLICATE
    assert [step.reason for step in plan.steps if step.outcome == "journalled"] == [Reason.VERSION_GAP]


@pytest.mark.parametrize(("version", "journalled"), [(6, ()), (7, ("Nová",))])
def test_what_a_late_duplicate_under_a_users_save_took_away_is_in_the_journal(
    version: int, journalled: tuple[str, ...]
) -> None:
    """Hazard H4: Raynet names the last who saved; a save more than theirs may have been our own old value."""
    sent = (SentValue(field=FieldName.TITLE, digest=keys.value_digest("Stará"), at=NOW),)
    before = in_step(activity("Nová"), event("Nová"))
    over = activity("Stará", version=version)
    plan = reconcile(see(replace(before, link=replace(before.link, sent=sent)), activity=over), world())
    assert only_write(plan, Side.GRAPH) == EventChange(subject="Stará")
    assert tuple(loss.lost for loss in plan.losses) == journalled


def test_a_late_cancel_of_ours_is_put_right_and_a_users_is_carried() -> None:
    """Hazard H4: the removal was given up because an edit beat it, and arrives when its activity has a new event."""
    sent = (SentValue(field=FieldName.EXISTENCE, digest="", at=NOW),)
    before = in_step(activity(), event())
    before = replace(before, link=replace(before.link, sent=sent))
    late = activity(version=6, modified_by=LOGIN, status=ActivityStatus.CANCELLED)
    plan = reconcile(see(before, activity=late), world())
    assert only_write(plan, Side.RAYNET) == ActivityChange(status=ActivityStatus.SCHEDULED)
    assert plan.writes[0].reason is Reason.LATE_DUPLICATE
    by_a_user = reconcile(see(before, activity=replace(late, modified_by=activity().modified_by)), world())
    assert [write.kind for write in by_a_user.writes] == [IntentKind.DELETE_EVENT]


def test_somebody_elses_edit_under_the_shared_key_is_a_users_change() -> None:
    shared = activity("Cizí", version=6, modified_by=LOGIN)
    before = see(in_step(activity(), event()), activity=shared)
    assert only_write(reconcile(before, world()), Side.GRAPH) == EventChange(subject="Cizí")


def test_a_longer_text_than_both_can_hold_is_never_cut_off_by_the_other_side() -> None:
    long = rich_from_plain("x" * 9000)
    one, other = activity(description=long), event(body=long)
    in_outlook = see(in_step(one, other), activity=replace(one, description=rich("krátký")))
    held = reconcile(in_outlook, world())
    assert held.writes == ()
    assert (held.pairs[0].state, held.pairs[0].reason) == (PairState.HELD, Reason.TEXT_TOO_LONG)
    assert reconcile(see(in_step(one, other), event=replace(other, body=rich("krátký"))), world()).writes == ()


# --- both changed -------------------------------------------------------------------------------------------------

CONFLICTS = [
    (Authority.RAYNET, 0, Side.GRAPH),
    (Authority.OUTLOOK, 0, Side.RAYNET),
    (Authority.NEWEST, +5, Side.RAYNET),
    (Authority.NEWEST, -5, Side.GRAPH),
]


@pytest.mark.parametrize(("authority", "outlook_later", "loser"), CONFLICTS)
def test_the_authority_decides_and_the_loser_is_journalled(
    authority: Authority, outlook_later: int, loser: Side
) -> None:
    mine = activity("Raynet", version=6)
    theirs = event("Outlook", modified_at=NOW.replace(minute=30 + outlook_later))
    before = see(in_step(activity(), event()), activity=replace(mine, modified_at=NOW.replace(minute=30)), event=theirs)
    plan = reconcile(before, world(rules=Rules(authority=authority)))
    ((loss,), (write,)) = plan.losses, plan.writes
    assert (write.side, loss.lost_side, write.reason) == (loser, loser, Reason.CONFLICT)
    kept, lost = ("Raynet", "Outlook") if loser is Side.GRAPH else ("Outlook", "Raynet")
    assert (loss.base, loss.kept, loss.lost) == ("Porada", kept, lost)


def test_different_fields_are_merged_without_a_conflict() -> None:
    before = see(in_step(activity(), event()), activity=activity("Raynet"), event=event(when=timed(11)))
    plan = reconcile(before, world())
    assert plan.losses == ()
    assert to_side(plan, Side.GRAPH)[0].fields == (FieldName.TITLE,)
    assert to_side(plan, Side.RAYNET)[0].fields == (FieldName.WHEN,)
    rest(before, world())


def test_the_same_edit_on_both_sides_needs_no_write() -> None:
    before = see(in_step(activity(), event()), activity=activity("Totéž"), event=event("Totéž"))
    assert reconcile(before, world()).writes == ()


# --- who may not be written ---------------------------------------------------------------------------------------


def test_an_event_with_guests_waits_instead_of_mailing_and_goes_once_invitations_are_on() -> None:
    guests = event(attendees=(OUTSIDER,))
    before = see(in_step(activity(), guests), activity=activity("Nová", status=ActivityStatus.COMPLETED))
    plan = reconcile(before, world())
    (write,) = plan.writes
    assert write.fields == (FieldName.CATEGORIES,)
    assert (plan.pairs[0].state, plan.pairs[0].reason) == (PairState.HELD, Reason.WOULD_MAIL)
    allowed = reconcile(before, world(rules=Rules(invitations=True)))
    assert allowed.writes[0].fields == (FieldName.TITLE, FieldName.CATEGORIES)


def test_with_guests_a_conflict_goes_to_raynet_because_outlook_may_not_be_written() -> None:
    guests = event("Outlook", attendees=(OUTSIDER,))
    before = see(in_step(activity(), event(attendees=(OUTSIDER,))), activity=activity("Raynet"), event=guests)
    plan = reconcile(before, world())
    assert only_write(plan, Side.RAYNET) == ActivityChange(title="Outlook")
    assert plan.losses[0].lost == "Raynet"


def test_a_locked_activity_waits_with_its_participants_and_is_served_after_unlocking() -> None:
    edited = event("Nová", attendees=(BOB.email,))
    before = see(in_step(activity(), event()), activity=activity(locked=True), event=edited)
    plan = reconcile(before, world())
    assert plan.writes == ()
    assert (plan.pairs[0].state, plan.pairs[0].reason) == (PairState.PARKED, Reason.LOCKED)
    after = carry_out(before, plan)
    (write,) = reconcile(see(after, activity=activity()), world()).writes
    assert write.fields == (FieldName.TITLE, FieldName.PARTICIPANTS)
