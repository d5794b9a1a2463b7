"""Stable codes of what Raynet refuses; the catalogues of sentences are keyed by them."""

from enum import StrEnum


class RaynetCode(StrEnum):
    """``error.code`` of what this package raises besides the defaults of :mod:`server.errors`."""

    # Denied, firm.
    CREDENTIALS = "raynet_credentials"
    URL_REFUSED = "raynet_url_refused"
    UNKNOWN_INSTANCE = "raynet_unknown_instance"
    # Denied, whole server: so many logins were refused that Raynet would block our address.
    LOGIN_BUDGET = "raynet_login_budget"
    # Denied (reads) or Rejected (writes).
    FORBIDDEN = "raynet_forbidden"
    # Rejected.
    LOCKED = "raynet_locked"
    DUPLICATE_KEY = "raynet_duplicate_key"
    STILL_REFERENCED = "raynet_still_referenced"
    UNKNOWN_REFERENCE = "raynet_unknown_reference"
    CONVERSION = "raynet_conversion"
    ILLEGAL_ARGUMENT = "raynet_illegal_argument"
    BUSINESS_RULE = "raynet_business_rule"
    BAD_REQUEST = "raynet_bad_request"
    REFUSED = "raynet_refused"
    UNREADABLE = "raynet_unreadable"
    AMBIGUOUS_ID = "raynet_ambiguous_id"
    # Unavailable.
    UNREACHABLE = "raynet_unreachable"
    BROKEN_REPLY = "raynet_broken_reply"
    TRUNCATED = "raynet_truncated"
