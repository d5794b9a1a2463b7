"""One's own account: signing in and out, the password, the second factor, the sessions."""

from typing import Final

from server.api.rest.access import ANYBODY, OWN
from server.api.rest.call import Call
from server.api.rest.routes import Made, Routes
from server.api.v1.models.session import Session, SessionEntry, SessionList, SignedIn, SignIn
from server.catalogue.sentences import Sentence
from server.errors import NotSignedIn
from server.store.admin import sessions as store
from server.store.admin.sessions import firm_name
from server.store.tables.accounts import SignInMethod

ROUTES: Final = Routes("account")


def session_of(call: Call, who: store.SignedIn) -> Session:
    """As its owner sees it."""
    return Session(
        id=who.session_id,
        administrator_id=who.administrator_id,
        login=who.login,
        role=who.role,
        firm_id=who.firm_id,
        firm_name=firm_name(call.services.database, who.firm_id),
        must_change_password=who.must_change_password,
        totp=who.has_totp,
        entra=who.has_entra,
        method=who.method,
        created_at=who.created_at,
        expires_at=who.expires_at,
        idle_seconds=int(store.IDLE.total_seconds()),
    )


@ROUTES.post(
    "/session", ANYBODY, Sentence("Přihlásit se heslem", "Sign in with a password"), "sign_in_failed", "too_many_tries"
)
def sign_in(call: Call, body: SignIn) -> Made[SignedIn]:
    found = call.services.administration.administrators.sign_in_unscoped(body.login, body.password)
    if found is None:
        raise NotSignedIn("sign_in_failed")
    token, who = call.services.administration.sessions.start_unscoped(found.id, SignInMethod.PASSWORD)
    return Made(SignedIn(token=token, session=session_of(call, who)))


@ROUTES.get("/session", OWN, Sentence("Kdo jsem", "Who I am"))
def get_session(call: Call) -> Session:
    return session_of(call, call.who)


@ROUTES.delete("/session", OWN, Sentence("Odhlásit se", "Sign out"), edit=False)
def sign_out(call: Call) -> None:
    call.services.administration.sessions.end_unscoped(call.who.administrator_id, call.who.session_id)


@ROUTES.get("/sessions", OWN, Sentence("Kde jsem přihlášen", "Where I am signed in"))
def list_sessions(call: Call) -> SessionList:
    found = call.services.administration.sessions.every_unscoped(call.who.administrator_id)
    items = tuple(
        SessionEntry(
            id=one.id,
            method=one.method,
            created_at=one.created_at,
            seen_at=one.seen_at,
            expires_at=min(one.expires_at, one.seen_at + store.IDLE),
            current=one.id == call.who.session_id,
        )
        for one in found
    )
    return SessionList(items=items, total=len(items))


@ROUTES.delete("/sessions/{session_id}", OWN, Sentence("Ukončit přihlášení", "End a session"), edit=False)
def end_session(call: Call, session_id: str) -> None:
    call.services.administration.sessions.end_unscoped(call.who.administrator_id, session_id)
