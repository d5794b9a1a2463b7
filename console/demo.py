"""Trying the console against the demo server of this computer, without typing anything.

``make demo`` prints the addresses and makes three local accounts with one password; it is no secret, because that
server listens on this computer only and holds invented firms.
"""

from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from console.api import account
from console.api.client import Address
from console.context import Parts
from console.views.window import Window

#: What ``make demo`` sets up: role on the command line to login.
LOGINS: Final = {"central": "demo-central", "firm": "demo-firm", "auditor": "demo-auditor"}
PASSWORD: Final = "demo-console-password"  # noqa: S105 (no secret, see above)
URL: Final = "http://127.0.0.1:8080"


def folder() -> Path:
    """Apart from the settings of somebody's real work."""
    return user_cache_path("ros-console", appauthor=False) / "demo"


def prepare(parts: Parts, url: str | None) -> None:
    """The server that the sign-in will find."""
    use_server(parts, url or URL)


def use_server(parts: Parts, typed: str) -> None:
    """As if this had been the server of the last time. Raises BadAddress."""
    parts.preferences.address = Address(url=account.normal_url(typed))


def sign_in(window: Window, role: str) -> None:
    """Types login and password as soon as they are asked for."""
    window.type_credentials(LOGINS[role], PASSWORD)
