"""Private events: Raynet learns the time, nothing, or everything, and a private text is never readable there."""

from dataclasses import replace

import pytest

from server.domain.activity import ActivityChange
from server.domain.content import FieldName
from server.domain.event import Event, EventChange, EventTimes
from server.domain.ids import PairId
from server.domain.mapping import PRIVATE_TITLE
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.rules import Authority, PrivateEvents, Rules
from server.domain.state import Group, IntentKind, Origin, PairState, Side
from tests.support.builders import (
    BOB,
    activity,
    carry_out,
    event,
    group,
    hour,
    in_step,
    link,
    lose_event,
    pair,
    rich,
    see,
    settle,
    timed,
    world,
)

TIME_ONLY, SKIP, FULL = (Rules(private_events=one) for one in PrivateEvents)


def secret(subject: str = "Lékař", **more: object) -> Event:
    return event(subject, text="výsledky", location="nemocnice", private=True, attendees=(BOB.email,), **more)  # type: ignore[arg-type]  # members by name


def new_event(one: Event) -> Group:
    start = link(activity=None, origin=Origin.OUTLOOK, version=None)
    return group(None, (pair(origin=Origin.OUTLOOK), one), link=start)


def masked_pair() -> Group:
    """A private event whose stand-in is in Raynet."""
    after, _ = settle(new_event(secret()), world())
    return after


def test_a_new_private_event_shows_raynet_its_time_only() -> None:
    (write,) = reconcile(new_event(secret()), world()).writes
    assert write.activity_plan is not None
    change = write.activity_plan.change
    assert (change.title, change.description_html, change.place, change.personal) == (PRIVATE_TITLE, None, None, True)
    assert (change.scheduled_from, change.scheduled_till) == (hour(9), hour(10))
    assert write.activity_plan.add_persons == ()


def test_a_new_private_event_is_skipped_or_carried_in_full_by_rule() -> None:
    plan = reconcile(new_event(secret()), world(rules=SKIP))
    assert plan.writes == ()
    assert (plan.pairs[0].state, plan.pairs[0].reason) == (PairState.RELEASED, Reason.PRIVATE_SKIPPED)
    (write,) = reconcile(new_event(secret()), world(rules=FULL)).writes
    assert write.activity_plan is not None
    assert write.activity_plan.change.title == "Lékař"


@pytest.mark.parametrize("rules", [TIME_ONLY, SKIP])
def test_turning_private_hides_the_text_in_raynet_at_once_and_journals_nothing(rules: Rules) -> None:
    one = activity("Lékař", text="výsledky", place="nemocnice", who=())
    before = in_step(replace(one, participants=activity().participants), replace(secret(), private=False, attendees=()))
    plan = reconcile(see(before, event=replace(secret(), attendees=())), world(rules=rules))
    (write,) = plan.writes
    assert write.activity_change == ActivityChange(title=PRIVATE_TITLE, description_html="", place="", personal=True)
    assert write.reason is Reason.MASKED
    assert plan.losses == ()
    assert "Lékař" not in repr((write, plan.steps))
    end, plans = settle(see(before, event=replace(secret(), attendees=())), world(rules=rules))
    assert [len(each.writes) for each in plans] == [1, 0]
    assert end.link.masked


def test_turning_private_while_somebody_edits_in_raynet_journals_only_what_was_typed_there() -> None:
    before = in_step(activity("Lékař"), event("Lékař"))
    before = see(before, activity=activity("Zeptat se", version=6), event=event("Lékař", private=True))
    plan = reconcile(before, world())
    (loss,) = plan.losses
    assert (loss.base, loss.kept, loss.lost, loss.lost_side) == ("", PRIVATE_TITLE, "Zeptat se", Side.RAYNET)


def test_masking_is_repeated_until_it_is_confirmed() -> None:
    before = see(in_step(activity("Lékař"), event("Lékař")), event=event("Lékař", private=True))
    first = reconcile(before, world())
    unsent = replace(before, link=first.link, pairs=first.pairs)
    assert reconcile(unsent, world()).writes == first.writes


def test_a_masked_event_keeps_its_subject_whatever_is_typed_in_raynet() -> None:
    before = masked_pair()
    assert before.activity is not None
    typed = replace(before.activity.activity, title="Co to je?", version=20, modified_by="bob@firm.example")
    assert reconcile(see(before, activity=typed), world()).writes == ()


@pytest.mark.parametrize("authority", list(Authority))
def test_turning_public_again_fills_raynet_from_outlook_under_any_authority(authority: Authority) -> None:
    before = masked_pair()
    assert before.activity is not None
    typed = replace(before.activity.activity, title="Co to je?", version=20, modified_by="bob@firm.example")
    public = replace(secret(), private=False)
    around = world(rules=Rules(authority=authority))
    plan = reconcile(see(before, activity=typed, event=public), around)
    assert {write.side for write in plan.writes} == {Side.RAYNET}
    assert [loss.lost for loss in plan.losses] == ["Co to je?"]
    end, _ = settle(see(before, activity=typed, event=public), around)
    assert end.activity is not None
    assert (end.activity.activity.title, end.activity.activity.description) == ("Lékař", rich("výsledky"))
    assert not end.link.masked


def test_a_locked_activity_is_unmasked_from_outlook_after_unlocking() -> None:
    before = masked_pair()
    assert before.activity is not None
    locked = replace(before.activity.activity, locked=True, title="Co to je?", version=20, modified_by="x")
    waiting = see(before, activity=locked, event=replace(secret(), private=False))
    after = carry_out(waiting, reconcile(waiting, world()))
    plan = reconcile(see(after, activity=replace(locked, locked=False)), world())
    assert {write.side for write in plan.writes} == {Side.RAYNET}


def test_raynet_may_move_a_masked_event() -> None:
    before = see(in_step(activity(PRIVATE_TITLE, personal=True), event("Lékař", private=True)))
    assert before.link.masked
    (write,) = reconcile(see(before, activity=activity(PRIVATE_TITLE, when=timed(11), version=6)), world()).writes
    assert write.event_change == EventChange(
        times=EventTimes(when=timed(11), zone_label="Central Europe Standard Time")
    )
    assert write.fields == (FieldName.WHEN,)


def test_a_rule_change_to_skip_releases_and_back_again_resumes() -> None:
    before = masked_pair()
    plan = reconcile(before, world(rules=SKIP))
    assert plan.writes == ()
    assert (plan.pairs[0].state, plan.pairs[0].reason) == (PairState.RELEASED, Reason.PRIVATE_SKIPPED)
    after = carry_out(before, plan)
    assert reconcile(after, world()).pairs[0].state is PairState.LIVE
    assert reconcile(after, world(rules=SKIP)).steps == ()


def test_a_deleted_masked_event_is_not_made_again_from_its_stand_in() -> None:
    before = masked_pair()
    assert before.activity is not None
    moved = replace(
        before.activity.activity, scheduled_from=hour(12), scheduled_till=hour(13), version=20, modified_by="x"
    )
    plan = reconcile(lose_event(see(before, activity=moved), secret()), world())
    assert plan.writes == ()
    assert plan.pairs[0].state is PairState.RELEASED


def test_a_copy_its_user_made_private_keeps_the_private_note() -> None:
    """Neither reverted, nor journalled: but the time still follows Raynet."""
    end, _ = settle(group(activity(who=(BOB,)), link=link()), world())
    held = end.pairs[0]
    copy = replace(end.events[0].event, private=True, subject="Moje tajemství")
    start = replace(end, pairs=(replace(held, role=held.role.COPY), pair(BOB, pair_id="lead", event_id="lead")))
    start = see(start, event=copy, activity=activity("Jinak", who=(BOB,), when=timed(11), version=6))
    start = see(start, event=event("Jinak", when=timed(11), human=BOB, event_id="lead"))
    plan = reconcile(start, world())
    assert plan.losses == ()
    (write,) = plan.writes
    assert write.kind is IntentKind.UPDATE_EVENT
    assert write.fields == (FieldName.WHEN,)
    assert write.pair != PairId("lead")
