"""Sentences for what the panel's API refuses; the panel itself says the usual ones in its own words."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

PANEL: Final[Mapping[str, Sentence]] = {
    "token_missing": Sentence("Panel není přihlášen. Přihlaste se.", "The panel is not signed in. Sign in."),
    "token_expired": Sentence(
        "Přihlášení panelu skončilo. Přihlaste se znovu.", "The panel's sign-in has ended. Sign in again."
    ),
    "token_refused": Sentence(
        "Přihlášení panelu nebylo přijato. Přihlaste se znovu.", "The panel's sign-in was not accepted. Sign in again."
    ),
    "firm_unknown": Sentence(
        "Vaše firma synchronizaci s Raynetem nemá. Obraťte se na správce.",
        "Your company does not use the synchronisation with Raynet. Ask your administrator.",
    ),
    "account_unsupported": Sentence(
        "Tento účet použít nelze. Přihlaste se pracovním účtem, kterému patří kalendář.",
        "This account cannot be used. Sign in with the work account that owns the calendar.",
    ),
    "not_registered": Sentence(
        "Uživatel není zaregistrován. Požádejte o registraci tlačítkem Zaregistrovat.",
        "The user is not registered. Ask for registration with the button Register.",
    ),
    "registration_waiting": Sentence(
        "Registrace čeká na schválení správcem firmy.", "The registration waits for the company's administrator."
    ),
    "registration_rejected": Sentence(
        "Správce firmy registraci zamítl. Obraťte se na něj.",
        "The company's administrator rejected the registration. Please ask them.",
    ),
    "consent_missing": Sentence(
        "Bez vašeho souhlasu panel s kalendářem nepracuje. Přečtěte si ho a potvrďte.",
        "Without your consent the panel does not work with the calendar. Read it and confirm.",
    ),
    "licence_expired": Sentence(
        "Licence firmy skončila, synchronizace stojí. Obraťte se na správce.",
        "The company's licence has ended, the synchronisation stands still. Ask your administrator.",
    ),
    "event_recurring": Sentence("Opakované události se nesynchronizují.", "Recurring events are not synchronised."),
    "event_of_another": Sentence(
        "Událost organizuje někdo jiný, změnit ji může jen organizátor.",
        "Somebody else organises the event, only the organizer can change it.",
    ),
    "event_not_saved": Sentence(
        "Exchange událost ještě nezná. Uložte ji a zkuste to za chvíli znovu.",
        "Exchange does not know the event yet. Save it and try again in a moment.",
    ),
    "draft_finished": Sentence(
        "Rozepsaná volba už neplatí, událost nebyla uložena včas. Zvolte znovu.",
        "The choice has expired, the event was not saved in time. Choose again.",
    ),
    "draft_bound": Sentence(
        "Událost už byla nalezena a zapisuje se do Raynetu.", "The event was found and is being written to Raynet."
    ),
    "not_linked": Sentence(
        "Událost není s Raynetem propojena, není co měnit.",
        "The event is not linked with Raynet, there is nothing to change.",
    ),
    "cannot_clear": Sentence(
        "Záznam nejde odebrat, jen nahradit jiným. Odeberte ho v Raynetu.",
        "The record cannot be taken away, only replaced. Remove it in Raynet.",
    ),
    "sign_in_cancelled": Sentence("Přihlášení bylo zrušeno.", "The sign-in was cancelled."),
    "sign_in_expired": Sentence(
        "Přihlášení trvalo příliš dlouho nebo už bylo použito. Začněte znovu.",
        "The sign-in took too long or was used already. Start again.",
    ),
    "signing_keys_unavailable": Sentence(
        "Microsoft teď neposkytuje klíče k ověření přihlášení. Zkuste to za chvíli.",
        "Microsoft does not provide the keys for checking sign-ins now. Try again in a moment.",
    ),
    "already_approved": Sentence(
        "Registrace už byla schválena. Odeberte uživateli místo.",
        "The registration was approved already. Take the user's seat away.",
    ),
}

#: What the user agrees to when the panel is first used, by version. A new wording is a new version, never an edit.
CONSENT: Final[Mapping[str, Sentence]] = {
    "2026-11": Sentence(
        "Panel propojuje události vašeho kalendáře v Outlooku s aktivitami v Raynet CRM vaší firmy. Zpracovává k tomu "
        "předmět, čas, místo, popis a účastníky událostí, vaše jméno a e-mailovou adresu a to, co v panelu zvolíte. "
        "Vaše volby a záznam o propojení ukládá server ros.vitkovice.cz; do Raynetu zapíše aktivitu podle vaší volby. "
        "Ze soukromých událostí přenese podle nastavení firmy nejvýš jejich čas. Souhlas můžete kdykoli odvolat u "
        "správce své firmy.",
        "The panel links events of your Outlook calendar with activities in your company's Raynet CRM. For that it "
        "processes subject, time, place, description and attendees of events, your name and e-mail address, and what "
        "you choose in the panel. Your choices and the record of the link are kept by the server ros.vitkovice.cz; it "
        "writes the activity into Raynet as you chose. Of private events it carries, as your company has set, no more "
        "than their time. You can withdraw your consent at any time through your company's administrator.",
    ),
    # Names the server that it is, and does not promise of private events what the firm's rule may not keep.
    "2026-11-2": Sentence(
        "Panel propojuje události vašeho kalendáře v Outlooku s aktivitami v Raynet CRM vaší firmy. Zpracovává k tomu "
        "předmět, čas, místo, popis a účastníky událostí, vaše jméno a e-mailovou adresu a to, co v panelu zvolíte. "
        "Vaše volby a záznam o propojení ukládá server {host}; do Raynetu zapíše aktivitu podle vaší volby. "
        "Ze soukromých událostí přenáší jen čas, pokud vaše firma neurčila jinak: může přenos vypnout, nebo povolit i "
        "texty. Jak to má vaše firma, vám řekne její správce; u něj můžete souhlas kdykoli odvolat.",
        "The panel links events of your Outlook calendar with activities in your company's Raynet CRM. For that it "
        "processes subject, time, place, description and attendees of events, your name and e-mail address, and what "
        "you choose in the panel. Your choices and the record of the link are kept by the server {host}; it "
        "writes the activity into Raynet as you chose. Of private events it carries the time only, unless your company "
        "has decided otherwise: it can switch that off, or allow their texts too. Your company's administrator tells "
        "you which, and withdraws your consent whenever you ask.",
    ),
}

#: How the user's calendar stands, and who can change that.
SYNC_STATES: Final[Mapping[str, Sentence]] = {
    "sync_running": Sentence("Kalendář se synchronizuje.", "The calendar is being synchronised."),
    "sync_starting": Sentence(
        "Kalendář se připojuje, chvíli to potrvá.", "The calendar is being connected, it takes a moment."
    ),
    "sync_paused": Sentence(
        "Správce synchronizaci firmy pozastavil.", "The administrator has paused the company's synchronisation."
    ),
    "sync_unknown_user": Sentence(
        "Uživatel nebyl v Microsoft 365 nalezen. Obraťte se na správce.",
        "The user was not found in Microsoft 365. Ask your administrator.",
    ),
    "sync_no_mailbox": Sentence(
        "Účet nemá schránku v Exchange Online. Obraťte se na správce.",
        "The account has no mailbox in Exchange Online. Ask your administrator.",
    ),
    "sync_no_access": Sentence(
        "Ke kalendáři nemáme přístup. Obraťte se na správce.",
        "We have no access to the calendar. Ask your administrator.",
    ),
    "sync_no_person": Sentence(
        "V Raynetu se nenašel jediný uživatel s touto adresou. Správce ho může určit ručně.",
        "No single user with this address was found in Raynet. The administrator can choose one by hand.",
    ),
}
