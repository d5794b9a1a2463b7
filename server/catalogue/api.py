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
    "sign_in_failed": Sentence(
        "Přihlášení se nezdařilo. Zkontrolujte jméno a heslo; máte-li druhý faktor, zadejte i jeho kód.",
        "Signing in failed. Check login and password; if you have a second factor, give its code as well.",
    ),
    "too_many_tries": Sentence(
        "Příliš mnoho pokusů. Zkuste to znovu za {retry_after_seconds} s.",
        "Too many tries. Try again in {retry_after_seconds} s.",
    ),
    "sign_in_again": Sentence(
        "Pro tuto změnu se znovu přihlaste heslem; platí 15 minut.",
        "Sign in with your password again for this change; it holds for 15 minutes.",
    ),
    "entra_not_offered": Sentence(
        "Přihlášení přes Entra ID tento server nenabízí. Přihlaste se heslem.",
        "This server does not offer sign-in with Entra ID. Sign in with a password.",
    ),
    "entra_linked": Sentence(
        "Tento uživatel Entra ID už patří k jinému účtu.",
        "This person of Entra ID already belongs to another account.",
    ),
    "password_wrong": Sentence("Současné heslo nesouhlasí.", "The current password is not right."),
    "password_same": Sentence(
        "Nové heslo je stejné jako současné.", "The new password is the same as the current one."
    ),
    "password_common": Sentence(
        "Takové heslo by někdo brzy uhodl. Zvolte jiné, třeba několik náhodných slov.",
        "Somebody would soon guess this password. Choose another one, such as a few random words.",
    ),
    "totp_not_started": Sentence(
        "Nejprve začněte s druhým faktorem a načtěte jeho kód do aplikace.",
        "Start the second factor first and scan its code with your authenticator.",
    ),
    "totp_code_wrong": Sentence(
        "Kód nesouhlasí. Zkontrolujte čas v telefonu a zadejte další kód.",
        "The code is not right. Check the phone's clock and enter the next code.",
    ),
    "own_account": Sentence(
        "Vlastní účet takto změnit nelze. Požádejte jiného správce.",
        "You cannot do this to your own account. Ask another administrator.",
    ),
    "last_central_admin": Sentence(
        "Je to poslední centrální správce. Nejprve přidejte jiného.",
        "This is the last central administrator. Add another one first.",
    ),
    "firm_not_connected": Sentence(
        "Firma ještě nemá nastavený přístup k Raynetu nebo tenant. Doplňte je, pak ji spusťte.",
        "The firm has no access to Raynet or no tenant yet. Set them, then resume it.",
    ),
    "raynet_refused": Sentence(
        "Raynet tyto přístupové údaje odmítl, proto zůstaly dosavadní. Zkontrolujte instanci, uživatele a klíč API.",
        "Raynet refused this access, so the one before stays. Check instance, user and API key.",
    ),
    "raynet_unreachable": Sentence(
        "Raynet teď neodpovídá, přístup nejde ověřit, proto zůstal dosavadní. Zkuste to za chvíli.",
        "Raynet does not answer now and the access cannot be checked, so the one before stays. Try again soon.",
    ),
    "raynet_key_missing": Sentence(
        "Pro jinou instanci nebo jiného uživatele zadejte i klíč API.",
        "Give the API key as well for another instance or user.",
    ),
    "remotes_not_configured": Sentence(
        "Server nemá nastavenou registraci aplikace (ROS_CLIENT_ID), nemůže se ptát Raynetu ani Microsoftu.",
        "The server has no app registration (ROS_CLIENT_ID), it cannot ask Raynet or Microsoft.",
    ),
}
