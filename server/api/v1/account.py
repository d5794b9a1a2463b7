"""One's own account: signing in and out, the password, the second factor, the sessions."""

from datetime import timedelta
from typing import Final

from server.api.rest.access import ANYBODY, OWN
from server.api.rest.access import READ as OWN_SETTLED
from server.api.rest.call import Call
from server.api.rest.routes import Made, Routes
from server.api.v1.models.session import (
    EntraSignIn,
    PasswordChange,
    RecoveryCodes,
    Session,
    SessionEntry,
    SessionList,
    SignedIn,
    SignIn,
    TotpConfirm,
    TotpStart,
)
from server.catalogue.sentences import Sentence
from server.errors import Forbidden, Invalid, NotFound, NotSignedIn, Refused
from server.identity.caller import Caller
from server.store.admin import sessions as store
from server.store.admin.administrators import AdministratorChange
from server.store.admin.sessions import firm_name
from server.store.tables.accounts import SignInMethod

ROUTES: Final = Routes("account")
#: How long after signing in one may change how one signs in.
FRESH_FOR: Final = timedelta(minutes=15)


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
    administration = call.services.administration
    administration.sign_in_gate.enter_unscoped(call.address, body.login)
    found = administration.sign_in.by_password_unscoped(body.login, body.password, body.totp)
    return _started(call, found.id if found is not None else None, SignInMethod.PASSWORD)


@ROUTES.post(
    "/session/entra",
    ANYBODY,
    Sentence("Přihlásit se přes Entra ID", "Sign in with Entra ID"),
    "sign_in_failed",
    "too_many_tries",
    "entra_not_offered",
)
def sign_in_with_entra(call: Call, body: EntraSignIn) -> Made[SignedIn]:
    call.services.administration.sign_in_gate.enter_unscoped(call.address)
    person = _person(call, body.access_token)
    found = call.services.administration.sign_in.by_entra_unscoped(person.tid, person.oid)
    return _started(call, found.id if found is not None else None, SignInMethod.ENTRA)


@ROUTES.put(
    "/session/entra",
    OWN_SETTLED,
    Sentence("Propojit můj účet s Entra ID", "Link my account to Entra ID"),
    "sign_in_failed",
    "sign_in_again",
    "entra_linked",
    "entra_not_offered",
    edit=False,
)
def link_entra(call: Call, body: EntraSignIn) -> Session:
    _refuse_stale_sign_in(call)
    person = _person(call, body.access_token)
    change = AdministratorChange(entra=(person.tid, person.oid))
    call.services.administration.administrators.change(call.who.administrator_id, change, actor=call.actor)
    return _session_now(call)


def _started(call: Call, administrator_id: int | None, method: SignInMethod) -> Made[SignedIn]:
    if administrator_id is None:
        raise NotSignedIn("sign_in_failed")
    try:
        token, who = call.services.administration.sessions.start_unscoped(administrator_id, method)
    except NotFound:
        # Removed or disabled in this very moment.
        raise NotSignedIn("sign_in_failed") from None
    return Made(SignedIn(token=token, session=session_of(call, who)))


def _person(call: Call, access_token: str) -> Caller:
    if call.services.identify is None:
        raise Refused("entra_not_offered")
    try:
        return call.services.identify(access_token)
    except NotSignedIn:
        raise NotSignedIn("sign_in_failed") from None


def _refuse_stale_sign_in(call: Call) -> None:
    """What changes how one signs in is for somebody who has just shown who they are, not for a token found later."""
    if call.services.now() - call.who.created_at > FRESH_FOR or call.who.method is not SignInMethod.PASSWORD:
        raise Forbidden("sign_in_again")


def _session_now(call: Call) -> Session:
    who = call.services.administration.sessions.resolve_unscoped(call.token)
    if who is None:
        raise NotSignedIn
    return session_of(call, who)


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


@ROUTES.put(
    "/session/password",
    OWN,
    Sentence("Změnit si heslo", "Change one's password"),
    "password_wrong",
    "password_length",
    "password_common",
    "password_same",
    "too_many_tries",
    edit=False,
)
def change_password(call: Call, body: PasswordChange) -> Session:
    administration = call.services.administration
    administration.sign_in_gate.enter_unscoped(call.address, call.who.login)
    if not administration.sign_in.check_password(call.who.administrator_id, body.current):
        raise Invalid("password_wrong", field="current")
    if body.new == body.current:
        raise Invalid("password_same", field="new")
    administration.administrators.set_password(
        call.who.administrator_id, body.new, actor=call.actor, keep_session=call.who.session_id
    )
    return _session_now(call)


@ROUTES.post(
    "/session/totp", OWN_SETTLED, Sentence("Začít s druhým faktorem", "Start a second factor"), "sign_in_again"
)
def start_totp(call: Call) -> TotpStart:
    _refuse_stale_sign_in(call)
    secret, uri = call.services.administration.sign_in.start_totp(call.who.administrator_id)
    return TotpStart(secret=secret, otpauth_uri=uri)


@ROUTES.put(
    "/session/totp",
    OWN_SETTLED,
    Sentence("Potvrdit druhý faktor", "Confirm the second factor"),
    "totp_code_wrong",
    "totp_not_started",
    "too_many_tries",
    "sign_in_again",
    edit=False,
)
def confirm_totp(call: Call, body: TotpConfirm) -> RecoveryCodes:
    _refuse_stale_sign_in(call)
    call.services.administration.sign_in_gate.enter_unscoped(call.address, call.who.login)
    codes = call.services.administration.sign_in.confirm_totp(
        call.who.administrator_id, body.code, actor=call.actor, keep_session=call.who.session_id
    )
    return RecoveryCodes(codes=codes)


@ROUTES.delete(
    "/session/totp",
    OWN_SETTLED,
    Sentence("Zrušit druhý faktor", "Stop the second factor"),
    "sign_in_again",
    edit=False,
)
def stop_totp(call: Call) -> None:
    _refuse_stale_sign_in(call)
    call.services.administration.sign_in.stop_totp(call.who.administrator_id, actor=call.actor)
