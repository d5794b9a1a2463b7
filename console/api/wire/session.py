"""The server, signing in, one's own account."""

from datetime import datetime

from console.api.wire.shapes import Body, Wire

CENTRAL_ADMIN = "central_admin"
FIRM_ADMIN = "firm_admin"
FIRM_AUDITOR = "firm_auditor"


class EntraApplication(Wire):
    client_id: str
    authority: str


class ServerInfo(Wire):
    product: str
    version: str
    api: str
    min_console: str
    languages: tuple[str, ...] = ()
    entra: EntraApplication | None = None


class SignIn(Body):
    login: str
    password: str
    totp: str | None = None


class EntraSignIn(Body):
    access_token: str


class Session(Wire):
    id: str
    administrator_id: int
    login: str
    role: str
    firm_id: int | None
    firm_name: str | None
    must_change_password: bool
    totp: bool
    entra: bool = False
    method: str = "password"
    expires_at: datetime

    @property
    def can_change(self) -> bool:
        return self.role in (CENTRAL_ADMIN, FIRM_ADMIN)

    @property
    def is_central(self) -> bool:
        return self.role == CENTRAL_ADMIN


class SignedIn(Wire):
    token: str
    session: Session


class PasswordChange(Body):
    current: str
    new: str


class TotpStart(Wire):
    secret: str
    otpauth_uri: str


class TotpConfirm(Body):
    code: str


class RecoveryCodes(Wire):
    codes: tuple[str, ...]


class SessionEntry(Wire):
    id: str
    method: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool
