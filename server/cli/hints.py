"""What a refused value should have been, for the names that ``ros`` takes: an error of ours tells the name only."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.explained import explained, sentence
from server.catalogue.sentences import Sentence
from server.domain.licence import MOST_GRACE_DAYS
from server.errors import Invalid, RosError, Scope, Unavailable

_HINTS: Final[Mapping[str, Sentence]] = {
    "email": Sentence("Má to být adresa jako jana@firma.cz.", "It must be an address such as jana@firma.cz."),
    "firm_id": Sentence(
        "Role firm_admin a firm_auditor potřebují --firm, role central_admin jej mít nesmí.",
        "The roles firm_admin and firm_auditor need --firm, the role central_admin may not have it.",
    ),
    "grace_days": Sentence(
        f"Má to být počet dní 0 až {MOST_GRACE_DAYS}.", f"It must be a number of days from 0 to {MOST_GRACE_DAYS}."
    ),
    "login": Sentence("Má mít 1 až 320 znaků bez mezer.", "It must have 1 to 320 characters and no blanks."),
    "raynet_instance": Sentence(
        "Je to první část adresy vašeho Raynetu, například firma.",
        "It is the first part of your Raynet's address, such as firma.",
    ),
    "raynet_key": Sentence(
        "Klíč patří na první řádek standardního vstupu.", "The key belongs into the first line of stdin."
    ),
    "raynet_url": Sentence(
        "Má to být úplná adresa jako https://app.raynet.cz/api/v2/.",
        "It must be a whole address such as https://app.raynet.cz/api/v2/.",
    ),
    "seats": Sentence("Má to být celé číslo, nejvýš milion.", "It must be a whole number of a million at most."),
    "tenant_id": Sentence(
        "Má to být GUID jako 11111111-2222-3333-4444-555555555555.",
        "It must be a GUID such as 11111111-2222-3333-4444-555555555555.",
    ),
    "valid_until": Sentence("Má to být den RRRR-MM-DD.", "It must be a day, YYYY-MM-DD."),
}


#: What SQLite says of a disk or a folder.
_HELD: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
_DISK: Final = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def told(error: RosError) -> Sentence:
    """The error's sentence, and what the value should have been where only its name is known."""
    if isinstance(error, Unavailable) and error.code == Unavailable.code and error.scope is Scope.SERVER:
        # Raynet and Microsoft fail a firm or a mailbox: what fails the whole server is its own database.
        detail = str(error.detail)
        if detail.startswith(_HELD):
            return sentence("store_busy", {"detail": detail})
        code = "store_disk" if detail.startswith(_DISK) else "doctor_database_unreachable"
        return sentence(code, {"detail": detail})
    known = explained(error)
    hint = _HINTS.get(str(error.data.get("field"))) if isinstance(error, Invalid) and error.code == "invalid" else None
    return known if hint is None else Sentence(f"{known.cs} {hint.cs}", f"{known.en} {hint.en}")
