"""``ros status``: queues, lags, quotas, push, consent and what expires, of all firms of the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.catalogue.sentences import Sentence
from server.cli.foreground import administration_of
from server.cli.output import Table, show_json, show_table
from server.cli.shell import Shell, command, json_option, pass_shell
from server.domain.consent import Credential
from server.domain.ids import FirmId
from server.domain.state import Side
from server.store.admin.administration import Administration
from server.store.admin.consents import Consent
from server.store.admin.overview import FirmStatus
from server.store.admin.quotas import SideQuota
from server.wiring import credential_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of one firm."""

    status: FirmStatus
    quotas: Mapping[Side, SideQuota]
    consent: Consent


@command(
    "status",
    "Ukáže fronty, zpoždění, kvóty, odběry, souhlas a platnosti.",
    "Shows queues, lags, quotas, push, consent and expiries.",
)
@json_option
@pass_shell
def status(shell: Shell, *, as_json: bool) -> None:
    """All firms of the server."""
    with administration_of(shell) as administration:
        found = [_known(administration, firm.id) for firm in administration.firms.every_unscoped()]
    now = datetime.now(UTC)
    credential = _credential(credential_of(shell.settings), now)
    if as_json:
        show_json({"at": now, "credential": credential, "firms": [_document(one, now) for one in found]})
        return
    show_table(_table(found, now), shell.language)
    if credential is not None and credential["expires_at"] is not None:
        days = credential["days_left"]
        shell.say(
            Sentence(
                f"Registrace v Entra ID: dní do konce platnosti {days}.", f"Registration at Entra ID: {days} days left."
            )
        )


def _known(administration: Administration, firm: FirmId) -> _Known:
    return _Known(
        status=administration.overview.status(firm),
        quotas={one.side: one for one in administration.quotas.every(firm)},
        consent=administration.consents.get(firm),
    )


def _table(found: Sequence[_Known], now: datetime) -> Table:
    columns = [
        Sentence("č.", "no."),
        Sentence("firma", "firm"),
        Sentence("stav", "state"),
        Sentence("párů", "pairs"),
        Sentence("fronta", "queue"),
        Sentence("pozastaveno", "holds"),
        Sentence("poslední průchod", "last pass"),
        Sentence("volání zbývá", "calls left"),
        Sentence("souhlas", "consent"),
        Sentence("licence do", "licence until"),
    ]
    rows = [_row(one, now) for one in found]
    return Table(columns=columns, rows=rows, empty=Sentence("Žádné firmy.", "No firms."))


def _row(known: _Known, now: datetime) -> Sequence[object]:
    one, raynet = known.status, known.quotas.get(Side.RAYNET)
    lag = _lag(one, now)
    return (
        one.firm,
        one.name,
        _state(one),
        sum(one.pairs.values()),
        one.notices + one.due_links,
        one.open_holds,
        f"{lag:.0f} s" if lag is not None else None,
        raynet.left if raynet is not None else None,
        known.consent.state.value,
        one.valid_until.isoformat(),
    )


def _lag(one: FirmStatus, now: datetime) -> float | None:
    """Seconds since the last pass."""
    at = one.sync.last_pass_at
    return (now - at).total_seconds() if at is not None else None


def _state(one: FirmStatus) -> str:
    breaker = one.sync.raynet_breaker or one.sync.graph_breaker
    if one.paused:
        return "paused"
    if not one.licence.is_running:
        return "licence_expired"
    return breaker.code if breaker is not None else "ok"


def _document(known: _Known, now: datetime) -> dict[str, object]:
    one = known.status
    sync = one.sync
    return {
        "firm": one.firm,
        "name": one.name,
        "state": _state(one),
        "paused": one.paused,
        "seats": {"bought": one.seats, "used": one.seats_used},
        "licence": {
            "valid_until": one.valid_until,
            "days_left": one.licence.days_left,
            "state": one.licence.state.value,
            "runs_until": one.licence.runs_until,
        },
        "queue": {
            "notices": one.notices,
            "oldest_notice_at": one.oldest_notice_at,
            "due_links": one.due_links,
            "oldest_due_at": one.oldest_due_at,
            "open_intents": one.open_intents,
        },
        "lag_seconds": _lag(one, now),
        "mailboxes": {state.value: number for state, number in one.mailboxes.items()},
        "pairs": {state.value: number for state, number in one.pairs.items()},
        "holds": one.open_holds,
        "conflicts": one.open_conflicts,
        "raynet": {
            "breaker": sync.raynet_breaker.code if sync.raynet_breaker else None,
            "waits_until": sync.raynet_wait_until,
        },
        "graph": {
            "breaker": sync.graph_breaker.code if sync.graph_breaker else None,
            "waits_until": sync.graph_wait_until,
        },
        "quotas": {side.value: _quota(known.quotas.get(side)) for side in Side},
        "consent": _consent(known.consent),
        "subscriptions": [{"mailbox": row.mailbox, "expires_at": row.expires_at} for row in one.subscriptions],
        "webhook": {"id": one.webhook.id, "checked_at": one.webhook.checked_at, "failed": one.webhook.failed_code}
        if one.webhook
        else None,
        "last_full_at": sync.last_full_at,
        "worker": one.owner,
    }


def _quota(one: SideQuota | None) -> dict[str, object] | None:
    """What workers have written down; None while none has worked for the firm."""
    if one is None:
        return None
    return {
        "calls_today": one.calls_today,
        "limit": one.limit,
        "left": one.left,
        "resets_at": one.resets_at,
        "as_of": one.as_of,
    }


def _consent(one: Consent) -> dict[str, object]:
    """Steps are those of the verification ladder; ``code`` says why one failed."""
    return {
        "state": one.state.value,
        "checked_at": one.checked_at,
        "granted_at": one.granted_at,
        "refused": one.refused_code,
        "steps": [{"id": step.id, "state": step.state.value, "code": step.code} for step in one.steps],
    }


def _credential(one: Credential | None, now: datetime) -> dict[str, object] | None:
    """Of our registration, the same for all firms; ``expires_at`` None where nobody has told us."""
    if one is None:
        return None
    days = (one.expires_at - now).days if one.expires_at is not None else None
    return {"kind": one.kind, "expires_at": one.expires_at, "days_left": days}
