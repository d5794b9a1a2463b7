"""Signing keys and JSON Web Tokens: real RS256, checked against the simulated clock instead of the machine's."""

import base64
import functools
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import Certificate


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding, as JOSE wants it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One RSA key of the tenant-independent key set."""

    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid, "x5t": self.kid})

    def public_jwk(self, issuer: str) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": b64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": b64url(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")),
            "issuer": issuer,
        }


@functools.cache
def signing_key(number: int) -> SigningKey:
    """The process's ``number``-th key. Shared by all services of a process: making one costs some 100 ms."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    digest = hashlib.sha1(str(private.public_key().public_numbers().n).encode(), usedforsecurity=False).digest()
    return SigningKey(kid=b64url(digest + bytes([number % 256])), private=private)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionProblem:
    """Why a client assertion was refused: the AADSTS code."""

    code: int


def check_assertion(
    assertion: str, certificates: list[Certificate], audiences: set[str], now: datetime
) -> dict[str, Any] | AssertionProblem:
    """Claims of a certificate assertion signed with RS256 or PS256, or why not. Fact: [tested], graph-calendar §5."""
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        return AssertionProblem(code=700027)
    certificate = next((c for c in certificates if _names(c, header)), None)
    if certificate is None:
        return AssertionProblem(code=700027)
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        return AssertionProblem(code=700027)
    unchecked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, public, algorithms=["RS256", "PS256"], options=unchecked)  # type: ignore[arg-type]
    except jwt.PyJWTError:
        return AssertionProblem(code=700027)
    if claims.get("aud") not in audiences:
        return AssertionProblem(code=700027)
    stamp = now.timestamp()
    if not float(claims.get("nbf", 0)) - 300 <= stamp < float(claims.get("exp", 0)) + 300:
        return AssertionProblem(code=700024)
    return claims


def _names(certificate: Certificate, header: dict[str, Any]) -> bool:
    strong = b64url(certificate.fingerprint(hashes.SHA256()))
    weak = b64url(certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - the header's own form
    return header.get("x5t#S256") == strong or header.get("x5t") == weak


def decode_claims(token: str) -> dict[str, Any] | None:
    """Claims without any check, None when it is no token at all."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None
