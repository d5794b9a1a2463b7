"""What people read, in Czech and English, keyed by the stable codes of :mod:`server.errors` and of the checks.

A sentence says what is wrong and what to do about it. ``{…}`` is filled from the error's data.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from server.catalogue.api import API
from server.catalogue.oversight import OVERSIGHT
from server.catalogue.panel import PANEL
from server.catalogue.reasons import REASONS
from server.catalogue.sentences import Sentence
from server.catalogue.sources import MICROSOFT, RAYNET, STORE
from server.errors import RosError


def explained(error: RosError) -> Sentence:
    """The sentence of an error: of its own code, or else of its class."""
    return sentence(error.code if error.code in SENTENCES else type(error).code, error.data)


def sentence(code: str, data: Mapping[str, object]) -> Sentence:
    """The sentence of an error's, check's or reason's ``code`` with ``data`` filled in.

    An unknown code is shown as it is, for support to look up.
    """
    known = SENTENCES.get(code) or SENTENCES.get(f"reason_{code}", UNKNOWN)
    filled = defaultdict(lambda: "?", {name: value for name, value in data.items() if value is not None}, code=code)
    return Sentence(known.cs.format_map(filled), known.en.format_map(filled))


UNKNOWN: Final = Sentence("Nepodařilo se to (kód {code}).", "That did not work (code {code}).")

SENTENCES: Final[Mapping[str, Sentence]] = {
    # --- the tree of server/errors.py ---
    "error": UNKNOWN,
    "setting_key_file_lost": Sentence(
        "Databáze tu je, ale chybí její klíč {path}. Obnovte jej ze zálohy; nový klíč by ji nepřečetl.",
        "The database is here, but its key {path} is missing. Restore it from a backup; a new key could not read it.",
    ),
    "misconfigured": Sentence(
        "Nastavení {setting} chybí nebo má špatnou hodnotu. Opravte je a spusťte příkaz znovu.",
        "Setting {setting} is missing or wrong. Correct it and run the command again.",
    ),
    "refused": Sentence("Požadavek byl odmítnut.", "The request was refused."),
    "not_found": Sentence(
        "Nic takového tu není. Zkontrolujte zadané číslo nebo název.",
        "There is no such thing here. Check the id or name you gave.",
    ),
    "invalid": Sentence(
        "Hodnota pole {field} není přípustná. Opravte ji a zkuste to znovu.",
        "The value of {field} is not acceptable. Correct it and try again.",
    ),
    "forbidden": Sentence(
        "K tomu nemáte oprávnění. Požádejte správce o vyšší roli.",
        "You may not do this. Ask an administrator for a higher role.",
    ),
    "outdated": Sentence(
        "Mezitím to někdo změnil. Načtěte nový stav a zkuste to znovu.",
        "Somebody changed this meanwhile. Read the new state and try again.",
    ),
    "remote": Sentence(
        "Vzdálený systém požadavek neprovedl (stav {status}).", "The remote system did not do it (status {status})."
    ),
    "unavailable": Sentence(
        "Vzdálený systém teď neodpovídá. Zkuste to později; synchronizace to zkouší sama.",
        "The remote system does not answer now. Try later; the sync retries by itself.",
    ),
    "throttled": Sentence(
        "Vzdálený systém žádá o strpení, jeho kvóta je vyčerpána. Synchronizace pokračuje sama, až to půjde.",
        "The remote system asks to wait, its quota is used up. The sync goes on by itself when it may.",
    ),
    "denied": Sentence(
        "Vzdálený systém odmítl přihlašovací údaje nebo souhlas. Ověřte připojení firmy: `ros firm connect`.",
        "The remote system refused the credentials or the consent. Check the firm's connection: `ros firm connect`.",
    ),
    "changed": Sentence(
        "Záznam se mezitím změnil. Synchronizace ho načte znovu.",
        "The record changed meanwhile. The sync reads it again.",
    ),
    "gone": Sentence("Záznam už ve vzdáleném systému není.", "The record is no longer there in the remote system."),
    "rejected": Sentence(
        "Vzdálený systém tuto položku v této podobě nepřijme. Důvod ukáže `ros why`.",
        "The remote system will not accept this item as it is. `ros why` shows the reason.",
    ),
    "token_lost": Sentence(
        "Microsoft Graph zapomněl, kde jsme skončili. Synchronizace načte kalendář znovu celý.",
        "Microsoft Graph forgot where we were. The sync reads the whole calendar again.",
    ),
    # --- settings ---
    "setting_missing": Sentence(
        "Chybí nastavení {setting}. Doplňte proměnnou prostředí nebo řádek v souboru ROS_CONFIG.",
        "Setting {setting} is missing. Give it in the environment or in the ROS_CONFIG file.",
    ),
    "setting_malformed": Sentence(
        "Nastavení {setting} má hodnotu, které nerozumíme. Jeho tvar popisuje README.",
        "Setting {setting} has a value we do not understand. The README describes its form.",
    ),
    "setting_not_seconds": Sentence(
        "{setting} má být celý počet sekund od 1 do 86400.", "{setting} must be a whole number of seconds, 1 to 86400."
    ),
    "setting_not_one_of": Sentence("{setting} může být jen: {allowed}.", "{setting} can only be: {allowed}."),
    "setting_not_an_address": Sentence(
        "{setting} má být adresa a port, například 127.0.0.1:8080 nebo [::1]:8080.",
        "{setting} must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080.",
    ),
    "setting_not_a_url": Sentence(
        "{setting} má být úplná adresa jako https://ros.vitkovice.cz, bez přihlašovacích údajů, otazníku a křížku.",
        "{setting} must be a full address like https://ros.vitkovice.cz, without credentials, query or fragment.",
    ),
    "setting_not_https": Sentence(
        "{setting} musí začínat https://; http:// smí být jen na tomto počítači (127.0.0.1, localhost).",
        "{setting} must start with https://; http:// is allowed on this machine only (127.0.0.1, localhost).",
    ),
    "setting_twice_in_list": Sentence("{setting} uvádí stejnou adresu dvakrát.", "{setting} lists an address twice."),
    "setting_database_unsupported": Sentence(
        "{setting} má být postgresql://uživatel:heslo@server/databáze nebo sqlite:////cesta/k/souboru.",
        "{setting} must be postgresql://user:password@server/database or sqlite:////path/to/file.",
    ),
    "setting_key_required": Sentence(
        "S PostgreSQL je nutné {setting} (nebo {setting}_FILE). Nový klíč vytvoří: openssl rand -base64 32",
        "PostgreSQL needs {setting} (or {setting}_FILE). This makes a new key: openssl rand -base64 32",
    ),
    "setting_key_malformed": Sentence(
        "{setting} má být 32 náhodných bajtů v base64 (openssl rand -base64 32); více klíčů se odděluje čárkou, "
        "žádný dvakrát.",
        "{setting} must be 32 random bytes in base64 (openssl rand -base64 32); several keys are separated by commas, "
        "none twice.",
    ),
    "setting_key_file_unusable": Sentence(
        "Soubor s klíčem {path} nejde přečíst nebo vytvořit. Zkontrolujte práva ke složce z {setting}.",
        "The key file {path} cannot be read or made. Check the permissions of the folder in {setting}.",
    ),
    "setting_file_unreadable": Sentence(
        "Soubor uvedený v {setting} nejde přečíst. Zkontrolujte cestu a práva.",
        "The file named in {setting} cannot be read. Check the path and its permissions.",
    ),
    "setting_no_certificates": Sentence(
        "V souboru uvedeném v {setting} není žádný certifikát ve tvaru PEM.",
        "The file named in {setting} holds no certificate in PEM form.",
    ),
    "setting_file_empty": Sentence("Soubor uvedený v {setting} je prázdný.", "The file named in {setting} is empty."),
    "setting_given_twice": Sentence(
        "Totéž je uvedeno dvakrát, v {setting} a v {other}. Ponechte jen jedno.",
        "The same is given twice, in {setting} and in {other}. Keep one of them.",
    ),
    "setting_two_credentials": Sentence(
        "Uveďte buď {setting}, nebo {other}, ne obojí.", "Give either {setting} or {other}, not both."
    ),
    "setting_certificate_incomplete": Sentence(
        "{setting} musí obsahovat certifikát i soukromý klíč ve tvaru PEM.",
        "{setting} must hold the certificate and the private key, in PEM form.",
    ),
    "setting_unknown": Sentence(
        "V souboru {path} je neznámé nastavení {setting}. Nejbližší známé: {suggestion}.",
        "The file {path} has an unknown setting {setting}. The nearest known one: {suggestion}.",
    ),
    "setting_unknown_at_all": Sentence(
        "V souboru {path} je neznámé nastavení {setting}. Známá vypisuje README.",
        "The file {path} has an unknown setting {setting}. The README lists the known ones.",
    ),
    "settings_file_unreadable": Sentence(
        "Soubor {path} z {setting} nejde přečíst. Zkontrolujte cestu a práva.",
        "The file {path} in {setting} cannot be read. Check the path and its permissions.",
    ),
    "settings_file_malformed": Sentence(
        "Soubor {path} z {setting} není platné TOML.", "The file {path} in {setting} is not valid TOML."
    ),
    # --- checks of `ros doctor` ---
    "doctor_settings_ok": Sentence("Nastavení je čitelné a úplné.", "The settings are readable and complete."),
    "doctor_setting_misspelt": Sentence(
        "Proměnná {setting} nic nenastavuje. Nemá to být {suggestion}?",
        "The variable {setting} sets nothing. Should it be {suggestion}?",
    ),
    "doctor_no_registration": Sentence(
        "Chybí registrace v Entra ID: nastavte ROS_CLIENT_ID a ROS_CLIENT_SECRET nebo ROS_CLIENT_CERTIFICATE.",
        "The Entra ID registration is missing: set ROS_CLIENT_ID and ROS_CLIENT_SECRET or ROS_CLIENT_CERTIFICATE.",
    ),
    "doctor_data_dir_ok": Sentence("{path}: lze zapisovat, místa je dost.", "{path}: can be written, has room."),
    "doctor_data_dir_not_writable": Sentence(
        "Do {path} nelze zapisovat. Změňte vlastníka složky, nebo nastavte ROS_DATA_DIR.",
        "{path} cannot be written. Change the folder's owner, or set ROS_DATA_DIR.",
    ),
    "doctor_disk_nearly_full": Sentence(
        "V {path} zbývá jen {free_mb} MB. Uvolněte místo na disku.",
        "{path} has only {free_mb} MB left. Free some room.",
    ),
    "doctor_key_ok": Sentence("Klíč {path} čte jen jeho vlastník.", "Only its owner can read the key {path}."),
    "doctor_key_not_made_yet": Sentence(
        "Klíč {path} vznikne při prvním spuštění.", "The key {path} is made at the first start."
    ),
    "doctor_key_readable_by_others": Sentence(
        "Klíč {path} mohou číst i jiní. Opravte: chmod 600 {path}",
        "Others can read the key {path}. Run: chmod 600 {path}",
    ),
    "doctor_key_lost": Sentence(
        "Databáze tu je, ale klíč {path} chybí. Vraťte ho ze zálohy; bez něj nejdou uložené přístupy přečíst.",
        "The database is there, but the key {path} is not. Restore it; without it stored credentials cannot be read.",
    ),
    "doctor_database_ok": Sentence(
        "Databáze odpovídá a má správné schéma ({revision}).",
        "The database answers and has the right schema ({revision}).",
    ),
    "doctor_database_not_made_yet": Sentence(
        "Databáze {path} ještě není. Vytvoří ji: ros migrate",
        "There is no database {path} yet. This makes it: ros migrate",
    ),
    "doctor_database_unreachable": Sentence(
        "Databáze neodpovídá ({detail}). Ověřte, že běží, a údaje v ROS_DATABASE_URL.",
        "The database does not answer ({detail}). Check that it runs, and what ROS_DATABASE_URL says.",
    ),
    "doctor_panel_ok": Sentence("Panel pro Outlook je sestaven.", "The panel for Outlook is built."),
    "doctor_panel_not_built": Sentence(
        "Panel pro Outlook v {path} není, /addin/ nic neukáže. V checkoutu jej sestaví: "
        "ROS_VENV=<venv> python3 scripts/bootstrap.py server",
        "The panel for Outlook is not in {path}, /addin/ shows nothing. In a checkout this builds it: "
        "ROS_VENV=<venv> python3 scripts/bootstrap.py server",
    ),
    "doctor_host_ok": Sentence("{host}: dosažitelný, certifikát platí.", "{host}: reachable, certificate valid."),
    "doctor_public_url_ok": Sentence(
        "{host}: vede sem, oznámení i návrat ze souhlasu dorazí.",
        "{host}: leads here; notifications and the return from consent arrive.",
    ),
    "doctor_public_url_not_https": Sentence(
        "ROS_PUBLIC_URL není https; Microsoft a Raynet na takovou adresu oznámení neposílají.",
        "ROS_PUBLIC_URL is not https; Microsoft and Raynet send no notifications to such an address.",
    ),
    "doctor_public_url_unreachable": Sentence(
        "{host}: odtud nedosažitelný. Ověřte zvenku, že ROS_PUBLIC_URL vede na tento server; jinak se změny hledají"
        " jen čtením.",
        "{host}: not reachable from here. Check from outside that ROS_PUBLIC_URL leads to this server; otherwise"
        " changes are found by reading only.",
    ),
    "doctor_public_url_not_ours": Sentence(
        "{host}: odpovídá něco jiného než tento server. Opravte ROS_PUBLIC_URL nebo nastavení proxy (/healthz).",
        "{host}: something else than this server answers. Correct ROS_PUBLIC_URL or the proxy (/healthz).",
    ),
    "doctor_credential_ok": Sentence(
        "Registrace v Entra ID platí ještě {days} dní.", "The registration in Entra ID lasts for {days} more days."
    ),
    "doctor_credential_ends_soon": Sentence(
        "Tajemství nebo certifikát registrace v Entra ID skončí za {days} dní. Vytvořte nové a vyměňte je.",
        "The secret or certificate of the registration in Entra ID ends in {days} days. Make a new one and replace it.",
    ),
    "doctor_credential_expired": Sentence(
        "Tajemství nebo certifikát registrace v Entra ID vypršelo. Vytvořte nové a vyměňte je.",
        "The secret or certificate of the registration in Entra ID has expired. Make a new one and replace it.",
    ),
    "doctor_host_unknown": Sentence(
        "{host}: jméno nejde přeložit na adresu. Zkontrolujte DNS serveru.",
        "{host}: the name has no address. Check the server's DNS.",
    ),
    "doctor_host_silent": Sentence(
        "{host}: neodpověděl do 10 sekund. Zkontrolujte firewall a proxy.",
        "{host}: no answer within 10 seconds. Check firewall and proxy.",
    ),
    "doctor_host_unreachable": Sentence(
        "{host}: spojení se nezdařilo. Zkontrolujte síť, firewall a proxy.",
        "{host}: no connection. Check network, firewall and proxy.",
    ),
    "doctor_tls_failed": Sentence(
        "{host}: nepodařilo se domluvit zabezpečené spojení. Nestojí v cestě proxy?",
        "{host}: no secure connection could be agreed. Is there a proxy in between?",
    ),
    "doctor_certificate_untrusted": Sentence(
        "{host}: certifikátu nevěříme. Kontroluje-li spojení vaše proxy, dejte její kořen do ROS_CA_BUNDLE.",
        "{host}: we do not trust its certificate. If your proxy inspects traffic, put its root into ROS_CA_BUNDLE.",
    ),
    "doctor_certificate_other_name": Sentence(
        "{host}: certifikát je vystaven na jiné jméno. Opravte adresu v nastavení, nebo certifikát.",
        "{host}: its certificate is for another name. Correct the address in the settings, or the certificate.",
    ),
    "doctor_certificate_expired": Sentence(
        "{host}: certifikát už neplatí. Zkontrolujte i hodiny tohoto serveru.",
        "{host}: its certificate has expired. Check this server's clock as well.",
    ),
    "doctor_certificate_ends_soon": Sentence(
        "{host}: certifikát platí už jen {days} dní.", "{host}: the certificate is valid for {days} more days only."
    ),
    "doctor_clock_ok": Sentence(
        "Hodiny jdou správně (rozdíl {seconds} s).", "The clock is right (off by {seconds} s)."
    ),
    "doctor_clock_wrong": Sentence(
        "Hodiny se liší o {seconds} s, přihlášení k Microsoftu může selhat. Zapněte synchronizaci času (timedatectl).",
        "The clock is off by {seconds} s, signing in to Microsoft may fail. Turn time synchronisation on: timedatectl.",
    ),
    **STORE,
    **RAYNET,
    **API,
    **OVERSIGHT,
    **MICROSOFT,
    **PANEL,
    **{f"reason_{reason}": text for reason, text in REASONS.items()},
}
