"""What each answer of Graph means."""

from datetime import timedelta

import pytest

from server.errors import Changed, Denied, Gone, Rejected, Remote, Scope, Throttled, TokenLost, Unavailable
from server.microsoft.exchange import Call, Reply
from server.microsoft.failures import existing_event_id, failure
from tests.server.microsoft.scripted import ANNA, START

READ = Call(method="GET", url="/users/a/events/e", mailbox=ANNA)
LINK = Call(method="GET", url="/users/a/calendarView/delta", mailbox=ANNA, is_link=True)
WRITE = Call(method="PATCH", url="/users/a/events/e", mailbox=ANNA, body={})
DIRECTORY = Call(method="GET", url="/users")


def reply(status: int, code: str | None, **headers: str) -> Reply:
    document = None if code is None else {"error": {"code": code, "message": "jana@acme.cz"}}
    return Reply(status=status, document=document, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize(
    ("call", "status", "code", "kind", "error_code", "scope"),
    [
        (READ, 404, "ErrorItemNotFound", Gone, "gone", Scope.ITEM),
        (WRITE, 404, "erroritemnotfound", Gone, "gone", Scope.ITEM),
        (READ, 404, "MailboxNotEnabledForRESTAPI", Denied, "graph_no_mailbox", Scope.MAILBOX),
        (READ, 404, "ErrorInvalidUser", Denied, "graph_unknown_user", Scope.MAILBOX),
        (READ, 404, "ResourceNotFound", Denied, "graph_unknown_user", Scope.MAILBOX),
        (READ, 404, "Request_ResourceNotFound", Denied, "graph_unknown_user", Scope.MAILBOX),
        (READ, 404, "SomethingNew", Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 404, None, Unavailable, "unavailable", Scope.MAILBOX),
        (LINK, 404, "SyncStateNotFound", TokenLost, "token_lost", Scope.MAILBOX),
        (LINK, 400, "invaliddeltatoken", TokenLost, "token_lost", Scope.MAILBOX),
        (LINK, 400, "SyncStateInvalid", TokenLost, "token_lost", Scope.MAILBOX),
        (LINK, 410, "resyncRequired", TokenLost, "token_lost", Scope.MAILBOX),
        (LINK, 410, None, TokenLost, "token_lost", Scope.MAILBOX),
        (LINK, 400, "ErrorInvalidRequest", Rejected, "graph_refused", Scope.ITEM),
        (READ, 400, "SyncStateNotFound", Rejected, "graph_refused", Scope.ITEM),
        (READ, 410, None, Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 403, "ErrorAccessDenied", Denied, "graph_no_access", Scope.MAILBOX),
        (READ, 403, "ExtensionError", Denied, "graph_no_access", Scope.MAILBOX),
        (READ, 403, None, Unavailable, "unavailable", Scope.MAILBOX),
        (DIRECTORY, 403, "Authorization_RequestDenied", Denied, "graph_directory_denied", Scope.FIRM),
        (READ, 401, "InvalidAuthenticationToken", Denied, "graph_unauthorised", Scope.FIRM),
        (READ, 401, None, Unavailable, "unavailable", Scope.MAILBOX),
        (WRITE, 409, "ErrorIrresolvableConflict", Changed, "changed", Scope.ITEM),
        (WRITE, 412, "ErrorIrresolvableConflict", Changed, "changed", Scope.ITEM),
        (WRITE, 400, "ErrorIrresolvableConflict", Changed, "changed", Scope.ITEM),
        (WRITE, 400, "ErrorInvalidRequest", Rejected, "graph_refused", Scope.ITEM),
        (WRITE, 413, "RequestTooLarge", Rejected, "graph_refused", Scope.ITEM),
        (WRITE, 507, "ErrorQuotaExceeded", Rejected, "graph_mailbox_full", Scope.ITEM),
        (READ, 424, "FailedDependency", Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 500, "ErrorInternalServerError", Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 503, None, Unavailable, "unavailable", Scope.MAILBOX),
        (DIRECTORY, 504, "UnknownError", Unavailable, "unavailable", Scope.FIRM),
        (READ, 400, "ErrorServerBusy", Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 404, "ErrorMailboxMoveInProgress", Unavailable, "graph_mailbox_moving", Scope.MAILBOX),
        (READ, 503, "ErrorMailboxMoveInProgress", Unavailable, "graph_mailbox_moving", Scope.MAILBOX),
        (READ, 302, None, Unavailable, "unavailable", Scope.MAILBOX),
        (READ, 429, None, Throttled, "throttled", Scope.MAILBOX),
        (DIRECTORY, 429, "TooManyRequests", Throttled, "throttled", Scope.FIRM),
        (READ, 503, "activityLimitReached", Throttled, "throttled", Scope.MAILBOX),
    ],
)
def test_every_refusal_has_one_meaning(
    call: Call, status: int, code: str | None, kind: type[Remote], error_code: str, scope: Scope
) -> None:
    error = failure(reply(status, code), call, START)
    assert type(error) is kind
    assert (error.code, error.scope, error.status, error.detail) == (error_code, scope, status, code)
    assert "jana" not in str(error)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_is_no_failure(status: int) -> None:
    assert failure(Reply(status=status), READ, START) is None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 302])
def test_a_write_without_a_valid_answer_may_have_been_applied(status: int) -> None:
    error = failure(reply(status, "UnknownError"), WRITE, START)
    assert isinstance(error, Unavailable)
    assert error.unknown_outcome
    read = failure(reply(status, "UnknownError"), READ, START)
    assert isinstance(read, Unavailable)
    assert not read.unknown_outcome


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("2.5", 2.5),
        ("Mon, 02 Nov 2026 08:01:30 GMT", 90.0),
        ("Mon, 02 Nov 2026 07:00:00 GMT", 0.0),
        ("soon", 30.0),
        ("-5", 30.0),
        ("inf", 30.0),
        ("nan", 30.0),
        ("", 30.0),
    ],
)
def test_the_demanded_wait_is_kept_to_the_second(text: str, seconds: float) -> None:
    error = failure(reply(429, "ApplicationThrottled", retry_after=text), READ, START)
    assert isinstance(error, Throttled)
    assert error.until == START + timedelta(seconds=seconds)


def test_free_text_in_the_place_of_a_code_does_not_travel_on() -> None:
    error = failure(reply(400, "Dinner with jana@acme.cz"), READ, START)
    assert isinstance(error, Unavailable)
    assert error.detail is None


def test_an_inner_code_tells_a_lost_place_too() -> None:
    inner = {"error": {"code": "BadRequest", "innerError": {"code": "syncStateNotFound"}}}
    assert isinstance(failure(Reply(status=400, document=inner), LINK, START), TokenLost)


@pytest.mark.parametrize("place", ["error", "inner"])
def test_the_event_that_used_a_transaction_id_is_found(place: str) -> None:
    named = {"@event.existingEventId": "e9"}
    error = {"code": "x", **named} if place == "error" else {"code": "x", "innerError": named}
    assert existing_event_id(Reply(status=409, document={"error": error})) == "e9"
    assert existing_event_id(Reply(status=409, document={"error": {"code": "x"}})) is None
