"""Which revision counts, which draft belongs to an event, how long is waited, how long a form keeps hands off."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from server.api.addin.signin import CARRIERS
from server.domain.activity import ActivityStatus, Priority
from server.domain.concern import Concern, ConcernKind
from server.domain.event import Event, EventType
from server.domain.ids import ActivityType, EventId, FirmId, MailboxId
from server.domain.panel import (
    DRAFT_FOR,
    Changes,
    Choices,
    DraftId,
    DraftState,
    Fingerprint,
    OpenForm,
    PanelDraft,
    Taken,
    begun_anew,
    difference,
    received,
)
from server.domain.panel_binding import (
    PROMPT_CLIENTS,
    SILENT_AFTER,
    draft_form_until,
    draft_of,
    form_until,
    waits_until,
)
from server.domain.when import AllDay, Timed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
START = NOW + timedelta(days=1)
MAILBOX = MailboxId("jana")
FORM = Fingerprint(subject="Schůzka u klienta", start=START, end=START + timedelta(hours=1))


def draft(number: int = 1, **more: Any) -> PanelDraft:
    usual: dict[str, Any] = {
        "firm_id": FirmId(1),
        "id": DraftId(f"d{number}"),
        "mailbox": MAILBOX,
        "rev": 1,
        "choices": Choices(type=ActivityType.MEETING),
        "fingerprint": FORM,
        "opened_at": NOW - timedelta(seconds=30),
        "touched_at": NOW - timedelta(seconds=5),
    }
    return PanelDraft(**(usual | more))


def event(**more: Any) -> Event:
    usual: dict[str, Any] = {
        "mailbox": MAILBOX,
        "id": EventId("e1"),
        "subject": FORM.subject,
        "when": Timed(start=FORM.start, end=FORM.end),
        "created_at": NOW - timedelta(seconds=2),
    }
    return Event(**(usual | more))


def found(one: Event, *drafts: PanelDraft, waited: bool = False, now: datetime = NOW) -> str | None:
    chosen = draft_of(one, drafts, now=now, waited=waited)
    return chosen.id if chosen is not None else None


class TestRevisions:
    def test_the_highest_wins_in_whatever_order_deliveries_come(self) -> None:
        revisions = [
            draft(rev=rev, choices=Choices(type=kind), touched_at=NOW + timedelta(seconds=rev))
            for rev, kind in enumerate((ActivityType.TASK, ActivityType.LETTER, ActivityType.MEETING, None), 1)
        ]
        for order in permutations([*revisions, revisions[1]]):
            stored: PanelDraft | None = None
            for given in order:
                stored, _ = received(stored, given)
            assert stored is not None
            assert (stored.rev, stored.choices, stored.touched_at) == (4, Choices(), NOW + timedelta(seconds=4))

    def test_the_same_again_is_a_repetition_and_moves_the_time(self) -> None:
        later = NOW + timedelta(minutes=1)
        stored, taken = received(draft(), draft(touched_at=later))
        assert (taken, stored.touched_at) == (Taken.REPEATED, later)

    @pytest.mark.parametrize("rev", [1, 2])
    def test_the_same_or_an_older_revision_with_other_content_is_not_taken(self, rev: int) -> None:
        stored, taken = received(draft(rev=2), draft(rev=rev, choices=Choices()))
        assert (taken, stored.choices) == (Taken.NOT_TAKEN, draft().choices)

    def test_what_was_sent_before_the_last_word_does_not_open_the_form_again(self) -> None:
        closed, _ = received(draft(rev=2), draft(rev=2, form_open=False))
        assert not closed.form_open
        for straggler in (draft(rev=1), draft(rev=2)):
            assert not received(closed, straggler)[0].form_open
        assert received(closed, draft(rev=3))[0].form_open, "another panel has taken it up"

    def test_a_form_is_as_old_as_its_oldest_sign(self) -> None:
        stored, _ = received(draft(rev=2), draft(rev=1, opened_at=NOW - timedelta(minutes=9)))
        assert stored.opened_at == NOW - timedelta(minutes=9)

    def test_a_draft_of_yesterday_is_finished(self) -> None:
        old = draft(touched_at=NOW - DRAFT_FOR)
        assert received(old, draft(rev=2, touched_at=NOW)) == (old, Taken.FINISHED)

    @pytest.mark.parametrize("state", [DraftState.BOUND, DraftState.APPLIED])
    def test_the_type_of_a_bound_draft_is_fixed_the_rest_is_not(self, state: DraftState) -> None:
        bound = draft(state=state, bound=draft().choices, event=EventId("e1"))
        wish = Choices(type=ActivityType.TASK, category=7)
        stored, taken = received(bound, draft(rev=2, choices=wish))
        assert (taken, stored.choices) == (Taken.NEW, Choices(type=ActivityType.MEETING, category=7))
        assert received(stored, draft(rev=2, choices=wish))[1] is Taken.REPEATED

    def test_an_event_that_was_kept_out_may_begin_anew_with_any_type(self) -> None:
        out = Choices(linked=False, type=ActivityType.MEETING)
        applied = draft(state=DraftState.APPLIED, bound=out, choices=out, event=EventId("e1"))
        stored, _ = received(applied, draft(rev=2, choices=Choices(type=ActivityType.TASK)))
        again = begun_anew(applied, stored)
        assert again is not None
        assert (again.state, again.bound) == (DraftState.BOUND, Choices(type=ActivityType.TASK))

    def test_an_event_is_claimed_while_the_draft_is_open_only(self) -> None:
        claimed, _ = received(draft(), draft(rev=2, event=EventId("e1")))
        assert claimed.event == "e1"
        bound = draft(state=DraftState.BOUND, bound=draft().choices, event=EventId("e1"))
        assert received(bound, draft(rev=2, event=EventId("e2")))[0].event == "e1"

    def test_what_changed_between_two_revisions(self) -> None:
        company = Concern(kind=ConcernKind.COMPANY, id=5)
        before = Choices(type=ActivityType.MEETING, category=1)
        after = Choices(category=2, priority=Priority.CRITICAL, concerns=(company,), status=ActivityStatus.COMPLETED)
        assert difference(before, after) == Changes(
            category=2, priority=Priority.CRITICAL, concerns=(company,), status=ActivityStatus.COMPLETED
        )
        assert difference(before, replace(before, type=ActivityType.TASK)) is None


class TestBinding:
    def test_the_order_is_property_id_fingerprint(self) -> None:
        fits, named, noted = draft(1), draft(2, event=EventId("e1")), draft(3)
        assert found(event(draft_id="d3"), fits, named, noted) == "d3"
        assert found(event(), fits, named, noted) == "d2"
        assert found(event(), fits) == "d1"

    @pytest.mark.parametrize(
        "more",
        [
            {"mailbox": MailboxId("petr")},
            {"state": DraftState.BOUND},
            {"state": DraftState.APPLIED},
            {"state": DraftState.EXPIRED},
            {"event": EventId("another")},
            {"touched_at": NOW - DRAFT_FOR},
        ],
    )
    def test_a_draft_that_is_not_free_is_nobodys(self, more: dict[str, Any]) -> None:
        assert found(event(draft_id="d1"), draft(**more), waited=True) is None

    def test_a_copy_never_takes_the_draft_that_names_the_original(self) -> None:
        original = draft(event=EventId("e1"))
        assert found(event(id=EventId("e2"), draft_id="d1"), original, waited=True) is None

    @pytest.mark.parametrize(
        "more",
        [
            {"subject": "Jiná"},
            {"when": Timed(start=START, end=START + timedelta(hours=2))},
            {"is_organizer": False},
            {"type": EventType.MASTER},
            {"created_at": NOW - timedelta(minutes=5)},
        ],
    )
    def test_what_does_not_fit_is_not_taken_at_once(self, more: dict[str, Any]) -> None:
        assert found(event(**more), draft()) is None

    @pytest.mark.parametrize("subject", ["schůzka u klienta", "  Schůzka  u klienta ", "SCHŮZKA U KLIENTA"])
    def test_letters_and_spaces_of_the_subject_do_not_matter(self, subject: str) -> None:
        assert found(event(subject=subject), draft()) == "d1"

    def test_seconds_do_not_matter(self) -> None:
        times = Timed(start=START + timedelta(seconds=30), end=FORM.end)
        assert found(event(when=times), draft()) == "d1"

    @pytest.mark.parametrize("hours", [-12, -1, 0, 1, 2, 13])
    def test_whole_days_are_midnights_of_any_zone(self, hours: int) -> None:
        whole = AllDay(first=date(2026, 11, 23), end=date(2026, 11, 25))
        midnight = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=hours)
        form = Fingerprint(subject=FORM.subject, start=midnight, end=midnight + timedelta(days=2))
        assert found(event(when=whole), draft(fingerprint=form)) == "d1"
        longer = replace(form, end=form.end + timedelta(days=1))
        assert found(event(when=whole), draft(fingerprint=longer)) is None

    def test_two_that_fit_and_differ_are_not_guessed_two_alike_are_taken_in_order(self) -> None:
        second = draft(2, choices=Choices(type=ActivityType.TASK), opened_at=NOW)
        assert found(event(), draft(), second, waited=True) is None
        assert found(event(), draft(2, opened_at=NOW), draft()) == "d1"

    def test_a_pane_that_was_closed_early_keeps_its_choice_for_the_day(self) -> None:
        early = draft(opened_at=NOW - timedelta(hours=2), touched_at=NOW - timedelta(hours=2))
        assert found(event(), early) == "d1"
        assert found(event(), early, draft(2, choices=Choices())) == "d2", "one of these minutes comes first"

    def test_half_a_fingerprint_is_enough_after_waiting_if_nothing_else_is_open(self) -> None:
        typed_on = event(subject="Schůzka u klienta v Brně")
        moved = event(when=Timed(start=START + timedelta(hours=3), end=START + timedelta(hours=4)))
        for one in (typed_on, moved):
            assert found(one, draft()) is None
            assert found(one, draft(), waited=True) == "d1"
            assert found(one, draft(), draft(2), waited=True) is None
            other = Fingerprint(subject="Oběd", start=START + timedelta(days=2), end=START + timedelta(days=3))
            assert found(one, draft(), draft(2, fingerprint=other), waited=True) == "d1"
        both = event(subject="Jiná", when=moved.when)
        assert found(both, draft(), waited=True) is None
        nameless = replace(FORM, subject=" ")
        elsewhere = event(subject="", when=moved.when)
        assert found(elsewhere, draft(fingerprint=nameless), waited=True) is None, "no subject recognises nothing"
        long_ago = draft(opened_at=NOW - timedelta(hours=1), touched_at=NOW - timedelta(hours=1))
        assert found(typed_on, long_ago, waited=True) is None


def seconds_to_wait(one: Event, *drafts: PanelDraft, arrived: datetime = NOW) -> float | None:
    """From the arrival on; None: not at all."""
    until = waits_until(one, drafts, arrived_at=arrived, now=arrived)
    return (until - arrived).total_seconds() if until is not None else None


class TestWaiting:
    """The draft of :func:`draft` was last heard of five seconds before the event arrived, which was made two before."""

    HALF = event(subject="Schůzka u klienta v Brně")
    OTHER = event(subject="Jiná", when=Timed(start=START + timedelta(days=2), end=START + timedelta(days=3)))

    @pytest.mark.parametrize("client", ["classic/16.0", "mac", "other", ""])
    def test_one_that_half_fits_waits_whole_where_outlook_may_upload_late(self, client: str) -> None:
        for form_open in (True, False):
            assert seconds_to_wait(self.HALF, draft(client=client, form_open=form_open)) == 45
        assert waits_until(self.HALF, [draft()], arrived_at=NOW - timedelta(seconds=45), now=NOW) is None

    @pytest.mark.parametrize("client", sorted(PROMPT_CLIENTS))
    def test_one_that_half_fits_waits_in_the_web_while_the_panel_speaks(self, client: str) -> None:
        one = draft(client=f"{client}/16.01/x")
        assert seconds_to_wait(self.HALF, one) == 7
        heard = replace(one, touched_at=NOW + timedelta(seconds=40))
        until = waits_until(self.HALF, [heard], arrived_at=NOW, now=NOW + timedelta(seconds=41))
        assert until == NOW + timedelta(seconds=45), "and never longer than anybody"
        assert seconds_to_wait(self.HALF, replace(one, touched_at=NOW - SILENT_AFTER)) is None

    def test_one_that_says_something_else_waits_until_the_panel_is_silent(self) -> None:
        assert seconds_to_wait(self.OTHER, draft()) == 7
        assert seconds_to_wait(self.OTHER, draft(touched_at=NOW - SILENT_AFTER)) is None

    def test_one_that_says_something_else_waits_a_moment_for_a_panel_that_has_closed(self) -> None:
        assert seconds_to_wait(self.OTHER, draft(form_open=False, touched_at=NOW - timedelta(seconds=1))) == 2
        assert seconds_to_wait(self.OTHER, draft(form_open=False)) is None

    def test_one_that_says_something_else_is_not_of_a_form_that_outlives_it(self) -> None:
        made = NOW - timedelta(seconds=10)
        spoke = draft(touched_at=NOW - timedelta(seconds=4))
        assert seconds_to_wait(replace(self.OTHER, created_at=made), spoke) is None
        assert seconds_to_wait(replace(self.OTHER, created_at=made), draft(touched_at=made)) == 2

    def test_of_several_forms_the_one_that_may_speak_last_counts(self) -> None:
        assert seconds_to_wait(self.OTHER, draft(form_open=False), draft(2, client="owa")) == 7

    @pytest.mark.parametrize(
        "more",
        [
            {"touched_at": NOW - timedelta(minutes=3)},
            {"mailbox": MailboxId("petr")},
            {"event": EventId("another")},
            {"state": DraftState.BOUND},
            {"opened_at": NOW + timedelta(minutes=5)},
        ],
    )
    def test_it_does_not_wait_for_a_form_it_cannot_be_from(self, more: dict[str, Any]) -> None:
        assert seconds_to_wait(self.HALF, draft(**more)) is None

    @pytest.mark.parametrize("more", [{"is_organizer": False}, {"type": EventType.MASTER}])
    def test_what_no_draft_can_be_of_waits_for_none(self, more: dict[str, Any]) -> None:
        assert seconds_to_wait(replace(self.HALF, **more), draft()) is None

    def test_nobody_waits_without_a_form(self) -> None:
        assert seconds_to_wait(event()) is None

    def test_a_panel_that_is_alive_is_never_taken_for_silent(self) -> None:
        """Two beats, and a delivery of two seconds."""
        assert all(2 * one.draft_beat_seconds + 2 <= SILENT_AFTER.total_seconds() for one in CARRIERS)


class TestForms:
    def test_a_form_counts_as_open_for_half_a_minute_after_its_last_sign_and_never_over_ten(self) -> None:
        form = OpenForm(firm_id=FirmId(1), mailbox=MAILBOX, event=EventId("e"), opened_at=NOW, beat_at=NOW)
        assert form_until(form) == NOW + timedelta(seconds=30)
        assert form_until(replace(form, beat_at=NOW + timedelta(hours=2))) == NOW + timedelta(minutes=10)

    def test_a_draft_tells_the_same_until_its_form_is_closed(self) -> None:
        one = draft(opened_at=NOW, touched_at=NOW)
        assert draft_form_until(one) == NOW + timedelta(seconds=30)
        assert draft_form_until(replace(one, form_open=False)) == NOW
