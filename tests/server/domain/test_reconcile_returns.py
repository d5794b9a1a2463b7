"""Seats that come back, and pairs that go before both sides were ever compared."""

import pytest

from server.domain.activity import ActivityStatus
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.state import IntentKind, Origin, PairState, Role
from tests.support.builders import ANNA, BOB, activity, agreed, event, group, link, pair, world


def _beside_bob(origin: Origin, *, wanted: bool) -> tuple[Role, PairState, tuple[IntentKind, ...]]:
    """What becomes of Anna's event when her seat comes back while Bob's leads."""
    one, anna, bob = activity(who=(BOB, ANNA) if wanted else (BOB,)), event(), event(human=BOB, event_id="ev-2")
    away = pair(ANNA, origin=origin, base=agreed(one, anna), state=PairState.RELEASED, reason=Reason.RELEASED_NO_SEAT)
    leads = pair(BOB, event_id="ev-2", base=agreed(one, bob))
    plan = reconcile(group(one, (away, anna), (leads, bob), link=link()), world())
    found = next(it for it in plan.pairs if it.mailbox == ANNA.mailbox)
    return found.role, found.state, tuple(write.kind for write in plan.writes)


@pytest.mark.parametrize("origin", [Origin.RAYNET, Origin.OUTLOOK])
def test_a_seat_that_comes_back_beside_a_new_lead_follows(origin: Origin) -> None:
    assert _beside_bob(origin, wanted=True) == (Role.COPY, PairState.LIVE, ())


def test_what_the_sync_made_goes_with_its_part_and_a_users_own_event_stays() -> None:
    assert _beside_bob(Origin.RAYNET, wanted=False)[2] == (IntentKind.DELETE_EVENT,)
    assert _beside_bob(Origin.OUTLOOK, wanted=False) == (Role.LEAD, PairState.RELEASED, ())


def test_a_seat_that_comes_back_to_a_create_that_was_given_up_gets_a_new_key() -> None:
    away = pair(event_id=None, base=None, state=PairState.RELEASED, reason=Reason.RELEASED_NO_SEAT)
    plan = reconcile(group(activity(), (away, None), link=link()), world())
    assert next(it for it in plan.pairs if it.id == away.id).state is PairState.CLOSED
    assert [write.kind for write in plan.writes] == [IntentKind.CREATE_EVENT]
    assert plan.writes[0].pair != away.id


def test_what_goes_before_it_was_ever_compared_is_in_the_journal() -> None:
    """Paired by title and time; then the activity is called off. Its text stood in Outlook alone."""
    one = activity(status=ActivityStatus.CANCELLED)
    for other, lost in ((event(text="jen zde"), ["jen zde"]), (event(), []), (event(private=True, text="tajné"), [])):
        plan = reconcile(group(one, (pair(base=None), other), link=link()), world())
        assert [write.kind for write in plan.writes] == [IntentKind.DELETE_EVENT]
        assert [loss.lost for loss in plan.losses] == lost
