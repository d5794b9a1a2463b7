"""A tenant's consent from the link to the proof: asked for by a person, checked by whoever is due to.

What comes back through the browser only says when to look. That a firm's tenant consented is believed when Graph itself
names that tenant; a firm's tenant is never taken from what comes back.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, TypeVar

import structlog

from server.domain.consent import (
    ConsentCase,
    ConsentRefused,
    ConsentState,
    StepVerdict,
    consent_link,
    judged,
    next_check,
    read_consent,
    verdict,
)
from server.domain.ids import FirmId, MailboxId
from server.errors import Remote, RosError
from server.flow import Op
from server.ports.graph import FindUser, VerifyConsent
from server.store.admin.consents import Consent, Consents
from server.store.admin.firms import ConnectionChange, Firms

T = TypeVar("T")

RETURN_PATH: Final = "/souhlas/navrat"
#: Calendars that are tried until one opens.
MOST_PROBES: Final = 3
#: Longer values of the return address are nobody's.
_LONGEST_VALUE: Final = 2_000
_LOG = structlog.get_logger("consent")


class Graph(Protocol):
    """Performs operations of :mod:`server.ports.graph`; raises only :mod:`server.errors`."""

    def __call__(self, op: Op[T]) -> T: ...


class ReturnOutcome(StrEnum):
    """What the person who comes back is told."""

    GRANTED = "granted"
    #: Accepted, but Microsoft is still spreading it.
    SPREADING = "spreading"
    #: Accepted, but a check failed: the administrator sees which.
    INCOMPLETE = "incomplete"
    #: Accepted; Microsoft could not be asked, it will be checked by itself.
    UNCHECKED = "unchecked"
    DECLINED = "declined"
    NEEDS_ADMIN = "needs_admin"
    ANOTHER_TENANT = "another_tenant"


#: Fact: 90094, 90095 = an administrator's consent is required or was requested [doc], graph-calendar §2.
_NEEDS_ADMIN: Final = frozenset({"AADSTS90094", "AADSTS90095"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentUrl:
    """Where an administrator of the tenant consents."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApp:
    """Our registration, and where Microsoft sends the administrator back to."""

    authority_url: str
    client_id: str
    public_url: str


class ConsentDesk:
    """Thread-safe. ``now`` tells aware UTC."""

    def __init__(self, consents: Consents, firms: Firms, graph: Graph, now: Callable[[], datetime]) -> None:
        self._consents = consents
        self._firms = firms
        self._graph = graph
        self._now = now
        self._lock = threading.Lock()
        self._under_way: set[FirmId] = set()

    def link(self, firm: FirmId, app: OwnApp, *, actor: str) -> ConsentUrl:
        """A link of one use, for the firm's own tenant only. Raises NotFound, Refused ``firm_without_tenant``."""
        link = self._consents.new_link(firm, actor=actor)
        url = consent_link(
            app.authority_url,
            client_id=app.client_id,
            redirect_uri=app.public_url.rstrip("/") + RETURN_PATH,
            state=link.state,
            tenant=link.tenant_id,
        )
        return ConsentUrl(url=url, expires_at=link.expires_at)

    def come_back(self, query: Mapping[str, str]) -> ReturnOutcome:
        """Take what Microsoft's redirect says. The state is used up whatever it says.

        Raises Refused ``consent_state_…`` for a state that is none of ours any more, and ``consent_tenant_changed``.
        """
        told = read_consent({name: value[:_LONGEST_VALUE] for name, value in query.items()})
        whose = self._consents.take_unscoped(told.state)
        if isinstance(told, ConsentRefused):
            self._consents.declined(whose.firm, told.detail or told.error)
            return ReturnOutcome.NEEDS_ADMIN if told.detail in _NEEDS_ADMIN else ReturnOutcome.DECLINED
        if told.tenant_id != whose.tenant_id:
            _LOG.warning("consent_of_another_tenant", firm=whose.firm)
            self._consents.declined(whose.firm, "another_tenant")
            return ReturnOutcome.ANOTHER_TENANT
        self._consents.granted(whose.firm, whose.tenant_id)
        try:
            state = self.check(whose.firm, actor="microsoft").state
        except RosError as error:
            _LOG.warning("consent_unchecked", firm=whose.firm, code=error.code)
            return ReturnOutcome.UNCHECKED
        return _OUTCOMES[state]

    def check(self, firm: FirmId, *, actor: str) -> Consent:
        """Climb the ladder now and keep what was found. A firm that was refused before starts at once.

        Raises NotFound; Unavailable where Microsoft cannot be asked at all.
        """
        with self._lock:
            if firm in self._under_way:
                # Somebody is at it: to ask side by side only holds up threads and keeps refusals alive.
                return self._consents.get(firm)
            self._under_way.add(firm)
        try:
            return self._checked(firm, actor)
        finally:
            with self._lock:
                self._under_way.discard(firm)

    def _checked(self, firm: FirmId, actor: str) -> Consent:
        held = self._firms.get(firm)
        before = self._consents.get(firm)
        case = ConsentCase(
            now=self._now(),
            granted_at=before.granted_at,
            limit=before.mailbox_limit,
            limit_changed_at=before.limit_changed_at,
        )
        steps = judged(self._graph(VerifyConsent(firm, self._probes(firm))), case)
        state = verdict(steps)
        found = (state, steps, next_check(state, case))
        kept, earlier = self._consents.checked(firm, held.tenant_id, found, actor=actor)
        if state is ConsentState.OK and earlier is not ConsentState.OK and self._consents.is_refused(firm):
            # A breaker that Microsoft's refusal opened would wait for an hour.
            self._firms.connect(firm, ConnectionChange(), actor=actor)
        return kept

    def check_due(self, limit: int = 20) -> int:
        """Check the firms whose time has come; how many. One firm's trouble stops no other."""
        due = self._consents.claim_due_unscoped(limit)
        for firm in due:
            try:
                self.check(firm, actor="worker")
            except RosError as error:
                _LOG.warning("consent_unchecked", firm=firm, code=error.code)
        return len(due)

    def _probes(self, firm: FirmId) -> tuple[MailboxId, ...]:
        """Calendars of the firm's seats; before the first pass they are looked up by their addresses."""
        known, addresses = self._consents.probes(firm, MOST_PROBES)
        if known:
            return known
        found: list[MailboxId] = []
        for address in addresses:
            try:
                user = self._graph(FindUser(firm, address))
            except Remote:
                # The ladder itself will say why.
                return tuple(found)
            if user is not None:
                found.append(user.mailbox)
        return tuple(found)


_OUTCOMES: Final[Mapping[ConsentState, ReturnOutcome]] = {
    ConsentState.OK: ReturnOutcome.GRANTED,
    ConsentState.WAITING: ReturnOutcome.SPREADING,
    ConsentState.FAILED: ReturnOutcome.INCOMPLETE,
    ConsentState.UNKNOWN: ReturnOutcome.UNCHECKED,
}


def failed_step(consent: Consent) -> StepVerdict | None:
    """The first rung that keeps the whole from being well."""
    return next((one for one in consent.steps if one.state.value == consent.state.value), None)
