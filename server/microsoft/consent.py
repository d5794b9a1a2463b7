"""An administrator's consent: the link to it, what comes back, and whether it really holds.

What comes back passes through a browser and can be forged: a firm is bound to a tenant only through an unguessable
one-time ``state`` *and* after Graph itself has named the tenant [doc], §3.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from urllib.parse import quote, urlencode

from server.domain.ids import FirmId, MailboxId
from server.errors import Misconfigured, Remote
from server.flow import Op
from server.ports.graph import ProbeMailbox, ProbeTenant

#: Fact: application permissions are granted only through the registration's static set; never ``common`` [doc], §3.
_SCOPE: Final = "https://graph.microsoft.com/.default"
ANY_TENANT: Final = "organizations"
#: Fact: subscriptions name the read permission only and warn that write permissions are not honoured [doc], §1.
NEEDED_ROLES: Final = ("Calendars.ReadWrite", "Calendars.Read", "User.Read.All", "Organization.Read.All")

_AADSTS = re.compile(r"AADSTS(\d{4,8})")
_ERROR = re.compile(r"[a-z_]{1,64}")
_TENANT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def consent_link(authority_url: str, *, client_id: str, redirect_uri: str, state: str, tenant: str = ANY_TENANT) -> str:
    """The address at which a Privileged Role or Global Administrator consents. ``state`` must be unguessable."""
    query = {"client_id": client_id, "scope": _SCOPE, "redirect_uri": redirect_uri, "state": state}
    return f"{authority_url.rstrip('/')}/{quote(tenant, safe='')}/v2.0/adminconsent?{urlencode(query)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """The administrator accepted, says the browser. ``tenant_id`` is a claim to be verified."""

    tenant_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused:
    """``error`` is OAuth's word (``consent_required``), ``detail`` the AADSTS number where one is told."""

    error: str
    detail: str | None
    state: str


def read_consent(query: Mapping[str, str]) -> ConsentGiven | ConsentRefused:
    """What the redirect says.

    Fact: ``admin_consent=True`` stands in the error form too, so ``error`` is looked at first [doc], §3.
    """
    state = query.get("state", "")
    if "error" in query:
        found = _AADSTS.search(query.get("error_description", ""))
        error = query["error"] if _ERROR.fullmatch(query["error"]) else "unknown"
        return ConsentRefused(error=error, detail=f"AADSTS{found[1]}" if found else None, state=state)
    tenant = query.get("tenant", "")
    if query.get("admin_consent", "").lower() != "true" or not _TENANT.fullmatch(tenant):
        return ConsentRefused(error="unknown", detail=None, state=state)
    return ConsentGiven(tenant_id=tenant.lower(), state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStep:
    """One rung. ``ok`` None = could not be found out. ``detail`` is a code or a list of role names, never a text."""

    id: str
    ok: bool | None
    detail: str | None = None


class ConsentSource(Protocol):
    """What the ladder asks; the gateway is one."""

    def perform(self, op: Op[Any]) -> object: ...

    def fresh_roles(self, firm: FirmId) -> frozenset[str]: ...

    def assigned_roles(self, firm: FirmId) -> frozenset[str]: ...


def verify_consent(
    source: ConsentSource, *, firm: FirmId, tenant_id: str, mailbox: MailboxId | None = None
) -> tuple[ConsentStep, ...]:
    """The ladder of checks, cheap to thorough: ``token``, ``roles``, ``grants``, ``tenant``, ``mailbox`` (if known).

    Never raises for what Microsoft answers; without a token the later rungs are left out. Right after consent, roles
    may need minutes to appear [inferred], §3: ask again before believing a failure.
    """
    try:
        missing = _missing(source.fresh_roles(firm))
    except (Remote, Misconfigured) as error:
        return (ConsentStep(id="token", ok=False, detail=_detail(error)),)
    steps = [
        ConsentStep(id="token", ok=True),
        ConsentStep(id="roles", ok=not missing, detail=missing),
        _grants_step(source, firm),
        _tenant_step(source, firm, tenant_id),
    ]
    if mailbox is not None:
        steps.append(_mailbox_step(source, firm, mailbox))
    return tuple(steps)


def is_consented(steps: Sequence[ConsentStep]) -> bool:
    """The verdict: the mailbox tells the truth where it was asked, otherwise the roles.

    Fact: a tenant that limits the app by Exchange RBAC has rightly no role in its tokens [doc], §3, §4.
    """
    by_id = {step.id: step for step in steps}
    truth = by_id.get("mailbox") or by_id.get("roles")
    tenant = by_id.get("tenant")
    return truth is not None and truth.ok is True and (tenant is None or tenant.ok is not False)


def _grants_step(source: ConsentSource, firm: FirmId) -> ConsentStep:
    """Asking needs Application.Read.All, which we do not demand: not being allowed to ask says nothing."""
    try:
        missing = _missing(source.assigned_roles(firm))
    except Remote as error:
        return ConsentStep(id="grants", ok=None, detail=_detail(error))
    return ConsentStep(id="grants", ok=not missing, detail=missing)


def _tenant_step(source: ConsentSource, firm: FirmId, tenant_id: str) -> ConsentStep:
    try:
        named = cast("str", source.perform(ProbeTenant(firm)))
    except Remote as error:
        return ConsentStep(id="tenant", ok=None, detail=_detail(error))
    is_same = named.lower() == tenant_id.lower()
    return ConsentStep(id="tenant", ok=is_same, detail=None if is_same else "another_tenant")


def _mailbox_step(source: ConsentSource, firm: FirmId, mailbox: MailboxId) -> ConsentStep:
    try:
        source.perform(ProbeMailbox(firm, mailbox))
    except Remote as error:
        return ConsentStep(id="mailbox", ok=False, detail=_detail(error))
    return ConsentStep(id="mailbox", ok=True)


def _missing(granted: frozenset[str]) -> str | None:
    return " ".join(role for role in NEEDED_ROLES if role not in granted) or None


def _detail(error: Remote | Misconfigured) -> str:
    detail = error.detail if isinstance(error, Remote) else None
    return f"{error.code}/{detail}" if detail else error.code
