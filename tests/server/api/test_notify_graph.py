"""Microsoft's notifications: who is believed, what is stored, what a handshake gives back."""

import itertools
from urllib.parse import quote

import pytest

from server.domain.state import NoticeKind
from tests.server.api.house import House, entry, lifecycle

_TAGS = ("script", "img src=x onerror=alert(1)", "svg/onload=alert(1)", "iframe", "body onload=a()", "!--", "/title")
_BEFORE = ("", "Validation: ", '"', "'>", "%3C", "\t")
XSS = [f"{before}<{tag}>" for before, tag in itertools.product(_BEFORE, _TAGS)]


@pytest.mark.parametrize("path", ["/notify/graph", "/notify/graph/lifecycle"])
def test_the_handshake_gives_the_decoded_token_back_as_plain_text(house: House, path: str) -> None:
    token = "Validation: Testing client application reachability Request-Id: 5 &+%C5%A1 žluť"

    reply = house.client.simulate_post(f"{path}?validationToken={quote(token, safe='')}")

    assert reply.status_code == 200
    assert reply.content == token.encode()
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("token", [*XSS, "a\nb", "a\x00b", "a\x7fb", "a\u2028b", "", "x" * 2049])
def test_a_token_that_graph_would_not_send_is_never_reflected(house: House, token: str) -> None:
    reply = house.client.simulate_post(f"/notify/graph?validationToken={quote(token, safe='')}")

    assert reply.status_code == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert not token or token not in reply.text


def test_one_post_of_several_firms_becomes_a_notice_for_each_mailbox_and_message(house: House) -> None:
    reply = house.notify(entry(0), entry(1), entry(0, event="other"), entry(0, changeType="deleted"))

    assert reply.status_code == 202
    assert [one.mailbox for one in house.notices(1)] == ["mailbox-1"]
    assert sorted(one.hint for one in house.notices(0)) == ["deleted", "updated", "updated"]
    assert {one.kind for one in house.notices(0)} == {NoticeKind.MAILBOX}


def test_a_repeated_delivery_is_one_notice_and_a_newer_version_another(house: House) -> None:
    house.notify(entry(), entry())
    house.notify(entry())
    house.notify(entry(etag='W/"2"'))

    assert len(house.notices(0)) == 2
    assert 'outcome="repeated",source="graph"} 2.0' in house.counted()


def test_changes_without_any_version_are_never_taken_for_repeats(house: House) -> None:
    bare = entry(etag=None, id="")

    house.notify(bare)
    house.notify(bare)

    assert len(house.notices(0)) == 2


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        ({"subscriptionId": "nobody's"}, "unknown"),
        ({"clientState": "guessed"}, "wrong_secret"),
        ({"clientState": ""}, "wrong_secret"),
        ({"clientState": "st\ud800te"}, "malformed"),
        ({"subscriptionId": "id\0"}, "malformed"),
        ({"clientState": "stav-žluť"}, "wrong_secret"),
        ({"tenantId": "00000000-0000-0000-0000-000000000000"}, "wrong_tenant"),
        ({"tenantId": ""}, "wrong_tenant"),
    ],
)
def test_a_stranger_gets_the_same_answer_and_leaves_nothing(house: House, wrong: dict[str, str], outcome: str) -> None:
    good = house.notify(entry())
    reply = house.notify(entry(1, **wrong))

    assert house.notices(1) == ()
    if outcome != "malformed":
        assert (reply.status_code, reply.content) == (good.status_code, good.content)
        assert f'outcome="{outcome}",source="graph"}} 1.0' in house.counted()


def test_a_good_entry_beside_a_bad_one_still_counts(house: House) -> None:
    reply = house.notify(entry(0, clientState="guessed"), entry(1))

    assert reply.status_code == 202
    assert house.notices(0) == ()
    assert len(house.notices(1)) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"value": 1}', b'{"value": [{}]}', b"\xff\xfe", b"null"])
def test_what_cannot_be_read_is_refused(house: House, body: bytes) -> None:
    reply = house.client.simulate_post("/notify/graph", body=body)

    assert reply.status_code == 400
    assert reply.json["code"] == "malformed"
    assert house.count() == 0


def test_a_body_over_a_megabyte_is_refused(house: House) -> None:
    reply = house.client.simulate_post("/notify/graph", body=b" " * (1024 * 1024 + 1))

    assert reply.status_code == 413


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_a_lifecycle_event_is_kept_for_housekeeping_and_wakes_its_mailbox(house: House, event: str) -> None:
    reply = house.notify(lifecycle(event), lifecycle(event), path="/notify/graph/lifecycle")

    assert reply.status_code == 202
    assert {(one.kind, one.hint, one.subscription_id, one.mailbox) for one in house.notices(0)} == {
        (NoticeKind.LIFECYCLE, event, "subscription-0", "mailbox-0"),
        (NoticeKind.MAILBOX, event, "subscription-0", "mailbox-0"),
    }
    assert len(house.notices(0)) == 2


def test_a_lifecycle_event_of_a_stranger_or_of_an_unknown_name_leaves_nothing(house: House) -> None:
    forged = lifecycle("subscriptionRemoved") | {"clientState": "guessed"}

    reply = house.notify(forged, lifecycle("somethingNew"), path="/notify/graph/lifecycle")

    assert reply.status_code == 202
    assert house.count() == 0


def test_the_announced_event_and_its_version_are_kept(house: House) -> None:
    house.notify(entry(event="AAMk=", etag='W/"7"'))
    house.notify(entry(event="AAMl=", etag=None))

    versions = [(one.event, one.etag) for one in house.notices(0)]
    assert versions == [("AAMk=", 'W/"7"'), ("AAMl=", None)]
