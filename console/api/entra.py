"""Sign-in with Entra ID: MSAL opens the browser and brings back an access token. Blocking; used from a job thread."""

from typing import Any, Final

import msal

from console.api.problems import ApiProblem
from console.api.wire.session import EntraApplication

_WAIT_SECONDS: Final = 300


class EntraRefused(ApiProblem):
    """Entra ID or the person said no; ``code`` of OAuth in ``reason``."""

    code = "entra_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def access_token(application: EntraApplication, *, login_hint: str = "") -> str:
    """For our own application, hence the scope is its default. Raises EntraRefused."""
    try:
        public = msal.PublicClientApplication(application.client_id, authority=application.authority)
        answer: dict[str, Any] = public.acquire_token_interactive(
            scopes=[f"api://{application.client_id}/.default"],
            prompt="select_account",
            login_hint=login_hint or None,
            timeout=_WAIT_SECONDS,
        )
    except Exception as error:
        raise EntraRefused(type(error).__name__) from error
    token = answer.get("access_token")
    if not isinstance(token, str):
        raise EntraRefused(str(answer.get("error", "no_token")))
    return token
