"""States of users as people read them."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

USERS: Final[Mapping[str, Sentence]] = {
    "ready": Sentence("Synchronizuje se.", "Is synchronised."),
    "off": Sentence(
        "Nemá místo v licenci; na obou stranách zůstává vše, jak je.",
        "Has no seat; everything stays as it is on both sides.",
    ),
    "new": Sentence("Čeká na první průchod.", "Waits for the first pass."),
    "unknown_user": Sentence(
        "V Microsoft 365 firmy takový uživatel není. Opravte adresu.",
        "There is no such user in the firm's Microsoft 365. Correct the address.",
    ),
    "no_mailbox": Sentence(
        "Uživatel nemá schránku Exchange Online. Přidělte mu v Microsoft 365 licenci se schránkou.",
        "The user has no Exchange Online mailbox. Give them a licence with one in Microsoft 365.",
    ),
    "no_access": Sentence(
        "Do kalendáře nás tenant nepustí. Zkontrolujte souhlas a omezení na skupinu schránek.",
        "The tenant does not let us into the calendar. Check consent and the limit to a group of mailboxes.",
    ),
    "no_person": Sentence(
        "K adrese se v Raynetu nenašel uživatel. Vyberte ho ručně.",
        "No user of Raynet was found for the address. Choose them by hand.",
    ),
}
