"""Drafts: a new event's form while it is being filled in."""

from datetime import timedelta

import falcon
from pydantic import ValidationError

from server.api.addin import models
from server.api.addin.bounds import Rate
from server.api.addin.call import PanelCall
from server.api.addin.choices import choices_of, client_of, fingerprint_of
from server.api.addin.events import refuse_foreign, refuse_recurring
from server.api.addin.parts import Desk
from server.api.addin.serving import BASE
from server.api.addin.views import Viewer, draft_state
from server.api.middleware.size_limit import whole_body
from server.api.problems import App
from server.api.rest.serving import address_of
from server.domain.concern import Concern
from server.domain.ids import EventId
from server.domain.mapping import window_at
from server.domain.panel import Choices, DraftId, DraftState, Fingerprint, PanelDraft, Taken
from server.domain.reasons import Reason
from server.errors import NotFound, Refused, RosError
from server.store.crypto import lookup_digest
from server.store.panel.drafts import LastWord
from server.store.panel.sight import EventSight

_BEACONS = Rate(120, 60.0)
#: Forms of one person; every pass looks at what is open.
NEW_DRAFTS = Rate(60, 3600.0)
#: A form that stays open for longer is taken for one opened this long ago.
_OLDEST = timedelta(days=1)


def put_draft(call: PanelCall, draft_id: str, body: models.DraftPut) -> models.DraftState:
    """One delivery; see :class:`server.api.addin.models.DraftPut`. Raises Refused ``draft_finished``."""
    key, now = _id(draft_id), call.desk.now()
    _count_new(call, key)
    given = PanelDraft(
        firm_id=call.firm_id,
        id=key,
        mailbox=call.mailbox,
        rev=body.rev,
        choices=choices_of(call, body.choices),
        fingerprint=fingerprint_of(body.fingerprint),
        opened_at=now - min(timedelta(seconds=body.age_seconds), _OLDEST),
        touched_at=now,
        client=client_of(body.client),
        secret_digest=lookup_digest(body.beacon_secret),
        event=_event_of(call, body.event),
    )
    if given.event is not None:
        sight = call.desk.sights.of(call.firm_id, call.mailbox, given.event)
        refuse_recurring(sight)
        refuse_foreign(sight)
    receipt = call.desk.drafts.receive(given)
    if receipt.taken is Taken.FINISHED:
        raise Refused("draft_finished")
    draft = receipt.draft
    state = _shown(call, draft, accepted=receipt.accepted, is_copy=receipt.is_copy)
    late = _too_late(draft, given.choices) if receipt.accepted else ()
    return state.model_copy(update={"refused": tuple(dict.fromkeys((*state.refused, *late)))})


def _event_of(call: PanelCall, named: models.EventRef | None) -> EventId | None:
    """The event of the form; None as well while Exchange does not know its id: the panel names it again when it beats.

    Fact: in cached mode Outlook has the id before the server has the event [seen: office-js 6077], outlook-addin §4.
    """
    if named is None:
        return None
    try:
        return call.event(named)
    except Refused as error:
        if error.code != "event_not_saved":
            raise
        return None


def _count_new(call: PanelCall, draft: DraftId) -> None:
    """Raises Refused ``too_many_tries`` for one draft more than anybody has forms."""
    this = (call.mailbox, draft)
    if call.desk.forms.get(this) is None:
        call.desk.limiter.check("new draft", f"{call.firm_id}:{call.caller.oid}", NEW_DRAFTS)
        call.desk.forms.put(this, True)


def get_draft(call: PanelCall, draft_id: str) -> models.DraftState:
    """Raises NotFound, for somebody else's as well."""
    draft = call.desk.drafts.get(call.firm_id, call.mailbox, _id(draft_id))
    return _shown(call, draft)


def delete_draft(call: PanelCall, draft_id: str) -> models.DraftState:
    """Nothing shall come of it. Raises NotFound, Refused ``draft_bound``."""
    draft = call.desk.drafts.give_up(call.firm_id, call.mailbox, _id(draft_id))
    return draft_state(_viewer(call), draft, None)


def _shown(call: PanelCall, draft: PanelDraft, *, accepted: bool = True, is_copy: bool = False) -> models.DraftState:
    """The draft; of an event that will not be carried as it stands now, that is said before it is saved."""
    viewer = _viewer(call)
    shown = draft_state(viewer, draft, _sight(call, draft), accepted=accepted, is_copy=is_copy)
    first, last = window_at(viewer.now, call.firm.rules)
    form = draft.fingerprint
    outside = draft.event is None and draft.state is DraftState.OPEN and not (form.end > first and form.start < last)
    return shown.model_copy(update={"reason": viewer.said(Reason.OUTSIDE_WINDOW)}) if outside else shown


def _too_late(draft: PanelDraft, wanted: Choices) -> tuple[str, ...]:
    """What is fixed by now, and was wanted otherwise."""
    names = ("type", "linked")
    return tuple(name for name in names if getattr(wanted, name) != getattr(draft.choices, name))


def _id(text: str) -> DraftId:
    """Anything that is no draft's id names nothing."""
    try:
        models.DRAFT_ID.validate_python(text)
    except ValidationError:
        raise NotFound from None
    return DraftId(text)


def _viewer(call: PanelCall) -> Viewer:
    return Viewer(call.firm, call.desk.index, call.desk.now())


def _sight(call: PanelCall, draft: PanelDraft) -> EventSight | None:
    return call.desk.sights.of(call.firm_id, call.mailbox, draft.event) if draft.event is not None else None


class BeaconEnd:
    """``/drafts/{draft_id}/beacon``: the last word of a form that closes, without a token; nobody reads the answer."""

    body_limit = 16 * 1024

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_post(self, req: falcon.Request, resp: falcon.Response, draft_id: str) -> None:
        resp.status = falcon.HTTP_204
        body = whole_body(req)
        try:
            self._desk.limiter.check("beacon", address_of(req), _BEACONS)
            said = models.Beacon.model_validate_json(body)
            self._desk.drafts.last_word(_id(draft_id), lookup_digest(said.secret), _last_word(said))
        except (ValidationError, RosError):
            # Whoever sends it is gone already, and whoever guesses learns nothing.
            return


def _last_word(said: models.Beacon) -> LastWord:
    """Its type was allowed when the draft was first delivered; the sync asks the firm's rules once more."""
    choices = Choices(
        linked=said.choices.linked,
        type=said.choices.type,
        concerns=tuple(dict.fromkeys(Concern(kind=one.kind, id=one.id) for one in said.choices.concerns)),
        category=said.choices.category,
        priority=said.choices.priority,
        status=said.choices.status,
        personal=said.choices.personal,
    )
    form = said.fingerprint
    return LastWord(
        rev=said.rev, choices=choices, fingerprint=Fingerprint(subject=form.subject, start=form.start, end=form.end)
    )


def add_beacon(app: App, desk: Desk) -> None:
    app.add_route(f"{BASE}/drafts/{{draft_id}}/beacon", BeaconEnd(desk))
