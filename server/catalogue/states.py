"""States of a firm's sync as people read them."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

SYNC: Final[Mapping[str, Sentence]] = {
    "idle": Sentence("Vše přeneseno, čeká se na změny.", "Everything is carried over, waiting for changes."),
    "queued": Sentence("Změny čekají, až na ně přijde řada.", "Changes wait for their turn."),
    "working": Sentence("Právě probíhá průchod.", "A pass is under way."),
    "waiting": Sentence(
        "Jedna ze stran si vyžádala pauzu; pokračuje se samo.", "One side has asked for a pause; it goes on by itself."
    ),
    "paused": Sentence("Synchronizace je pozastavena správcem.", "An administrator has paused the sync."),
    "not_set_up": Sentence(
        "Synchronizace ještě nebyla spuštěna. Průvodce zavedením ukáže, co chybí.",
        "The sync was never started. The set-up guide shows what is missing.",
    ),
    "unlicensed": Sentence(
        "Licence skončila, nic se nepřenáší. Obě strany zůstaly, jak jsou.",
        "The licence has ended, nothing is carried over. Both sides stay as they are.",
    ),
    "refused": Sentence(
        "Jedna ze stran odmítla naše přihlášení. Opravte připojení k Raynetu nebo souhlas Azure.",
        "One side has refused us. Correct the access to Raynet or the consent in Azure.",
    ),
}
