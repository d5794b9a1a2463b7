"""What an administrator reads of a tenant's consent: each rung of the ladder, its troubles, what to do about them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from server.catalogue.sentences import Sentence


class Advice(NamedTuple):
    """What is so, and what to do about it."""

    text: Sentence
    remedy: Sentence


_NOTHING: Final = Sentence("Není třeba nic dělat.", "Nothing needs to be done.")
_CONSENT_AGAIN: Final = Sentence(
    "Otevřete Souhlas Azure, vytvořte nový odkaz a nechte jej otevřít globálního správce tenantu.",
    "Open Azure consent, make a new link and have a Global Administrator of the tenant open it.",
)

STEPS: Final[Mapping[str, Sentence]] = {
    "token": Sentence("Aplikace se do tenantu přihlásí", "The app can sign in to the tenant"),
    "roles": Sentence("Aplikace má oprávnění ke kalendářům", "The app has the permissions for calendars"),
    "directory": Sentence("Aplikace smí hledat uživatele", "The app may look up users"),
    "grants": Sentence("Souhlas je zapsán v adresáři", "The consent stands in the directory"),
    "tenant": Sentence("Tenant je opravdu ten, který patří firmě", "The tenant is the one that belongs to the firm"),
    "mailbox": Sentence("Kalendář uživatele se otevře", "A user's calendar opens"),
}

STATES: Final[Mapping[str, Sentence]] = {
    "unknown": Sentence("Souhlas zatím nebyl ověřen.", "The consent has not been verified yet."),
    "waiting": Sentence(
        "Souhlas byl udělen, čeká se, až jej Microsoft rozšíří. Ověří se sám.",
        "The consent was given; Microsoft is still spreading it. It will be verified by itself.",
    ),
    "ok": Sentence("Souhlas platí.", "The consent holds."),
    "failed": Sentence("Souhlas chybí nebo nestačí.", "The consent is missing or does not suffice."),
}

_TOKEN: Final[Mapping[str, Advice]] = {
    "graph_not_consented": Advice(
        Sentence("Aplikace v tenantu není: souhlas nebyl udělen nebo byl odebrán.", "The app is not in the tenant."),
        _CONSENT_AGAIN,
    ),
    "graph_unknown_tenant": Advice(
        Sentence("Takový tenant neexistuje.", "There is no such tenant."),
        Sentence(
            "Opravte ID tenantu. Najdete je v Entra ID na stránce Přehled jako „ID tenanta“.",
            "Correct the tenant id. Entra ID shows it on the page Overview as “Tenant ID”.",
        ),
    ),
    "graph_app_disabled": Advice(
        Sentence("Správce tenantu aplikaci zakázal.", "The tenant's administrator has disabled the app."),
        Sentence(
            "V Entra ID otevřete Podnikové aplikace, najděte naši aplikaci a v jejích vlastnostech povolte přihlášení.",
            "In Entra ID open Enterprise applications, find our app and enable sign-in in its properties.",
        ),
    ),
    "graph_conditional_access": Advice(
        Sentence("Přístup blokují zásady podmíněného přístupu.", "Conditional Access policies block the access."),
        Sentence(
            "Povolte v zásadách pro identity úloh adresu našeho serveru.",
            "Allow our server's address in the policies for workload identities.",
        ),
    ),
    "graph_no_service": Advice(
        Sentence("Tenant nemá službu Microsoft Graph.", "The tenant has no Microsoft Graph service."),
        Sentence("Ověřte, že firma má předplatné Microsoft 365.", "Check that the firm has a Microsoft 365 plan."),
    ),
    "graph_secret_wrong": Advice(
        Sentence("Registrace naší aplikace má chybné tajemství.", "The secret of our own registration is wrong."),
        Sentence("Věc je na straně provozovatele, už o ní ví.", "This is the operator's matter; they have been told."),
    ),
    "graph_secret_expired": Advice(
        Sentence("Tajemství naší registrace vypršelo.", "The secret of our own registration has expired."),
        Sentence("Věc je na straně provozovatele, už o ní ví.", "This is the operator's matter; they have been told."),
    ),
    "graph_certificate_refused": Advice(
        Sentence("Microsoft odmítl certifikát naší registrace.", "Microsoft refused our registration's certificate."),
        Sentence("Věc je na straně provozovatele, už o ní ví.", "This is the operator's matter; they have been told."),
    ),
}

_ELSEWHERE: Final[Mapping[str, Advice]] = {
    "roles_missing": Advice(
        Sentence("Chybí oprávnění: {detail}.", "Permissions are missing: {detail}."), _CONSENT_AGAIN
    ),
    "by_exchange": Advice(
        Sentence(
            "Oprávnění ke kalendářům neuděluje Entra ID, ale Exchange (RBAC pro aplikace).",
            "Exchange grants the calendars (RBAC for Applications), not Entra ID.",
        ),
        _NOTHING,
    ),
    "another_tenant": Advice(
        Sentence("Ozval se jiný tenant, než který má firma zapsaný.", "Another tenant than the firm's has answered."),
        Sentence(
            "Opravte ID tenantu a nechte souhlas udělit znovu. Smí to jen centrální správce.",
            "Correct the tenant id and have consent given again. Only a central administrator may.",
        ),
    ),
    "graph_no_access": Advice(
        Sentence("Exchange kalendář neotevřel.", "Exchange did not open the calendar."),
        Sentence(
            "Omezujete-li aplikaci na skupinu schránek, přidejte uživatele do skupiny. Změna se projeví do 2 hodin;"
            " mezitím aplikaci nezkoušejte, jinak si Exchange pamatuje odmítnutí déle.",
            "If you limit the app to a group of mailboxes, add the users to that group. It takes up to 2 hours;"
            " do not retry meanwhile, or Exchange remembers the refusal for longer.",
        ),
    ),
    "graph_no_role": Advice(
        Sentence("Aplikace nemá ke kalendářům žádné oprávnění.", "The app has no permission for calendars at all."),
        _CONSENT_AGAIN,
    ),
    "graph_no_mailbox": Advice(
        Sentence("Uživatel nemá schránku v Exchange Online.", "The user has no mailbox in Exchange Online."),
        Sentence("Přidělte mu licenci se schránkou.", "Assign a licence that includes a mailbox."),
    ),
    "graph_unknown_user": Advice(
        Sentence("Uživatel v tenantu není.", "The user is not in the tenant."),
        Sentence("Zkontrolujte adresu uživatele.", "Check the user's address."),
    ),
    "graph_directory_denied": Advice(
        Sentence("Aplikace se na to nesmí ptát.", "The app may not ask for this."),
        Sentence("Ověření se bez toho obejde.", "The verification does without it."),
    ),
}

_OK: Final = Advice(Sentence("V pořádku.", "All right."), _NOTHING)
_UNKNOWN: Final = Advice(
    Sentence("Nepodařilo se zjistit ({code}).", "Could not be found out ({code})."),
    Sentence("Zkusí se to znovu samo, nebo to zkuste teď.", "It will be tried again by itself, or try now."),
)
_WAITING: Final = Sentence(
    "Microsoft změnu ještě rozšiřuje. Počkejte, ověří se to samo.",
    "Microsoft is still spreading the change. Wait, it will be verified by itself.",
)
_OTHER: Final = Advice(Sentence("Microsoft odmítl ({code}).", "Microsoft refused ({code})."), _CONSENT_AGAIN)
ADVICE: Final[Mapping[str, Advice]] = {**_TOKEN, **_ELSEWHERE}


def advice(state: str, code: str, detail: str) -> Advice:
    """What is said of a rung in that state, refused with that code."""
    if state == "ok":
        return _ELSEWHERE["by_exchange"] if code == "by_exchange" else _OK
    found = ADVICE.get(code) if state != "unknown" or code == "graph_directory_denied" else _UNKNOWN
    text, remedy = found or _OTHER
    filled = Sentence(text.cs.format(code=code, detail=detail), text.en.format(code=code, detail=detail))
    return Advice(filled, _WAITING if state == "waiting" else remedy)


# --- the page to which Microsoft sends the administrator back ---------------------------------------------------------

RETURNED: Final[Mapping[str, Advice]] = {
    "granted": Advice(
        Sentence("Souhlas byl udělen a ověřen", "The consent was given and verified"),
        Sentence(
            "Hotovo. Okno můžete zavřít; dál pokračuje správce v konzoli, běžící synchronizace jde dál sama.",
            "Done. You can close this window; the administrator goes on in the console, a running sync by itself.",
        ),
    ),
    "spreading": Advice(
        Sentence("Souhlas byl udělen", "The consent was given"),
        Sentence(
            "Microsoft jej ještě rozšiřuje, obvykle několik minut. Ověříme jej sami; okno můžete zavřít.",
            "Microsoft is still spreading it, usually for some minutes. We verify it by ourselves; close this window.",
        ),
    ),
    "incomplete": Advice(
        Sentence("Souhlas byl udělen, ale něco mu chybí", "The consent was given, but something is missing"),
        Sentence(
            "Správce firmy uvidí v konzoli v části Souhlas Azure, co chybí a jak to napravit.",
            "The firm's administrator sees in the console, section Azure consent, what is missing and what to do.",
        ),
    ),
    "unchecked": Advice(
        Sentence("Souhlas byl přijat", "The consent was received"),
        Sentence(
            "Ověřit se ho teď nepodařilo, zkusíme to znovu sami. Okno můžete zavřít.",
            "It could not be verified just now; we try again by ourselves. You can close this window.",
        ),
    ),
    "declined": Advice(
        Sentence("Souhlas nebyl udělen", "The consent was not given"),
        Sentence(
            "Nic se nezměnilo. Chcete-li souhlas udělit, požádejte správce firmy o nový odkaz.",
            "Nothing has changed. To give consent after all, ask the firm's administrator for a new link.",
        ),
    ),
    "needs_admin": Advice(
        Sentence("Souhlas smí udělit jen správce tenantu", "Only an administrator of the tenant may consent"),
        Sentence(
            "Nechte nový odkaz otevřít globálního správce nebo správce privilegovaných rolí.",
            "Have a new link opened by a Global Administrator or Privileged Role Administrator.",
        ),
    ),
    "another_tenant": Advice(
        Sentence("Souhlas přišel z jiného tenantu", "The consent came from another tenant"),
        Sentence(
            "Odkaz patří jiné organizaci, nic se nezměnilo. Přihlaste se účtem té organizace, pro kterou byl vytvořen.",
            "The link belongs to another organisation; nothing has changed. Sign in with that organisation's account.",
        ),
    ),
    "consent_state_unknown": Advice(
        Sentence("Tento odkaz neznáme", "We do not know this link"),
        Sentence(
            "Nic se nezměnilo. Otevřete odkaz tak, jak jste jej dostali, nebo požádejte o nový.",
            "Nothing has changed. Open the link as you got it, or ask for a new one.",
        ),
    ),
    "consent_state_used": Advice(
        Sentence("Tento odkaz už byl použit", "This link has been used"),
        Sentence(
            "Výsledek uvidí správce firmy v konzoli. Potřebujete-li souhlas znovu, požádejte o nový odkaz.",
            "The firm's administrator sees the outcome in the console. To consent again, ask for a new link.",
        ),
    ),
    "consent_state_expired": Advice(
        Sentence("Platnost odkazu skončila", "The link has expired"),
        Sentence("Nic se nezměnilo. Požádejte správce firmy o nový.", "Nothing has changed. Ask for a new one."),
    ),
    "consent_tenant_changed": Advice(
        Sentence("Firma má mezitím zapsaný jiný tenant", "The firm has another tenant by now"),
        Sentence("Nic se nezměnilo. Požádejte správce firmy o nový odkaz.", "Nothing has changed. Ask for a new link."),
    ),
}
#: What is no longer said of a link: what is refused when one is made.
REFUSED: Final[Mapping[str, Sentence]] = {
    "too_many_links": Sentence(
        "Je otevřeno příliš mnoho odkazů. Použijte některý z nich, nebo počkejte, až vyprší.",
        "Too many links are open. Use one of them, or wait until they expire.",
    ),
    "firm_without_tenant": Sentence(
        "Firma ještě nemá zapsaný tenant. Doplňte jej.", "The firm has no tenant yet. Set it first."
    ),
}
