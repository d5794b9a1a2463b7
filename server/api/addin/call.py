"""One request of the panel: whose it is, in which firm, and whether the panel may work for them."""

from dataclasses import dataclass, replace
from typing import Final

from server.api.addin.bounds import Rate
from server.api.addin.models import EventRef, UserState
from server.api.addin.parts import TOKEN_PREFIX, Desk
from server.domain.ids import EventId, FirmId, MailboxId
from server.domain.licence import licence_status
from server.domain.panel import CONSENT_VERSION
from server.domain.state import Firm
from server.domain.zones import iana_zone
from server.errors import Forbidden, NotSignedIn, Refused, RosError
from server.identity.caller import Caller
from server.ports.graph import GetUser, GraphUser, IdForm, TranslateId
from server.store.panel.people import Standing, mailbox_of
from server.store.tables.panel import RegistrationState, TicketKind

#: One panel polls every few seconds; more than this is no panel.
_EVERYTHING: Final = Rate(240, 60.0)
_PANEL_CLIENT: Final = "panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelCall:
    """What a route's function is given first. ``standing`` is of the firm to which the caller belongs."""

    desk: Desk
    caller: Caller
    standing: Standing
    #: The token of ``Authorization``; never logged.
    token: str = ""

    @property
    def firm(self) -> Firm:
        return self.standing.firm

    @property
    def firm_id(self) -> FirmId:
        return self.standing.firm.id

    @property
    def mailbox(self) -> MailboxId:
        """The caller's own calendar; no other one is ever named."""
        return mailbox_of(self.caller.oid)

    @property
    def actor(self) -> str:
        return f"panel:{self.caller.oid}"

    @property
    def state(self) -> UserState:
        return state_of(self)

    def event(self, ref: EventRef) -> EventId:
        """The event that Outlook named, by its immutable id. Raises Refused ``event_not_saved``."""
        text, form = (ref.ews_id, IdForm.EWS) if ref.ews_id is not None else (ref.rest_id, IdForm.REST)
        assert text is not None  # noqa: S101  # the shape has one of the two
        known = self.desk.events.get((self.mailbox, text))
        if known is not None:
            return known
        found = self.desk.remotes.graph(TranslateId(self.firm_id, self.mailbox, text, form))
        if found is None:
            raise Refused("event_not_saved")
        return self.desk.events.put((self.mailbox, text), found)

    def account(self) -> GraphUser | None:
        """The caller in the directory of their tenant; None when nobody can tell now."""
        key = (int(self.firm_id), self.caller.oid)
        known = self.desk.accounts.get(key)
        if known is not None:
            return known
        try:
            found = self.desk.remotes.graph(GetUser(self.firm_id, self.mailbox))
        except RosError:
            return None
        return self.desk.accounts.put(key, found) if found is not None else None


def call_of(desk: Desk, token: str) -> PanelCall:
    """Whose token it is. Raises NotSignedIn or Forbidden with the codes of the contract."""
    caller = _caller(desk, token)
    desk.limiter.check("panel", f"{caller.tid}:{caller.oid}", _EVERYTHING)
    firms = desk.administration.firms.of_tenant_unscoped(caller.tid)
    if not firms:
        raise Forbidden("firm_unknown")
    standings = [desk.people.standing(one.id, caller.tid, caller.oid, CONSENT_VERSION) for one in firms]
    calls = [PanelCall(desk=desk, caller=caller, standing=one, token=token) for one in standings]
    if not any(one.standing.seat is not None for one in calls):
        calls = [_adopted(one) for one in calls]
    # Two firms may share a tenant: the one that knows the person counts, else the first.
    seated = next((one for one in calls if one.standing.seat is not None), None)
    return seated or next((one for one in calls if one.standing.registration is not None), calls[0])


def _caller(desk: Desk, token: str) -> Caller:
    if not token:
        raise NotSignedIn("token_missing")
    if not token.startswith(TOKEN_PREFIX):
        return desk.sign_in.identify(token)
    found = desk.tickets.look(TicketKind.TOKEN, token.removeprefix(TOKEN_PREFIX))
    if found is None:
        raise NotSignedIn("token_expired")
    content, expires_at = found
    return Caller(
        tid=content["tid"],
        oid=content["oid"],
        client=_PANEL_CLIENT,
        scopes=frozenset(),
        expires_at=expires_at,
        name=content["name"],
    )


def _adopted(call: PanelCall) -> PanelCall:
    """The seat of somebody whose calendar the worker has not found yet: by the directory, never by a claim."""
    if call.standing.seat is not None or not call.standing.waiting:
        return call
    account = call.account()
    if account is None:
        return call
    seat = next((one for one in call.standing.waiting if one.email in account.addresses), None)
    return call if seat is None else replace(call, standing=replace(call.standing, seat=seat))


def state_of(call: PanelCall) -> UserState:
    """The first thing that stands between the user and the panel."""
    standing = call.standing
    zone = iana_zone(standing.sync.zone)
    today = call.desk.now().astimezone(zone).date()
    if not licence_status(call.firm.valid_until, call.firm.grace_days, today).is_running:
        return UserState.LICENCE_EXPIRED
    if standing.consented_at is None:
        return UserState.CONSENT_MISSING
    if standing.seat is not None:
        return UserState.READY
    if standing.registration is None or standing.registration.state is RegistrationState.APPROVED:
        return UserState.NOT_REGISTERED
    if standing.registration.state is RegistrationState.WAITING:
        return UserState.REGISTRATION_WAITING
    return UserState.REGISTRATION_REJECTED


def refuse_unready(call: PanelCall) -> None:
    """Raises Forbidden with the name of the state."""
    state = call.state
    if state is not UserState.READY:
        raise Forbidden(state.value)
