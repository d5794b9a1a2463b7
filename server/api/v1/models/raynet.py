"""A firm's access to Raynet. The key goes in and never comes out."""

from typing import Literal

from server.api.rest.shapes import Instant, Line, SecretIn, Shape, Words
from server.api.v1.models.firms import BreakerState, Instance, RaynetUser


class Raynet(Shape):
    #: Null while it was never set.
    url: str | None
    #: The bases that can be chosen among.
    allowed_urls: tuple[str, ...]
    instance: str | None
    user: str | None
    key_set: bool
    breaker: BreakerState | None
    #: When Raynet was last read successfully.
    last_read_at: Instant | None


class RaynetPut(Shape):
    """Without ``key`` the stored one stays. Raynet is asked first: what it refuses is not stored."""

    url: Line
    instance: Instance
    user: RaynetUser
    key: SecretIn | None = None


class RaynetTest(Shape):
    """What is absent is taken from what is stored. Nothing is stored."""

    url: Line | None = None
    instance: Instance | None = None
    user: RaynetUser | None = None
    key: SecretIn | None = None


class RaynetTested(Shape):
    state: Literal["ok", "refused", "unreachable"]
    #: Null when ok.
    code: str | None
    text: Words
    #: The zone of the API user, an IANA name.
    zone: str | None
    #: Whether it is known as whom our own writes appear.
    login_known: bool
