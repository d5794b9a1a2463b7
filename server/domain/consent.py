"""An administrator's consent as values: the link to it, what comes back, what the ladder of checks means. Pure.

What comes back passes through a browser and can be forged: a firm is bound to a tenant only through an unguessable
one-time ``state`` *and* after Graph itself has named the tenant [doc], graph-calendar §3.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from urllib.parse import quote, urlencode

#: Fact: application permissions are granted only through the registration's static set; never ``common`` [doc], §3.
_SCOPE: Final = "https://graph.microsoft.com/.default"
ANY_TENANT: Final = "organizations"
#: Without it no seat is found in the directory; a mailbox-limited tenant has it in Entra all the same.
DIRECTORY_ROLE: Final = "User.Read.All"
#: How long after consent tokens, roles and mailboxes may still refuse. Fact: directory replication takes minutes
#: [inferred], §3; a token that lacks a role an hour after consent would disprove it.
SPREADING_FOR: Final = timedelta(minutes=30)
#: Fact: an access policy can take over an hour, RBAC is cached for 30 min to 2 h [seen], §4.
LIMIT_SPREADING_FOR: Final = timedelta(hours=2)

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
class Credential:
    """With what our registration proves itself. ``expires_at`` None: nobody has told us."""

    kind: Literal["secret", "certificate"]
    expires_at: datetime | None


# --- the ladder -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStep:
    """One rung as found. ``ok`` None = could not be found out. ``detail`` is a code or names of roles, never a text."""

    id: str
    ok: bool | None
    detail: str | None = None


class MailboxLimit(StrEnum):
    """How the firm's own administrator limits us to some mailboxes, as the firm says."""

    NONE = "none"
    ACCESS_POLICY = "access_policy"
    RBAC = "rbac"


class StepState(StrEnum):
    OK = "ok"
    #: Refused, but not for good: Microsoft is still spreading it.
    WAITING = "waiting"
    FAILED = "failed"
    #: Could not be found out; not a failure by itself.
    UNKNOWN = "unknown"


class ConsentState(StrEnum):
    UNKNOWN = "unknown"
    WAITING = "waiting"
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVerdict:
    """What a rung means. ``code`` keys the text and the remedy, ``until`` is the end of waiting."""

    id: str
    state: StepState
    code: str
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCase:
    """What else is known when a ladder is judged."""

    now: datetime
    granted_at: datetime | None = None
    limit: MailboxLimit = MailboxLimit.NONE
    limit_changed_at: datetime | None = None

    @property
    def spreading_until(self) -> datetime | None:
        """Until when a fresh consent may not have reached everything; None when there is none under way."""
        return _end(self.granted_at, SPREADING_FOR, self.now)

    @property
    def limit_until(self) -> datetime | None:
        """As :attr:`spreading_until`, for the limit to some mailboxes as well."""
        changed_at = self.limit_changed_at if self.limit is not MailboxLimit.NONE else None
        limit = _end(changed_at, LIMIT_SPREADING_FOR, self.now)
        return max((one for one in (limit, self.spreading_until) if one is not None), default=None)


def _end(since: datetime | None, length: timedelta, now: datetime) -> datetime | None:
    return since + length if since is not None and since <= now < since + length else None


def judged(steps: Sequence[ConsentStep], case: ConsentCase) -> tuple[StepVerdict, ...]:
    """Each rung's meaning, in the order given."""
    found = {step.id: step for step in steps}
    return tuple(_verdict(step, found, case) for step in steps)


def verdict(steps: Sequence[StepVerdict]) -> ConsentState:
    """The whole: a refusal that is not for good outweighs success, one for good outweighs everything.

    The mailbox tells the truth where it was asked, otherwise the roles. Fact: a tenant that limits the app by
    Exchange RBAC has rightly no calendar role in its tokens [doc], §3, §4.
    """
    by_id = {step.id: step for step in steps}
    mailbox = by_id.get("mailbox")
    truth = mailbox if mailbox is not None and mailbox.state is not StepState.UNKNOWN else by_id.get("roles")
    deciding = [one for one in (by_id.get("token"), by_id.get("tenant"), by_id.get("directory"), truth) if one]
    states = {one.state for one in deciding}
    if StepState.FAILED in states:
        return ConsentState.FAILED
    if StepState.WAITING in states:
        return ConsentState.WAITING
    return ConsentState.OK if truth is not None and truth.state is StepState.OK else ConsentState.UNKNOWN


def next_check(state: ConsentState, case: ConsentCase) -> datetime:
    """When to look again by itself.

    Fact: repeated probing keeps a stale refusal alive, the app must be left idle for 30 min [seen], §4.
    """
    if state is ConsentState.WAITING:
        waits_for_limit = case.spreading_until is None
        return case.now + (timedelta(minutes=31) if waits_for_limit else timedelta(minutes=2))
    if state is ConsentState.OK:
        return case.now + timedelta(days=1)
    return case.now + (timedelta(hours=1) if state is ConsentState.FAILED else timedelta(minutes=10))


def _verdict(step: ConsentStep, found: Mapping[str, ConsentStep], case: ConsentCase) -> StepVerdict:
    detail = step.detail or ""
    if step.ok is None:
        return StepVerdict(id=step.id, state=StepState.UNKNOWN, code=_code(detail, "not_found_out"), detail=detail)
    if step.ok:
        return StepVerdict(id=step.id, state=StepState.OK, code="ok")
    mailbox = found.get("mailbox")
    if step.id in ("roles", "grants") and mailbox is not None and mailbox.ok:
        # Exchange lets us in where Entra has granted nothing.
        return StepVerdict(id=step.id, state=StepState.OK, code="by_exchange", detail=detail)
    code = "roles_missing" if step.id in ("roles", "grants", "directory") else _code(detail, "refused")
    until = _waiting_until(step.id, code, case)
    state = StepState.FAILED if until is None else StepState.WAITING
    return StepVerdict(id=step.id, state=state, code=code, detail=detail, until=until)


def _waiting_until(rung: str, code: str, case: ConsentCase) -> datetime | None:
    """A refusal that time may mend: what is not granted yet; never another tenant, a wrong secret or a block."""
    if code == "roles_missing" or (rung == "token" and code == "graph_not_consented"):
        return case.spreading_until
    return case.limit_until if rung == "mailbox" and code in ("graph_no_access", "graph_no_role") else None


def _code(detail: str, otherwise: str) -> str:
    """Our code out of ``code/vendor's detail``."""
    code = detail.partition("/")[0]
    return code if re.fullmatch(r"[a-z_]{1,64}", code) else otherwise
