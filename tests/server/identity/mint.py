"""Tokens as Entra signs them, and as somebody might forge them."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from server.identity.keys import SigningKeys
from server.identity.verifier import OFFICE_CLIENTS, Expected, TokenVerifier

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AUTHORITY = "https://login.microsoftonline.com"
CLIENT = "11111111-2222-4333-8444-555555555555"
TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"
OTHER_TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d02"
OID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key pair; each number is another one."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(number: int = 0) -> bytes:
    return (
        key(number)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def jwk(kid: str = "k0", number: int = 0, **more: Any) -> dict[str, Any]:
    """The public half as the key set shows it."""
    numbers = key(number).public_key().public_numbers()

    def text(value: int) -> str:
        return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()

    shown = {"kty": "RSA", "use": "sig", "kid": kid, "n": text(numbers.n), "e": text(numbers.e)}
    return shown | {"issuer": f"{AUTHORITY}/{{tenantid}}/v2.0"} | more


def claims(**changes: Any) -> dict[str, Any]:
    """A good token's; a change to ``...`` takes a claim away."""
    stamp = int(NOW.timestamp())
    good: dict[str, Any] = {
        "aud": CLIENT,
        "iss": f"{AUTHORITY}/{TENANT}/v2.0",
        "tid": TENANT,
        "oid": OID,
        "sub": "pairwise",
        "azp": CLIENT,
        "azpacr": "0",
        "scp": "access_as_user",
        "ver": "2.0",
        "name": "Jana Nová",
        "preferred_username": "jana@valce.example",
        "iat": stamp - 60,
        "nbf": stamp - 60,
        "exp": stamp + 3600,
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def token(number: int = 0, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """Signed by key ``number`` with ``kid`` k0 unless ``headers`` say otherwise."""
    # The lower layer, which signs whatever it is given.
    body = json.dumps(claims(**changes)).encode()
    return jwt.api_jws.encode(body, key(number), "RS256", headers={"kid": "k0"} | (headers or {}))


def raw(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    """Anything that has the form of a token."""
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, body)) + "." + encoded(signature)


def signed_with_public_key(algorithm: str = "HS256") -> str:
    """The classic: the public key taken for a shared secret."""
    head, body = {"alg": algorithm, "kid": "k0", "typ": "JWT"}, claims()
    content = ".".join(encoded(json.dumps(part).encode()) for part in (head, body))
    mac = hmac.HMAC(public_pem(), hashes.SHA256())
    mac.update(content.encode())
    return f"{content}.{encoded(mac.finalize())}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(slots=True)
class Bench:
    """A verifier, the key set behind it, a clock, and how often keys were asked for."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk()])
    customers: set[str] = field(default_factory=lambda: {TENANT})
    now: datetime = NOW
    fetches: int = 0
    trouble: Exception | None = None

    def fetch(self) -> dict[str, Any]:
        self.fetches += 1
        if self.trouble is not None:
            raise self.trouble
        return {"keys": self.keys}

    def verifier(self) -> TokenVerifier:
        expected = Expected(audience=CLIENT, authority_url=AUTHORITY, clients=OFFICE_CLIENTS | {CLIENT})
        return TokenVerifier(
            SigningKeys(self.fetch, now=lambda: self.now),
            expected,
            now=lambda: self.now,
            is_customer=lambda tid: tid in self.customers,
        )
