"""Sentences for what Raynet, Microsoft and the store refuse: the part of the catalogue that grows with their codes."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

STORE: Final[Mapping[str, Sentence]] = {
    "setting_key_unknown_to_store": Sentence(
        "Databáze byla zašifrována jiným klíčem, než je v {setting}. Vraťte původní klíč, nebo ho přidejte za čárku.",
        "The database was encrypted with another key than {setting} has. Put it back, or add it after a comma.",
    ),
    "seal_broken": Sentence(
        "Uložené tajemství nejde přečíst: bylo poškozeno nebo přesunuto. Zadejte ho znovu: ros firm connect",
        "A stored secret cannot be read: it was damaged or moved. Give it again: ros firm connect",
    ),
    "store_not_migrated": Sentence(
        "Databáze má schéma {current}, tato verze potřebuje {needed}. Spusťte: ros migrate",
        "The database has schema {current}, this release needs {needed}. Run: ros migrate",
    ),
    "store_constraint": Sentence(
        "Taková hodnota už existuje nebo nesmí být ({field}).", "Such a value exists already or may not be ({field})."
    ),
    "store_value": Sentence("Hodnotu nejde uložit ({field}).", "The value cannot be stored ({field})."),
    "foreign_firm": Sentence("Záznam patří jiné firmě ({field}).", "The record belongs to another firm ({field})."),
    "invalid_rule": Sentence(
        "Pravidlo {field} může mít jen hodnoty: {allowed}.", "The rule {field} can only be: {allowed}."
    ),
    "store_disk": Sentence(
        "Databázi nejde číst nebo zapsat ({detail}). Zkontrolujte místo na disku a práva k její složce.",
        "The database cannot be read or written ({detail}). Check the room on the disk and its folder's permissions.",
    ),
    "store_busy": Sentence(
        "Databázi drží jiný program ({detail}). Zkuste to znovu; kdo ji drží, ukáže: fuser ros.sqlite3",
        "Another program holds the database ({detail}). Try again; this shows who: fuser ros.sqlite3",
    ),
    "listen_refused": Sentence(
        "Na {listen} nejde poslouchat ({detail}). Zastavte, kdo tam poslouchá, nebo změňte ROS_LISTEN.",
        "{listen} cannot be listened on ({detail}). Stop who listens there, or change ROS_LISTEN.",
    ),
    "unknown_rule": Sentence(
        "Pravidlo {field} není. Pravidla jsou: {allowed}.", "No rule {field}. Rules are: {allowed}."
    ),
    "user_key_invalid": Sentence(
        "Uživateli lze nastavit person_id=ČÍSLO, person_id=auto, enabled=on a enabled=off; {field} takto ne.",
        "A user takes person_id=NUMBER, person_id=auto, enabled=on and enabled=off; {field} not like this.",
    ),
    "seats_in_use": Sentence(
        "Tolik míst odebrat nejde: obsazeno je {used}, zbylo by {seats}. Nejdřív odeberte uživatele.",
        "So many seats cannot go: {used} are in use, {seats} would be left. Remove users first.",
    ),
    "seat_exists": Sentence("Tento uživatel už místo má.", "This user has a seat already."),
    "no_free_seat": Sentence(
        "Všechna místa ({seats}) jsou obsazena. Odeberte někoho, nebo rozšiřte licenci.",
        "All {seats} seats are taken. Remove somebody, or extend the licence.",
    ),
    "lease_lost": Sentence(
        "Firmu {firm} mezitím převzal jiný proces, ten v práci pokračuje.",
        "Another process took firm {firm} over meanwhile and goes on with it.",
    ),
    "firm_busy": Sentence(
        "S firmou {firm} právě pracuje jiný proces. Zkuste to za chvíli.",
        "Another process is at work for firm {firm}. Try again in a moment.",
    ),
    "firm_paused": Sentence(
        "Firma {firm} je pozastavena. Spusťte ji znovu: ros firm resume {firm}",
        "Firm {firm} is paused. Set it going again: ros firm resume {firm}",
    ),
    "raynet_url_not_allowed": Sentence(
        "Tato adresa Raynetu není povolena. Povolené adresy určuje nastavení ROS_RAYNET_URLS.",
        "This address of Raynet is not allowed. The setting ROS_RAYNET_URLS says which are.",
    ),
    "login_exists": Sentence(
        "Správce s tímto přihlašovacím jménem už existuje. Zvolte jiné.",
        "There is an administrator with this login already. Choose another one.",
    ),
    "password_length": Sentence(
        "Heslo má mít aspoň {shortest} znaků. Zvolte delší.",
        "The password must have at least {shortest} characters. Choose a longer one.",
    ),
    "already_restored": Sentence(
        "Hodnota konfliktu {conflict} už byla vrácena.", "The value of conflict {conflict} has been restored already."
    ),
    "already_decided": Sentence(
        "O pozastaveném odstranění {hold} už bylo rozhodnuto ({decision}).",
        "Hold {hold} has been decided already ({decision}).",
    ),
    "hold_closed": Sentence(
        "Pozastavené odstranění {hold} už neplatí, není o čem rozhodovat. Platná vypíše: ros holds list",
        "Hold {hold} is no longer open, there is nothing to decide. This lists the open ones: ros holds list",
    ),
    "already_undone": Sentence("Průběh {pass_id} už byl vzat zpět.", "Pass {pass_id} has been undone already."),
    "pass_running": Sentence(
        "Průběh {pass_id} ještě běží. Vezměte ho zpět, až skončí.",
        "Pass {pass_id} is still running. Undo it when it has ended.",
    ),
    "unscoped_statement": Sentence(
        "Dotaz nebyl omezen na firmu ({table}), proto jsme ho neprovedli; chyba je u nás, nahlaste ji podpoře.",
        "A query was not limited to the firm ({table}), so it was not run; the fault is ours, tell support.",
    ),
}

RAYNET: Final[Mapping[str, Sentence]] = {
    "raynet_credentials": Sentence(
        "Raynet odmítl uživatele nebo klíč API. Zadejte nový klíč: ros firm connect",
        "Raynet refused the user or the API key. Give a new key: ros firm connect",
    ),
    "raynet_url_refused": Sentence(
        "Adresa Raynetu není mezi povolenými (ROS_RAYNET_URLS). Zvolte jednu z nich: ros firm connect",
        "The Raynet address is not among the allowed ones (ROS_RAYNET_URLS). Choose one of them: ros firm connect",
    ),
    "raynet_unknown_instance": Sentence(
        "Raynet tuto instanci nezná. Název je v adrese webové aplikace za jménem serveru; ověřte i region.",
        "Raynet does not know this instance. Its name follows the host in the web address; check the region as well.",
    ),
    "raynet_login_budget": Sentence(
        "Mnoho přihlášení bylo odmítnuto. Další nezkoušíme, aby Raynet nezablokoval náš server; zkuste to za hodinu.",
        "Many logins were refused. We try no more, lest Raynet block this server; try again in an hour.",
    ),
    "raynet_forbidden": Sentence(
        "Uživatel API na to nemá v Raynetu oprávnění. Přidejte mu ho v nastavení Raynetu.",
        "The API user may not do this in Raynet. Grant the permission in Raynet's settings.",
    ),
    "raynet_locked": Sentence(
        "Aktivita je v Raynetu zamčená. Odemkněte ji, nebo ji nechte být.",
        "The activity is locked in Raynet. Unlock it, or leave it alone.",
    ),
    "raynet_duplicate_key": Sentence(
        "Raynet už má záznam s tímto klíčem; synchronizace ho dohledá.",
        "Raynet has a record with this key already; the sync looks it up.",
    ),
    "raynet_still_referenced": Sentence(
        "Aktivitu nejde odstranit, jiné záznamy na ni odkazují.",
        "The activity cannot be removed, other records refer to it.",
    ),
    "raynet_unknown_reference": Sentence(
        "Záznam, kterého se aktivita týká, už v Raynetu není. Vyberte jiný.",
        "What the activity concerns is no longer in Raynet. Choose something else.",
    ),
    "raynet_conversion": Sentence(
        "Raynet hodnotě nerozuměl; chyba je u nás, nahlaste ji podpoře.",
        "Raynet did not understand a value; the fault is ours, tell support.",
    ),
    "raynet_illegal_argument": Sentence(
        "Raynet hodnotu nepřijal; chyba je u nás, nahlaste ji podpoře.",
        "Raynet did not accept a value; the fault is ours, tell support.",
    ),
    "raynet_business_rule": Sentence(
        "Zápis odmítlo pravidlo nastavené ve vašem Raynetu. Upravte záznam tak, aby mu vyhověl.",
        "A rule of your Raynet refused the change. Edit the record so that it complies.",
    ),
    "raynet_bad_request": Sentence(
        "Raynet požadavek odmítl; chyba je u nás, nahlaste ji podpoře.",
        "Raynet refused the request; the fault is ours, tell support.",
    ),
    "raynet_refused": Sentence("Raynet změnu odmítl (stav {status}).", "Raynet refused the change (status {status})."),
    "raynet_unreadable": Sentence(
        "Záznamu z Raynetu nerozumíme; ostatní běží dál. Nahlaste to podpoře.",
        "We cannot read this record of Raynet; the others go on. Tell support.",
    ),
    "raynet_ambiguous_id": Sentence(
        "Raynet vrátil pod jedním číslem víc záznamů; nic neměníme. Nahlaste to podpoře.",
        "Raynet gave several records for one id; nothing is changed. Tell support.",
    ),
    "raynet_unreachable": Sentence(
        "Raynet neodpovídá. Zkoušíme to dál sami; trvá-li to, spusťte: ros doctor",
        "Raynet does not answer. We keep trying; if it lasts, run: ros doctor",
    ),
    "raynet_broken_reply": Sentence(
        "Raynet odpověděl nesrozumitelně. Zkoušíme to dál sami.", "Raynet's answer made no sense. We keep trying."
    ),
    "raynet_truncated": Sentence(
        "Odpověď Raynetu přišla jen zčásti. Zkoušíme to dál sami.", "Raynet's answer came in part only. We keep trying."
    ),
}

MICROSOFT: Final[Mapping[str, Sentence]] = {
    "graph_secret_wrong": Sentence(
        "Microsoft nepřijal tajný kód registrace. Opravte ROS_CLIENT_SECRET.",
        "Microsoft refused the registration's secret. Correct ROS_CLIENT_SECRET.",
    ),
    "graph_secret_expired": Sentence(
        "Tajný kód registrace vypršel. Vytvořte v Entra ID nový a dejte ho do ROS_CLIENT_SECRET.",
        "The registration's secret has expired. Make a new one in Entra ID and put it into ROS_CLIENT_SECRET.",
    ),
    "graph_certificate_refused": Sentence(
        "Microsoft nepřijal certifikát registrace. Nahrajte ho v Entra ID, nebo opravte ROS_CLIENT_CERTIFICATE.",
        "Microsoft refused the registration's certificate. Upload it in Entra ID, or correct ROS_CLIENT_CERTIFICATE.",
    ),
    "graph_registration_wrong": Sentence(
        "Registrace v Entra ID nesouhlasí. Ověřte ROS_CLIENT_ID.",
        "The Entra ID registration does not match. Check ROS_CLIENT_ID.",
    ),
    "graph_not_consented": Sentence(
        "Správce firmy ještě neudělil souhlas v Azure, nebo ho odvolal. Postup je v návodu k souhlasu.",
        "The firm's administrator has not consented in Azure, or withdrew. The consent guide shows how.",
    ),
    "graph_unknown_tenant": Sentence(
        "Microsoft takového tenanta nezná. Opravte ho: ros firm connect --tenant-id",
        "Microsoft does not know this tenant. Correct it: ros firm connect --tenant-id",
    ),
    "graph_app_disabled": Sentence(
        "Správce firmy aplikaci v Entra ID zakázal. Povolit ji může jen on.",
        "The firm's administrator disabled the application in Entra ID. Only they can enable it.",
    ),
    "graph_conditional_access": Sentence(
        "Přístup brání podmíněný přístup firmy. Její správce musí povolit adresu tohoto serveru.",
        "The firm's conditional access stands in the way. Its administrator must allow this server's address.",
    ),
    "graph_no_service": Sentence(
        "Firma nemá předplatné, které obsahuje Exchange Online.", "The firm has no subscription with Exchange Online."
    ),
    "graph_token_refused": Sentence(
        "Microsoft odmítl vydat přístup ({detail}). Ověřte registraci a souhlas.",
        "Microsoft refused to grant access ({detail}). Check the registration and the consent.",
    ),
    "graph_unauthorised": Sentence(
        "Microsoft Graph přístup neuznal. Ověřte souhlas firmy.",
        "Microsoft Graph did not accept our access. Check the firm's consent.",
    ),
    "graph_directory_denied": Sentence(
        "Chybí souhlas se čtením adresáře. Udělte ho znovu podle návodu.",
        "The consent to read the directory is missing. Consent again, as the guide shows.",
    ),
    "graph_no_role": Sentence(
        "Souhlas neobsahuje kalendáře. Udělte ho znovu podle návodu.",
        "The consent does not cover calendars. Consent again, as the guide shows.",
    ),
    "graph_no_access": Sentence(
        "K této schránce nás firma nepouští (zásada přístupu aplikací v Exchange).",
        "The firm does not let us into this mailbox (application access policy in Exchange).",
    ),
    "graph_no_mailbox": Sentence(
        "Uživatel nemá schránku v Exchange Online. Přidělte mu licenci Microsoft 365.",
        "The user has no mailbox in Exchange Online. Assign a Microsoft 365 licence.",
    ),
    "graph_unknown_user": Sentence(
        "Takový uživatel v Microsoft 365 firmy není.", "There is no such user in the firm's Microsoft 365."
    ),
    "graph_refused": Sentence(
        "Outlook změnu odmítl (stav {status}, {detail}).", "Outlook refused the change (status {status}, {detail})."
    ),
    "graph_item_denied": Sentence("Tuto událost nesmíme měnit.", "We may not change this event."),
    "graph_mailbox_full": Sentence(
        "Schránka je plná. Uživatel musí uvolnit místo.", "The mailbox is full. Its user must free some room."
    ),
    "graph_body_unsafe": Sentence(
        "Text události nejde změnit, aniž bychom poškodili cizí část; necháváme ho být.",
        "The event's text cannot be changed without damage to a part that is not ours; it is left alone.",
    ),
    "graph_foreign_link": Sentence(
        "Odpověď Microsoftu odkazovala jinam, než smíme. Nic jsme neotevřeli; nahlaste to podpoře.",
        "Microsoft's answer pointed where we may not go. Nothing was opened; tell support.",
    ),
    "graph_broken_reply": Sentence(
        "Microsoft odpověděl nesrozumitelně. Zkoušíme to dál sami.", "Microsoft's answer made no sense. We keep trying."
    ),
    "graph_mailbox_moving": Sentence(
        "Microsoft schránku právě přesouvá. Zkoušíme to dál sami.", "Microsoft is moving the mailbox. We keep trying."
    ),
}
