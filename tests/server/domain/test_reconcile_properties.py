"""The laws of planning over the whole space: roles, rules, privacy, guests, copies, odd data."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from server.domain import mapping
from server.domain.activity import Activity, ActivityStatus, Priority
from server.domain.content import MERGED_FIELDS, FieldName
from server.domain.draft import shown
from server.domain.event import Event, EventType, Importance, Response
from server.domain.ids import ActivityKey, ActivityType, PersonId
from server.domain.keys import value_digest
from server.domain.mapping import World
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import AttendedEvents, Authority, Mirror, OutlookDelete, PrivateEvents, Rules
from server.domain.sent import SentValue
from server.domain.state import Base, Group, IntentKind, Link, Origin, Pair, PairState, Role, Side
from server.domain.when import When
from tests.support.builders import (
    ANNA,
    BOB,
    CYRIL,
    LOGIN,
    NOW,
    OUTSIDER,
    USER,
    Human,
    activity,
    agreed,
    days,
    event,
    group,
    lose_activity,
    lose_event,
    pair,
    settle,
    timed,
    world,
)

HUMANS = (ANNA, BOB, CYRIL)
#: Words that occur only in the events that may be private.
SECRETS = ("tajemstvi", "tajemstvi dve")
titles = st.sampled_from(["A", "B", "", "  A ", "x" * 300])
WHENS: list[When] = [timed(9), timed(11), timed(9, day=-60), timed(9, day=500), days(1), days(1, 2)]
whens = st.sampled_from(WHENS)
texts = st.sampled_from(["", "text", "jiny text"])


@st.composite
def firm_rules(draw: st.DrawFn) -> Rules:
    kinds = draw(st.sampled_from([tuple(ActivityType), (ActivityType.MEETING,), (ActivityType.EVENT,)]))
    return Rules(
        authority=draw(st.sampled_from(Authority)),
        mirror=draw(st.sampled_from(Mirror)),
        private_events=draw(st.sampled_from(PrivateEvents)),
        outlook_delete=draw(st.sampled_from(OutlookDelete)),
        attended_events=draw(st.sampled_from(AttendedEvents)),
        types=kinds,
        invitations=draw(st.booleans()),
        categories=draw(st.booleans()),
        deadline_block_minutes=draw(st.sampled_from([0, 30])),
    )


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    kind = draw(st.sampled_from(ActivityType))
    one = activity(
        draw(titles),
        when=draw(whens),
        key=ActivityKey(kind, 5001),
        text=draw(texts),
        place=draw(st.sampled_from(["", "Brno"])),
        who=draw(st.permutations(HUMANS)),
        status=draw(st.sampled_from(ActivityStatus)),
        priority=draw(st.sampled_from(Priority)),
        version=draw(st.sampled_from([5, 6, 7, None])),
        modified_by=draw(st.sampled_from([USER, LOGIN])),
        personal=draw(st.booleans()),
        locked=draw(st.integers(0, 9)) == 0,
        invalidated=draw(st.integers(0, 19)) == 0,
        recurring=draw(st.integers(0, 19)) == 0,
        has_client=draw(st.booleans()),
    )
    kept = draw(st.integers(0, 3))
    one = replace(one, participants=one.participants[:kept])
    if draw(st.integers(0, 9)) == 0:
        one = replace(one, scheduled_from=None, scheduled_till=None, deadline=NOW)
    if draw(st.integers(0, 19)) == 0:
        one = replace(one, scheduled_till=NOW.replace(year=2020))
    return one


@st.composite
def events(draw: st.DrawFn, human: Human, *, ours: bool) -> Event:
    private = draw(st.booleans())
    organizer = None if ours else draw(st.sampled_from([None, OUTSIDER, BOB.email]))
    guests = draw(st.sampled_from([(), (), (OUTSIDER,), (BOB.email,), (CYRIL.email, OUTSIDER)]))
    one = event(
        draw(st.sampled_from(SECRETS)) if private else draw(titles),
        when=draw(whens),
        text=draw(st.sampled_from(SECRETS)) if private else draw(texts),
        location=draw(st.sampled_from(SECRETS)) if private else draw(st.sampled_from(["", "Brno"])),
        human=human,
        event_id=f"ev-{human.person}",
        importance=draw(st.sampled_from(Importance)),
        private=private,
        categories=draw(st.sampled_from([(), ("Moje",), ("Raynet: Schůzka", "Moje")])),
        attendees=guests,
        is_organizer=organizer is None,
        organizer=organizer,
        response=draw(st.sampled_from(Response)),
        is_cancelled=draw(st.integers(0, 9)) == 0,
        is_draft=draw(st.integers(0, 9)) == 0,
        body_foreign=draw(st.booleans()),
    )
    if draw(st.integers(0, 19)) == 0:
        one = replace(one, type=EventType.MASTER)
    if draw(st.integers(0, 19)) == 0:
        one = replace(one, when=None)
    if draw(st.integers(0, 9)) == 0:
        one = replace(one, body=replace(one.body, truncated=True))
    return one


@st.composite
def bases(draw: st.DrawFn, one: Activity, other: Event, *, masked: bool) -> Base | None:
    """None, both sides as they are, or something older."""
    if draw(st.integers(0, 3)) == 0:
        return None
    old = activity(draw(titles), when=draw(whens), key=one.key, text=draw(texts), who=(ANNA,))
    base = agreed(old, replace(event(old.title, when=other.when, text="text"), private=False), masked=False)
    shows = mapping.outlook_content(other, one.key.type, masked=masked)
    if shows.when is None:
        return base
    same = [name.value for name in MERGED_FIELDS if draw(st.booleans())]
    outlook = replace(base.outlook, **{name: getattr(shows, name) for name in same})
    if masked:
        outlook = replace(shows, when=outlook.when)
    return replace(base, outlook=outlook)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """A link in any state that the store could hold, and some that it should not."""
    one = draw(activities())
    masked = draw(st.booleans())
    members: list[tuple[Pair, Event | None]] = []
    for human in HUMANS[: draw(st.integers(1, 3))]:
        role = draw(
            st.sampled_from(
                [Role.LEAD, Role.COPY, Role.ATTENDEE, Role.FOLLOWER] if members else [Role.LEAD, Role.FOLLOWER]
            )
        )
        other = draw(events(human, ours=role in (Role.LEAD, Role.COPY)))
        state = draw(st.sampled_from([PairState.LIVE, PairState.LIVE, *PairState]))
        reason = draw(st.sampled_from(Reason)) if state is not PairState.LIVE else None
        base = draw(bases(one, other, masked=masked and role is not Role.COPY))
        unseen = draw(st.integers(0, 19)) == 0
        held = pair(
            human,
            event_id=None if unseen else other.id,
            role=role,
            origin=draw(st.sampled_from(Origin)),
            state=state,
            reason=reason,
            base=base,
            failures=draw(st.integers(0, 2)),
        )
        members.append((held, None if unseen or draw(st.integers(0, 19)) == 0 else other))
    known = draw(st.integers(0, 5)) > 0
    start = Link(
        id=members[0][0].link_id,
        firm_id=members[0][0].firm_id,
        origin=draw(st.sampled_from(Origin)),
        activity=one.key if known else None,
        version=draw(st.sampled_from([4, 5, None])),
        own_saves=draw(st.integers(0, 2)),
        sent=(SentValue(field=FieldName.TITLE, digest=value_digest("B"), at=NOW),) if draw(st.booleans()) else (),
        attendee_persons=draw(st.sampled_from([(), (BOB.person,), (PersonId(99),)])),
        masked=masked,
    )
    made = group(
        one if known or draw(st.booleans()) else None, *members, link=start, hidden=draw(st.integers(0, 19)) == 0
    )
    if made.activity is not None and draw(st.integers(0, 5)) == 0:
        made = lose_activity(made)
    for seen in made.events:
        if draw(st.integers(0, 5)) == 0:
            made = lose_event(made, seen.event)
    return made


@st.composite
def worlds(draw: st.DrawFn) -> World:
    seats = [human for human in HUMANS if draw(st.integers(0, 9)) > 0]
    looked_up: list[dict[str, PersonId | None]] = [{}, {OUTSIDER: None}, {OUTSIDER: PersonId(99)}]
    return world(rules=draw(firm_rules()), seats=seats, persons=draw(st.sampled_from(looked_up)))


@given(groups(), worlds())
def test_planning_is_total_and_comes_to_rest(before: Group, around: World) -> None:
    """No data makes planning fail; carried out, it is quiet soon, and each item is written once a round at most."""
    _, plans = settle(before, around, rounds=7)
    for plan in plans:
        events = [write.event or write.pair for write in plan.writes if write.side is Side.GRAPH]
        assert len(events) == len(set(events))
        assert sum(write.side is Side.RAYNET for write in plan.writes) <= 1


def _seen_event(before: Group, plan: Plan, index: int) -> Event:
    write = plan.writes[index]
    return next(seen.event for seen in before.events if seen.key == write.event)


@given(groups(), worlds())
def test_nobody_is_mailed_while_invitations_are_off(before: Group, around: World) -> None:
    plan = reconcile(before, around)
    for index, write in enumerate(plan.writes):
        assert write.event_draft is None or not write.event_draft.attendees
        if write.side is not Side.GRAPH or write.event is None:
            continue
        assert write.event_change is None or write.event_change.attendees is None
        if _seen_event(before, plan, index).attendees and not around.rules.invitations:
            assert write.kind is IntentKind.UPDATE_EVENT
            assert write.fields == (FieldName.CATEGORIES,)


@given(groups(), worlds())
def test_a_private_text_never_leaves_outlook(before: Group, around: World) -> None:
    """Not in a write towards Raynet, not in the journal, not in the trail."""
    if around.rules.private_events is PrivateEvents.FULL:
        return
    plan = reconcile(before, around)
    for write in plan.writes:
        if write.side is Side.RAYNET:
            assert "tajemstvi" not in repr(write)
    assert "tajemstvi" not in repr(plan.losses)
    assert "tajemstvi" not in repr(plan.steps)


@given(groups(), worlds())
def test_nothing_is_removed_without_proof(before: Group, around: World) -> None:
    """An event goes when its activity is gone, cancelled, unplanned or not this user's; never unseen."""
    seen = before.activity
    for write in reconcile(before, around).writes:
        if not write.removal:
            continue
        held = next(one for one in before.pairs if one.id == write.pair)
        assert seen is not None
        if write.side is Side.GRAPH:
            when = mapping.raynet_when(seen.activity, around, held.base)
            absent = mapping.raynet_absent(seen.activity, when) is not None or seen.gone_at is not None
            not_theirs = held.mailbox not in mapping.wanted_mailboxes(seen.activity, around)
            invited = any(it.mailbox == held.mailbox and it.role is Role.ATTENDEE for it in before.pairs)
            assert absent or not_theirs or invited
            assert not seen.hidden
            assert not (held.state is PairState.RELEASED and held.reason is Reason.HOLD_REJECTED)
        else:
            sight = next(one for one in before.events if one.key.mailbox == held.mailbox)
            assert sight.gone_at is not None or sight.event.is_cancelled or sight.event.response is Response.DECLINED


@given(groups(), worlds())
def test_an_overwritten_value_was_known_or_is_journalled(before: Group, around: World) -> None:
    plan = reconcile(before, around)
    lost = {(one.pair, one.field, one.lost_side, one.lost) for one in plan.losses}
    for write in plan.writes:
        held = next((one for one in before.pairs if one.id == write.pair), None)
        if held is None or write.before is None or before.activity is None:
            continue
        base = held.base
        for name in MERGED_FIELDS:
            old = getattr(write.before, name.value)
            if name not in write.fields or old is None or shown(old) == "" or write.kind is IntentKind.DELETE_ACTIVITY:
                continue
            known = (
                None
                if base is None
                else getattr(base.raynet if write.side is Side.RAYNET else base.outlook, name.value)
            )
            expected = getattr(write.expects.raynet, name.value) if write.expects is not None else None
            echoed = before.activity.activity.modified_by == LOGIN
            assert old in (known, expected) or (write.pair, name, write.side, shown(old)) in lost or echoed


@given(groups(), worlds())
def test_a_mailbox_without_a_seat_is_never_written(before: Group, around: World) -> None:
    plan = reconcile(before, around)
    mailboxes = {held.id: held.mailbox for held in plan.pairs}
    for write in plan.writes:
        assert around.seat_of_mailbox(mailboxes[write.pair]) is not None


@given(groups(), worlds())
def test_a_second_plan_of_the_same_sight_says_the_same(before: Group, around: World) -> None:
    """Planning twice before anything is sent asks for the same writes: a crash between the two changes nothing."""
    # The plan itself makes no second lead; of several, each turn settles one.
    assume(sum(pair.role in (Role.LEAD, Role.FOLLOWER) for pair in before.pairs) <= 1)
    # Nobody attends a meeting of their own.
    own = {one.key.mailbox for one in before.events if one.event.is_organizer}
    assume(not any(pair.role is Role.ATTENDEE and pair.mailbox in own for pair in before.pairs))
    first = reconcile(before, around)
    again = reconcile(replace(before, link=first.link, pairs=first.pairs), around)
    assert [(it.kind, it.pair, it.event, it.activity) for it in again.writes] == [
        (it.kind, it.pair, it.event, it.activity) for it in first.writes
    ]


@given(groups(), worlds())
def test_a_locked_activity_is_not_written(before: Group, around: World) -> None:
    plan = reconcile(before, around)
    assert before.activity is not None or not any(it.side is Side.GRAPH for it in plan.writes)
    for write in plan.writes:
        if write.kind in (IntentKind.UPDATE_ACTIVITY, IntentKind.DELETE_ACTIVITY):
            assert before.activity is not None
            assert not before.activity.activity.locked
