"""A private text that comes back over its mask; and calendars in which nothing may be made yet."""

from dataclasses import replace

import pytest

from server.domain.activity import Activity, ActivityChange
from server.domain.content import FieldName
from server.domain.ids import PersonId
from server.domain.keys import value_digest
from server.domain.mapping import PRIVATE_TITLE
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import PrivateEvents, Rules
from server.domain.sent import SentValue
from server.domain.state import Group, IntentKind, Origin, PairState, Side
from tests.support.builders import (
    ANNA,
    BOB,
    LOGIN,
    NOW,
    activity,
    carry_out,
    event,
    group,
    in_step,
    link,
    lose_activity,
    pair,
    people,
    see,
    settle,
    timed,
    world,
)

SKIP, FULL = (Rules(private_events=one) for one in (PrivateEvents.SKIP, PrivateEvents.FULL))


def _masked() -> Group:
    """A private event *Lékař* over its stand-in; *Zubař* was sent while it was open."""
    bare = link(activity=None, origin=Origin.OUTLOOK, version=None)
    start = group(None, (pair(origin=Origin.OUTLOOK), event("Lékař", private=True)), link=bare)
    end, _ = settle(start, world())
    sent = SentValue(field=FieldName.TITLE, digest=value_digest("Zubař"), at=NOW)
    return replace(end, link=replace(end.link, sent=(*end.link.sent, sent)))


def _shows(before: Group, title: str, *, by: str | None = LOGIN) -> Group:
    assert before.activity is not None
    shown: Activity = replace(before.activity.activity, title=title, version=30, modified_by=by)
    return see(before, activity=shown)


@pytest.mark.parametrize("title", ["Lékař", "Zubař"])
@pytest.mark.parametrize("by", [LOGIN, None])
def test_a_private_text_that_our_own_write_brought_back_is_masked_and_not_journalled(
    title: str, by: str | None
) -> None:
    plan = reconcile(_shows(_masked(), title, by=by), world())
    (write,) = plan.writes
    assert write.activity_change is not None
    assert (write.activity_change.title, write.fields) == (PRIVATE_TITLE, (FieldName.TITLE,))
    assert write.reason is Reason.MASKED
    assert plan.losses == ()


def test_the_private_text_is_masked_whoever_saved_last_and_a_sent_one_of_a_person_is_journalled() -> None:
    same = reconcile(_shows(_masked(), "Lékař", by=BOB.email), world())
    older = reconcile(_shows(_masked(), "Zubař", by=BOB.email), world())
    assert [write.side for write in (*same.writes, *older.writes)] == [Side.RAYNET, Side.RAYNET]
    assert same.losses == ()
    assert [loss.lost for loss in older.losses] == ["Zubař"]


def test_what_people_type_over_a_mask_stays_and_is_no_base() -> None:
    typed = _shows(_masked(), "Zavolat", by=BOB.email)
    assert reconcile(typed, world()).writes == ()
    after = carry_out(typed, reconcile(typed, world()))
    assert after.pairs[0].base is not None
    assert after.pairs[0].base.raynet.title == PRIVATE_TITLE
    assert reconcile(_shows(after, "Zavolat"), world()).writes == ()


def test_a_restored_text_over_a_mask_stays() -> None:
    before = _masked()
    base = before.pairs[0].base
    assert base is not None
    agreed = replace(base, raynet=replace(base.raynet, title="Zubař"))
    before = replace(before, pairs=(replace(before.pairs[0], base=agreed),))
    assert reconcile(_shows(before, "Zubař"), world()).writes == ()


def test_a_pair_let_go_of_as_private_comes_back_to_mask_what_is_shown_again() -> None:
    before = carry_out(_masked(), reconcile(_masked(), world(rules=SKIP)))
    assert before.pairs[0].reason is Reason.PRIVATE_SKIPPED
    shown = _shows(before, "Lékař")
    plan = reconcile(shown, world(rules=SKIP))
    assert [write.fields for write in plan.writes] == [(FieldName.TITLE,)]
    end, _ = settle(shown, world(rules=SKIP))
    assert (end.pairs[0].state, end.pairs[0].reason) == (PairState.RELEASED, Reason.PRIVATE_SKIPPED)


def test_a_text_carried_in_full_makes_an_opened_record_personal_again() -> None:
    before = in_step(activity("Lékař", personal=False), event("Lékař", private=True), rules=FULL)
    plan = reconcile(see(before, event=event("Zubař", private=True)), world(rules=FULL))
    (write,) = plan.writes
    assert write.activity_change is not None
    assert (write.activity_change.title, write.activity_change.personal) == ("Zubař", True)


# --- where nothing is made ----------------------------------------------------------------------------------------


def test_nothing_is_made_in_a_calendar_that_has_yet_to_meet_raynet() -> None:
    both = group(activity(who=(ANNA, BOB)), link=link())
    unmet = replace(world(), unmet=frozenset({BOB.mailbox}))
    assert {one.mailbox for one in reconcile(both, unmet).pairs} == {ANNA.mailbox}
    none = replace(world(), unmet=frozenset({ANNA.mailbox, BOB.mailbox}))
    assert reconcile(both, none).writes == ()


def test_a_new_owner_whom_outlook_invites_gets_no_second_event() -> None:
    meeting = event("Porada", attendees=(BOB.email,))
    led = group(activity("Porada"), (pair(origin=Origin.OUTLOOK), meeting), link=link(origin=Origin.OUTLOOK))
    end, _ = settle(led, world())
    handed = see(end, activity=activity("Porada", who=(BOB,), version=9))
    plan = reconcile(handed, world())
    assert plan.writes == ()
    assert [(one.mailbox, one.reason) for one in plan.pairs] == [(ANNA.mailbox, Reason.RELEASED_OWNER_CHANGED)]


@pytest.mark.parametrize("rules", [Rules(), SKIP])
def test_what_turns_private_outside_of_the_window_is_masked_and_rests(rules: Rules) -> None:
    far = timed(day=500)
    start = in_step(activity("Lékař", when=far), event("Lékař", when=far))
    hidden = see(start, event=event("Lékař", when=timed(day=501), private=True))
    end, plans = settle(hidden, world(rules=rules))
    (write,) = plans[0].writes
    assert write.kind is IntentKind.UPDATE_ACTIVITY
    assert write.activity_change == ActivityChange(title=PRIVATE_TITLE, personal=True)
    assert end.pairs[0].state in (PairState.FROZEN, PairState.RELEASED)
    assert all(plan.writes == () for plan in plans[1:])


def test_what_waits_for_its_calendar_freezes_outside_of_the_window() -> None:
    waiting = replace(pair(), event=None, base=None)
    far = group(activity(when=timed(day=500)), link=link())
    far = replace(far, pairs=(waiting,))
    plan = reconcile(far, world())
    assert (plan.writes, plan.pairs[0].state) == ((), PairState.FROZEN)
    near = replace(far, pairs=plan.pairs)
    (write,) = reconcile(see(near, activity=activity(when=timed(), version=9)), world()).writes
    assert write.kind is IntentKind.CREATE_EVENT


def test_copies_go_with_their_activity_though_its_lead_was_moved_out_of_the_window() -> None:
    end, _ = settle(group(activity(who=(ANNA, BOB)), link=link()), world())
    held = next(one for one in end.events if one.key.mailbox == ANNA.mailbox)
    moved = lose_activity(see(end, event=replace(held.event, when=timed(day=500))))
    plan = reconcile(moved, world())
    assert [(write.kind, write.event and write.event.mailbox) for write in plan.writes] == [
        (IntentKind.DELETE_EVENT, BOB.mailbox)
    ]
    assert people(ANNA)[0].person == PersonId(11)
