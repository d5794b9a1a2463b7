"""Whether a tenant's consent really holds: the ladder of checks, cheap to thorough. The domain says what it means."""

from collections.abc import Sequence
from typing import Any, Final, Protocol, cast

from server.domain.consent import DIRECTORY_ROLE, ConsentStep
from server.domain.ids import FirmId, MailboxId
from server.errors import Denied, Misconfigured, Remote
from server.flow import Op
from server.ports.graph import ProbeMailbox, ProbeTenant

#: Fact: subscriptions name the read permission only and warn that write permissions are not honoured [doc], §1.
CALENDAR_ROLES: Final = ("Calendars.ReadWrite", "Calendars.Read")
NEEDED_ROLES: Final = (*CALENDAR_ROLES, DIRECTORY_ROLE, "Organization.Read.All")


class ConsentSource(Protocol):
    """What the ladder asks; the gateway is one."""

    def perform(self, op: Op[Any]) -> object: ...

    def fresh_roles(self, firm: FirmId) -> frozenset[str]: ...

    def assigned_roles(self, firm: FirmId) -> frozenset[str]: ...


def verify_consent(
    source: ConsentSource, *, firm: FirmId, tenant_id: str, mailboxes: Sequence[MailboxId] = ()
) -> tuple[ConsentStep, ...]:
    """The rungs ``token``, ``roles``, ``directory``, ``grants``, ``tenant`` and, where some are given, ``mailbox``.

    Never raises for what Microsoft answers; without a token the later rungs are left out. Right after consent, roles
    may need minutes to appear [inferred], §3: ask again before believing a failure.
    """
    try:
        roles = source.fresh_roles(firm)
    except (Remote, Misconfigured) as error:
        return (_refused("token", error),)
    steps = [
        ConsentStep(id="token", ok=True),
        _roles_step("roles", roles, NEEDED_ROLES),
        _roles_step("directory", roles, (DIRECTORY_ROLE,)),
        _grants_step(source, firm),
        _tenant_step(source, firm, tenant_id),
    ]
    if mailboxes:
        steps.append(_mailbox_step(source, firm, mailboxes))
    return tuple(steps)


def _roles_step(id_: str, granted: frozenset[str], needed: Sequence[str]) -> ConsentStep:
    missing = _missing(granted, needed)
    return ConsentStep(id=id_, ok=not missing, detail=missing)


def _grants_step(source: ConsentSource, firm: FirmId) -> ConsentStep:
    """Asking needs Application.Read.All, which we do not demand: not being allowed to ask says nothing."""
    try:
        missing = _missing(source.assigned_roles(firm), NEEDED_ROLES)
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


def _mailbox_step(source: ConsentSource, firm: FirmId, mailboxes: Sequence[MailboxId]) -> ConsentStep:
    """One calendar that opens is enough: a firm may limit us to some. Else the first refusal is told."""
    refusals = []
    for mailbox in mailboxes:
        try:
            source.perform(ProbeMailbox(firm, mailbox))
        except Remote as error:
            refusals.append(_refused("mailbox", error))
        else:
            return ConsentStep(id="mailbox", ok=True)
    return min(refusals, key=lambda step: step.ok is None)


def _refused(id_: str, error: Remote | Misconfigured) -> ConsentStep:
    """Only a refusal is one: trouble on the way says nothing about consent."""
    is_refusal = isinstance(error, Denied | Misconfigured)
    return ConsentStep(id=id_, ok=False if is_refusal else None, detail=_detail(error))


def _missing(granted: frozenset[str], needed: Sequence[str]) -> str | None:
    return " ".join(role for role in needed if role not in granted) or None


def _detail(error: Remote | Misconfigured) -> str:
    detail = error.detail if isinstance(error, Remote) else None
    return f"{error.code}/{detail}" if detail else error.code
