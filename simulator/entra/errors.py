"""The error table of the token and consent endpoints and the form in which Entra ID answers it."""

from dataclasses import dataclass
from datetime import datetime

#: Code -> (HTTP status, ``error``, text). Fact: statuses of 7000215, 7000222, 700016 and 90002 [seen], others [doc?],
#: graph-calendar §2.
TABLE: dict[int, tuple[int, str, str]] = {
    700016: (
        400,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{tenant}'.",
    ),
    90002: (400, "invalid_request", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
    900023: (
        400,
        "invalid_request",
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid domain.",
    ),
    7000215: (
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent is the client secret value.",
    ),
    7000222: (401, "invalid_client", "The provided client secret keys for app '{client}' are expired."),
    700027: (
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered.",
    ),
    700024: (401, "invalid_client", "Client assertion is not within its valid time range."),
    7000218: (401, "invalid_client", "The request body must contain: 'client_assertion' or 'client_secret'."),
    700025: (
        401,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    7000112: (401, "unauthorized_client", "Application '{client}' is disabled."),
    53003: (400, "access_denied", "Access has been blocked by Conditional Access policies."),
    530032: (400, "access_denied", "Access blocked by security policy of the tenant."),
    70011: (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    500011: (400, "invalid_resource", "The resource principal was not found in the tenant '{tenant}'."),
    50196: (400, "invalid_grant", "The server terminated an operation because it encountered a client request loop."),
    90033: (503, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    90055: (429, "temporarily_unavailable", "The server is busy or the tenant is throttled. Please try again."),
    65001: (400, "invalid_grant", "The user or administrator has not consented to use the application '{client}'."),
    65004: (400, "access_denied", "User declined to consent to access the app."),
    90094: (400, "access_denied", "Admin consent is required for the permissions requested by this application."),
    50020: (
        400,
        "invalid_request",
        "User account does not exist in tenant '{tenant}' and cannot access the application.",
    ),
    50194: (400, "invalid_request", "Application '{client}' is not configured as a multi-tenant application."),
    50011: (
        400,
        "invalid_request",
        "The redirect URI specified in the request does not match those configured for '{client}'.",
    ),
    50057: (400, "invalid_grant", "The user account is disabled."),
    70008: (400, "invalid_grant", "The provided authorization code or refresh token has expired."),
    54005: (
        400,
        "invalid_grant",
        "OAuth2 authorization code was already redeemed, please retry with a new valid code.",
    ),
    50148: (
        400,
        "invalid_grant",
        "The code_verifier does not match the code_challenge supplied in the authorization request.",
    ),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type."),
    900144: (400, "invalid_request", "The request body must contain a required parameter that is missing."),
    9002313: (400, "invalid_request", "Invalid request. Request is malformed or invalid."),
}


class EntraError(Exception):
    """One documented refusal; carries its code and the ids that its text names."""

    def __init__(self, code: int, *, client: str = "", tenant: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.client = client
        self.tenant = tenant

    @property
    def status(self) -> int:
        return TABLE[self.code][0]

    @property
    def error(self) -> str:
        return TABLE[self.code][1]

    @property
    def text(self) -> str:
        """``AADSTSnnnn: ...`` without the trailer."""
        return f"AADSTS{self.code}: " + TABLE[self.code][2].format(client=self.client, tenant=self.tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The ids that stand at the end of each error text."""

    trace_id: str
    correlation_id: str
    at: datetime


def error_document(failure: EntraError, trace: Trace, base_url: str) -> dict[str, object]:
    """The JSON answer of the token endpoint. Fact: members and trailer [doc], graph-calendar §2."""
    stamp = trace.at.strftime("%Y-%m-%d %H:%M:%SZ")
    trailer = f" Trace ID: {trace.trace_id} Correlation ID: {trace.correlation_id} Timestamp: {stamp}"
    return {
        "error": failure.error,
        "error_description": failure.text + trailer,
        "error_codes": [failure.code],
        "timestamp": stamp,
        "trace_id": trace.trace_id,
        "correlation_id": trace.correlation_id,
        "error_uri": f"{base_url}/error?code={failure.code}",
    }
