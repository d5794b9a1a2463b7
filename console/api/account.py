"""Signing in and one's own account. Blocking calls for job threads."""

from urllib.parse import urlsplit

from console.api.client import Client
from console.api.problems import WrongVersion
from console.api.wire import session as wire
from console.api.wire.shapes import Nothing, Page
from console.version import API_MAJOR, VERSION

_BASE = "/api/v1"


class BadAddress(ValueError):
    """What was typed is no address of a server; ``reason`` is ``empty``, ``no_host`` or ``not_https``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normal_url(typed: str) -> str:
    """``ros.example.cz`` means https. Plain http is accepted for this computer only (demo). Raises BadAddress."""
    text = typed.strip()
    if not text:
        raise BadAddress("empty")
    if "://" not in text:
        text = f"https://{text}"
    parts = urlsplit(text)
    host = parts.hostname or ""
    try:
        port = parts.port
    except ValueError:
        raise BadAddress("no_host") from None
    if not host or any(letter.isspace() for letter in text):
        raise BadAddress("no_host")
    is_here = host in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise BadAddress("not_https")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def server(client: Client) -> wire.ServerInfo:
    """What anybody may know. Raises WrongVersion where the two do not fit."""
    found = client.get(f"{_BASE}/server", wire.ServerInfo).value
    if found.api.split(".")[0] != API_MAJOR:
        raise WrongVersion(f"api {found.api}, console {VERSION}")
    if _numbers(found.min_console) > _numbers(VERSION):
        raise WrongVersion(f"console {VERSION} < {found.min_console}")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("+")[0].split(".") if part.isdigit())


def sign_in(client: Client, body: wire.SignIn) -> wire.SignedIn:
    """With a local account. A missing or wrong second factor is a Refused with its own code."""
    return client.post(f"{_BASE}/session", wire.SignedIn, body).value


def sign_in_with_entra(client: Client, token: str) -> wire.SignedIn:
    return client.post(f"{_BASE}/session/entra", wire.SignedIn, wire.EntraSignIn(access_token=token)).value


def session(client: Client) -> wire.Session:
    """Who the token of the client belongs to. Raises SignedOut."""
    return client.get(f"{_BASE}/session", wire.Session).value


def sign_out(client: Client) -> None:
    client.delete(f"{_BASE}/session")


def change_password(client: Client, body: wire.PasswordChange) -> None:
    client.put(f"{_BASE}/session/password", Nothing, body, None)


def start_totp(client: Client) -> wire.TotpStart:
    return client.post(f"{_BASE}/session/totp", wire.TotpStart).value


def confirm_totp(client: Client, code: str) -> wire.RecoveryCodes:
    return client.put(f"{_BASE}/session/totp", wire.RecoveryCodes, wire.TotpConfirm(code=code), None).value


def stop_totp(client: Client) -> None:
    client.delete(f"{_BASE}/session/totp")


def sessions(client: Client) -> tuple[wire.SessionEntry, ...]:
    return client.get(f"{_BASE}/sessions", Page[wire.SessionEntry]).value.items


def end_session(client: Client, session_id: str) -> None:
    client.delete(f"{_BASE}/sessions/{session_id}")
