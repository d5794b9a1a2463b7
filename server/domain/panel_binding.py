"""Which draft belongs to a new event, how long to wait for one, and how long an open form keeps our hands off.

Fact: no Outlook tells when an appointment is saved, and a new one has no id before [doc], outlook-addin §0: so a draft
and its event find each other here, by what they both say. What a panel can know in which Outlook, and why events wait
as they do: docs/decisions/waiting-for-the-panel.md.
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
#: How long a new event waits at most before it becomes what the rules say. Fact: outlook-addin §5.6 [inferred].
HOLD_OFF: Final = timedelta(seconds=45)
#: An open panel beats every few seconds (``draft_beat_seconds``): after two beats and a slow delivery nobody is there.
SILENT_AFTER: Final = timedelta(seconds=12)
#: Deliveries that were under way when a panel said its last word.
ON_ITS_WAY: Final = timedelta(seconds=3)
#: A panel that speaks so long after an event was made, without its id, stands in a form that was not saved by then.
OUTLIVED_BY: Final = timedelta(seconds=5)
#: Where the calendar of the form is the server's own: what was saved reaches us as soon as any other event. Classic
#: Outlook and others may upload it a minute later. Fact: outlook-addin §4 [seen: office-js 6077, 5939].
PROMPT_CLIENTS: Final = frozenset({"owa", "new"})
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
    taken, if it is the only such one: people type to the last moment. Equal choices are never ambiguous.
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
    half = [one for one in unclaimed if _is_near(one, event, now) and _may_become(one, event)]
    return half[0] if len(half) == 1 else None


def waits_until(
    event: Event, drafts: Collection[PanelDraft], *, arrived_at: datetime, now: datetime
) -> datetime | None:
    """Until when a new event without a draft waits for one; None when it need not, or has waited long enough.

    It waits only for forms of the same user that it could have been made in, and only while word of them may still
    come. A later look may answer earlier: the panel has spoken since.
    """
    if not event.is_organizer or event.recurring:
        return None
    candidates = (
        one
        for one in drafts
        if one.mailbox == event.mailbox
        and one.event is None
        and _is_free(one, event, now)
        and _may_be_older(one, event, now)
        and now - one.touched_at <= AFTER_TOUCHED
    )
    until = max((_word_until(one, event, arrived_at) for one in candidates), default=now)
    return min(until, arrived_at + HOLD_OFF) if now < min(until, arrived_at + HOLD_OFF) else None


def _word_until(draft: PanelDraft, event: Event, arrived_at: datetime) -> datetime:
    """Until when this form may still say something that makes the event its own.

    An event of which subject and times are others is this form's only if its panel has not said the newest yet: that
    is over with the next word after the event, or with the panel. One that half fits is taken at the end, so the
    event that fits better is waited for.
    """
    silent = draft.touched_at + SILENT_AFTER
    if _may_become(draft, event):
        return silent if draft.client.split("/", 1)[0] in PROMPT_CLIENTS else arrived_at + HOLD_OFF
    if draft.touched_at >= (event.created_at or arrived_at) + OUTLIVED_BY:
        return draft.touched_at
    return silent if draft.form_open else draft.touched_at + ON_ITS_WAY


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


def _may_become(draft: PanelDraft, event: Event) -> bool:
    """Whether one half fits: the subject that stands in both, or the times. No subject recognises nothing."""
    return (bool(event.subject.strip()) and _same_title(draft, event)) or _same_times(draft, event.when)


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
