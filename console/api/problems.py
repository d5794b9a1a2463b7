"""What can go wrong between the console and the server. A closed tree: a view decides by class, never by text."""

from collections.abc import Mapping
from dataclasses import dataclass


class ApiProblem(Exception):
    """Any call that did not bring what was asked for. ``code`` is stable, texts are made by the presenters."""

    code = "problem"


class Offline(ApiProblem):
    """No answer: no network, no server, or it took too long.

    ``is_unknown`` says that the request may have been carried out although no answer came.
    """

    code = "offline"

    def __init__(self, reason: str, *, is_unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unknown = is_unknown


class Untrusted(ApiProblem):
    """The server's certificate was not accepted; ``reason`` is OpenSSL's code name."""

    code = "untrusted"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message


class WrongVersion(ApiProblem):
    """The server speaks another version of the contract, or is no such server at all."""

    code = "wrong_version"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Cancelled(ApiProblem):
    """Somebody pressed Cancel, or nobody waits for the result any more."""

    code = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The server's own words about a refusal (RFC 9457). Members we do not know stay in ``data``."""

    status: int
    code: str
    title_cs: str
    title_en: str
    request_id: str
    data: Mapping[str, object]

    def title(self, language: str) -> str:
        """In the language of the window; empty where the server said nothing."""
        return self.title_en if language == "en" else self.title_cs


class Refused(ApiProblem):
    """The server answered, and the answer is no."""

    def __init__(self, told: Told) -> None:
        super().__init__(f"{told.status} {told.code}")
        self.told = told

    @property
    def field(self) -> str | None:
        """The member of the body that was not accepted, where one was named."""
        value = self.told.data.get("field")
        return value if isinstance(value, str) else None


class SignedOut(Refused):
    """401: the session is over or was never there."""


class NoRights(Refused):
    """403: signed in, but not allowed."""


class Missing(Refused):
    """404: unknown, deleted, or of another firm; the server does not say which."""


class Clash(Refused):
    """409: the state does not allow it (seats exhausted, name taken …); ``told.code`` says what."""


class Stale(Refused):
    """412 or 428: somebody changed it since it was read."""


class Unacceptable(Refused):
    """400 or 422: a value was refused."""


class Busy(Refused):
    """429: too often; try later."""


class Broken(Refused):
    """5xx: the server's own trouble; the request id helps support."""


def refusal(told: Told) -> Refused:
    """The class that fits a status."""
    kinds: dict[int, type[Refused]] = {
        400: Unacceptable,
        401: SignedOut,
        403: NoRights,
        404: Missing,
        409: Clash,
        412: Stale,
        422: Unacceptable,
        428: Stale,
        429: Busy,
    }
    return (Broken if told.status >= 500 else kinds.get(told.status, Refused))(told)
