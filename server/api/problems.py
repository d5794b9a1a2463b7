"""Problems as RFC 9457, in Czech and English; one handler per branch of our exception tree.

The sentence says what the caller can do about it and never what went wrong inside; ``code`` is stable.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import falcon
import structlog

from server.errors import Forbidden, Invalid, Misconfigured, NotFound, Outdated, Refused, Remote, RosError, Throttled

#: Falcon's application with its own kinds of request and response.
App = falcon.App[falcon.Request, falcon.Response]
_LOG = structlog.get_logger("api")
MEDIA_PROBLEM: Final = "application/problem+json"


class Sentence(NamedTuple):
    """One thing said in both languages."""

    cs: str
    en: str


SENTENCES: Final[Mapping[str, Sentence]] = {
    "malformed": Sentence("Požadavek není čitelný.", "The request cannot be read."),
    "not_found": Sentence("Nic takového tu není.", "There is no such thing here."),
    "method_not_allowed": Sentence(
        "Tato adresa takový požadavek nepřijímá.", "This address does not take such a request."
    ),
    "too_large": Sentence("Požadavek je příliš velký.", "The request is too large."),
    "unsupported_media_type": Sentence("Očekává se JSON.", "JSON is expected."),
    "forbidden": Sentence("K tomu nemáte oprávnění.", "You may not do this."),
    "invalid": Sentence("Hodnota není přípustná.", "The value is not acceptable."),
    "outdated": Sentence(
        "Mezitím to někdo změnil. Načtěte nový stav a zkuste to znovu.",
        "Somebody changed this meanwhile. Read the new state and try again.",
    ),
    "refused": Sentence("Požadavek byl odmítnut.", "The request was refused."),
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
    sentence = SENTENCES.get(code) or SENTENCES.get(_OF_STATUS.get(status, ""), SENTENCES["http_error"])
    tongue = language(req)
    resp.status = falcon.code_to_http_status(status)
    resp.content_type = MEDIA_PROBLEM
    resp.set_header("Content-Language", tongue)
    body = {
        "type": f"urn:ros:problem:{code}",
        "title": sentence.en if tongue == "en" else sentence.cs,
        "title_cs": sentence.cs,
        "title_en": sentence.en,
        "status": status,
        "code": code,
        "request_id": getattr(req.context, "request_id", None),
        **data,
    }
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
    if isinstance(error, Throttled):
        resp.set_header("Retry-After", error.until.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    if isinstance(error, Remote | Misconfigured):
        _LOG.warning("request_unserved", code=error.code)
        problem(req, resp, 503, "unavailable", {})
        return
    status, code = _refusal(error)
    problem(req, resp, status, code, dict(error.data))


def _refusal(error: RosError) -> tuple[int, str]:
    """Status and code. The first class that fits decides."""
    table: tuple[tuple[type[RosError], int], ...] = (
        (NotFound, 404),
        (Invalid, 422),
        (Forbidden, 403),
        (Outdated, 412),
        (Refused, 409),
    )
    return next(((status, error.code) for kind, status in table if isinstance(error, kind)), (500, "defect"))


def _defect(req: falcon.Request, resp: falcon.Response, error: Exception, _params: Any) -> None:
    """Ours: logged once with its trace, which never reaches the caller."""
    _LOG.error("request_defect", kind=type(error).__name__, exc_info=error)
    problem(req, resp, 500, "defect", {})
