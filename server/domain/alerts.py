"""What an administrator must hear of: which causes exist now. Pure; since when and who has seen it, the store knows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.domain.licence import LicenceState, LicenceStatus, announcement

LAG_LIMIT_SECONDS: Final = 15.0
LAG_FOR: Final = timedelta(minutes=5)
#: Days before a secret or certificate of the registration ends at which it is announced.
SECRET_DAYS: Final = (60, 30, 14, 7, 1)
#: Items set aside that are worth an administrator's look.
MANY_ERRORS: Final = 20
#: Share of Raynet's daily budget below which only users' changes are still carried.
QUOTA_SHORT_SHARE: Final = 0.1
#: Push that should stand but does not, for longer than its own retries need.
PUSH_LOST_FOR: Final = timedelta(hours=2)
WORKER_GONE_SECONDS: Final = 120.0


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Section(StrEnum):
    """Where in the console the remedy is."""

    LICENCE = "licence"
    CONSENT = "consent"
    RAYNET = "raynet"
    SYNC = "sync"
    HOLDS = "holds"
    ERRORS = "errors"
    USERS = "users"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that is so now. ``subject`` tells two causes of one code apart (a side, a day, a mailbox's id)."""

    code: str
    severity: Severity
    section: Section
    subject: str = ""
    #: Counts, codes, ids and instants as text: what the sentence says of it.
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerFacts:
    side: str
    code: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFacts:
    """What the store knows of one firm; None where nothing is known, which alarms nobody."""

    licence: LicenceStatus
    paused: bool
    #: ``ok``, ``waiting``, ``failed`` or ``unknown``.
    consent: str = "unknown"
    consent_step: str = ""
    consent_detail: str = ""
    breakers: Sequence[BreakerFacts] = ()
    #: Share of the day's budget that is left, 0 … 1.
    quota_left: float | None = None
    #: When quota or throttling ends, as text.
    quota_until: str = ""
    lag_high: bool = False
    lag_seconds: int = 0
    holds: int = 0
    held_items: int = 0
    #: Calendars that take part, and those of them without a living subscription for long.
    ready_mailboxes: int = 0
    unsubscribed: int = 0
    webhook_code: str = ""
    set_aside: int = 0
    users_in_trouble: int = 0
    registrations: int = 0


def firm_causes(facts: FirmFacts) -> Iterator[Cause]:
    """All causes of a firm, in no order. A paused or expired firm is not synchronised: its sync alarms nobody."""
    yield from _licence(facts.licence)
    if facts.paused or not facts.licence.is_running:
        return
    yield from _connections(facts)
    if facts.lag_high:
        data = {"seconds": facts.lag_seconds}
        yield Cause(code="lag_high", severity=Severity.ERROR, section=Section.SYNC, data=data)
    yield from _waiting_for_people(facts)


def _licence(status: LicenceStatus) -> Iterator[Cause]:
    told = announcement(status)
    if told is None:
        return
    data: dict[str, str | int] = {"days": abs(status.days_left), "runs_until": status.runs_until.isoformat()}
    if status.state is LicenceState.EXPIRING:
        severity = Severity.WARNING if status.days_left <= 7 else Severity.INFO
        yield Cause(code="licence_ends", severity=severity, section=Section.LICENCE, subject=told, data=data)
        return
    code = "licence_in_grace" if status.state is LicenceState.GRACE else "licence_expired"
    yield Cause(code=code, severity=Severity.ERROR, section=Section.LICENCE, data=data)


def _connections(facts: FirmFacts) -> Iterator[Cause]:
    if facts.consent == "failed":
        data: dict[str, str | int] = {"step": facts.consent_step, "detail": facts.consent_detail}
        yield Cause(code="consent_failed", severity=Severity.ERROR, section=Section.CONSENT, data=data)
    for one in facts.breakers:
        section = Section.RAYNET if one.side == "raynet" else Section.CONSENT
        data = {"side": one.side, "cause": one.code}
        yield Cause(code="breaker_open", severity=Severity.ERROR, section=section, subject=one.side, data=data)
    if facts.quota_left is not None and facts.quota_left < QUOTA_SHORT_SHARE:
        data = {"percent": round(facts.quota_left * 100), "until": facts.quota_until}
        yield Cause(code="quota_short", severity=Severity.WARNING, section=Section.SYNC, data=data)
    if facts.unsubscribed:
        data = {"count": facts.unsubscribed, "of": facts.ready_mailboxes}
        yield Cause(code="subscriptions_lost", severity=Severity.WARNING, section=Section.SYNC, data=data)
    if facts.webhook_code:
        data = {"cause": facts.webhook_code}
        yield Cause(code="webhook_lost", severity=Severity.WARNING, section=Section.RAYNET, data=data)


def _waiting_for_people(facts: FirmFacts) -> Iterator[Cause]:
    if facts.holds:
        data: dict[str, str | int] = {"count": facts.holds, "items": facts.held_items}
        yield Cause(code="holds_waiting", severity=Severity.WARNING, section=Section.HOLDS, data=data)
    if facts.set_aside >= MANY_ERRORS:
        data = {"count": facts.set_aside}
        yield Cause(code="many_errors", severity=Severity.WARNING, section=Section.ERRORS, data=data)
    if facts.users_in_trouble:
        data = {"count": facts.users_in_trouble}
        yield Cause(code="users_in_trouble", severity=Severity.WARNING, section=Section.USERS, data=data)
    if facts.registrations:
        data = {"count": facts.registrations}
        yield Cause(code="registrations_waiting", severity=Severity.INFO, section=Section.USERS, data=data)


def server_causes(
    *, worker_seen_seconds: float | None, firms: int, secret_expires: datetime | None, kind: str, now: datetime
) -> Iterator[Cause]:
    """Causes of the whole server. ``kind`` of the registration's credential is ``secret`` or ``certificate``."""
    if firms and (worker_seen_seconds is None or worker_seen_seconds > WORKER_GONE_SECONDS):
        data: dict[str, str | int] = {"minutes": int((worker_seen_seconds or 0) // 60)}
        yield Cause(code="worker_not_seen", severity=Severity.ERROR, section=Section.SERVER, data=data)
    if secret_expires is None:
        return
    days = (secret_expires - now).days
    if secret_expires <= now:
        data = {"kind": kind}
        yield Cause(code="credential_expired", severity=Severity.ERROR, section=Section.SERVER, data=data)
        return
    near = [limit for limit in SECRET_DAYS if days < limit]
    if near:
        severity = Severity.ERROR if min(near) <= 7 else Severity.WARNING
        data = {"kind": kind, "days": days}
        subject = f"days_{min(near)}"
        yield Cause(code="credential_ends", severity=severity, section=Section.SERVER, subject=subject, data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteLag:
    """The 95th percentile of one minute in which something was carried."""

    at: datetime
    p95_seconds: float


def is_lagging(minutes: Sequence[MinuteLag], waiting_since: datetime | None, now: datetime) -> bool:
    """Whether changes have taken longer than promised for five minutes.

    Either something has waited so long already, or every minute of the last five in which something was carried was
    too slow, the first of them at the beginning of that time.
    """
    if waiting_since is not None and now - waiting_since > LAG_FOR + timedelta(seconds=LAG_LIMIT_SECONDS):
        return True
    # A minute's point bears the instant at which the minute began.
    lately = [one for one in minutes if now - one.at <= LAG_FOR + timedelta(minutes=1)]
    if len(lately) < 2 or any(one.p95_seconds <= LAG_LIMIT_SECONDS for one in lately):
        return False
    return now - min(one.at for one in lately) >= LAG_FOR - timedelta(minutes=1)
