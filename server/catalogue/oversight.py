"""Sentences for what is refused around licences, consent, jobs, users and alerts; and of each alert with its remedy."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.consent import REFUSED, RETURNED, Advice
from server.catalogue.sentences import Sentence

OVERSIGHT: Final[Mapping[str, Sentence]] = {
    **REFUSED,
    **{code: told.remedy for code, told in RETURNED.items() if code.startswith("consent_")},
    "too_many_jobs": Sentence(
        "Čeká už příliš mnoho úloh. Počkejte, až některá skončí, nebo ji zrušte.",
        "Too many jobs are waiting. Wait until one ends, or cancel one.",
    ),
    "already_approved": Sentence(
        "Registrace už byla schválena. Nechcete-li uživatele synchronizovat, vypněte mu místo.",
        "The registration was approved already. To stop the user's sync, switch the seat off.",
    ),
    "tenant_by_central_only": Sentence(
        "Tenant firmy mění jen centrální správce, aby si jej nikdo nemohl přivlastnit. Požádejte jej.",
        "Only a central administrator changes a firm's tenant, so that nobody can take another's. Ask one.",
    ),
}

PROPOSED: Final[Mapping[str, Sentence]] = {
    "same_address": Sentence("Stejná hlavní adresa na obou stranách.", "The same primary address on both sides."),
    "alias": Sentence("Stejná adresa, na jedné straně vedlejší.", "The same address, an alias on one side."),
    "same_name": Sentence(
        "Stejné jméno, na každé straně jediné. Ověřte.", "The same name, single on each side. Please check."
    ),
    "several_with_address": Sentence(
        "Adresu má více osob nebo schránek, vyberte sami.", "Several people or mailboxes have the address; choose."
    ),
    "several_with_name": Sentence("Jméno má více lidí, vyberte sami.", "Several people have that name; choose."),
    "nobody": Sentence("V tenantu se nikdo takový nenašel.", "Nobody of that kind was found in the tenant."),
}

LICENCE_STATES: Final[Mapping[str, Sentence]] = {
    "active": Sentence("Licence platí, zbývá {days} dní.", "The licence holds, {days} days are left."),
    "expiring": Sentence("Licence brzy skončí, zbývá {days} dní.", "The licence ends soon, {days} days are left."),
    "grace": Sentence(
        "Licence skončila před {days} dny; synchronizace běží už jen do {runs_until}.",
        "The licence ended {days} days ago; the sync runs until {runs_until} only.",
    ),
    "expired": Sentence(
        "Licence skončila před {days} dny a nic se nepřenáší. Po prodloužení se naváže jen s rozdíly.",
        "The licence ended {days} days ago and nothing is carried. Once extended, the differences alone follow.",
    ),
}

#: Why a job ended without a result, where its error has no code of its own.
JOBS: Final[Mapping[str, Sentence]] = {
    "job_abandoned": Sentence(
        "Úloha třikrát nedoběhla. Zkuste ji spustit znovu; stane-li se to zas, sdělte podpoře její číslo.",
        "The job did not finish three times. Start it again; if it happens again, tell support its id.",
    ),
    "job_cancelled": Sentence("Úloha byla zrušena.", "The job was cancelled."),
    "job_failed": Sentence(
        "Úloha skončila chybou na naší straně. Sdělte podpoře její číslo.",
        "The job ended with an error on our side. Tell support its id.",
    ),
}

_ASK_OPERATOR: Final = Sentence(
    "Obraťte se na centrálního správce o prodloužení licence.", "Ask the central administrator to extend the licence."
)

ALERTS: Final[Mapping[str, Advice]] = {
    "licence_ends": Advice(
        Sentence("Licence skončí za {days} dní.", "The licence ends in {days} days."), _ASK_OPERATOR
    ),
    "licence_in_grace": Advice(
        Sentence(
            "Licence skončila před {days} dny. Synchronizace poběží jen do {runs_until}.",
            "The licence ended {days} days ago. The sync runs until {runs_until} only.",
        ),
        _ASK_OPERATOR,
    ),
    "licence_expired": Advice(
        Sentence(
            "Licence skončila, nic se nepřenáší. Záznamy na obou stranách zůstaly, jak jsou.",
            "The licence has ended, nothing is carried. The items on both sides stay as they are.",
        ),
        Sentence(
            "Po prodloužení licence se synchronizace sama naváže a přenese jen rozdíly.",
            "Once the licence is extended, the sync resumes by itself and carries the differences only.",
        ),
    ),
    "consent_failed": Advice(
        Sentence("Souhlas v Azure chybí nebo nestačí.", "The consent in Azure is missing or does not suffice."),
        Sentence(
            "Otevřete Souhlas Azure: u každého kroku je, co dělat.", "Open Azure consent: each step says what to do."
        ),
    ),
    "breaker_open": Advice(
        Sentence(
            "{side} odmítá přihlášení ({cause}). Nic se nepřenáší, aby se účet nezablokoval.",
            "{side} refuses the sign-in ({cause}). Nothing is carried, so that the account is not locked.",
        ),
        Sentence(
            "Opravte přístupové údaje nebo souhlas; synchronizace se pak rozběhne hned.",
            "Correct the credentials or the consent; the sync then starts at once.",
        ),
    ),
    "quota_short": Advice(
        Sentence(
            "Z denního limitu Raynetu zbývá {percent} %. Přenášejí se jen změny uživatelů.",
            "{percent} % of Raynet's daily limit is left. Only users' changes are carried.",
        ),
        Sentence(
            "Zjistěte v Raynetu, co ještě limit spotřebovává, nebo jej nechte zvýšit.",
            "Find out in Raynet what else uses the limit, or have it raised.",
        ),
    ),
    "lag_high": Advice(
        Sentence(
            "Změny se přes pět minut přenášejí déle než 15 s (naposledy {seconds} s).",
            "For over five minutes changes have taken longer than 15 s ({seconds} s lately).",
        ),
        Sentence(
            "Podívejte se do Synchronizace, která strana čeká. Trvá-li to, sdělte to podpoře.",
            "See in Sync which side waits. If it lasts, tell support.",
        ),
    ),
    "subscriptions_lost": Advice(
        Sentence(
            "{count} z {of} kalendářů neposílá oznámení o změnách. Změny se hledají pravidelným čtením.",
            "{count} of {of} calendars send no notifications. Changes are found by regular reading.",
        ),
        Sentence(
            "Ověřte, že je adresa serveru dostupná z internetu. Odběry se obnovují samy.",
            "Check that the server's address can be reached from the internet. Subscriptions renew themselves.",
        ),
    ),
    "webhook_lost": Advice(
        Sentence(
            "Raynet neposílá oznámení o změnách ({cause}). Změny se hledají pravidelným čtením.",
            "Raynet sends no notifications ({cause}). Changes are found by regular reading.",
        ),
        Sentence(
            "Uživateli API povolte v Raynetu správu webhooků. Webhook se obnoví sám do hodiny.",
            "Allow the API user to manage webhooks in Raynet. The webhook is renewed by itself within an hour.",
        ),
    ),
    "holds_waiting": Advice(
        Sentence(
            "Na rozhodnutí čekají zadržená mazání: {count}, položek {items}.",
            "Held mass deletions wait for a decision: {count}, with {items} items.",
        ),
        Sentence(
            "Otevřete zadržená mazání a položky ponechte, nebo smažte.",
            "Open the held deletions; confirm or reject them.",
        ),
    ),
    "many_errors": Advice(
        Sentence("Odložených záznamů s chybou: {count}.", "Items set aside after errors: {count}."),
        Sentence("Otevřete seznam chyb; u každé je důvod.", "Open the list of errors; each shows its reason."),
    ),
    "users_in_trouble": Advice(
        Sentence(
            "Uživatelů s místem, kteří se nesynchronizují: {count}.", "Users with a seat that do not sync: {count}."
        ),
        Sentence("Otevřete Uživatele; u každého je důvod.", "Open Users; each shows the reason."),
    ),
    "registrations_waiting": Advice(
        Sentence("O místo si řekli noví uživatelé: {count}.", "New users have asked for a seat: {count}."),
        Sentence("Schvalte je, nebo odmítněte.", "Approve or reject them."),
    ),
    "worker_not_seen": Advice(
        Sentence("Synchronizační proces neběží.", "The sync worker is not running."),
        Sentence(
            "Spusťte na serveru `systemctl start ros-worker` a podívejte se do jeho logu.",
            "On the server run `systemctl start ros-worker` and look into its log.",
        ),
    ),
    "credential_ends": Advice(
        Sentence(
            "Tajemství nebo certifikát registrace v Entra ID skončí za {days} dní; pak se zastaví všechny firmy.",
            "The secret or certificate of the registration in Entra ID ends in {days} days; then all firms stop.",
        ),
        Sentence(
            "Vytvořte v Entra ID nové, zapište je do nastavení serveru a restartujte služby.",
            "Make a new one in Entra ID, put it into the server's settings and restart the services.",
        ),
    ),
    "credential_expired": Advice(
        Sentence(
            "Tajemství nebo certifikát registrace v Entra ID vypršelo, Microsoft nikoho nepustí.",
            "The secret or certificate of the registration in Entra ID has expired; Microsoft lets nobody in.",
        ),
        Sentence(
            "Vytvořte v Entra ID nové, zapište je do nastavení serveru a restartujte služby.",
            "Make a new one in Entra ID, put it into the server's settings and restart the services.",
        ),
    ),
}


def alert_advice(code: str, data: Mapping[str, object]) -> Advice:
    """What is said of an alert, with its data filled in."""
    filled = {name: str(value) for name, value in data.items()}
    if filled.get("side") in _SIDES:
        filled["side"] = _SIDES[filled["side"]]
    text, remedy = ALERTS[code]
    return Advice(Sentence(text.cs.format_map(filled), text.en.format_map(filled)), remedy)


_SIDES: Final = {"raynet": "Raynet", "graph": "Microsoft"}
