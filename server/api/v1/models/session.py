"""The server, signing in, one's own account."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.api.rest.shapes import Instant, SecretIn, Shape
from server.store.tables.accounts import SignInMethod
from server.store.tables.people import AdministratorRole

Login = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=r"^[^\x00-\x1f\x7f]+$")]
OneTimeCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
#: A code of the authenticator, or one of the recovery codes.
SecondFactor = Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=r"^[0-9A-Za-z-]+$")]


class EntraApplication(Shape):
    """With what the console asks Entra ID for a token."""

    client_id: str
    authority: str


class ServerInfo(Shape):
    """What anybody may know."""

    product: str
    version: str
    #: Version of this interface; the console needs one of the same major number.
    api: str
    #: Consoles older than this are refused by themselves.
    min_console: str
    languages: tuple[Literal["cs", "en"], ...]
    #: Null: sign-in with Entra ID is not set up here.
    entra: EntraApplication | None


class SignIn(Shape):
    login: Login
    password: SecretIn
    totp: SecondFactor | None = None


class EntraSignIn(Shape):
    #: An access token for our application, from MSAL.
    access_token: Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[!-~]+$")]


class Session(Shape):
    """The present session."""

    id: str
    administrator_id: int
    login: str
    role: AdministratorRole
    #: Null for a central administrator.
    firm_id: int | None
    firm_name: str | None
    #: Until it is changed, only this session and the password can be used.
    must_change_password: bool
    totp: bool
    #: The account is linked to a person in Entra ID.
    entra: bool
    method: SignInMethod
    created_at: Instant
    expires_at: Instant
    #: It ends earlier when it is not used for so long.
    idle_seconds: int


class SignedIn(Shape):
    """``token`` is shown this once."""

    token: str
    session: Session


class PasswordChange(Shape):
    current: SecretIn
    #: At least 15 characters, not a common one.
    new: SecretIn


class TotpStart(Shape):
    """For the authenticator; confirmed by its first code."""

    secret: str
    otpauth_uri: str


class TotpConfirm(Shape):
    code: OneTimeCode


class RecoveryCodes(Shape):
    """Each signs in once instead of a code; shown this once."""

    codes: tuple[str, ...]


class SessionEntry(Shape):
    id: str
    method: SignInMethod
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    #: The one that asks.
    current: bool


class SessionList(Shape):
    items: tuple[SessionEntry, ...]
    next: None = None
    total: Annotated[int, Field(ge=0)]
