"""Firms, their health, licence, rules, connections, alerts."""

from datetime import datetime

from console.api.wire.shapes import Body, Wire, Words


class Firm(Wire):
    id: int
    name: str
    note: str | None
    paused: bool
    connected: bool
    set_up: bool
    tenant_id: str | None
    seats: int
    seats_used: int
    valid_until: str
    created_at: datetime


class NewFirm(Body):
    name: str
    note: str = ""
    seats: int
    valid_until: str
    tenant_id: str | None = None


class FirmPatch(Body):
    name: str | None = None
    note: str | None = None
    paused: bool | None = None


class Lag(Wire):
    p50: float | None
    p95: float | None
    max: float | None


class BreakerState(Wire):
    side: str
    code: str
    text: Words
    since: datetime
    retry_at: datetime


class Expiry(Wire):
    kind: str
    at: datetime
    days_left: int


class LastPass(Wire):
    id: str
    started_at: datetime
    ended_at: datetime | None


class PairCounts(Wire):
    live: int = 0
    frozen: int = 0
    released: int = 0
    held: int = 0
    parked: int = 0
    closed: int = 0


class MailboxCounts(Wire):
    ready: int = 0
    unknown_user: int = 0
    no_mailbox: int = 0
    no_access: int = 0
    no_person: int = 0
    released: int = 0


class Health(Wire):
    """``state`` is ok, warning, failed or paused."""

    firm_id: int
    name: str
    state: str
    paused: bool
    lag: Lag
    pairs: PairCounts
    mailboxes: MailboxCounts
    queue: int
    queue_since: datetime | None
    holds: int
    conflicts: int
    errors: int
    seats: int
    seats_used: int
    licence_state: str
    expiries: tuple[Expiry, ...]
    last_pass: LastPass | None
    breakers: tuple[BreakerState, ...]
    worked_on: bool


class Licence(Wire):
    seats: int
    seats_used: int
    valid_until: str
    grace_days: int
    state: str
    days_left: int
    runs_until: str
    text: Words


class LicencePut(Body):
    seats: int
    valid_until: str
    grace_days: int


class LicenceChange(Wire):
    id: int
    at: datetime
    actor: str
    actor_login: str | None
    seats: int
    valid_until: str
    grace_days: int


RuleValue = str | int | bool | tuple[str, ...]


class RuleChoice(Wire):
    value: str
    text: Words


class Rule(Wire):
    """``kind`` is choice, choices, switch or number."""

    name: str
    kind: str
    value: RuleValue
    default: RuleValue
    allowed: tuple[RuleChoice, ...] | None
    least: int | None
    most: int | None
    unit: Words | None
    title: Words
    text: Words


class Rules(Wire):
    items: tuple[Rule, ...]


class RulesPut(Body):
    """Only rules that were changed are set. Names as in the design; ``model_validate`` takes a dict of changes."""

    authority: str | None = None
    mirror: str | None = None
    private_events: str | None = None
    outlook_delete: str | None = None
    attended_events: str | None = None
    types: tuple[str, ...] | None = None
    invitations: bool | None = None
    categories: bool | None = None
    deadline_block_minutes: int | None = None
    window_back_days: int | None = None
    window_ahead_days: int | None = None
    guard_count: int | None = None
    guard_share: int | None = None
    self_registration: str | None = None


class Raynet(Wire):
    url: str | None
    allowed_urls: tuple[str, ...]
    instance: str | None
    user: str | None
    key_set: bool
    breaker: BreakerState | None
    last_read_at: datetime | None


class RaynetPut(Body):
    url: str
    instance: str
    user: str
    key: str | None = None


class RaynetTest(Body):
    url: str | None = None
    instance: str | None = None
    user: str | None = None
    key: str | None = None


class RaynetTested(Wire):
    """``state`` is ok, refused or unreachable."""

    state: str
    code: str | None
    text: Words
    zone: str | None
    login_known: bool


class Credential(Wire):
    kind: str
    expires_at: datetime | None
    days_left: int | None


class Microsoft(Wire):
    tenant_id: str | None
    mailbox_limit: str
    limit_group: str | None
    limit_changed_at: datetime | None
    consent: str
    credential: Credential | None
    breaker: BreakerState | None


class MicrosoftPut(Body):
    tenant_id: str | None = None
    mailbox_limit: str
    limit_group: str | None = None


class ConsentLink(Wire):
    url: str
    expires_at: datetime


class ConsentStep(Wire):
    id: str
    state: str
    code: str
    title: Words
    text: Words
    remedy: Words
    until: datetime | None


class Consent(Wire):
    state: str
    text: Words
    tenant_id: str | None
    granted_at: datetime | None
    checked_at: datetime | None
    next_check_at: datetime | None
    refused_code: str | None
    steps: tuple[ConsentStep, ...]


class Alert(Wire):
    id: int
    firm_id: int | None
    firm_name: str | None
    code: str
    severity: str
    since: datetime
    text: Words
    remedy: Words
    section: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None


class SeriesPoint(Wire):
    at: datetime
    p50: float | None = None
    p95: float | None = None
    max: float | None = None
    to_raynet: int | None = None
    to_outlook: int | None = None


class Series(Wire):
    metric: str
    span_seconds: int
    points: tuple[SeriesPoint, ...]
