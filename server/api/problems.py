"""Problems as RFC 9457, in Czech and English; one handler per branch of our exception tree.

The sentence says what the caller can do about it and never what went wrong inside; ``code`` is stable.
"""

from collections.abc import Mapping
from typing import Any, Final

import falcon
import structlog
from pydantic import BaseModel, ConfigDict

from server.catalogue.explained import SENTENCES as CATALOGUE
from server.catalogue.explained import sentence
from server.catalogue.sentences import Sentence
from server.errors import (
    Forbidden,
    Invalid,
    Misconfigured,
    NotFound,
    NotSignedIn,
    Outdated,
    Refused,
    Remote,
    RosError,
    Throttled,
)

#: Falcon's application with its own kinds of request and response.
App = falcon.App[falcon.Request, falcon.Response]
_LOG = structlog.get_logger("api")
UNSCOPED: Final = "unscoped_statement"
MEDIA_PROBLEM: Final = "application/problem+json"


class WrongMember(BaseModel):
    """A member of a request that cannot be so; ``kind`` says in which way, the value is not repeated."""

    model_config = ConfigDict(frozen=True)

    field: str
    kind: str


class Problem(BaseModel):
    """RFC 9457. Further members are ids, counts and codes that the sentence speaks of."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    #: In the language of ``Accept-Language``, Czech first.
    title: str
    title_cs: str
    title_en: str
    status: int
    code: str
    request_id: str | None
    errors: tuple[WrongMember, ...] = ()


class InvalidMembers(Invalid):
    """Members of a body or a query that are malformed: (place, kind) of each."""

    def __init__(self, members: tuple[tuple[str, str], ...]) -> None:
        self.members = members
        super().__init__(field=members[0][0] if members else None)


#: What only HTTP can say; everything else stands in the catalogue.
SENTENCES: Final[Mapping[str, Sentence]] = {
    "malformed": Sentence("Požadavek není čitelný.", "The request cannot be read."),
    "not_found": Sentence("Nic takového tu není.", "There is no such thing here."),
    "method_not_allowed": Sentence(
        "Tato adresa takový požadavek nepřijímá.", "This address does not take such a request."
    ),
    "too_large": Sentence("Požadavek je příliš velký.", "The request is too large."),
    "unsupported_media_type": Sentence("Očekává se JSON.", "JSON is expected."),
    "unavailable": Sentence("Služba teď nemůže odpovědět. Zkuste to za chvíli.", "Not available now. Try again soon."),
    "defect": Sentence(
        "Nastala chyba na naší straně. Podpoře sdělte kód požadavku.",
        "Something went wrong on our side. Tell support the request id.",
    ),
    "http_error": Sentence("Požadavek nelze vyřídit.", "The request cannot be served."),
}
_OF_STATUS: Final = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    500: "defect",
    503: "unavailable",
}
#: Statuses of codes whose class alone does not tell.
_OF_CODE: Final = {code: status for status, code in _OF_STATUS.items()} | {
    "sign_in_required": 401,
    "sign_in_failed": 401,
    "password_change_required": 403,
    "sign_in_again": 403,
    "outdated": 412,
    "invalid": 422,
    "invalid_rule": 422,
    "password_wrong": 422,
    "password_length": 422,
    "password_common": 422,
    "password_same": 422,
    "totp_code_wrong": 422,
    "if_match_missing": 428,
    "too_many_tries": 429,
}


def status_of(code: str) -> int:
    """The status under which a code is answered where it is not an Invalid; what we refuse otherwise is a 409."""
    return _OF_CODE.get(code, 409)


def said(code: str, status: int, data: Mapping[str, Any]) -> Sentence:
    """The sentence of a code: HTTP's own, the catalogue's, or that of the status."""
    if code in SENTENCES:
        return SENTENCES[code]
    if code in CATALOGUE:
        return sentence(code, data)
    return SENTENCES[_OF_STATUS.get(status, "http_error")]


def language(req: falcon.Request) -> str:
    """``cs`` unless the caller prefers English."""
    return "en" if _prefers_english(req.get_header("Accept-Language")) else "cs"


def _prefers_english(header: str | None) -> bool:
    """Whether English stands before Czech and Slovak; qualities are rarely against the order."""
    for part in (header or "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in ("cs", "sk"):
            return False
        if tag == "en":
            return True
    return False


def problem(req: falcon.Request, resp: falcon.Response, status: int, code: str, data: Mapping[str, Any]) -> None:
    """Answer with a problem. ``data`` holds ids and counts only."""
    words = said(code, status, data)
    tongue = language(req)
    resp.status = falcon.code_to_http_status(status)
    resp.content_type = MEDIA_PROBLEM
    resp.set_header("Content-Language", tongue)
    body = {
        "type": f"urn:ros:problem:{code}",
        "title": words.en if tongue == "en" else words.cs,
        "title_cs": words.cs,
        "title_en": words.en,
        "status": status,
        "code": code,
        "request_id": getattr(req.context, "request_id", None),
        **data,
    }
    if isinstance(seconds := data.get("retry_after_seconds"), int):
        resp.set_header("Retry-After", str(seconds))
    resp.data = falcon.media.JSONHandler().serialize(body, MEDIA_PROBLEM)
    resp.text = None
    resp.stream = None


def handle_problems(app: App) -> None:
    """Falcon's own errors, our tree and everything else."""
    app.add_error_handler(Exception, _defect)
    app.add_error_handler(falcon.HTTPError, _http_error)
    app.add_error_handler(RosError, _ours)


def _http_error(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, _params: Any) -> None:
    status = error.status_code
    headers = error.headers or {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        resp.set_header(name, value)
    problem(req, resp, status, _OF_STATUS.get(status, "http_error"), {})


def _ours(req: falcon.Request, resp: falcon.Response, error: RosError, _params: Any) -> None:
    if error.code == UNSCOPED:
        # The barrier behind the scope has stopped a statement of ours: nobody's lack of a right.
        _defect(req, resp, error, _params)
        return
    if isinstance(error, Throttled):
        resp.set_header("Retry-After", error.until.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    if isinstance(error, Remote | Misconfigured):
        _LOG.warning("request_unserved", code=error.code)
        problem(req, resp, 503, "unavailable", {})
        return
    status, code = _refusal(error)
    if isinstance(error, NotSignedIn):
        resp.set_header("WWW-Authenticate", "Bearer")
    problem(req, resp, status, code, _shown(error))


def _shown(error: RosError) -> dict[str, Any]:
    """Unknown, foreign and deleted look the same: what was not found is not named."""
    if isinstance(error, NotFound | NotSignedIn):
        return {}
    data: dict[str, Any] = dict(error.data)
    if isinstance(error, InvalidMembers):
        data["errors"] = [{"field": place, "kind": kind} for place, kind in error.members]
    return data


def _refusal(error: RosError) -> tuple[int, str]:
    """Status and code. The first class that fits decides."""
    table: tuple[tuple[type[RosError], int], ...] = (
        (NotFound, 404),
        (Invalid, 422),
        (NotSignedIn, 401),
        (Forbidden, 403),
        (Outdated, 412),
    )
    by_class = next((status for kind, status in table if isinstance(error, kind)), None)
    if by_class is None and not isinstance(error, Refused):
        return 500, "defect"
    return by_class or status_of(error.code), "not_found" if by_class == 404 else error.code


def _defect(req: falcon.Request, resp: falcon.Response, error: Exception, _params: Any) -> None:
    """Ours: logged once with its trace, which never reaches the caller."""
    _LOG.error("request_defect", kind=type(error).__name__, exc_info=error)
    problem(req, resp, 500, "defect", {})
