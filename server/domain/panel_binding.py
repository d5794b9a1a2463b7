"""Which draft belongs to a new event, how long to wait for one, and how long an open form keeps our hands off.

Fact: no Outlook tells when an appointment is saved, and a new one has no id before [doc], outlook-addin §0: so a draft
and its event find each other here, by what they both say.
"""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Final

from server.domain.event import Event
from server.domain.panel import DraftState, OpenForm, PanelDraft, is_over
from server.domain.text import title_form
from server.domain.when import AllDay, When

#: Clocks of Exchange and ours differ; an event is never older than the form it was made in.
BEFORE_OPENED: Final = timedelta(minutes=1)
#: A form that is open is heard of every few seconds; its event is saved at most this long after the last sign.
AFTER_TOUCHED: Final = timedelta(minutes=2)
#: How long a new event waits for its draft before it becomes what the rules say. Fact: outlook-addin §5.6 [inferred].
HOLD_OFF: Final = timedelta(seconds=45)
#: Whole days reach us as midnights of a zone that nobody tells: no zone is further from UTC.
_FURTHEST_ZONE: Final = timedelta(hours=14)
_SUMMER_TIME: Final = timedelta(hours=1)
#: A form counts as open this long after its last sign, and never longer than the second figure.
BEAT_FOR: Final = timedelta(seconds=30)
FORM_FOR: Final = timedelta(minutes=10)


def draft_of(event: Event, drafts: Collection[PanelDraft], *, now: datetime, waited: bool) -> PanelDraft | None:
    """The open draft whose choices the event gets; None where there is none, or several that differ.

    In this order: the draft whose id the event carries, the draft that names the event, the only draft that says the
    same subject and times. After the hold-off (``waited``) a draft of the same minutes of which one half fits is
    taken, if it is the only one: people type to the last moment. Equal choices are never ambiguous.
    """
    own = [one for one in drafts if one.mailbox == event.mailbox and _is_free(one, event, now)]
    named = [one for one in own if one.id == event.draft_id] or [one for one in own if one.event == event.id]
    if named:
        return named[0]
    if not event.is_organizer or event.recurring or event.when is None:
        return None
    unclaimed = [one for one in own if one.event is None and _may_be_older(one, event, now)]
    same = [one for one in unclaimed if _same_title(one, event) and _same_times(one, event.when)]
    near = [one for one in same if _is_near(one, event, now)]
    found = _single(near) or (_single(same) if not near else None)
    if found is not None or same or not waited:
        return found
    half = [one for one in unclaimed if _is_near(one, event, now)]
    if len(half) == 1 and (_same_title(half[0], event) or _same_times(half[0], event.when)):
        return half[0]
    return None


def waits_until(
    event: Event, drafts: Collection[PanelDraft], *, arrived_at: datetime, now: datetime
) -> datetime | None:
    """Until when a new event without a draft waits for one; None when it need not, or has waited long enough.

    It waits only while a form of the same user is open that could be the one it was made in.
    """
    until = arrived_at + HOLD_OFF
    if now >= until or not event.is_organizer or event.recurring:
        return None
    fresh = [
        one
        for one in drafts
        if one.mailbox == event.mailbox and _is_free(one, event, now) and now - one.touched_at <= AFTER_TOUCHED
    ]
    return until if any(one.event is None and _may_be_older(one, event, now) for one in fresh) else None


def form_until(form: OpenForm) -> datetime:
    """Until when an event is not written because its form is open.

    Fact: what Graph writes while the form is open is overwritten when the user saves [seen: office-js 2478].
    """
    return min(form.beat_at + BEAT_FOR, form.opened_at + FORM_FOR)


def draft_form_until(draft: PanelDraft) -> datetime:
    """As :func:`form_until` for a form that is known by its draft alone."""
    if not draft.form_open:
        return draft.touched_at
    return min(draft.touched_at + BEAT_FOR, draft.opened_at + FORM_FOR)


def _is_free(draft: PanelDraft, event: Event, now: datetime) -> bool:
    """A draft that names another event is that one's: this is a copy of it, which never shares the activity."""
    return draft.state is DraftState.OPEN and not is_over(draft, now) and draft.event in (None, event.id)


def _may_be_older(draft: PanelDraft, event: Event, now: datetime) -> bool:
    return draft.opened_at - BEFORE_OPENED <= (event.created_at or now)


def _is_near(draft: PanelDraft, event: Event, now: datetime) -> bool:
    return (event.created_at or now) <= draft.touched_at + AFTER_TOUCHED


def _single(drafts: list[PanelDraft]) -> PanelDraft | None:
    """The only one; of several that want the same, the oldest."""
    if not drafts or any(one.choices != drafts[0].choices for one in drafts):
        return None
    return min(drafts, key=lambda one: (one.opened_at, one.id))


def _same_title(draft: PanelDraft, event: Event) -> bool:
    return title_form(draft.fingerprint.subject).casefold() == title_form(event.subject).casefold()


def _same_times(draft: PanelDraft, when: When | None) -> bool:
    """Equal to the minute; whole days by midnights of any one zone."""
    start, end = draft.fingerprint.start, draft.fingerprint.end
    if when is None:
        return False
    if isinstance(when, AllDay):
        first = datetime.combine(when.first, time(), UTC)
        last = datetime.combine(when.end, time(), UTC)
        return abs(start - first) <= _FURTHEST_ZONE and abs((end - last) - (start - first)) <= _SUMMER_TIME
    return _minute(start) == _minute(when.start) and _minute(end) == _minute(when.end)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
