"""Events that exist: their state, what can be changed, letting go and taking up again, the trail, conflicts."""

from dataclasses import replace
from typing import Final

from server.api.addin import models
from server.api.addin.bounds import Rate
from server.api.addin.call import PanelCall
from server.api.addin.choices import changes_of, choices_of
from server.api.addin.views import Viewer, event_state
from server.api.addin.views import trail as shown_trail
from server.domain.chosen import not_clearable
from server.domain.ids import EventId
from server.domain.panel import ChangeAction, Changes, OpenForm, PanelChange
from server.domain.state import PairState
from server.errors import Invalid, Refused
from server.store.panel.sight import EventSight

#: One look at both sides costs the firm several calls.
_SYNC_NOW: Final = Rate(4, 60.0)
_CHANGES: Final = Rate(60, 60.0)
_SYNC_EVERY_SECONDS: Final = 10


def state(call: PanelCall, body: models.EventQuery) -> models.EventState:
    """What is known of the event; ``form_open`` keeps the sync's hands off it for a while."""
    event = call.event(body.event)
    if body.form_open is not None:
        now = call.desk.now()
        form = OpenForm(firm_id=call.firm_id, mailbox=call.mailbox, event=event, opened_at=now, beat_at=now)
        call.desk.drafts.beat(form, is_open=body.form_open)
    return _shown(call, event)


def change(call: PanelCall, body: models.ChangePut) -> models.EventState:
    """Change the linked activity. Raises Refused ``not_linked`` or ``event_of_another``, Invalid ``cannot_clear``."""
    event = call.event(body.event)
    sight = _sight(call, event)
    refuse_foreign(sight)
    changes = changes_of(call, body.changes)
    if sight.pair is None or sight.pair.state in (PairState.RELEASED, PairState.CLOSED):
        raise Refused("not_linked")
    seen = sight.activity
    if seen is None or seen.gone_at is not None or seen.hidden:
        raise Refused("not_linked")
    if changes.concerns is not None and not_clearable(seen.activity, changes.concerns, sight.colleagues):
        raise Invalid("cannot_clear", field="changes.concerns")
    _ask(call, event, body.change_id, ChangeAction.CHANGE, changes)
    return _shown(call, event)


def unlink(call: PanelCall, body: models.LinkSwitch) -> models.EventState:
    """Let the pair go; event and activity stay as they are."""
    event = call.event(body.event)
    refuse_recurring(_sight(call, event))
    _ask(call, event, body.change_id, ChangeAction.UNLINK, Changes())
    return _shown(call, event)


def relink(call: PanelCall, body: models.LinkSwitch) -> models.EventState:
    """Take the pair up again; where there is no activity, one is made, of the choices if there are any."""
    event = call.event(body.event)
    sight = _sight(call, event)
    refuse_recurring(sight)
    if body.choices is not None:
        refuse_foreign(sight)
    call.desk.limiter.check("change", call.caller.oid, _CHANGES)
    wish = _wish(call, event, body.change_id, ChangeAction.RELINK, Changes())
    has_activity = sight.link is not None and sight.link.activity is not None
    if body.choices is None or has_activity:
        call.desk.drafts.add_change(wish)
    else:
        call.desk.drafts.relink(replace(wish, choices=choices_of(call, body.choices)))
    return _shown(call, event)


def sync_now(call: PanelCall, body: models.EventQuery) -> models.EventState:
    """Let the worker look at this calendar and at Raynet at once; a few times a minute."""
    event = call.event(body.event)
    call.desk.limiter.check("sync-now", call.caller.oid, _SYNC_NOW)
    tick = int(call.desk.now().timestamp()) // _SYNC_EVERY_SECONDS
    call.desk.drafts.ring(call.firm_id, call.mailbox, f"{call.mailbox}-{tick}")
    return _shown(call, event)


def trail(call: PanelCall, body: models.EventQuery) -> models.Trail:
    """Why the event is as it is: every decision, newest first."""
    event = call.event(body.event)
    return shown_trail(_viewer(call), call.desk.sights.trail(call.firm_id, call.mailbox, event))


def restore(call: PanelCall, conflict_id: str) -> models.EventState:
    """Choose the other value of a conflict of one's own calendar. Raises NotFound, Refused ``already_restored``."""
    found, event = call.desk.sights.conflict(call.firm_id, call.mailbox, conflict_id)
    call.desk.administration.conflicts.request_restore(found.id, actor=call.actor, firm=call.firm_id)
    if event is None:
        raise Refused("not_linked")
    return _shown(call, event)


def _ask(call: PanelCall, event: EventId, change_id: str, action: ChangeAction, changes: Changes) -> None:
    call.desk.limiter.check("change", call.caller.oid, _CHANGES)
    call.desk.drafts.add_change(_wish(call, event, change_id, action, changes))


def _wish(call: PanelCall, event: EventId, change_id: str, action: ChangeAction, changes: Changes) -> PanelChange:
    return PanelChange(
        firm_id=call.firm_id,
        id=change_id,
        mailbox=call.mailbox,
        event=event,
        action=action,
        changes=changes,
        at=call.desk.now(),
    )


def _viewer(call: PanelCall) -> Viewer:
    return Viewer(call.firm, call.desk.index, call.desk.now())


def _sight(call: PanelCall, event: EventId) -> EventSight:
    return call.desk.sights.of(call.firm_id, call.mailbox, event)


def _shown(call: PanelCall, event: EventId) -> models.EventState:
    return event_state(_viewer(call), _sight(call, event))


def refuse_recurring(sight: EventSight) -> None:
    if sight.event is not None and sight.event.event.recurring:
        raise Refused("event_recurring")


def refuse_foreign(sight: EventSight) -> None:
    """An attendee's copy carries nothing back, and the activity may belong to a colleague."""
    if sight.event is not None and not sight.event.event.is_organizer:
        raise Refused("event_of_another")
