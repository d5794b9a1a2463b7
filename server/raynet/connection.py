"""Where and as whom a firm's Raynet is reached."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from server.domain.ids import FirmId
from server.errors import Invalid

#: Fact: the instance is a path segment of the web application [seen], §1; anything else could forge a header.
_INSTANCE = re.compile(r"[A-Za-z0-9_-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetConnection:
    """One firm's access. ``revision`` grows when an administrator changes it: that closes the local breaker.

    ``base_url`` ends in ``/api/v2``, with or without a slash. ``zone``: IANA name of the API user's zone if known.
    Raises Invalid naming the field.
    """

    firm: FirmId
    base_url: str
    instance: str
    user: str = field(repr=False)
    key: str = field(repr=False)
    revision: int = 1
    zone: str | None = None

    def __post_init__(self) -> None:
        if _INSTANCE.fullmatch(self.instance) is None:
            raise Invalid(field="raynet_instance")
        # Basic authentication separates user and key by a colon.
        if not self.user or ":" in self.user or not self.user.isprintable():
            raise Invalid(field="raynet_user")
        if not self.key or not self.key.isprintable():
            raise Invalid(field="raynet_key")

    @property
    def host(self) -> str:
        """Host and port: what shares one outgoing address' limit."""
        return urlsplit(self.base_url).netloc.lower()
