"""Who may do what: token roles, Exchange's limits on apps, states of mailboxes. Facts: graph-calendar §4, §19."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.entra.directory import Tenant, User
from simulator.entra.service import EntraService
from simulator.graph.errors import GraphError, access_denied, user_not_found
from simulator.graph.mailbox import Mailbox, MailboxState

_GRAPH_AUDIENCES = frozenset({"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"})

READ_CALENDARS = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
WRITE_CALENDARS = frozenset({"Calendars.ReadWrite"})
READ_USERS = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"})
READ_ORGANIZATION = frozenset({"Organization.Read.All", "Directory.Read.All"})
READ_APPLICATIONS = frozenset({"Application.Read.All", "Directory.Read.All"})
READ_SETTINGS = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The caller of one request, as its token says."""

    app_id: str
    tenant: Tenant
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Exchange's own limit: ``restricts`` (legacy policy) cuts Entra's grant down, otherwise (RBAC) it adds to it."""

    mailboxes: frozenset[str]
    restricts: bool
    roles: frozenset[str] = frozenset()
    #: Both kinds are cached for long; before this instant the policy has no effect.
    effective: datetime | None = None


@dataclass(slots=True)
class Access:
    """Checks of one service. ``policies`` are kept per (tenant, app)."""

    entra: EntraService
    policies: dict[tuple[str, str], list[AccessPolicy]] = field(default_factory=dict)
    _known: dict[str, Identity] = field(default_factory=dict)

    def identify(self, headers: Mapping[str, str]) -> Identity:
        """The caller of a request; raises 401 ``InvalidAuthenticationToken``."""
        text = headers.get("authorization", "")
        token = text[7:] if text[:7].lower() == "bearer " else ""
        claims = self.entra.check_token(token) if token else None
        if claims is None or claims.get("aud") not in _GRAPH_AUDIENCES:
            message = "Access token is empty." if not token else "Lifetime validation failed, the token is expired."
            challenge = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="", error="invalid_token"'}
            raise GraphError(401, "InvalidAuthenticationToken", message, headers=challenge)
        known = self._known.get(token)
        if known is None:
            known = self._identity(claims)
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[token] = known
        return known

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        tenant = self.entra.tenants[claims["tid"]]
        return Identity(app_id=claims["appid"], tenant=tenant, roles=frozenset(claims.get("roles", ())))

    @staticmethod
    def need_directory(identity: Identity, roles: frozenset[str]) -> None:
        """Raises 403 ``Authorization_RequestDenied``."""
        if not identity.roles & roles:
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def need_mailbox(self, identity: Identity, mailbox: Mailbox, roles: frozenset[str], now: datetime) -> None:
        """Raises 403 ``ErrorAccessDenied`` when nothing grants access to this mailbox, or a policy excludes it."""
        granted = set(identity.roles)
        for policy in self.policies.get((identity.tenant.id, identity.app_id), ()):
            if policy.effective is not None and now < policy.effective:
                continue
            if policy.restricts and mailbox.id not in policy.mailboxes:
                raise access_denied("Access to OData is disabled.")
            if not policy.restricts and mailbox.id in policy.mailboxes:
                granted |= policy.roles
        if not granted & roles:
            raise access_denied()


def user_of(tenant: Tenant, name: str) -> User:
    """By object id or UPN; a ``mail`` that differs is 404. Fact: [seen], graph-calendar §6."""
    user = tenant.user(name)
    if user is None:
        raise user_not_found(name)
    return user


def check_state(mailbox: Mailbox | None, *, move_status: int) -> Mailbox:
    """A mailbox that answers, or the refusal its state gives."""
    state = MailboxState.NONE if mailbox is None else mailbox.state
    if state is MailboxState.NONE:
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", text)
    if state is MailboxState.ON_PREMISES:
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox.")
    if state is MailboxState.MOVING:
        text = "Mailbox move in progress. Try again later."
        raise GraphError(move_status, "ErrorMailboxMoveInProgress", text)
    if state is MailboxState.FORBIDDEN:
        raise access_denied()
    if mailbox is None:
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox.")
    return mailbox


def check_quota(mailbox: Mailbox) -> None:
    """Raises 507 when nothing more fits."""
    if mailbox.state is MailboxState.FULL:
        raise GraphError(507, "ErrorQuotaExceeded", "The message store has reached its maximum size.")
