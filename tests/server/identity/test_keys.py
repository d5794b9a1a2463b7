"""Keys are asked for rarely, whatever strangers send, and a disturbance at Microsoft locks nobody out."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from server.errors import NotSignedIn, Unavailable
from server.identity.keys import SigningKeys
from tests.server.identity.mint import NOW, OID, Bench, jwk, token


def test_keys_are_asked_for_once() -> None:
    bench = Bench()
    verifier = bench.verifier()
    for _ in range(20):
        verifier.verify(token())
    assert bench.fetches == 1


def test_invented_key_ids_make_us_look_once_in_five_minutes() -> None:
    bench = Bench()
    verifier = bench.verifier()
    verifier.verify(token())
    for second in range(0, 900, 5):
        bench.now = NOW + timedelta(seconds=second)
        with pytest.raises(NotSignedIn):
            verifier.verify(token(headers={"kid": f"k{second + 1}"}))
    assert bench.fetches == 3
    assert verifier.verify(token()).oid == OID


def test_a_new_key_is_found_when_it_is_first_used() -> None:
    bench = Bench()
    verifier = bench.verifier()
    verifier.verify(token())
    bench.keys = [jwk(), jwk("k1", 1)]
    bench.now += timedelta(minutes=6)
    assert verifier.verify(token(1, headers={"kid": "k1"})).oid == OID


def test_a_key_that_is_no_longer_published_ends_within_a_day() -> None:
    bench = Bench()
    verifier = bench.verifier()
    verifier.verify(token())
    bench.keys = [jwk("k1", 1)]
    bench.now += timedelta(hours=24, seconds=1)
    stamp = int(bench.now.timestamp())
    with pytest.raises(NotSignedIn):
        verifier.verify(token(exp=stamp + 60))


def test_known_keys_outlive_trouble_at_microsoft() -> None:
    bench = Bench()
    verifier = bench.verifier()
    verifier.verify(token())
    bench.trouble = Unavailable()
    bench.now += timedelta(hours=30)
    assert verifier.verify(token(exp=int(bench.now.timestamp()) + 60)).oid == OID


def test_without_any_keys_nobody_is_refused_but_asked_to_wait() -> None:
    bench = Bench(trouble=Unavailable())
    verifier = bench.verifier()
    for _ in range(5):
        with pytest.raises(Unavailable):
            verifier.verify(token())
    assert bench.fetches == 1
    bench.trouble = None
    bench.now += timedelta(seconds=11)
    assert verifier.verify(token()).oid == OID


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "EC", "kid": "k0", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "oct", "kid": "k0", "k": "AAAA"},
        {"kty": "RSA", "kid": "k0", "n": "!!", "e": "AQAB"},
        {"kty": "RSA", "kid": 5, "n": "AAAA", "e": "AQAB"},
        {"kty": "RSA", "use": "enc", "kid": "k0", "n": "AAAA", "e": "AQAB"},
        "text",
        None,
    ],
)
def test_what_is_no_rsa_signing_key_is_left_out(odd: Any) -> None:
    keys = SigningKeys(lambda: {"keys": [odd, jwk("good")]}, now=lambda: NOW)
    assert keys.key("k0") is None
    assert keys.key("good") is not None


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": []}, {"keys": {"k0": 1}}])
def test_an_empty_key_set_is_no_answer(document: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        SigningKeys(lambda: document, now=lambda: NOW).key("k0")


def test_many_threads_ask_once() -> None:
    bench = Bench()
    verifier = bench.verifier()
    good = token()
    outcomes: list[str] = []
    threads = [threading.Thread(target=lambda: outcomes.append(verifier.verify(good).oid)) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert outcomes == [OID] * 16
    assert bench.fetches == 1
