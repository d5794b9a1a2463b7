"""Access data are tried before they are stored: what does not work never takes the place of what does."""

from urllib.parse import urlsplit

from server.api.rest.call import Call
from server.api.services import RaynetTrial
from server.domain.ids import FirmId
from server.errors import Denied, Invalid, Refused, Remote
from server.ports.raynet import RaynetIdentity


def allowed_base(call: Call, url: str) -> str:
    """One of the settings' bases, however its slashes were written. Raises Invalid ``raynet_url_not_allowed``."""
    known = {_plain(one): one for one in call.services.site.raynet_urls}
    found = known.get(_plain(url))
    if found is None:
        raise Invalid("raynet_url_not_allowed", field="url")
    return found


def _plain(url: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.query or parts.fragment:
        return None
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")


def tried(call: Call, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity | Remote:
    """Who the access data are, or why Raynet does not say. Raises Invalid for what cannot be access data."""
    try:
        return call.services.remotes.try_raynet(firm, trial)
    except Remote as error:
        return error


def refuse_wrong_raynet(call: Call, firm: FirmId, trial: RaynetTrial) -> None:
    """Raises Refused ``raynet_refused``, or ``raynet_unreachable`` where Raynet could not be asked."""
    answer = tried(call, firm, trial)
    if isinstance(answer, Denied):
        raise Refused("raynet_refused", cause=answer.code)
    if isinstance(answer, Remote):
        raise Refused("raynet_unreachable", cause=answer.code)
