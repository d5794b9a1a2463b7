"""When the certificate of our registration ends: it says so itself."""

from datetime import datetime

from cryptography.x509 import load_pem_x509_certificates

from server.errors import Misconfigured


def certificate_end(pem: str) -> datetime:
    """The end of the first certificate in ``pem``, which is the one that msal sends. Raises Misconfigured."""
    start = pem.find("-----BEGIN CERTIFICATE-----")
    try:
        return load_pem_x509_certificates(pem[start:].encode())[0].not_valid_after_utc
    except (ValueError, IndexError):
        raise Misconfigured("setting_certificate_incomplete", setting="ROS_CLIENT_CERTIFICATE") from None
