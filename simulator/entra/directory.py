"""What stands in the directories: tenants, people, registrations and their service principals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.x509 import Certificate

#: Microsoft Graph's own application id. Fact: [seen], graph-calendar §1.
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"

#: Ids of Graph's app roles. Fact: the first three [seen], graph-calendar §1; the others [doc?].
APP_ROLE_IDS = {
    "Calendars.ReadWrite": "ef54d2bf-783f-4e0f-bca1-3210c0444d99",
    "Calendars.Read": "798ee544-9d2d-430c-a058-570e29e34338",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "MailboxSettings.Read": "40f97065-369a-49f4-947c-6a255697ae91",
}

#: Directory roles that may consent to application permissions of Graph. Fact: [doc?], graph-calendar §3.
CONSENTING_ROLES = frozenset({"Global Administrator", "Privileged Role Administrator"})


@dataclass(slots=True, kw_only=True)
class User:
    """A person, shared mailbox or guest of one tenant. ``proxy_addresses`` keep their ``SMTP:``/``smtp:`` prefix."""

    id: str
    tenant_id: str
    user_principal_name: str
    display_name: str
    mail: str | None
    proxy_addresses: tuple[str, ...] = ()
    user_type: str = "Member"
    account_enabled: bool = True
    assigned_plans: tuple[str, ...] = ("exchange",)
    given_name: str | None = None
    surname: str | None = None
    preferred_language: str | None = "cs-CZ"
    directory_roles: frozenset[str] = frozenset()
    created: datetime | None = None

    @property
    def may_consent(self) -> bool:
        """Whether this person can grant application permissions to the whole tenant."""
        return bool(self.directory_roles & CONSENTING_ROLES)

    def addresses(self) -> set[str]:
        """All addresses that reach this user, lower case."""
        found = {self.user_principal_name.lower()}
        found.update(entry.split(":", 1)[1].lower() for entry in self.proxy_addresses if ":" in entry)
        if self.mail:
            found.add(self.mail.lower())
        return found


@dataclass(slots=True, kw_only=True)
class ServicePrincipal:
    """A registration's presence in a tenant. Roles spread: those of ``granted`` are in tokens from ``effective`` on."""

    id: str
    client_id: str
    enabled: bool = True
    granted: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()
    effective: datetime | None = None
    delegated: frozenset[str] = frozenset()

    def roles_at(self, now: datetime) -> frozenset[str]:
        """The application roles a token issued at ``now`` would carry."""
        if self.effective is not None and now < self.effective:
            return self.previous
        return self.granted


@dataclass(slots=True, kw_only=True)
class Tenant:
    """A directory. ``blocks_workloads``: Conditional Access against apps, ``blocks_users`` against people."""

    id: str
    display_name: str
    domains: tuple[str, ...]
    users: dict[str, User] = field(default_factory=dict)
    service_principals: dict[str, ServicePrincipal] = field(default_factory=dict)
    blocks_workloads: bool = False
    blocks_users: bool = False
    #: Addresses from which workloads may ask for tokens; None means from everywhere.
    allowed_addresses: frozenset[str] | None = None
    has_graph: bool = True
    transient_error: int | None = None

    def user(self, name: str) -> User | None:
        """By object id or user principal name; a differing ``mail`` does not find anybody."""
        found = self.users.get(name)
        if found is not None:
            return found
        lowered = name.lower()
        return next((u for u in self.users.values() if u.user_principal_name.lower() == lowered), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A secret of a registration; None never expires."""

    value: str
    expires: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Registration:
    """The app as registered by its maker: one client id for all tenants unless ``home_tenant`` is set."""

    client_id: str
    display_name: str
    secrets: list[ClientSecret] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    redirect_uris: tuple[str, ...] = ()
    app_roles: tuple[str, ...] = ("Calendars.ReadWrite", "Calendars.Read", "User.Read.All", "Organization.Read.All")
    #: Delegated scopes this registration exposes as an API, addressed as ``api://{client_id}/{scope}``.
    exposed_scopes: tuple[str, ...] = ()
    identifier_uris: tuple[str, ...] = ()
    is_public: bool = False
    home_tenant: str | None = None

    def accepts_redirect(self, uri: str) -> bool:
        """Exact match, except that a registered loopback accepts any port. Fact: [doc], graph-calendar §3 and §5."""
        if uri in self.redirect_uris:
            return True
        return any(_same_loopback(registered, uri) for registered in self.redirect_uris)


def _same_loopback(registered: str, uri: str) -> bool:
    if registered.rstrip("/") not in ("http://localhost", "http://127.0.0.1"):
        return False
    rest = uri.removeprefix(registered.rstrip("/"))
    return rest != uri and (rest in ("", "/") or rest.startswith(":"))


def find_by_address(tenants: Iterable[Tenant], address: str) -> User | None:
    """The member whose mail, user name or proxy address it is, over all tenants; guests are nobody's mailbox here."""
    wanted = address.lower()
    for tenant in tenants:
        for user in tenant.users.values():
            if user.user_type != "Guest" and wanted in user.addresses():
                return user
    return None
