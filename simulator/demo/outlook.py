"""What stands around the panel in the demonstration: Outlook's event form, as the panel's pages and requests see it.

The pages come from the API under the address of the demonstration itself, with the simulated library in the place of
Microsoft's: a browser takes loopback for a secure origin, and nobody has to trust the front's certificate.
"""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.form.host import STAND_IN_PATH, as_outlook_shows, stand_in
from simulator.graph import ids
from simulator.seed import SeedUser, SmallFirm
from simulator.world import World

#: What the panel sends that the API needs; nothing that would compress the answer, since pages are changed on the way.
_SENT: Final = ("authorization", "content-type", "accept-language", "if-none-match", "x-ros-client", "origin")
_KEPT: Final = frozenset(
    {
        "content-type",
        "content-security-policy",
        "cache-control",
        "etag",
        "vary",
        "location",
        "retry-after",
        "x-request-id",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "x-content-type-options",
        "referrer-policy",
    }
)
_SECONDS: Final = 30.0
_SCOPE: Final = "access_as_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """An answer to hand on."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class OutlookForm:
    """Thread-safe. ``api_port``: where the API listens on this machine."""

    def __init__(self, world: World, firm: SmallFirm, api_port: int) -> None:
        self._world = world
        self._firm = firm
        self._api_port = api_port

    @staticmethod
    def serves(path: str) -> bool:
        return path.startswith("/addin/") or path in (STAND_IN_PATH, "/outlook/form")

    def relay(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Relayed:
        """The library, or the API's answer. 502 while the API is not there."""
        if target == STAND_IN_PATH:
            kind = ("Content-Type", "text/javascript; charset=utf-8")
            return Relayed(status=200, headers=(kind, ("Cache-Control", "no-cache")), body=stand_in())
        sent = {name: value for name, value in headers.items() if name.lower() in _SENT}
        connection = http.client.HTTPConnection("127.0.0.1", self._api_port, timeout=_SECONDS)
        try:
            connection.request(method, target, body=body or None, headers=sent)
            reply = connection.getresponse()
            content = reply.read()
            kept = tuple((name, value) for name, value in reply.getheaders() if name.lower() in _KEPT)
        except (OSError, http.client.HTTPException):
            return Relayed(status=502, headers=(), body=b"")
        finally:
            connection.close()
        is_page = any(name.lower() == "content-type" and "html" in value for name, value in kept)
        return Relayed(status=reply.status, headers=kept, body=as_outlook_shows(content) if is_page else content)

    def form_of(self, user: SeedUser, key: str) -> dict[str, Any]:
        """Who sits at the form, a token as Outlook's sign-in gives one, and the id of an event that exists."""
        with self._world.lock:
            owner = self._world.graph.mailbox(user.mailbox).owner
            token = self._world.entra.user_token(owner, self._firm.client_id, self._firm.client_id, _SCOPE)
        return {"address": user.mailbox, "name": user.name, "token": token, "id": _ews_id(key) if key else None}


def _ews_id(key: str) -> str:
    """The id that Outlook on the web gives for an event. Fact: another form of Graph's, outlook-addin §4 [doc]."""
    parsed = ids.decode(key)
    return ids.to_ews(ids.encode(parsed.mailbox, parsed.number, 0, parsed.day))
