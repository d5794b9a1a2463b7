"""Who may use a route. The one place that turns a session into what its path may name stands below."""

from dataclasses import dataclass
from typing import Final

from server.domain.ids import FirmId
from server.errors import Forbidden, NotFound
from server.store.admin.sessions import SignedIn
from server.store.tables.people import AdministratorRole

CENTRAL_ADMIN: Final = AdministratorRole.CENTRAL_ADMIN
FIRM_ADMIN: Final = AdministratorRole.FIRM_ADMIN
FIRM_AUDITOR: Final = AdministratorRole.FIRM_AUDITOR
_ALL: Final = frozenset(AdministratorRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """``roles`` empty: no session is asked for. ``password_due``: also before the first password was changed."""

    roles: frozenset[AdministratorRole]
    password_due: bool = False


#: Nobody signs in for these.
ANYBODY: Final = Access(roles=frozenset())
#: One's own session, also while the password must be changed.
OWN: Final = Access(roles=_ALL, password_due=True)
#: Everybody who is signed in; with a firm in the path only for one's own.
READ: Final = Access(roles=_ALL)
#: Changes within a firm.
CHANGE: Final = Access(roles=frozenset({CENTRAL_ADMIN, FIRM_ADMIN}))
#: The operator of the server.
CENTRAL: Final = Access(roles=frozenset({CENTRAL_ADMIN}))


def refuse_role(access: Access, who: SignedIn) -> None:
    """Raises Forbidden by the role and the route alone, never by the object: it tells nothing about what exists."""
    if who.must_change_password and not access.password_due:
        raise Forbidden("password_change_required")
    if who.role not in access.roles:
        raise Forbidden


def reachable(who: SignedIn, firm: int) -> FirmId:
    """The firm of a path, where this session may name it. NotFound for another firm, as for one that does not exist.

    Every route with a firm in its path passes here, and nothing below looks at roles again.
    """
    if who.firm_id is not None and who.firm_id != firm:
        raise NotFound
    return FirmId(firm)
