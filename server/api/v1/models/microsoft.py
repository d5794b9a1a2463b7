"""A firm's tenant: its id, the limit to some mailboxes, the administrator's consent and its ladder of checks."""

from typing import Literal

from server.api.rest.shapes import Guid, Instant, Line, Shape, Words
from server.api.v1.models.firms import BreakerState
from server.domain.consent import ConsentState, MailboxLimit, StepState


class Credential(Shape):
    """Of our registration; its end stops all firms."""

    kind: Literal["secret", "certificate"]
    expires_at: Instant | None
    days_left: int | None


class Microsoft(Shape):
    tenant_id: str | None
    mailbox_limit: MailboxLimit
    #: Name or address of the group to which the firm's own administrator limits us.
    limit_group: str | None
    limit_changed_at: Instant | None
    consent: ConsentState
    credential: Credential | None
    breaker: BreakerState | None


class MicrosoftPut(Shape):
    """Null ``tenant_id``: left as it is."""

    tenant_id: Guid | None = None
    mailbox_limit: MailboxLimit
    limit_group: Line | None = None


class ConsentLink(Shape):
    """For an administrator of the tenant; good for one consent."""

    url: str
    expires_at: Instant


class ConsentStep(Shape):
    id: str
    title: Words
    #: ``waiting``: refused, but Microsoft is still spreading the consent; ``until`` when.
    state: StepState
    code: str
    text: Words
    remedy: Words
    until: Instant | None


class Consent(Shape):
    state: ConsentState
    text: Words
    tenant_id: str | None
    granted_at: Instant | None
    checked_at: Instant | None
    next_check_at: Instant | None
    #: With what the last link was declined: an AADSTS number or OAuth's word.
    refused_code: str | None
    steps: tuple[ConsentStep, ...]
