"""Signing people in: the keys that Microsoft signs with, and swapping the code of a sign-in for an access token."""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from server.microsoft.client import TlsAdapter, Transport, fetch_document, new_session, tls_context
from server.microsoft.tokens import AppRegistration, Tokens


class SignIn:
    """Thread-safe; one for the process. Nothing is sent before it is asked."""

    def __init__(
        self,
        app: AppRegistration,
        *,
        authority_url: str,
        ca_bundle: str | None,
        clock: Callable[[], datetime],
        transport: Transport | None = None,
    ) -> None:
        """``transport`` puts a simulated system behind it. Misconfigured for unusable credentials or authority."""
        carry = transport or functools.partial(TlsAdapter, tls_context(ca_bundle))
        self._new_session = functools.partial(new_session, carry)
        self._authority_url = authority_url.rstrip("/")
        self._tokens = Tokens(app, authority_url=authority_url, new_session=self._new_session, clock=clock)

    def keys(self) -> Mapping[str, Any]:
        """The published key set of all tenants. Fact: its address [doc], outlook-addin §6. Raises Unavailable."""
        return fetch_document(self._new_session(), f"{self._authority_url}/common/discovery/v2.0/keys")

    def redeem(self, code: str, *, verifier: str, redirect_uri: str, scope: str) -> str:
        """The access token of a person who has just signed in. Denied for a code that is not (or no longer) good."""
        return self._tokens.redeem(code, verifier=verifier, redirect_uri=redirect_uri, scope=scope)

    def close(self) -> None:
        self._tokens.close()
