"""Who an actor of the audit log is, as far as the reader may know."""

from collections.abc import Collection
from typing import Final

from server.api.rest.call import Call

_ADMINISTRATOR: Final = "admin:"


def logins_of(call: Call, actors: Collection[str]) -> dict[str, str]:
    """Logins by actor. Whoever belongs to a firm learns the logins of that firm only."""
    numbers = {one.removeprefix(_ADMINISTRATOR) for one in actors if one.startswith(_ADMINISTRATOR)}
    known = {int(one) for one in numbers if one.isdigit()}
    found = call.services.administration.administrators.logins(known, call.who.firm_id)
    return {f"{_ADMINISTRATOR}{number}": login for number, login in found.items()}
