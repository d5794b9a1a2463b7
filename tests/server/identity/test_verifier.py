"""None of these tokens is accepted but the good ones; what the caller is told helps them and nobody else."""

from datetime import timedelta

import jwt
import pytest
from structlog.testing import capture_logs

from server.errors import Forbidden, NotSignedIn, Refused
from server.identity.verifier import OFFICE_CLIENTS, PERSONAL_TENANT
from tests.server.identity.mint import (
    AUTHORITY,
    CLIENT,
    NOW,
    OID,
    OTHER_TENANT,
    TENANT,
    Bench,
    claims,
    encoded,
    jwk,
    key,
    raw,
    signed_with_public_key,
    token,
)

STAMP = int(NOW.timestamp())
GRAPH = "00000003-0000-0000-c000-000000000000"
PERSONAL_ISSUER = f"{AUTHORITY}/{PERSONAL_TENANT}/v2.0"

#: Name of the forgery → (token, what the caller is told).
WRONG: dict[str, tuple[str, str]] = {
    "nothing": ("", "token_refused"),
    "no token at all": ("Bearer", "token_refused"),
    "two parts": ("aa.bb", "token_refused"),
    "five parts (encrypted)": ("a.b.c.d.e", "token_refused"),
    "too long": ("a" * 20_000, "token_refused"),
    "alg none": (raw({"alg": "none", "kid": "k0"}, claims()), "token_refused"),
    "alg None in capitals": (raw({"alg": "NONE", "kid": "k0"}, claims()), "token_refused"),
    "alg none with a signature": (raw({"alg": "none", "kid": "k0"}, claims(), b"x" * 256), "token_refused"),
    "HS256 with the public key": (signed_with_public_key(), "token_refused"),
    "RS512": (jwt.encode(claims(), key(), "RS512", headers={"kid": "k0"}), "token_refused"),
    "PS256": (jwt.encode(claims(), key(), "PS256", headers={"kid": "k0"}), "token_refused"),
    "no kid": (jwt.encode(claims(), key(), "RS256"), "token_refused"),
    "kid that is no text": (raw({"alg": "RS256", "kid": 0}, claims(), b"x"), "token_refused"),
    "kid as a path": (token(headers={"kid": "../../k0"}), "token_refused"),
    "unknown kid": (token(headers={"kid": "k9"}), "token_refused"),
    "known kid, other key": (token(1), "token_refused"),
    "jku": (token(headers={"jku": "https://evil.example/keys"}), "token_refused"),
    "x5u": (token(headers={"x5u": "https://evil.example/cert"}), "token_refused"),
    "jwk in the header": (token(1, headers={"jwk": jwk("k0", 1)}), "token_refused"),
    "x5c in the header": (token(1, headers={"x5c": ["MIIB"]}), "token_refused"),
    "crit": (token(headers={"crit": ["exp"]}), "token_refused"),
    "signature cut": (token()[:-10], "token_refused"),
    "claims swapped after signing": (
        ".".join((token().split(".")[0], encoded(b'{"tid":"x"}'), token().split(".")[2])),
        "token_refused",
    ),
    "version 1": (token(ver="1.0", iss=f"https://sts.windows.net/{TENANT}/"), "token_refused"),
    "version 2 with a v1 issuer": (token(iss=f"https://sts.windows.net/{TENANT}/"), "token_refused"),
    "no version": (token(ver=...), "token_refused"),
    "issuer of another tenant": (token(iss=f"{AUTHORITY}/{OTHER_TENANT}/v2.0"), "token_refused"),
    "issuer of another cloud": (token(iss=f"https://login.microsoftonline.us/{TENANT}/v2.0"), "token_refused"),
    "issuer with a slash more": (token(iss=f"{AUTHORITY}/{TENANT}/v2.0/"), "token_refused"),
    "issuer as a list": (token(iss=[f"{AUTHORITY}/{TENANT}/v2.0"]), "token_refused"),
    "no tenant": (token(tid=...), "token_refused"),
    "tenant that is no GUID": (token(tid="common", iss=f"{AUTHORITY}/common/v2.0"), "token_refused"),
    "tenant in capitals": (
        token(tid=TENANT.upper(), iss=f"{AUTHORITY}/{TENANT.upper()}/v2.0"),
        "token_refused",
    ),
    "a tenant that is no customer": (
        token(tid=OTHER_TENANT, iss=f"{AUTHORITY}/{OTHER_TENANT}/v2.0"),
        "firm_unknown",
    ),
    "attacker's tenant with the victim's addresses": (
        token(
            tid=OTHER_TENANT,
            iss=f"{AUTHORITY}/{OTHER_TENANT}/v2.0",
            email="jana@valce.example",
            upn="jana@valce.example",
        ),
        "firm_unknown",
    ),
    "personal account": (token(tid=PERSONAL_TENANT, iss=PERSONAL_ISSUER), "account_unsupported"),
    "guest by acct": (token(acct=1), "account_unsupported"),
    "guest by home": (token(idp=f"https://sts.windows.net/{OTHER_TENANT}/"), "account_unsupported"),
    "guest of a personal home": (token(idp="live.com"), "account_unsupported"),
    "audience Graph": (token(aud=GRAPH), "token_refused"),
    "audience another app": (token(aud="99999999-2222-4333-8444-555555555555"), "token_refused"),
    "audience as URI": (token(aud=f"api://{CLIENT}"), "token_refused"),
    "audience as a list": (token(aud=[CLIENT]), "token_refused"),
    "no audience": (token(aud=...), "token_refused"),
    "application's own token": (token(idtyp="app", scp=..., roles=["Calendars.ReadWrite"]), "token_refused"),
    "application's with a scope": (token(idtyp="app"), "token_refused"),
    "roles instead of scopes": (token(scp=..., roles=["access_as_user"]), "token_refused"),
    "no scope": (token(scp=...), "token_refused"),
    "empty scope": (token(scp=""), "token_refused"),
    "other scope": (token(scp="User.Read"), "token_refused"),
    "scope that begins alike": (token(scp="access_as_user_admin"), "token_refused"),
    "scope as a list": (token(scp=["access_as_user"]), "token_refused"),
    "ID token": (token(scp=..., nonce="n", azp=...), "token_refused"),
    "ID token with a scope": (token(nonce="n"), "token_refused"),
    "other client": (token(azp="99999999-2222-4333-8444-555555555555"), "token_refused"),
    "client of version 1": (token(azp=..., appid=CLIENT), "token_refused"),
    "no client": (token(azp=...), "token_refused"),
    "no object id": (token(oid=...), "token_refused"),
    "object id as a path": (token(oid="../me"), "token_refused"),
    "object id of another kind": (token(oid=7), "token_refused"),
    "expired": (token(exp=STAMP - 301), "token_expired"),
    "expired long ago": (token(exp=1), "token_expired"),
    "no expiry": (token(exp=...), "token_refused"),
    "expiry as text": (
        raw({"alg": "RS256", "kid": "k0"}, claims(exp="9999999999")),
        "token_refused",
    ),
    "expiry true": (token(exp=True), "token_refused"),
    "expiry beyond time": (token(exp=10**18), "token_refused"),
    "not yet valid": (token(nbf=STAMP + 301), "token_refused"),
    "issued tomorrow": (token(iat=STAMP + 86_400), "token_refused"),
    "no begin": (token(nbf=...), "token_refused"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token_is_not_accepted(name: str) -> None:
    forged, code = WRONG[name]
    with pytest.raises(Refused) as refused:
        Bench().verifier().verify(forged)
    assert refused.value.code == code
    expected = NotSignedIn if code.startswith("token_") else Forbidden
    assert isinstance(refused.value, expected)
    assert not refused.value.data, "what was wrong is for the log"


def test_there_are_enough_of_them() -> None:
    assert len(WRONG) >= 60


def test_every_check_has_a_token_that_only_it_stops() -> None:
    """A check that is taken out lets a token through, or lets another check speak."""
    with capture_logs() as records:
        for forged, _ in WRONG.values():
            with pytest.raises(Refused):
                Bench().verifier().verify(forged)
    told = {record["detail"] for record in records}
    assert told == {
        "size", "malformed", "header", "key", "signature", "version", "application", "no_scope", "id_token", "ids",
        "issuer", "audience", "scope", "client", "times", "not_yet",
    }  # fmt: skip


def test_a_good_token_says_who_it_is_and_nothing_else_does() -> None:
    caller = Bench().verifier().verify(token(email="boss@valce.example", upn="boss@valce.example"))
    assert (caller.tid, caller.oid, caller.client) == (TENANT, OID, CLIENT)
    assert caller.scopes == {"access_as_user"}
    assert caller.expires_at == NOW + timedelta(hours=1)
    assert caller.name == "jana@valce.example"
    assert "jana" not in repr(caller)


@pytest.mark.parametrize("client", sorted(OFFICE_CLIENTS))
def test_office_asks_for_tokens_in_the_users_name(client: str) -> None:
    assert Bench().verifier().verify(token(azp=client)).client == client


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": STAMP - 299},
        {"nbf": STAMP + 299},
        {"iat": STAMP + 299},
        {"scp": "openid access_as_user"},
        {"idtyp": "user"},
        {"acct": 0},
        {"idp": f"https://sts.windows.net/{TENANT}/"},
        {"preferred_username": ...},
    ],
)
def test_what_may_differ(changes: dict[str, object]) -> None:
    assert Bench().verifier().verify(token(**changes)).oid == OID


def test_a_key_of_one_issuer_signs_for_nobody_else() -> None:
    """A key that Microsoft publishes for personal accounts only says nothing of a firm's people."""
    bench = Bench(keys=[jwk("k0", 0, issuer=PERSONAL_ISSUER)])
    with pytest.raises(NotSignedIn):
        bench.verifier().verify(token())
    own = Bench(keys=[jwk("k0", 0, issuer=f"{AUTHORITY}/{TENANT}/v2.0")])
    assert own.verifier().verify(token()).tid == TENANT


def test_why_a_token_was_refused_is_logged_without_the_token() -> None:
    with capture_logs() as records, pytest.raises(NotSignedIn):
        Bench().verifier().verify(token(aud=GRAPH))
    assert records == [{"event": "token_refused", "detail": "audience", "log_level": "info"}]
