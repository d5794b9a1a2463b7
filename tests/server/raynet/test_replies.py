"""Which reply means which error, as a table."""

import json
from typing import Any

import pytest

from server.errors import Changed, Denied, Gone, Rejected, Remote, Scope, Unavailable
from server.raynet.replies import (
    BrokenReplyError,
    Subject,
    confirm,
    created_id,
    error_of,
    is_login_refusal,
    listed,
    reply_of,
)

HTML = b"<html><body>maintenance</body></html>"


def java(name: str, text: str = "") -> dict[str, Any]:
    """An error body as recorded: type, and message beginning with the exception's name."""
    return {"type": name, "message": f"{name}: {text}", "translatedMessage": "Chyba u Jana", "status": 500}


def spec(message: str) -> dict[str, Any]:
    """An error body as the vendor's examples have it."""
    return {"message": message, "translatedMessage": "Chyba u Jana"}


def raw(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


READS = [
    # status, body, subject, expected class, code
    (400, java("IllegalArgumentException", "Unsupported filter"), Subject.LIST, Rejected, "raynet_bad_request"),
    (400, HTML, Subject.LIST, Rejected, "raynet_bad_request"),
    (403, java("AttributeAccessDeniedException"), Subject.RECORD, Denied, "raynet_forbidden"),
    (403, java("AttributeAccessDeniedException"), Subject.EXTRA, Denied, "raynet_forbidden"),
    (404, java("EntityNotFoundException"), Subject.RECORD, Gone, "gone"),
    (404, spec("EntityNotFoundException: Meeting 5"), Subject.RECORD, Gone, "gone"),
    (404, {"type": "SomethingNotFound", "message": "no such thing"}, Subject.RECORD, Gone, "gone"),
    (404, {"message": "no Route matched with those values"}, Subject.RECORD, Unavailable, "unavailable"),
    (404, {"status": 404, "error": "Not Found", "path": "/"}, Subject.RECORD, Unavailable, "unavailable"),
    (404, HTML, Subject.RECORD, Unavailable, "unavailable"),
    (404, b"", Subject.RECORD, Unavailable, "unavailable"),
    (404, java("EntityNotFoundException"), Subject.LIST, Rejected, "raynet_unknown_reference"),
    (404, java("EntityNotFoundException"), Subject.LOGIN, Denied, "raynet_unknown_instance"),
    (404, HTML, Subject.LOGIN, Unavailable, "unavailable"),
    (408, HTML, Subject.LIST, Unavailable, "unavailable"),
    (500, java("AttributeAccessDeniedException"), Subject.RECORD, Denied, "raynet_forbidden"),
    (500, java("EntityNotFoundException"), Subject.RECORD, Rejected, "raynet_unknown_reference"),
    (500, java("NullPointerException"), Subject.RECORD, Unavailable, "unavailable"),
    (500, HTML, Subject.LIST, Unavailable, "unavailable"),
    (500, spec("Neočekávaná chyba"), Subject.LIST, Unavailable, "unavailable"),
    (503, java("IllegalArgumentException"), Subject.LIST, Unavailable, "unavailable"),
    (302, b"", Subject.LIST, Unavailable, "unavailable"),
    (200, {"success": False, "type": "X", "message": "X: y"}, Subject.LIST, Unavailable, "raynet_broken_reply"),
    (200, {"success": "false", "message": "AccessDeniedException"}, Subject.RECORD, Denied, "raynet_forbidden"),
]  # fmt: skip

WRITES = [
    (400, java("InputDataException", "input data error"), Rejected, "raynet_bad_request"),
    (403, java("AttributeAccessDeniedException"), Rejected, "raynet_forbidden"),
    (403, HTML, Rejected, "raynet_forbidden"),
    (403, java("RecordLockedException"), Rejected, "raynet_locked"),
    (403, java("AddressBlockedException"), Rejected, "raynet_forbidden"),
    (404, java("EntityNotFoundException"), Gone, "gone"),
    (409, b"", Changed, "changed"),
    (423, b"", Rejected, "raynet_locked"),
    (500, java("TranslatedApplicationException", "exception.duplicateKey"), Rejected, "raynet_duplicate_key"),
    (500, spec("TranslatedApplicationException: exception.stillReferenced"), Rejected, "raynet_still_referenced"),
    (500, java("TranslatedApplicationException", "exception.other"), Rejected, "raynet_business_rule"),
    (500, java("ConversionFailedException"), Rejected, "raynet_conversion"),
    (500, java("IllegalArgumentException"), Rejected, "raynet_illegal_argument"),
    (500, java("AttributeAccessDeniedException"), Rejected, "raynet_forbidden"),
    (200, {"success": False, "type": "X", "message": "X"}, Rejected, "raynet_refused"),
    (201, {"success": "false", "message": "exception.duplicateKey"}, Rejected, "raynet_duplicate_key"),
]


@pytest.mark.parametrize(("status", "body", "subject", "kind", "code"), READS)
def test_a_read_that_failed(status: int, body: Any, subject: Subject, kind: type[Remote], code: str) -> None:
    error = error_of(reply_of(status, {}, raw(body)), subject, is_write=False)
    assert type(error) is kind
    assert (error.code, error.status) == (code, status)
    assert not getattr(error, "unknown_outcome", False)


@pytest.mark.parametrize(("status", "body", "kind", "code"), WRITES)
def test_a_write_that_was_refused(status: int, body: Any, kind: type[Remote], code: str) -> None:
    error = error_of(reply_of(status, {}, raw(body)), Subject.RECORD, is_write=True)
    assert type(error) is kind
    assert (error.code, error.scope) == (code, Scope.ITEM)


@pytest.mark.parametrize(
    ("status", "body"), [(500, HTML), (502, HTML), (503, b""), (504, b""), (404, HTML), (302, b"")]
)
def test_a_write_that_nobody_understood_may_have_happened(status: int, body: bytes) -> None:
    error = error_of(reply_of(status, {}, body), Subject.RECORD, is_write=True)
    assert isinstance(error, Unavailable)
    assert error.unknown_outcome


@pytest.mark.parametrize("case", [*READS, *((s, b, Subject.RECORD, k, c) for s, b, k, c in WRITES)])
def test_no_error_carries_the_vendors_words(case: tuple[int, Any, Subject, type[Remote], str]) -> None:
    error = error_of(reply_of(case[0], {}, raw(case[1])), case[2], is_write=True)
    assert "Jana" not in repr(error)
    assert "Jana" not in str(error)


@pytest.mark.parametrize(
    ("status", "body", "subject", "is_write", "counts"),
    [
        (401, b"", Subject.RECORD, True, True),
        (401, HTML, Subject.LIST, False, True),
        (403, HTML, Subject.LIST, False, True),
        (403, b"", Subject.RECORD, False, True),
        (403, java("BadCredentialsException"), Subject.LIST, False, True),
        (403, java("AttributeAccessDeniedException"), Subject.LIST, False, False),
        (403, java("AttributeAccessDeniedException"), Subject.LOGIN, False, True),
        (403, HTML, Subject.RECORD, True, False),
        (404, HTML, Subject.LOGIN, False, False),
    ],
)
def test_what_counts_as_a_refused_login(status: int, body: Any, subject: Subject, is_write: bool, counts: bool) -> None:
    assert is_login_refusal(reply_of(status, {}, raw(body)), subject, is_write=is_write) is counts


# --- envelopes --------------------------------------------------------------------------------------------------------


def page(rows: int, total: Any, **more: Any) -> bytes:
    return raw({"success": True, "totalCount": total, "data": [{"id": n} for n in range(rows)], **more})


@pytest.mark.parametrize(
    ("rows", "total", "offset", "limit", "shown_total"),
    [(0, 0, 0, 10, 0), (3, 3, 0, 10, 3), (10, 25, 0, 10, 25), (5, 25, 20, 10, 25), (0, 25, 30, 10, 25),
     (4, 3, 0, 10, 4), (3, "3", 0, 10, 3)],
)  # fmt: skip
def test_a_page_is_whole(rows: int, total: Any, offset: int, limit: int, shown_total: int) -> None:
    found = listed(reply_of(200, {}, page(rows, total)), offset=offset, limit=limit)
    assert (len(found.rows), found.total) == (rows, shown_total)


@pytest.mark.parametrize(("rows", "total", "offset"), [(0, 1, 0), (2, 3, 0), (9, 25, 0), (4, 25, 20)])
def test_a_page_with_fewer_rows_than_its_total_promises_is_truncated(rows: int, total: int, offset: int) -> None:
    with pytest.raises(BrokenReplyError, match="truncated"):
        listed(reply_of(200, {}, page(rows, total)), offset=offset, limit=10)


@pytest.mark.parametrize(
    "body",
    [
        b"", HTML, b"[]", b"null", b'{"success":true}', b'{"success":true,"data":null,"totalCount":0}',
        b'{"success":true,"data":{},"totalCount":0}', b'{"success":true,"data":[]}',
        b'{"success":true,"data":[],"totalCount":-1}', b'{"success":true,"data":[],"totalCount":true}',
        b'{"success":true,"data":[],"totalCount":NaN}', b'{"success":true,"data":[{"id":1}', b"\xff\xfe\x00",
        b'{"success":true,"totalCount":0,"data":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"success":true,"data":[],"totalCount":' + b"9" * 6000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_list_is_never_read_as_an_empty_one(body: bytes) -> None:
    with pytest.raises(BrokenReplyError):
        listed(reply_of(200, {}, body), offset=0, limit=10)


@pytest.mark.parametrize(
    ("data", "number"),
    [({"id": 5}, 5), (5, 5), ("5", 5), ({"id": "5"}, 5), (0, None), (True, None), ({}, None), ([], None)],
)
def test_the_id_of_a_new_record(data: Any, number: int | None) -> None:
    reply = reply_of(201, {}, raw({"success": "true", "data": data}))
    if number is not None:
        assert created_id(reply) == number
        return
    with pytest.raises(BrokenReplyError):
        created_id(reply)


def test_a_write_is_confirmed_in_so_many_words() -> None:
    for body in (b'{"success":true}', b'{"success":"true"}'):
        confirm(reply_of(200, {}, body), may_be_empty=False)
    confirm(reply_of(200, {}, b""), may_be_empty=True)
    confirm(reply_of(204, {}, b""), may_be_empty=False)
    for body in (b"", b"{}", b"null", HTML, b'{"success":null}'):
        with pytest.raises(BrokenReplyError):
            confirm(reply_of(200, {}, body), may_be_empty=False)


@pytest.mark.parametrize("body", [b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1', b"\xff", b"{} {}"])
def test_what_is_no_json_is_not_taken_for_it(body: bytes) -> None:
    assert not reply_of(200, {}, body).is_json
    assert not reply_of(200, {}, body).is_empty
