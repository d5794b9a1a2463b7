"""What happened to an item and who can change that, as `ros why`, the console and the panel tell it: keyed by
:mod:`server.domain.reasons`. Users read these sentences in Outlook, so no setting and no command stands in them.
"""

from collections.abc import Mapping
from typing import Final

from server.catalogue.sentences import Sentence
from server.domain.reasons import Reason

REASONS: Final[Mapping[Reason, Sentence]] = {
    # --- carried ---
    Reason.MATCHED: Sentence(
        "Aktivita a událost si odpovídaly a byly spojeny bez zápisu. Nic není třeba dělat.",
        "Activity and event corresponded and were joined without a write. There is nothing to do.",
    ),
    Reason.CREATED_FROM_RAYNET: Sentence(
        "Událost v Outlooku vznikla z aktivity v Raynetu. Koho se týká, určuje vlastník aktivity.",
        "The event in Outlook was made from the activity in Raynet. The activity's owner decides whom it concerns.",
    ),
    Reason.CREATED_FROM_OUTLOOK: Sentence(
        "Aktivita v Raynetu vznikla z události v Outlooku. Její typ a klienta volí uživatel v panelu Outlooku.",
        "The activity in Raynet was made from the event in Outlook. Its type and client are chosen in Outlook's panel.",
    ),
    Reason.RAYNET_CHANGED: Sentence(
        "Změna z Raynetu byla přenesena do Outlooku.", "A change made in Raynet was carried to Outlook."
    ),
    Reason.OUTLOOK_CHANGED: Sentence(
        "Změna z Outlooku byla přenesena do Raynetu.", "A change made in Outlook was carried to Raynet."
    ),
    Reason.BOTH_SAME: Sentence(
        "Obě strany se změnily stejně, nebylo co zapisovat.",
        "Both sides changed to the same, there was nothing to write.",
    ),
    Reason.MERGED: Sentence(
        "Změny z Raynetu i z Outlooku se týkaly různých polí a byly přeneseny obě.",
        "Changes from Raynet and from Outlook touched different fields, both were carried.",
    ),
    Reason.CONFLICT: Sentence(
        "Obě strany změnily totéž. Rozhodlo pravidlo „Kdo má pravdu při konfliktu“; druhou hodnotu vrátí uživatel "
        "v panelu Outlooku nebo správce mezi konflikty.",
        "Both sides changed the same. The rule “Who is right in a conflict” decided; the user can restore the other "
        "value in Outlook's panel, or an administrator among the conflicts.",
    ),
    Reason.COPY_REVERTED: Sentence(
        "Uživatel změnil kopii cizí schůzky; vrátila se do podoby originálu. Měnit ji může vlastník aktivity.",
        "A user changed the copy of somebody else's meeting; it was put back. The activity's owner can change it.",
    ),
    Reason.MASKED: Sentence(
        "Událost je soukromá, do Raynetu jde jen její čas. Změnit to může uživatel (utajení události) "
        "nebo správce pravidlem „Soukromé události“.",
        "The event is private, only its time goes to Raynet. The user can change that (the event's sensitivity), "
        "or an administrator with the rule “Private events”.",
    ),
    Reason.RECREATED_EDIT_BEATS_DELETION: Sentence(
        "Na jedné straně byla položka odstraněna, na druhé mezitím změněna. Změna má přednost, položka vznikla znovu. "
        "Kdo ji nechce, odstraní ji ještě jednou.",
        "The item was removed on one side and edited on the other meanwhile. The edit wins, it was made again. "
        "Whoever does not want it removes it once more.",
    ),
    Reason.RESTORED: Sentence(
        "Správce vrátil hodnotu z deníku konfliktů.", "An administrator restored a value from the conflict journal."
    ),
    Reason.UNDONE: Sentence(
        "Správce vzal zpět průběh synchronizace, který položku změnil. Znovu ji spojí změna na kterékoli straně.",
        "An administrator undid the pass that had changed the item. An edit on either side takes it up again.",
    ),
    Reason.LATE_DUPLICATE: Sentence(
        "Do Raynetu dorazil podruhé náš dřívější zápis; platná hodnota byla vrácena.",
        "An earlier write of ours reached Raynet a second time; the valid value was put back.",
    ),
    Reason.VERSION_GAP: Sentence(
        "Raynet záznam změnil vícekrát, než kolik jsme viděli. Platí to, co je v něm teď.",
        "Raynet changed the record more often than we saw. What stands there now is what counts.",
    ),
    Reason.ORPHAN_REMOVED: Sentence(
        "Po nedokončeném založení zbyl záznam bez protějšku a byl uklizen.",
        "An unfinished creation had left a record without its partner; it was cleared away.",
    ),
    Reason.SETTLED: Sentence(
        "O jednom zápisu nebylo jisté, zda dopadl. Podívali jsme se: dopadl.",
        "It was uncertain whether a write had arrived. We looked: it had.",
    ),
    Reason.CATEGORIES_FOLLOW: Sentence(
        "Změnily se jen kategorie v Outlooku podle typu a stavu aktivity. "
        "Vypnout je může správce pravidlem „Kategorie v Outlooku“.",
        "Only Outlook's categories changed, after the activity's type and state. An administrator can turn them off "
        "with the rule “Categories in Outlook”.",
    ),
    Reason.PARTICIPANTS_FOLLOW: Sentence(
        "Účastníci aktivity byli upraveni podle účastníků schůzky v Outlooku. Určuje je její organizátor.",
        "The activity's participants follow the attendees in Outlook. The meeting's organizer decides who they are.",
    ),
    Reason.CREATED_FROM_PANEL: Sentence(
        "Aktivita v Raynetu vznikla z události v Outlooku tak, jak ji uživatel určil v panelu.",
        "The activity in Raynet was made from the event in Outlook as its user chose in the panel.",
    ),
    Reason.CHANGED_IN_PANEL: Sentence(
        "Uživatel změnil v panelu Outlooku, čeho se aktivita týká nebo jaká je; změna je v Raynetu.",
        "The user changed in Outlook's panel what the activity concerns or how it is; the change is in Raynet.",
    ),
    Reason.LINKED_BY_USER: Sentence(
        "Uživatel událost v panelu znovu propojil s Raynetem, synchronizace pokračuje.",
        "The user linked the event with Raynet again in the panel, the sync goes on.",
    ),
    # --- removed ---
    Reason.CANCELLED_IN_RAYNET: Sentence(
        "Aktivita byla v Raynetu zrušena, událost proto z Outlooku zmizela. Vrátí ji změna stavu aktivity.",
        "The activity was cancelled in Raynet, so its event left Outlook. Changing its state brings the event back.",
    ),
    Reason.DELETED_IN_RAYNET: Sentence(
        "Aktivita byla v Raynetu odstraněna, událost proto z Outlooku zmizela. "
        "Vrátit ji může uživatel Raynetu, nebo správce vrácením průchodu.",
        "The activity was deleted in Raynet, so its event left Outlook. "
        "A user of Raynet can bring it back, or an administrator by undoing the pass.",
    ),
    Reason.UNSCHEDULED_IN_RAYNET: Sentence(
        "Aktivita už v Raynetu nemá termín, událost proto z Outlooku zmizela. Vrátí ji nový termín.",
        "The activity has no date in Raynet any more, so its event left Outlook. A new date brings the event back.",
    ),
    Reason.NO_LONGER_PARTICIPANT: Sentence(
        "Uživatel už není vlastníkem ani účastníkem aktivity, kopie z jeho kalendáře zmizela. "
        "Změnit to může vlastník aktivity, nebo správce pravidlem „Komu se aktivita ukáže v kalendáři“.",
        "The user neither owns the activity nor takes part any more, so the copy left their calendar. "
        "The activity's owner can change that, or an administrator with the rule “In whose calendars an activity "
        "appears”.",
    ),
    Reason.DELETED_IN_OUTLOOK: Sentence(
        "Uživatel událost v Outlooku odstranil. Co se pak stane s aktivitou, určuje správce pravidlem „Smazání "
        "události v Outlooku“.",
        "The user deleted the event in Outlook. What then becomes of the activity is the administrator's rule "
        "“Deleting an event in Outlook”.",
    ),
    Reason.CANCELLED_IN_OUTLOOK: Sentence(
        "Organizátor schůzku v Outlooku zrušil. Obnovit ji může jen on.",
        "The organizer cancelled the meeting in Outlook. Only they can revive it.",
    ),
    # --- not carried ---
    Reason.NOTHING_TO_DO: Sentence(
        "Obě strany souhlasí, není co přenášet.", "Both sides agree, there is nothing to carry."
    ),
    Reason.SERIES: Sentence(
        "Opakované události a aktivity se nepřenášejí. Přenese se, co uživatel založí jako jednotlivé.",
        "Series are not carried over. What the user creates as a single item is.",
    ),
    Reason.OUTSIDE_WINDOW: Sentence(
        "Termín je příliš daleko v minulosti nebo v budoucnosti, do Raynetu se proto nepřenáší. Jak daleko se "
        "přenáší, určuje správce.",
        "The date is too far in the past or in the future, so it is not carried over. How far is carried is set by an "
        "administrator.",
    ),
    Reason.NOT_SCHEDULED: Sentence(
        "Aktivita nemá termín, v kalendáři proto není. Termín doplní vlastník v Raynetu.",
        "The activity has no date, so it is in no calendar. Its owner can give it one in Raynet.",
    ),
    Reason.DEADLINE_ONLY: Sentence(
        "Úkol má jen termín splnění, ne čas. Čas doplní vlastník v Raynetu; správce může zapnout pravidlo "
        "„Blok pro termín úkolu“.",
        "The task has a deadline but no time. Its owner can plan one in Raynet; an administrator can turn on the rule "
        "“Block for a task's deadline”.",
    ),
    Reason.INVERTED_TIMES: Sentence(
        "Konec aktivity je před jejím začátkem. Opraví to její vlastník v Raynetu.",
        "The activity ends before it begins. Its owner can correct that in Raynet.",
    ),
    Reason.TYPE_EXCLUDED: Sentence(
        "Tento typ aktivity se ve firmě nepřenáší. Změnit to může správce pravidlem „Přenášené typy aktivit“.",
        "The firm does not carry this type of activity. An administrator can change that with the "
        "rule “Types of activities carried over”.",
    ),
    Reason.NO_SEAT: Sentence(
        "Nikdo z vlastníka a účastníků nemá místo v licenci. Přidělit je může správce mezi uživateli.",
        "Neither the owner nor a participant has a seat. An administrator can give one among the users.",
    ),
    Reason.DRAFT: Sentence(
        "Schůzka je v Outlooku rozepsaná. Přenese se, až ji organizátor odešle.",
        "The meeting is a draft in Outlook. It is carried once its organizer sends it.",
    ),
    Reason.PRIVATE_SKIPPED: Sentence(
        "Soukromé události se ve firmě nepřenášejí. Změnit to může uživatel (utajení události) nebo správce pravidlem "
        "„Soukromé události“.",
        "The firm does not carry private events. The user can change that (the event's sensitivity), or an "
        "administrator with the rule “Private events”.",
    ),
    Reason.NOT_ACCEPTED: Sentence(
        "Uživatel cizí pozvánku nepřijal. Přenese se, až ji v Outlooku přijme; jinak rozhoduje správce pravidlem "
        "„Události pozvané zvenku“.",
        "The user has not accepted this invitation. It is carried once they accept it in Outlook; otherwise an "
        "administrator decides with the rule “Events that others organise”.",
    ),
    Reason.ATTENDED_EXCLUDED: Sentence(
        "Schůzky, které pořádá někdo bez místa v licenci, se ve firmě nepřenášejí. Změnit to může správce pravidlem "
        "„Události pozvané zvenku“.",
        "The firm does not carry meetings of organizers without a seat. An administrator can change that with the rule "
        "“Events that others organise”.",
    ),
    Reason.WAITS_FOR_ORGANIZER: Sentence(
        "Schůzku přenáší kalendář organizátora, na něj se čeká. Nikdo nic nemusí dělat.",
        "The organizer's calendar carries this meeting, we wait for it. Nobody has to do anything.",
    ),
    Reason.WAITS_FOR_PANEL: Sentence(
        "Uživatel má otevřený formulář události; na jeho volbu v panelu se čeká nejvýš 45 sekund.",
        "The user has an event form open; their choice in the panel is waited for, 45 seconds at most.",
    ),
    Reason.UNLINKED_BY_USER: Sentence(
        "Uživatel v panelu zvolil, že událost s Raynetem propojena není. Obě strany zůstávají, jak jsou; "
        "propojit ji může znovu v panelu.",
        "The user chose in the panel that the event is not linked with Raynet. Both sides stay as they are; "
        "they can link it again in the panel.",
    ),
    Reason.NOTHING_TO_CHANGE: Sentence(
        "Změna z panelu se už neměla čeho týkat: aktivita nebo událost zmizela. Otevřete událost znovu.",
        "There was nothing left to change: the activity or the event is gone. Open the event again.",
    ),
    Reason.TYPE_ONLY_IN_RAYNET: Sentence(
        "Aktivita vznikla dřív, než volba typu dorazila. Typ vzniklé aktivity lze změnit jen v Raynetu.",
        "The activity was made before the choice of its type arrived. The type of one that exists can only be changed "
        "in Raynet.",
    ),
    Reason.ATTENDEE_COPY: Sentence(
        "Toto je kopie účastníka; změny nese kopie organizátora, který jediný může schůzku měnit.",
        "This is an attendee's copy; the copy of the organizer carries the changes, only they can change the meeting.",
    ),
    Reason.AMBIGUOUS: Sentence(
        "Protějšků je víc a nevíme, který je ten pravý; nic se nemění. Uživatel odstraní ty nadbytečné, "
        "nebo vybere správný v panelu Outlooku.",
        "There are several partners and we cannot tell which is meant; nothing is changed. The user removes those too "
        "many, or chooses the right one in Outlook's panel.",
    ),
    Reason.LOCKED: Sentence(
        "Aktivita je v Raynetu zamčená, změna čeká. Odemknout ji může správce Raynetu nebo vlastník aktivity.",
        "The activity is locked in Raynet, the change waits. Raynet's administrator or the activity's owner can "
        "unlock it.",
    ),
    Reason.UNKNOWN_STATUS: Sentence(
        "Aktivita má v Raynetu stav, kterému nerozumíme; nic neměníme. Uživatel jí může dát jiný stav.",
        "The activity has a state in Raynet that we do not know; nothing is changed. A user can give it another one.",
    ),
    Reason.WOULD_MAIL: Sentence(
        "Změna by v Outlooku rozeslala e-mail účastníkům, proto čeká. Provede ji organizátor sám, "
        "nebo ji správce povolí pravidlem „Pozvánky účastníkům“.",
        "The change would make Outlook mail the attendees, so it waits. The organizer makes it themselves, "
        "or an administrator allows it with the rule “Invitations to participants”.",
    ),
    Reason.FOLLOWS_ORGANIZER: Sentence(
        "Schůzku pořádá někdo bez místa v licenci; aktivita následuje jeho změny. Měnit ji může jen organizátor.",
        "Somebody without a seat organises the meeting; the activity follows their changes. Only they can change it.",
    ),
    Reason.TEXT_TOO_LONG: Sentence(
        "Text je pro druhou stranu příliš dlouhý a přenesl by se neúplný, proto zůstává. Zkrátit ho může uživatel.",
        "The text is too long for the other side and would arrive cut, so it stays. A user can shorten it.",
    ),
    Reason.NO_TIMES: Sentence(
        "Událost v Outlooku nemá čitelný začátek a konec. Opraví to její organizátor.",
        "The event in Outlook has no readable start and end. Its organizer can correct that.",
    ),
    # --- held, released, parked ---
    Reason.MASS_DELETION: Sentence(
        "Najednou by zmizelo nezvykle mnoho položek, proto se čeká, zda to správce potvrdí nebo zamítne.",
        "Unusually many items would vanish at once, so it waits for an administrator to confirm or reject it.",
    ),
    Reason.HOLD_REJECTED: Sentence(
        "Správce hromadné odstranění zamítl; co zůstalo, zůstává. Kdo položku nechce, odstraní ji na obou stranách.",
        "An administrator rejected the mass deletion; what is left stays. Whoever does not want the item removes it on "
        "both sides.",
    ),
    Reason.RELEASED_BY_ATTENDEE: Sentence(
        "Uživatel svou kopii odmítl nebo odstranil; aktivita se tím nemění. Vrátí ji, když pozvánku znovu přijme.",
        "The user declined or removed their copy; the activity stays as it is. Accepting again brings it back.",
    ),
    Reason.RELEASED_BY_RULE: Sentence(
        "Pravidlo firmy položku z přenosu vyňalo, obě strany zůstaly, jak jsou. Změnit to může správce.",
        "A rule of the firm took the item out, both sides stay as they are. An administrator can change it.",
    ),
    Reason.RELEASED_NO_LICENCE: Sentence(
        "Licence firmy neplatí, obě strany zůstaly, jak jsou. Prodloužit ji může provozovatel.",
        "The firm's licence is not valid, both sides stay as they are. The operator can extend it.",
    ),
    Reason.RELEASED_NO_SEAT: Sentence(
        "Uživatel přišel o místo v licenci, obě strany zůstaly, jak jsou. Vrátit mu je může správce.",
        "The user lost their seat, both sides stay as they are. An administrator can give it back.",
    ),
    Reason.RELEASED_NOT_VISIBLE: Sentence(
        "Uživatel API aktivitu v Raynetu nevidí, obě strany zůstaly, jak jsou. Právo mu může dát správce Raynetu.",
        "The API user cannot see the activity in Raynet, both sides stay as they are. Raynet's administrator can grant "
        "the right.",
    ),
    Reason.RELEASED_OWNER_CHANGED: Sentence(
        "Aktivita má nového vlastníka, událost toho původního zůstala jen jemu. Zpět ji spojí návrat vlastníka.",
        "The activity has a new owner, the event of the former one is theirs alone. Giving it back joins them again.",
    ),
    Reason.RELEASED_OUTLOOK_DELETE_IGNORED: Sentence(
        "Událost byla v Outlooku odstraněna, aktivita podle pravidla firmy zůstala. Pravidlo mění správce.",
        "The event was deleted in Outlook, the activity stays by the firm's rule. An administrator can change it.",
    ),
    Reason.RELEASED_DONE: Sentence(
        "Událost byla v Outlooku odstraněna, hotová aktivita však v Raynetu zůstává. Odstranit ji může její vlastník.",
        "The event was deleted in Outlook, but a finished activity stays in Raynet. Its owner can delete it there.",
    ),
    Reason.REJECTED_BY_RAYNET: Sentence(
        "Raynet zápis odmítl, položka je odložena. Podrobnost je v historii; "
        "údaj opraví vlastník nebo správce Raynetu.",
        "Raynet refused the write, the item is set aside. The trail has the detail; its owner or Raynet's "
        "administrator can correct it.",
    ),
    Reason.REJECTED_BY_GRAPH: Sentence(
        "Outlook zápis odmítl, položka je odložena. Podrobnost je v historii; opravit to může uživatel v Outlooku.",
        "Outlook refused the write, the item is set aside. The trail has the detail; the user can correct it in "
        "Outlook.",
    ),
    Reason.REMOTE_TROUBLE: Sentence(
        "Vzdálený systém opakovaně selhává, položka je odložena a zkouší se dál stále řidčeji. Nikdo nic nemusí dělat; "
        "trvá-li to, řekněte to správci.",
        "The remote system keeps failing, the item is set aside and retried ever more rarely. Nobody has to do "
        "anything; if it lasts, tell an administrator.",
    ),
    Reason.DEFECT: Sentence(
        "Na této položce selhal náš program; ostatní běží dál. Nahlaste to podpoře s číslem průběhu z historie.",
        "Our program failed on this item; the others go on. Tell support, with the pass number of the trail.",
    ),
}
