"""Stable codes of what Microsoft refuses; the catalogues of sentences are keyed by them."""

from enum import StrEnum


class GraphCode(StrEnum):
    """``error.code`` of what this package raises besides the defaults of :mod:`server.errors`."""

    # Denied, whole server: the one registration is wrong.
    SECRET_WRONG = "graph_secret_wrong"  # noqa: S105 - a code, no secret
    SECRET_EXPIRED = "graph_secret_expired"  # noqa: S105 - a code, no secret
    CERTIFICATE_REFUSED = "graph_certificate_refused"
    REGISTRATION_WRONG = "graph_registration_wrong"
    # Denied, firm: its tenant or its consent.
    NOT_CONSENTED = "graph_not_consented"
    UNKNOWN_TENANT = "graph_unknown_tenant"
    APP_DISABLED = "graph_app_disabled"
    CONDITIONAL_ACCESS = "graph_conditional_access"
    NO_SERVICE = "graph_no_service"
    TOKEN_REFUSED = "graph_token_refused"  # noqa: S105 - a code, no secret
    UNAUTHORISED = "graph_unauthorised"
    DIRECTORY_DENIED = "graph_directory_denied"
    # Denied, mailbox.
    NO_ROLE = "graph_no_role"
    NO_ACCESS = "graph_no_access"
    NO_MAILBOX = "graph_no_mailbox"
    UNKNOWN_USER = "graph_unknown_user"
    # Rejected, item.
    REFUSED = "graph_refused"
    ITEM_DENIED = "graph_item_denied"
    MAILBOX_FULL = "graph_mailbox_full"
    BODY_UNSAFE = "graph_body_unsafe"
    # Unavailable.
    FOREIGN_LINK = "graph_foreign_link"
    BROKEN_REPLY = "graph_broken_reply"
    MAILBOX_MOVING = "graph_mailbox_moving"
