"""The checks of ``ros doctor``: each a small function that looks at one thing and says what to do about it.

A check never changes anything and never logs in anywhere: it may be run at any time, also beside a running server.
"""

import difflib
import http.client
import json
import os
import shutil
import socket
import ssl
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi

from server.api.panel.files import BUILT
from server.domain.alerts import SECRET_DAYS
from server.errors import Misconfigured, RosError
from server.settings import SECRETS, Settings, load_settings, master_keys, variable
from server.wiring import credential_of

LEAST_FREE_BYTES: Final = 500 * 1024 * 1024
REPLY_SECONDS: Final = 10.0
#: Tokens and subscriptions are valid from and until an instant; Entra ID forgives five minutes.
CLOCK_WARNING_SECONDS: Final = 30
CLOCK_FAILURE_SECONDS: Final = 240
#: What OpenSSL finds wrong with a certificate: X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH.
_CERTIFICATES: Final = {
    10: "doctor_certificate_expired",
    62: "doctor_certificate_other_name",
    64: "doctor_certificate_other_name",
}
CERTIFICATE_WARNING: Final = timedelta(days=14)


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found. ``code`` keys the sentence with the remedy, ``data`` fills it."""

    check: str
    state: State
    code: str
    data: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a host answered to one harmless request."""

    base: str
    trouble: str | None = None
    date: datetime | None = None
    asked_at: datetime | None = None
    certificate_until: datetime | None = None


def diagnose(environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Every check in a sensible order. Where the settings cannot be read, nothing else can be looked at."""
    try:
        settings = load_settings(environ)
    except Misconfigured as error:
        yield Finding(check="settings", state=State.FAILED, code=error.code, data=error.data)
        return
    yield from settings_findings(settings, environ)
    yield data_folder_finding(settings)
    yield from key_file_findings(settings)
    yield database_finding(settings)
    yield panel_finding(BUILT)
    replies = ask_all([settings.graph_url, settings.authority_url, *settings.raynet_urls], settings.ca_bundle)
    yield from (host_finding(reply, now) for reply in replies)
    yield from clock_findings(replies)
    yield public_url_finding(settings, now)
    yield from credential_findings(settings, now)


# --- settings and files -----------------------------------------------------------------------------------------------


def settings_findings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Names that look like a slip of the pen, and what is not set but needed for work."""
    known = {variable(name) for name in Settings.model_fields} | {f"{variable(name)}_FILE" for name in SECRETS}
    known |= {"ROS_CONFIG", "ROS_LANG"}
    troubles = []
    for name in sorted(environ):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.85) if name.startswith("ROS_") else []
        if near and name not in known:
            data = {"setting": name, "suggestion": near[0]}
            troubles.append(Finding(check="settings", state=State.WARNING, code="doctor_setting_misspelt", data=data))
    if settings.client_id is None or (settings.client_secret is None and settings.client_certificate is None):
        troubles.append(Finding(check="settings", state=State.WARNING, code="doctor_no_registration"))
    yield from troubles or [Finding(check="settings", state=State.OK, code="doctor_settings_ok")]


def data_folder_finding(settings: Settings) -> Finding:
    """Whether the data folder, or the nearest existing one above it, can be written and has room."""
    folder = settings.data_dir
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    data: dict[str, str | int] = {"path": str(folder)}
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding(check="data_dir", state=State.FAILED, code="doctor_data_dir_not_writable", data=data)
    free = shutil.disk_usage(existing).free
    if free < LEAST_FREE_BYTES:
        data["free_mb"] = free // (1024 * 1024)
        return Finding(check="data_dir", state=State.WARNING, code="doctor_disk_nearly_full", data=data)
    return Finding(check="data_dir", state=State.OK, code="doctor_data_dir_ok", data=data)


def key_file_findings(settings: Settings) -> Iterator[Finding]:
    """The generated master key must be readable by its owner only; a key that comes from a setting is not looked at."""
    if settings.secret_key is not None:
        return
    data = {"path": str(settings.key_file)}
    try:
        mode = stat.S_IMODE(settings.key_file.stat().st_mode)
    except FileNotFoundError:
        yield Finding(check="secret_key", state=State.OK, code="doctor_key_not_made_yet", data=data)
        return
    except OSError:
        yield Finding(check="secret_key", state=State.FAILED, code="setting_key_file_unusable", data=data)
        return
    if mode & 0o077:
        yield Finding(check="secret_key", state=State.FAILED, code="doctor_key_readable_by_others", data=data)
    else:
        yield Finding(check="secret_key", state=State.OK, code="doctor_key_ok", data=data)


def database_finding(settings: Settings) -> Finding:
    """Whether the database can be reached and has the schema of this release. A file that is not there is not made."""
    if settings.database_file is not None and not settings.database_file.exists():
        data = {"path": str(settings.database_file)}
        return Finding(check="database", state=State.WARNING, code="doctor_database_not_made_yet", data=data)
    if settings.secret_key is None and not settings.key_file.exists():
        data = {"path": str(settings.key_file)}
        return Finding(check="database", state=State.FAILED, code="doctor_key_lost", data=data)
    # Here, because SQLAlchemy and Alembic take most of a second to load, which `ros --help` should not wait for.
    from server.store.database import open_database
    from server.store.migrate import migration_state, serves

    try:
        with closing(open_database(settings.database_url.get_secret_value(), master_keys(settings))) as database:
            current, needed = migration_state(database)
    except Misconfigured as error:
        return Finding(check="database", state=State.FAILED, code=error.code, data=error.data)
    except RosError as error:
        data = {"detail": str(error.data.get("detail") or error.code)}
        return Finding(check="database", state=State.FAILED, code="doctor_database_unreachable", data=data)
    if not serves(current, needed):
        versions = {"current": current, "needed": needed}
        return Finding(check="database", state=State.FAILED, code="store_not_migrated", data=versions)
    return Finding(check="database", state=State.OK, code="doctor_database_ok", data={"revision": current})


def panel_finding(folder: Path) -> Finding:
    """Whether the pages of Outlook's panel are there to be served; without them ``/addin/`` answers 503."""
    data = {"path": str(folder)}
    if (folder / "panel.html").is_file():
        return Finding(check="panel", state=State.OK, code="doctor_panel_ok", data=data)
    return Finding(check="panel", state=State.WARNING, code="doctor_panel_not_built", data=data)


# --- the outside ------------------------------------------------------------------------------------------------------


def ask_all(bases: Iterable[str], ca_bundle: Path | None) -> Sequence[Reply]:
    """One reply per host, in the given order; hosts are asked side by side."""
    hosts = list(dict.fromkeys(_host_of(base) for base in bases))
    context = ssl.create_default_context(cafile=certifi.where())  # the roots that our clients trust
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(lambda base: ask(base, context), hosts))


def ask(base: str, context: ssl.SSLContext) -> Reply:
    """HEAD of the host's root. Never of an API path: a request without a login there could count as a failed login."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=REPLY_SECONDS, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=REPLY_SECONDS)
    )
    try:
        connection.connect()
        until = _certificate_until(connection.sock)
        asked_at = datetime.now(UTC)
        connection.request("HEAD", "/", headers={"User-Agent": "ros-doctor"})
        date = connection.getresponse().getheader("Date")
        return Reply(base=base, date=_parsed(date), asked_at=asked_at, certificate_until=until)
    except ssl.SSLCertVerificationError as error:
        return Reply(base=base, trouble=_CERTIFICATES.get(error.verify_code, "doctor_certificate_untrusted"))
    except ssl.SSLError:
        return Reply(base=base, trouble="doctor_tls_failed")
    except socket.gaierror:
        return Reply(base=base, trouble="doctor_host_unknown")
    except TimeoutError:
        return Reply(base=base, trouble="doctor_host_silent")
    except (OSError, http.client.HTTPException):
        return Reply(base=base, trouble="doctor_host_unreachable")
    finally:
        connection.close()


def host_finding(reply: Reply, now: datetime) -> Finding:
    """Whether a host can be reached with a certificate that we trust and that lasts."""
    data: dict[str, str | int] = {"host": urlsplit(reply.base).netloc}
    if reply.trouble is not None:
        return Finding(check="host", state=State.FAILED, code=reply.trouble, data=data)
    if reply.certificate_until is not None and reply.certificate_until - now < CERTIFICATE_WARNING:
        data["days"] = (reply.certificate_until - now).days
        return Finding(check="host", state=State.WARNING, code="doctor_certificate_ends_soon", data=data)
    return Finding(check="host", state=State.OK, code="doctor_host_ok", data=data)


def public_url_finding(settings: Settings, now: datetime) -> Finding:
    """Whether our own address leads here: Raynet and Microsoft ring there, and administrators come back there.

    Asked from this machine, which some networks do not let out and in again: no answer is a warning only.
    """
    base = settings.public_url
    data = {"host": urlsplit(base).netloc}
    if not base.startswith("https://"):
        return Finding(check="public_url", state=State.WARNING, code="doctor_public_url_not_https", data=data)
    context = ssl.create_default_context(cafile=certifi.where())
    if settings.ca_bundle is not None:
        context.load_verify_locations(cafile=settings.ca_bundle)
    reply = ask(base, context)
    if reply.trouble in ("doctor_certificate_untrusted", *_CERTIFICATES.values()):
        return Finding(check="public_url", state=State.FAILED, code=reply.trouble, data=data)
    if reply.trouble is not None:
        return Finding(check="public_url", state=State.WARNING, code="doctor_public_url_unreachable", data=data)
    if not _is_ours(base, context):
        return Finding(check="public_url", state=State.FAILED, code="doctor_public_url_not_ours", data=data)
    ends_soon = host_finding(reply, now)
    if ends_soon.state is not State.OK:
        return Finding(check="public_url", state=ends_soon.state, code=ends_soon.code, data=ends_soon.data)
    return Finding(check="public_url", state=State.OK, code="doctor_public_url_ok", data=data)


def _is_ours(base: str, context: ssl.SSLContext) -> bool:
    """Whether the address answers as this server does to who asks whether it is alive."""
    parts = urlsplit(base)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=REPLY_SECONDS, context=context)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/healthz", headers={"User-Agent": "ros-doctor"})
        answer = connection.getresponse()
        return answer.status == HTTPStatus.OK and json.loads(answer.read(1_000)) == {"status": "ok"}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def credential_findings(settings: Settings, now: datetime) -> Iterator[Finding]:
    """How long the secret or certificate of our registration lasts, where anybody knows."""
    try:
        credential = credential_of(settings)
    except Misconfigured as error:
        yield Finding(check="registration", state=State.FAILED, code=error.code, data=error.data)
        return
    if credential is None or credential.expires_at is None:
        return
    days = (credential.expires_at - now).days
    if credential.expires_at <= now:
        yield Finding(check="registration", state=State.FAILED, code="doctor_credential_expired")
    elif days < max(SECRET_DAYS):
        data = {"days": days}
        yield Finding(check="registration", state=State.WARNING, code="doctor_credential_ends_soon", data=data)
    else:
        yield Finding(check="registration", state=State.OK, code="doctor_credential_ok", data={"days": days})


def clock_findings(replies: Sequence[Reply]) -> Iterator[Finding]:
    """Our clock against the smallest difference that any https host shows; a single host may be wrong itself.

    A simulator on this machine speaks plain http and has a time of its own, so it is not asked.
    """
    differences = [
        (reply.asked_at - reply.date).total_seconds()
        for reply in replies
        if reply.date is not None and reply.asked_at is not None and reply.base.startswith("https://")
    ]
    if not differences:
        return
    _size, smallest = min((abs(difference), difference) for difference in differences)
    seconds = round(smallest)
    state, code = State.OK, "doctor_clock_ok"
    if abs(seconds) >= CLOCK_WARNING_SECONDS:
        state, code = State.WARNING, "doctor_clock_wrong"
    if abs(seconds) >= CLOCK_FAILURE_SECONDS:
        state = State.FAILED
    yield Finding(check="clock", state=state, code=code, data={"seconds": seconds})


def _host_of(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


def _certificate_until(sock: socket.socket | None) -> datetime | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    until = (sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) if isinstance(until, str) else None


def _parsed(date: str | None) -> datetime | None:
    """An HTTP date is always GMT; one that is not a date at all says nothing."""
    try:
        parsed = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return parsed if parsed is None or parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
