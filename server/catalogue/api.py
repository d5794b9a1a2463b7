"""Sentences for what the admin API refuses."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

API: Final[Mapping[str, Sentence]] = {
    "sign_in_required": Sentence(
        "Nejste přihlášeni nebo přihlášení skončilo. Přihlaste se.",
        "You are not signed in, or the session has ended. Sign in.",
    ),
    "if_match_missing": Sentence(
        "Chybí verze, kterou měníte. Načtěte nový stav a zkuste to znovu.",
        "The version you change is missing. Read the new state and try again.",
    ),
    "password_change_required": Sentence(
        "Nejprve si změňte heslo.",
        "Change your password first.",
    ),
    "remotes_not_configured": Sentence(
        "Server nemá nastavenou registraci aplikace (ROS_CLIENT_ID), nemůže se ptát Raynetu ani Microsoftu.",
        "The server has no app registration (ROS_CLIENT_ID), it cannot ask Raynet or Microsoft.",
    ),
}
