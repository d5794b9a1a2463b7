"""Copies of our own writes that arrive late (hazard H4): what they take away is put right or stands in the journal."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from server.domain import keys
from server.domain.activity import Activity, ActivityChange, ActivityStatus, Priority
from server.domain.content import FieldName
from server.domain.event import Importance
from server.domain.html import rich_from_plain
from server.domain.ids import EventId, PairId
from server.domain.keys import placeholder_title
from server.domain.mapping import PRIVATE_TITLE
from server.domain.overwritten import may_hide_ours, overwritten
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.sent import DELETED, SentValue
from server.domain.state import Group, IntentKind, Origin, PairState, Role
from tests.support.builders import (
    ANNA,
    BOB,
    LOGIN,
    NOW,
    activity,
    event,
    in_step,
    lose_activity,
    lose_event,
    pair,
    see,
    world,
)

GAVE_UP_CANCELLING = SentValue(field=FieldName.EXISTENCE, digest="", at=NOW)


def sent(field: FieldName, value: object, at: datetime = NOW) -> SentValue:
    return SentValue(field=field, digest=keys.value_digest(value), at=at)


def with_sent(before: Group, *values: SentValue, own_saves: int = 0) -> Group:
    return replace(before, link=replace(before.link, sent=values, own_saves=own_saves))


def lost(plan: Plan) -> tuple[str, ...]:
    return tuple(one.lost for one in plan.losses)


# --- under a save of a user ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "minutes", "journalled"),
    [
        pytest.param(6, 1, (), id="one save: the user saw what was agreed"),
        pytest.param(7, 1, ("Nová",), id="a save between"),
        pytest.param(7, 11, (), id="too long ago for a copy"),
    ],
)
def test_what_a_copy_took_away_before_somebody_typed_a_third_value_is_in_the_journal(
    version: int, minutes: int, journalled: tuple[str, ...]
) -> None:
    older = sent(FieldName.TITLE, "Stará", NOW - timedelta(minutes=minutes))
    before = with_sent(in_step(activity("Nová"), event("Nová")), older, sent(FieldName.TITLE, "Nová"))
    plan = reconcile(see(before, activity=activity("Třetí", version=version)), world())
    assert [write.kind for write in plan.writes] == [IntentKind.UPDATE_EVENT]
    assert lost(plan) == journalled


@pytest.mark.parametrize(("version", "journalled"), [(6, ()), (7, ("CRITICAL",))])
def test_what_a_copy_took_away_before_the_activity_was_called_off_is_in_the_journal(
    version: int, journalled: tuple[str, ...]
) -> None:
    one, other = activity(priority=Priority.CRITICAL), event(importance=Importance.HIGH)
    before = with_sent(in_step(one, other), sent(FieldName.PRIORITY, Priority.DEFAULT))
    over = activity(version=version, status=ActivityStatus.CANCELLED)
    plan = reconcile(see(before, activity=over), world())
    assert [write.kind for write in plan.writes] == [IntentKind.DELETE_EVENT]
    assert lost(plan) == journalled


# --- cancellings --------------------------------------------------------------------------------------------------


def _late_cancel(title: str = "Porada") -> Activity:
    return activity(title, version=7, modified_by=LOGIN, status=ActivityStatus.CANCELLED)


@pytest.mark.parametrize(("title", "stands"), [("Jiná", True), ("Porada", False)])
def test_a_cancelling_of_ours_that_came_over_an_edit_is_put_right(title: str, stands: bool) -> None:
    """The event is gone, the edit was met in the record that we cancelled: an edit beats a deletion."""
    before = with_sent(in_step(activity(), event()), GAVE_UP_CANCELLING)
    plan = reconcile(see(lose_event(before, event()), activity=_late_cancel(title)), world())
    changes = [write.activity_change for write in plan.writes]
    assert changes == ([ActivityChange(status=ActivityStatus.SCHEDULED)] if stands else [])


@pytest.mark.parametrize("again", [Reason.RECREATED_EDIT_BEATS_DELETION, Reason.DELETED_IN_RAYNET])
def test_a_cancelling_that_comes_before_the_new_event_is_made_is_put_right(again: Reason) -> None:
    before = with_sent(in_step(activity(), event()), GAVE_UP_CANCELLING)
    old = replace(before.pairs[0], state=PairState.CLOSED, reason=again)
    new = replace(pair(event_id=None, pair_id="new"), base=None)
    plan = reconcile(see(replace(before, pairs=(old, new)), activity=_late_cancel()), world())
    put_right = [write.reason for write in plan.writes] == [Reason.LATE_DUPLICATE]
    assert put_right is (again is Reason.RECREATED_EDIT_BEATS_DELETION)


def test_an_edit_written_over_a_removal_nobody_had_seen_beats_it() -> None:
    """Hazard H9: between our look and our save somebody took it out of the calendar; Outlook's new text stands."""
    before = in_step(activity(text="nový"), event(text="nový"))
    before = with_sent(before, sent(FieldName.DESCRIPTION, rich_from_plain("nový")), own_saves=1)
    over = activity(text="nový", version=7, modified_by=LOGIN, status=ActivityStatus.NEW)
    over = replace(over, scheduled_from=None, scheduled_till=None)
    plan = reconcile(see(before, activity=over), world())
    assert [write.reason for write in plan.writes] == [Reason.RECREATED_EDIT_BEATS_DELETION]
    assert lost(plan) == ("NEW",)
    seen = reconcile(see(before, activity=replace(over, version=6)), world())
    assert [write.kind for write in seen.writes] == [IntentKind.DELETE_EVENT]


# --- what has no second home --------------------------------------------------------------------------------------


def _over(before: Group, stored: Activity, copy: Activity) -> tuple[tuple[str, str], ...]:
    found = overwritten(see(before, activity=stored), copy, world())
    return tuple((one.kept, one.lost) for one in found)


def test_what_waited_for_its_calendar_when_a_copy_came_is_in_the_journal() -> None:
    before = with_sent(in_step(activity("Stará"), event("Stará")), sent(FieldName.TITLE, "Stará"))
    typed = activity("Psaná", version=6)
    copy = activity("Stará", version=7, modified_by=LOGIN)
    assert _over(before, typed, copy) == (("Stará", "Psaná"),)
    assert _over(before, typed, replace(copy, version=8, modified_by=typed.modified_by)) == (("Stará", "Psaná"),)
    assert not _over(before, typed, replace(copy, version=7, modified_by=typed.modified_by))


def test_what_a_copy_took_away_after_the_activity_was_let_go_is_in_the_journal() -> None:
    before = with_sent(in_step(activity("Stará"), event("Stará")), sent(FieldName.TITLE, "Stará"))
    let_go = tuple(replace(one, state=PairState.RELEASED, reason=Reason.SERIES) for one in before.pairs)
    typed, copy = activity("Psaná", version=6, recurring=True), activity("Stará", version=7, modified_by=LOGIN)
    assert _over(replace(before, pairs=let_go), typed, copy) == (("Stará", "Psaná"),)
    assert not _over(replace(before, pairs=()), typed, copy)


def test_what_was_typed_over_a_mask_is_in_the_journal_and_the_private_text_is_not() -> None:
    private = event("Lékař", private=True)
    before = with_sent(
        in_step(activity(PRIVATE_TITLE), private), sent(FieldName.TITLE, "Lékař"), sent(FieldName.TITLE, PRIVATE_TITLE)
    )
    typed = activity("Nepřítomen", version=6)
    for shown in (PRIVATE_TITLE, "Lékař"):
        copy = activity(shown, version=7, modified_by=LOGIN)
        assert _over(before, typed, copy) == ((PRIVATE_TITLE, "Nepřítomen"),)


def test_what_was_agreed_or_is_a_save_we_know_of_is_no_loss() -> None:
    before = with_sent(in_step(activity("Nová"), event("Nová")), sent(FieldName.TITLE, "Stará"))
    copy = activity("Stará", version=7, modified_by=LOGIN)
    assert not _over(before, activity("Nová", version=6), copy)  # put right by the merge
    waiting = activity("Psaná", version=6)
    assert not _over(with_sent(before, *before.link.sent, own_saves=2), waiting, copy)
    assert not _over(before, waiting, activity("Od jinud", version=7, modified_by=LOGIN))


def test_a_placeholder_that_was_filled_is_no_loss() -> None:
    before = with_sent(in_step(activity(), event()), sent(FieldName.TITLE, "Porada"))
    before = replace(before, link=replace(before.link, version=None))
    assert not _over(
        before, activity(placeholder_title("olsync:ABC"), version=0), activity(version=1, modified_by=LOGIN)
    )


def test_a_copy_that_brings_an_earlier_owner_back_is_put_right_before_that_one_leads() -> None:
    """The event of the owner that it took away is the only one that says what was agreed."""
    led = event("Nová", human=BOB, event_id="ev-bob")
    before = in_step(activity("Nová", who=(BOB,)), led)
    own = replace(before.pairs[0], id=PairId("own"), mailbox=ANNA.mailbox, event=EventId("ev-1"), origin=Origin.OUTLOOK)
    own = replace(own, state=PairState.RELEASED, reason=Reason.RELEASED_OWNER_CHANGED)
    before = see(replace(before, pairs=(*before.pairs, own)), event=event("Stará"))
    before = with_sent(before, sent(FieldName.TITLE, "Stará"), own_saves=0)
    plan = reconcile(see(before, activity=activity("Stará", version=6, modified_by=LOGIN)), world())
    put_right = next(write for write in plan.writes if write.kind is IntentKind.UPDATE_ACTIVITY)
    assert put_right.reason is Reason.LATE_DUPLICATE
    assert put_right.activity_change == ActivityChange(title="Nová")
    assert all(write.kind is not IntentKind.DELETE_EVENT for write in plan.writes)
    again = activity("Nová", version=7, modified_by=LOGIN)
    after = reconcile(see(replace(before, pairs=plan.pairs), activity=again), world())
    assert [one.mailbox for one in after.pairs if one.role is Role.LEAD] == [ANNA.mailbox]


def test_only_a_save_of_ours_between_two_readings_is_looked_at() -> None:
    old = activity(version=5)
    assert may_hide_ours(old, activity(version=6, modified_by=LOGIN), LOGIN)
    assert may_hide_ours(old, activity(version=7), LOGIN)
    assert may_hide_ours(old, activity(version=None, modified_by=LOGIN), LOGIN)
    assert not may_hide_ours(old, activity(version=6), LOGIN)
    assert not may_hide_ours(old, activity(version=None), LOGIN)


# --- deletions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "stands"), [(1, True), (11, False)])
def test_a_record_that_our_given_up_deletion_may_have_taken_is_made_again(minutes: int, stands: bool) -> None:
    gave_up = SentValue(field=FieldName.EXISTENCE, digest=DELETED, at=NOW - timedelta(minutes=minutes))
    plan = reconcile(lose_activity(with_sent(in_step(activity(), event()), gave_up)), world())
    made = IntentKind.CREATE_ACTIVITY if stands else IntentKind.DELETE_EVENT
    assert [write.kind for write in plan.writes] == [made]
    assert lost(plan) == (("deleted",) if stands else ())


def test_what_no_calendar_shows_yet_when_our_deletion_arrives_is_in_the_journal() -> None:
    gave_up = SentValue(field=FieldName.EXISTENCE, digest=DELETED, at=NOW)
    before = with_sent(in_step(activity("Psaná", text="víc"), event("Psaná", text="víc")), gave_up)
    new = replace(pair(event_id=None, pair_id="new"), base=None)
    plan = reconcile(lose_activity(replace(before, pairs=(new,))), world())
    assert not plan.writes
    assert {"Psaná", "víc"} <= set(lost(plan))


# --- before a new activity was first read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "carried"), [("Porada o ceně, mzdě", []), ("Něco jiného", [IntentKind.UPDATE_EVENT])]
)
def test_what_raynet_keeps_of_a_new_activity_is_no_edit_and_another_value_is(
    shown: str, carried: list[IntentKind]
) -> None:
    """Its version is not known: a save of ours may have come right after somebody else's."""
    agreed = "Porada o ceně, mzdě a tak"
    before = with_sent(in_step(activity(agreed), event(agreed)), sent(FieldName.TITLE, agreed), own_saves=3)
    before = replace(before, link=replace(before.link, version=None))
    now = activity(shown, version=3, modified_by=LOGIN)
    plan = reconcile(see(before, activity=now), world())
    assert [write.kind for write in plan.writes] == carried


# --- what came by another event -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("agreed", "carried"), [("Porada, delší", []), ("Stará", [IntentKind.UPDATE_EVENT])])
def test_what_we_sent_for_another_event_reaches_the_one_that_leads(agreed: str, carried: list[IntentKind]) -> None:
    """A value restored from a copy while its lead was let go of: the lead never agreed on it."""
    before = in_step(activity(agreed), event(agreed))
    before = with_sent(before, sent(FieldName.TITLE, "Porada, delší"), own_saves=1)
    plan = reconcile(see(before, activity=activity("Porada", version=6, modified_by=LOGIN)), world())
    assert [write.kind for write in plan.writes] == carried
