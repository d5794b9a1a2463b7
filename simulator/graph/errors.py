"""Graph's refusals and their envelope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class GraphError(Exception):
    """One documented refusal: HTTP status, code, text, and what else the answer carries."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] | None = None
    extra: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


def bad_request(message: str, code: str = "ErrorInvalidRequest") -> GraphError:
    return GraphError(400, code, message)


def item_not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> GraphError:
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied(message: str = "Access is denied. Check credentials and try again.") -> GraphError:
    return GraphError(403, "ErrorAccessDenied", message)


def conflict(status: int) -> GraphError:
    """412 with If-Match, 409 for overlapping writes. Fact: [seen], graph-calendar §12."""
    text = "The send or update operation could not be performed because the change key does not match."
    return GraphError(status, "ErrorIrresolvableConflict", text)


def user_not_found(name: str) -> GraphError:
    text = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def throttled(retry_after_seconds: int, what: str = "MailboxConcurrency") -> GraphError:
    """Fact: code, text and header [seen, doc], graph-calendar §17."""
    text = f"Application is over its {what} limit."
    return GraphError(429, "ApplicationThrottled", text, headers={"Retry-After": str(retry_after_seconds)})


def error_body(failure: GraphError, *, date: str, request_id: str, client_request_id: str) -> dict[str, Any]:
    """The envelope; ``innerError.date`` has no zone. Fact: [doc], graph-calendar §19."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    body: dict[str, Any] = {"code": failure.code, "message": failure.message, "innerError": inner}
    if failure.extra:
        body.update(failure.extra)
    return {"error": body}
