"""A firm's rules as people read them: what each decides, what its values mean, what a change of it does."""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence

TITLES: Final[Mapping[str, Sentence]] = {
    "authority": Sentence("Kdo má pravdu při konfliktu", "Who is right in a conflict"),
    "mirror": Sentence("Komu se aktivita ukáže v kalendáři", "In whose calendars an activity appears"),
    "private_events": Sentence("Soukromé události", "Private events"),
    "outlook_delete": Sentence("Smazání události v Outlooku", "Deleting an event in Outlook"),
    "attended_events": Sentence("Události pozvané zvenku", "Events that others organise"),
    "types": Sentence("Přenášené typy aktivit", "Types of activities carried over"),
    "invitations": Sentence("Pozvánky účastníkům", "Invitations to participants"),
    "categories": Sentence("Kategorie v Outlooku", "Categories in Outlook"),
    "deadline_block_minutes": Sentence("Blok pro termín úkolu", "Block for a task's deadline"),
    "window_back_days": Sentence("Okno do minulosti", "Window into the past"),
    "window_ahead_days": Sentence("Okno do budoucnosti", "Window into the future"),
    "guard_count": Sentence("Pojistka: nejméně položek", "Guard: least items"),
    "guard_share": Sentence("Pojistka: nejméně procent", "Guard: least share"),
    "self_registration": Sentence("Registrace z panelu", "Registration from the panel"),
}
TEXTS: Final[Mapping[str, Sentence]] = {
    "authority": Sentence(
        "Platí, když obě strany změní totéž pole. Druhá hodnota zůstane v konfliktech a dá se vrátit.",
        "Holds when both sides change the same field. The other value stays among the conflicts and can be restored.",
    ),
    "mirror": Sentence(
        "Kopie v kalendářích, které novému nastavení neodpovídají, se z Outlooku odeberou; aktivity zůstanou.",
        "Copies in calendars that no longer fit are removed from Outlook; the activities stay.",
    ),
    "private_events": Sentence(
        "Co se z události označené v Outlooku jako soukromá dostane do Raynetu. Text v žádném okamžiku čitelný není.",
        "What of an event that Outlook marks private reaches Raynet. Its text is readable there at no instant.",
    ),
    "outlook_delete": Sentence(
        "Co se stane s aktivitou, když uživatel smaže její událost v Outlooku.",
        "What happens to an activity when a user deletes its event in Outlook.",
    ),
    "attended_events": Sentence(
        "Které události, jejichž pořadatel nemá místo v licenci, se zapíší do Raynetu.",
        "Which events whose organiser has no seat are written to Raynet.",
    ),
    "types": Sentence(
        "Aktivity ostatních typů se nepřenášejí; už přenesené se uvolní a na obou stranách zůstanou.",
        "Activities of other types are not carried over; those carried before are released and stay on both sides.",
    ),
    "invitations": Sentence(
        "Je-li zapnuto, účastníci z Raynetu se zapíší do události a Microsoft jim pošle pozvánku e-mailem.",
        "When on, participants from Raynet are written into the event and Microsoft mails them an invitation.",
    ),
    "categories": Sentence(
        "Typ aktivity a dokončení se v Outlooku ukáží jako barevné kategorie. Vlastní kategorie zůstávají.",
        "An activity's type and completion appear in Outlook as coloured categories. The users' own ones stay.",
    ),
    "deadline_block_minutes": Sentence(
        "Úkol, který má jen termín, dostane v kalendáři blok této délky. 0 = žádný blok.",
        "A task with a deadline only gets a block of this length in the calendar. 0 = no block.",
    ),
    "window_back_days": Sentence(
        "Kolik dní zpět se položky sledují. Starší zůstanou, jak jsou.",
        "How many days back items are followed. Older ones stay as they are.",
    ),
    "window_ahead_days": Sentence(
        "Kolik dní dopředu se položky sledují. Vzdálenější se přenesou, až na ně přijde řada.",
        "How many days ahead items are followed. Later ones are carried over when their time comes.",
    ),
    "guard_count": Sentence(
        "Hromadné mazání čeká na správce od tolika položek jednoho uživatele, je-li splněn i podíl.",
        "A mass deletion waits for an administrator from so many items of a user on, if the share is reached as well.",
    ),
    "guard_share": Sentence(
        "Hromadné mazání čeká na správce od takového podílu položek uživatele, je-li splněn i počet.",
        "A mass deletion waits for an administrator from this share of a user's items on, if the count is reached too.",
    ),
    "self_registration": Sentence(
        "Co se stane, když se uživatel bez místa zaregistruje v panelu Outlooku.",
        "What happens when a user without a seat registers in Outlook's panel.",
    ),
}
CHOICES: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "authority": {
        "raynet": Sentence("Raynet", "Raynet"),
        "outlook": Sentence("Outlook", "Outlook"),
        "newest": Sentence("Poslední změna", "The newest change"),
    },
    "mirror": {
        "participants": Sentence("Vlastníkovi a účastníkům", "The owner's and the participants'"),
        "owner": Sentence("Jen vlastníkovi", "The owner's only"),
    },
    "private_events": {
        "time_only": Sentence("Jen čas", "The time only"),
        "skip": Sentence("Nepřenášet", "Nothing"),
        "full": Sentence("Vše jako u ostatních", "Everything, as with others"),
    },
    "outlook_delete": {
        "smart": Sentence(
            "Zruší se; vznikla-li v Outlooku a nemá klienta, smaže se",
            "It is cancelled; if it came from Outlook and has no client, deleted",
        ),
        "cancel": Sentence("Zruší se", "It is cancelled"),
        "delete": Sentence("Smaže se", "It is deleted"),
        "ignore": Sentence("Zůstane, jak je", "It stays as it is"),
    },
    "attended_events": {
        "accepted": Sentence("Jen přijaté", "Accepted ones only"),
        "all": Sentence("Všechny", "All"),
        "none": Sentence("Žádné", "None"),
    },
    "types": {
        "task": Sentence("Úkol", "Task"),
        "event": Sentence("Událost", "Event"),
        "meeting": Sentence("Schůzka", "Meeting"),
        "phoneCall": Sentence("Telefonát", "Phone call"),
        "letter": Sentence("Dopis", "Letter"),
        "email": Sentence("E-mail", "E-mail"),
    },
    "self_registration": {
        "approval": Sentence("Čeká na schválení správcem", "It waits for an administrator's approval"),
        "seat_if_free": Sentence("Dostane volné místo hned", "They get a free seat at once"),
    },
}
UNITS: Final[Mapping[str, Sentence]] = {
    "deadline_block_minutes": Sentence("minut", "minutes"),
    "window_back_days": Sentence("dní", "days"),
    "window_ahead_days": Sentence("dní", "days"),
    "guard_count": Sentence("položek", "items"),
    "guard_share": Sentence("%", "%"),
}
