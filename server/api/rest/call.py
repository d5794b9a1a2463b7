"""One request being served: who asks, for which firm, under which conditions."""

import re
from dataclasses import dataclass, field
from typing import Final

from server.api.services import Services
from server.domain.ids import FirmId
from server.errors import NotSignedIn, Outdated
from server.store.admin.sessions import SignedIn

_TAG: Final = re.compile(r'"v([0-9]{1,18})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a route's function is given first."""

    services: Services
    #: The caller's address: for the sign-in limits only, never stored in clear or logged.
    address: str = field(repr=False)
    signed_in: SignedIn | None = None
    #: The firm of the path; reachable for the caller and existing.
    of_firm: FirmId | None = None
    #: ``If-Match`` as sent; None: any version.
    if_match: str | None = None
    #: The token of ``Authorization``; never logged.
    token: str = field(default="", repr=False)

    @property
    def who(self) -> SignedIn:
        if self.signed_in is None:
            raise NotSignedIn
        return self.signed_in

    @property
    def actor(self) -> str:
        """As the audit log names the caller."""
        return f"admin:{self.who.administrator_id}"

    @property
    def firm(self) -> FirmId:
        assert self.of_firm is not None, "the route has no firm in its path"  # noqa: S101  # a defect, not data
        return self.of_firm

    @property
    def revision(self) -> int | None:
        """The revision the caller has seen; None for any. Raises Outdated for a tag that was never ours."""
        if self.if_match is None:
            return None
        found = _TAG.fullmatch(self.if_match)
        if found is None:
            raise Outdated
        return int(found.group(1))

    def refuse_stale(self, revision: int) -> None:
        """Raises Outdated when the caller has seen another revision."""
        if self.revision not in (None, revision):
            raise Outdated(revision=revision)


def tag_of(version: int | str) -> str:
    """The ETag of a version."""
    return f'"v{version}"'
