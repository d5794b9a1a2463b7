"""Trust in the server's certificate: which roots count, and what exactly is wrong with a certificate that fails."""

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes

_PROBE_SECONDS: Final = 10.0


class BadBundle(Exception):
    """The file that was chosen holds no readable certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a person compares: names, dates and the SHA-256 fingerprint as pairs of hex digits."""

    subject: str
    issuer: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str

    @property
    def is_self_signed(self) -> bool:
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A certificate and why it is not trusted; ``problem`` is None for a trusted one.

    ``problem``: ``self_signed``, ``unknown_issuer``, ``expired``, ``not_yet_valid``, ``wrong_name``, ``other``.
    """

    certificate: Certificate | None
    problem: str | None
    message: str = ""


#: OpenSSL's X509_V_ERR_*; the numbers are its public interface. [doc]
_PROBLEMS: Final = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "self_signed",
    20: "unknown_issuer",
    21: "unknown_issuer",
    62: "wrong_name",
    64: "wrong_name",
}


def trusted_context(own_roots: Path | None) -> ssl.SSLContext:
    """The system's roots, certifi's, and a file of the administrator's own. Raises BadBundle for that file.

    The system's come first because a firm's own authority is usually installed there (Windows: its certificate store).
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certifi.where())
    if own_roots is not None:
        try:
            context.load_verify_locations(cafile=str(own_roots))
        except (OSError, ssl.SSLError) as error:
            raise BadBundle(str(own_roots)) from error
    return context


def inspect(url: str, own_roots: Path | None) -> Verdict:
    """Looks at the certificate behind an https address, trusted or not. Raises OSError without a connection."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        return Verdict(certificate=_fetched(host, port, trusted_context(own_roots)), problem=None)
    except ssl.SSLCertVerificationError as error:
        problem = _PROBLEMS.get(error.verify_code, "other")
        return Verdict(certificate=_untrusted(host, port), problem=problem, message=error.verify_message)
    except ssl.SSLError as error:
        return Verdict(certificate=None, problem="other", message=error.reason or "")


def problem_of(error: ssl.SSLCertVerificationError) -> str:
    """The short name of what is wrong."""
    return _PROBLEMS.get(error.verify_code, "other")


def _untrusted(host: str, port: int) -> Certificate | None:
    """For display only: nothing is sent over this connection."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return _fetched(host, port, context)
    except OSError:
        return None


def _fetched(host: str, port: int, context: ssl.SSLContext) -> Certificate | None:
    with (
        socket.create_connection((host, port), timeout=_PROBE_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        der = secured.getpeercert(binary_form=True)
    return None if der is None else _read(der)


def _read(der: bytes) -> Certificate:
    found = x509.load_der_x509_certificate(der)
    digest = found.fingerprint(hashes.SHA256()).hex().upper()
    return Certificate(
        subject=found.subject.rfc4514_string() or "—",
        issuer=found.issuer.rfc4514_string() or "—",
        valid_from=found.not_valid_before_utc,
        valid_until=found.not_valid_after_utc,
        fingerprint=":".join(digest[at : at + 2] for at in range(0, len(digest), 2)),
    )
