<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="cs" sourcelanguage="en">
<context>
    <name>Account</name>
    <message>
        <source>Change the &amp;password…</source>
        <translation>Změnit &amp;heslo…</translation>
    </message>
    <message>
        <source>through Microsoft Entra ID</source>
        <translation>přes Microsoft Entra ID</translation>
    </message>
    <message>
        <source>with a local password</source>
        <translation>místním heslem</translation>
    </message>
    <message>
        <source>Signed in {0}, until {1}</source>
        <translation>Přihlášeno {0}, do {1}</translation>
    </message>
    <message>
        <source>Second factor</source>
        <translation>Druhý faktor</translation>
    </message>
    <message>
        <source>A code from an authenticator on your phone, asked for at each sign-in with the password.</source>
        <translation>Kód z ověřovací aplikace v telefonu, vyžadovaný při každém přihlášení heslem.</translation>
    </message>
    <message>
        <source>Where you are signed in</source>
        <translation>Kde jste přihlášeni</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Jak</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Heslo</translation>
    </message>
    <message>
        <source>This one</source>
        <translation>Toto</translation>
    </message>
    <message>
        <source>this console</source>
        <translation>tato konzole</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Od</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>Naposledy použito</translation>
    </message>
    <message>
        <source>&amp;End the session</source>
        <translation>&amp;Ukončit přihlášení</translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation>Změna hesla</translation>
    </message>
    <message>
        <source>The password is changed</source>
        <translation>Heslo je změněno</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Zapnuto</translation>
    </message>
    <message>
        <source>Turn it off</source>
        <translation>Vypnout</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Vypnuto</translation>
    </message>
    <message>
        <source>Turn it on…</source>
        <translation>Zapnout…</translation>
    </message>
    <message>
        <source>Turn the second factor off?</source>
        <translation>Vypnout druhý faktor?</translation>
    </message>
    <message>
        <source>The password alone will then be enough to sign in.</source>
        <translation>K přihlášení pak bude stačit samotné heslo.</translation>
    </message>
    <message>
        <source>Turn off</source>
        <translation>Vypnout</translation>
    </message>
    <message>
        <source>Sign in anew first</source>
        <translation>Nejprve se přihlaste znovu</translation>
    </message>
    <message>
        <source>Changing how one signs in needs a fresh sign-in with the password: sign out and in.</source>
        <translation>Způsob přihlašování lze měnit jen krátce po přihlášení heslem: odhlaste se a znovu přihlaste.</translation>
    </message>
    <message>
        <source>Code from the authenticator</source>
        <translation>Kód z ověřovací aplikace</translation>
    </message>
    <message>
        <source>&amp;Code from the authenticator</source>
        <translation>&amp;Kód z ověřovací aplikace</translation>
    </message>
    <message>
        <source>1. Add an account in the authenticator and type this key:</source>
        <translation>1. V ověřovací aplikaci přidejte účet a opište tento klíč:</translation>
    </message>
    <message>
        <source>2. Type the code that it shows:</source>
        <translation>2. Napište kód, který ukáže:</translation>
    </message>
    <message>
        <source>&amp;Turn on</source>
        <translation>&amp;Zapnout</translation>
    </message>
    <message>
        <source>The second factor is on</source>
        <translation>Druhý faktor je zapnutý</translation>
    </message>
    <message>
        <source>Keep these codes in a safe place. Each signs you in once if you lose the phone.</source>
        <translation>Tyto kódy si uložte na bezpečné místo. Každý vás jednou přihlásí, když přijdete o telefon.</translation>
    </message>
    <message>
        <source>I have them</source>
        <translation>Mám je</translation>
    </message>
</context>
<context>
    <name>Administrators</name>
    <message>
        <source>New administrator</source>
        <translation>Nový správce</translation>
    </message>
    <message>
        <source>Login</source>
        <translation>Přihlašovací jméno</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Role</translation>
    </message>
    <message>
        <source>&amp;Login (an e-mail address is best)</source>
        <translation>&amp;Přihlašovací jméno (nejlépe e-mail)</translation>
    </message>
    <message>
        <source>&amp;Role</source>
        <translation>&amp;Role</translation>
    </message>
    <message>
        <source>You will see an initial password once and hand it over yourself.</source>
        <translation>Počáteční heslo uvidíte jednou a předáte je sami.</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Přidat</translation>
    </message>
    <message>
        <source>Initial password</source>
        <translation>Počáteční heslo</translation>
    </message>
    <message>
        <source>Shown this once</source>
        <translation>Zobrazí se jen jednou</translation>
    </message>
    <message>
        <source>Hand it to {0}; it must be changed at the first sign-in.</source>
        <translation>Předejte je správci {0}; při prvním přihlášení si je musí změnit.</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopírovat</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Hotovo</translation>
    </message>
    <message>
        <source>&amp;Add…</source>
        <translation>&amp;Přidat…</translation>
    </message>
    <message>
        <source>New &amp;password…</source>
        <translation>Nové &amp;heslo…</translation>
    </message>
    <message>
        <source>&amp;Block or unblock</source>
        <translation>&amp;Zablokovat či odblokovat</translation>
    </message>
    <message>
        <source>&amp;Remove…</source>
        <translation>&amp;Odebrat…</translation>
    </message>
    <message>
        <source>A new password for {0}?</source>
        <translation>Nové heslo pro {0}?</translation>
    </message>
    <message>
        <source>The present one ends at once, as do all sessions and the second factor. You will see the new one once.</source>
        <translation>Dosavadní heslo hned přestane platit, stejně jako všechna přihlášení a druhý faktor. Nové uvidíte jednou.</translation>
    </message>
    <message>
        <source>Make a new one</source>
        <translation>Vytvořit nové</translation>
    </message>
    <message>
        <source>Remove {0}?</source>
        <translation>Odebrat {0}?</translation>
    </message>
    <message>
        <source>The account ends at once. What it did stays in the log.</source>
        <translation>Účet hned zanikne. Co udělal, zůstane v protokolu.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Odebrat</translation>
    </message>
    <message>
        <source>Firm</source>
        <translation>Firma</translation>
    </message>
    <message>
        <source>all</source>
        <translation>všechny</translation>
    </message>
    <message>
        <source>{0} (you)</source>
        <translation>{0} (vy)</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Second factor</source>
        <translation>Druhý faktor</translation>
    </message>
    <message>
        <source>Last sign-in</source>
        <translation>Poslední přihlášení</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>Zablokován</translation>
    </message>
    <message>
        <source>Locked for a while</source>
        <translation>Dočasně uzamčen</translation>
    </message>
    <message>
        <source>Not signed in yet</source>
        <translation>Zatím se nepřihlásil</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>Aktivní</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Zapnuto</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Vypnuto</translation>
    </message>
</context>
<context>
    <name>Audit</name>
    <message>
        <source>Every change an administrator made. Nothing is ever taken out of it.</source>
        <translation>Každá změna, kterou správci udělali. Nic se z protokolu nikdy neodebírá.</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Období</translation>
    </message>
    <message>
        <source>All times</source>
        <translation>Celá doba</translation>
    </message>
    <message>
        <source>Last 24 hours</source>
        <translation>Posledních 24 hodin</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Posledních 7 dní</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Posledních 30 dní</translation>
    </message>
    <message>
        <source>Last year</source>
        <translation>Poslední rok</translation>
    </message>
    <message>
        <source>Entry of the log</source>
        <translation>Záznam protokolu</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>Firm</source>
        <translation>Firma</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Kdy</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Kdo</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Co</translation>
    </message>
    <message>
        <source>On what</source>
        <translation>Čeho se týká</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Podrobnosti</translation>
    </message>
</context>
<context>
    <name>AuditActions</name>
    <message>
        <source>Firm added</source>
        <translation>Firma přidána</translation>
    </message>
    <message>
        <source>Firm changed</source>
        <translation>Firma změněna</translation>
    </message>
    <message>
        <source>Synchronisation paused</source>
        <translation>Synchronizace pozastavena</translation>
    </message>
    <message>
        <source>Synchronisation resumed</source>
        <translation>Synchronizace obnovena</translation>
    </message>
    <message>
        <source>Rules changed</source>
        <translation>Změna pravidel</translation>
    </message>
    <message>
        <source>Licence changed</source>
        <translation>Změna licence</translation>
    </message>
    <message>
        <source>Connection changed</source>
        <translation>Změna připojení</translation>
    </message>
    <message>
        <source>User added</source>
        <translation>Uživatel přidán</translation>
    </message>
    <message>
        <source>User changed</source>
        <translation>Uživatel změněn</translation>
    </message>
    <message>
        <source>User removed</source>
        <translation>Uživatel odebrán</translation>
    </message>
    <message>
        <source>Alert acknowledged</source>
        <translation>Upozornění vzato na vědomí</translation>
    </message>
    <message>
        <source>Pass started</source>
        <translation>Průchod spuštěn</translation>
    </message>
    <message>
        <source>Pass taken back</source>
        <translation>Průchod vrácen</translation>
    </message>
    <message>
        <source>Held deletion confirmed</source>
        <translation>Zadržené mazání potvrzeno</translation>
    </message>
    <message>
        <source>Held deletion rejected</source>
        <translation>Zadržené mazání zamítnuto</translation>
    </message>
    <message>
        <source>Lost value restored</source>
        <translation>Ztracená hodnota obnovena</translation>
    </message>
    <message>
        <source>Registration asked for</source>
        <translation>Žádost o registraci</translation>
    </message>
    <message>
        <source>Registration approved</source>
        <translation>Registrace schválena</translation>
    </message>
    <message>
        <source>Registration rejected</source>
        <translation>Registrace zamítnuta</translation>
    </message>
    <message>
        <source>Consent link made</source>
        <translation>Vytvořen odkaz pro souhlas</translation>
    </message>
    <message>
        <source>Consent given</source>
        <translation>Souhlas udělen</translation>
    </message>
    <message>
        <source>Consent declined</source>
        <translation>Souhlas odmítnut</translation>
    </message>
    <message>
        <source>Consent checked</source>
        <translation>Souhlas ověřen</translation>
    </message>
    <message>
        <source>Limit to mailboxes changed</source>
        <translation>Změna omezení schránek</translation>
    </message>
    <message>
        <source>Consent of a user in the panel</source>
        <translation>Souhlas uživatele v panelu</translation>
    </message>
    <message>
        <source>Preview asked for</source>
        <translation>Vyžádán náhled</translation>
    </message>
    <message>
        <source>Pass asked for</source>
        <translation>Vyžádán průchod</translation>
    </message>
    <message>
        <source>Job cancelled</source>
        <translation>Úloha zrušena</translation>
    </message>
    <message>
        <source>Signed in</source>
        <translation>Přihlášení</translation>
    </message>
    <message>
        <source>Signed out</source>
        <translation>Odhlášení</translation>
    </message>
    <message>
        <source>Administrator added</source>
        <translation>Správce přidán</translation>
    </message>
    <message>
        <source>Administrator changed</source>
        <translation>Správce změněn</translation>
    </message>
    <message>
        <source>Administrator removed</source>
        <translation>Správce odebrán</translation>
    </message>
    <message>
        <source>New initial password made</source>
        <translation>Nové počáteční heslo</translation>
    </message>
    <message>
        <source>Password changed</source>
        <translation>Změna hesla</translation>
    </message>
    <message>
        <source>Account locked</source>
        <translation>Účet uzamčen</translation>
    </message>
    <message>
        <source>Second factor turned on</source>
        <translation>Druhý faktor zapnut</translation>
    </message>
    <message>
        <source>Second factor turned off</source>
        <translation>Druhý faktor vypnut</translation>
    </message>
    <message>
        <source>administrator no. {0}</source>
        <translation>správce č. {0}</translation>
    </message>
    <message>
        <source>a user in the panel</source>
        <translation>uživatel v panelu</translation>
    </message>
    <message>
        <source>an operator on the server</source>
        <translation>provozovatel na serveru</translation>
    </message>
    <message>
        <source>an update of the server</source>
        <translation>aktualizace serveru</translation>
    </message>
    <message>
        <source>the synchronisation itself</source>
        <translation>synchronizace sama</translation>
    </message>
    <message>
        <source>the organisation's administrator at Microsoft</source>
        <translation>správce organizace u Microsoftu</translation>
    </message>
    <message>
        <source>somebody signing in</source>
        <translation>kdosi při přihlašování</translation>
    </message>
    <message>
        <source>firm {0}</source>
        <translation>firma {0}</translation>
    </message>
    <message>
        <source>administrator {0}</source>
        <translation>správce {0}</translation>
    </message>
    <message>
        <source>user {0}</source>
        <translation>uživatel {0}</translation>
    </message>
    <message>
        <source>pass {0}</source>
        <translation>průchod {0}</translation>
    </message>
    <message>
        <source>held deletion {0}</source>
        <translation>zadržené mazání {0}</translation>
    </message>
    <message>
        <source>conflict {0}</source>
        <translation>konflikt {0}</translation>
    </message>
    <message>
        <source>alert {0}</source>
        <translation>upozornění {0}</translation>
    </message>
    <message>
        <source>registration {0}</source>
        <translation>registrace {0}</translation>
    </message>
    <message>
        <source>text of the consent {0}</source>
        <translation>znění souhlasu {0}</translation>
    </message>
    <message>
        <source>a sign-in</source>
        <translation>přihlášení</translation>
    </message>
    <message>
        <source>a job</source>
        <translation>úloha</translation>
    </message>
</context>
<context>
    <name>AuditDetails</name>
    <message>
        <source>how</source>
        <translation>jak</translation>
    </message>
    <message>
        <source>role</source>
        <translation>role</translation>
    </message>
    <message>
        <source>e-mail</source>
        <translation>e-mail</translation>
    </message>
    <message>
        <source>login</source>
        <translation>přihlašovací jméno</translation>
    </message>
    <message>
        <source>seats</source>
        <translation>míst</translation>
    </message>
    <message>
        <source>valid until</source>
        <translation>platí do</translation>
    </message>
    <message>
        <source>grace (days)</source>
        <translation>ochranná lhůta (dny)</translation>
    </message>
    <message>
        <source>name</source>
        <translation>název</translation>
    </message>
    <message>
        <source>note</source>
        <translation>poznámka</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pozastaveno</translation>
    </message>
    <message>
        <source>organisation</source>
        <translation>organizace</translation>
    </message>
    <message>
        <source>limit</source>
        <translation>omezení</translation>
    </message>
    <message>
        <source>code</source>
        <translation>kód</translation>
    </message>
    <message>
        <source>failed attempts</source>
        <translation>neúspěšných pokusů</translation>
    </message>
    <message>
        <source>language</source>
        <translation>jazyk</translation>
    </message>
    <message>
        <source>person in Raynet</source>
        <translation>osoba v Raynetu</translation>
    </message>
    <message>
        <source>seat</source>
        <translation>místo</translation>
    </message>
    <message>
        <source>Raynet's address</source>
        <translation>adresa Raynetu</translation>
    </message>
    <message>
        <source>Raynet's instance</source>
        <translation>instance Raynetu</translation>
    </message>
    <message>
        <source>Raynet's user</source>
        <translation>uživatel Raynetu</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>důvod</translation>
    </message>
    <message>
        <source>state</source>
        <translation>stav</translation>
    </message>
    <message>
        <source>second factor</source>
        <translation>druhý faktor</translation>
    </message>
    <message>
        <source>Raynet's key</source>
        <translation>klíč Raynetu</translation>
    </message>
    <message>
        <source>organisation in Entra ID</source>
        <translation>organizace v Entra ID</translation>
    </message>
    <message>
        <source>person in Entra ID</source>
        <translation>osoba v Entra ID</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ano</translation>
    </message>
    <message>
        <source>no</source>
        <translation>ne</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>změněno</translation>
    </message>
    <message>
        <source>on</source>
        <translation>zapnuto</translation>
    </message>
    <message>
        <source>off</source>
        <translation>vypnuto</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>ponecháno</translation>
    </message>
    <message>
        <source>none</source>
        <translation>žádné</translation>
    </message>
    <message>
        <source>not verified</source>
        <translation>neověřeno</translation>
    </message>
    <message>
        <source>Microsoft is spreading it</source>
        <translation>Microsoft jej rozšiřuje</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>v pořádku</translation>
    </message>
    <message>
        <source>something is missing</source>
        <translation>něco chybí</translation>
    </message>
    <message>
        <source>password</source>
        <translation>heslo</translation>
    </message>
</context>
<context>
    <name>Cards</name>
    <message>
        <source>Show what is behind the number</source>
        <translation>Ukázat, co je za číslem</translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>No data yet</source>
        <translation>Zatím bez údajů</translation>
    </message>
    <message>
        <source>nothing measured</source>
        <translation>nic nezměřeno</translation>
    </message>
</context>
<context>
    <name>Conflicts</name>
    <message>
        <source>Both sides changed the same field before either change was carried over. One value stands, the other one is kept here and can be restored.</source>
        <translation>Obě strany změnily totéž pole dřív, než se některá změna přenesla. Jedna hodnota platí, druhá je uložena tady a lze ji obnovit.</translation>
    </message>
    <message>
        <source>No conflicts</source>
        <translation>Žádné konflikty</translation>
    </message>
    <message>
        <source>No value has been lost.</source>
        <translation>Žádná hodnota se neztratila.</translation>
    </message>
    <message>
        <source>&amp;Restore the lost value…</source>
        <translation>&amp;Obnovit ztracenou hodnotu…</translation>
    </message>
    <message>
        <source>&amp;Why</source>
        <translation>Pro&amp;č</translation>
    </message>
    <message>
        <source>Restore the value that lost?</source>
        <translation>Obnovit hodnotu, která prohrála?</translation>
    </message>
    <message>
        <source>“{0}” replaces “{1}” on both sides. The present value stays in the log.</source>
        <translation>„{0}“ nahradí „{1}“ na obou stranách. Dosavadní hodnota zůstane v záznamech.</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Obnovit</translation>
    </message>
    <message>
        <source>The value is being restored</source>
        <translation>Hodnota se obnovuje</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>Konflikt</translation>
    </message>
    <message>
        <source>Before both changes</source>
        <translation>Před oběma změnami</translation>
    </message>
    <message>
        <source>Stands now</source>
        <translation>Platí nyní</translation>
    </message>
    <message>
        <source>Lost, from {0}</source>
        <translation>Ztraceno, z {0}</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>Restored</source>
        <translation>Obnoveno</translation>
    </message>
    <message>
        <source>Being restored</source>
        <translation>Obnovuje se</translation>
    </message>
    <message>
        <source>Can be restored</source>
        <translation>Lze obnovit</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>Položka</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Pole</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Ztraceno</translation>
    </message>
    <message>
        <source>Lost from</source>
        <translation>Odkud</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Uživatel</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Kdy</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>Všechny stavy</translation>
    </message>
</context>
<context>
    <name>Consent</name>
    <message>
        <source>Checked {0}</source>
        <translation>Ověřeno {0}</translation>
    </message>
    <message>
        <source>What works already</source>
        <translation>Co už funguje</translation>
    </message>
    <message>
        <source>Checked again by itself {0}.</source>
        <translation>Samo se znovu ověří {0}.</translation>
    </message>
    <message>
        <source>Nothing was checked yet.</source>
        <translation>Zatím se nic neověřovalo.</translation>
    </message>
    <message>
        <source>Microsoft may need until {0} to spread it.</source>
        <translation>Microsoft to může šířit až do {0}.</translation>
    </message>
    <message>
        <source>Works</source>
        <translation>Funguje</translation>
    </message>
    <message>
        <source>Being spread</source>
        <translation>Šíří se</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Chybí</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>Není známo</translation>
    </message>
    <message>
        <source>Link for the consent</source>
        <translation>Odkaz pro souhlas</translation>
    </message>
    <message>
        <source>&amp;Copy the link</source>
        <translation>&amp;Kopírovat odkaz</translation>
    </message>
    <message>
        <source>&amp;Open it here</source>
        <translation>&amp;Otevřít zde</translation>
    </message>
    <message>
        <source>Make the lin&amp;k…</source>
        <translation>Vytvo&amp;řit odkaz…</translation>
    </message>
    <message>
        <source>Check no&amp;w</source>
        <translation>Ověřit &amp;teď</translation>
    </message>
    <message>
        <source>&amp;Tenant</source>
        <translation>&amp;Organizace (tenant)</translation>
    </message>
    <message>
        <source>The id of the Microsoft 365 organisation (Entra admin centre – Overview).</source>
        <translation>Identifikátor organizace v Microsoft 365 (centrum pro správu Entra – Přehled).</translation>
    </message>
    <message>
        <source>The id of your Microsoft 365 organisation. Your provider sets it.</source>
        <translation>Identifikátor vaší organizace v Microsoft 365. Nastavuje jej váš poskytovatel.</translation>
    </message>
    <message>
        <source>&amp;Limit to mailboxes</source>
        <translation>O&amp;mezení schránek</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>bez omezení</translation>
    </message>
    <message>
        <source>application access policy</source>
        <translation>zásada přístupu aplikací (application access policy)</translation>
    </message>
    <message>
        <source>roles for applications (RBAC)</source>
        <translation>role pro aplikace (RBAC)</translation>
    </message>
    <message>
        <source>How your administrator limits the app to some mailboxes, if at all.</source>
        <translation>Jak váš správce omezuje aplikaci na některé schránky, pokud vůbec.</translation>
    </message>
    <message>
        <source>&amp;Group of the limit</source>
        <translation>Skup&amp;ina omezení</translation>
    </message>
    <message>
        <source>Name or address of the group with the mailboxes.</source>
        <translation>Název nebo adresa skupiny se schránkami.</translation>
    </message>
    <message>
        <source>An administrator of Microsoft 365 permits this app to work with the calendars. Send the link, or open it here if that is you. Afterwards it is checked step by step that everything works.</source>
        <translation>Správce Microsoft 365 povolí této aplikaci pracovat s kalendáři. Odkaz mu pošlete, nebo jej otevřete zde, pokud jste to vy. Potom se krok za krokem ověří, že vše funguje.</translation>
    </message>
    <message>
        <source>2. Consent of the organisation</source>
        <translation>2. Souhlas organizace</translation>
    </message>
    <message>
        <source>1. Organisation and limit</source>
        <translation>1. Organizace a omezení</translation>
    </message>
    <message>
        <source>The consent is there and everything works</source>
        <translation>Souhlas je udělen a vše funguje</translation>
    </message>
    <message>
        <source>The consent is there, Microsoft is still spreading it</source>
        <translation>Souhlas je udělen, Microsoft jej ještě šíří</translation>
    </message>
    <message>
        <source>Something is missing</source>
        <translation>Něco chybí</translation>
    </message>
    <message>
        <source>No consent yet</source>
        <translation>Zatím bez souhlasu</translation>
    </message>
    <message>
        <source>The consent was refused</source>
        <translation>Souhlas byl odmítnut</translation>
    </message>
    <message>
        <source>The organisation's administrator did not give it (Microsoft says {0}).</source>
        <translation>Správce organizace jej neudělil (Microsoft hlásí {0}).</translation>
    </message>
    <message>
        <source>Make a new link once they are ready to.</source>
        <translation>Až jej udělit chce, vytvořte nový odkaz.</translation>
    </message>
    <message>
        <source>Enter and save the id of the organisation first.</source>
        <translation>Nejprve zadejte a uložte identifikátor organizace.</translation>
    </message>
    <message>
        <source>The id of your organisation is not set yet. Ask your provider to enter it.</source>
        <translation>Identifikátor vaší organizace ještě není zadán. Požádejte svého poskytovatele, ať jej zadá.</translation>
    </message>
    <message>
        <source>Registration of the app valid until {0} – {1}</source>
        <translation>Registrace aplikace platí do {0} – {1}</translation>
    </message>
    <message>
        <source>Good for one consent, until {0}. This page notices by itself when it was given.</source>
        <translation>Platí pro jeden souhlas, do {0}. Že byl udělen, pozná tato stránka sama.</translation>
    </message>
    <message>
        <source>The link is copied</source>
        <translation>Odkaz je zkopírován</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Ověřuji…</translation>
    </message>
    <message>
        <source>G&amp;uide for the administrator</source>
        <translation>&amp;Návod pro správce</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Cancel</source>
        <translation>Zrušit</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Export to CSV</source>
        <translation>Export do CSV</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>Soubory CSV (*.csv)</translation>
    </message>
    <message>
        <source>Reading the list…</source>
        <translation>Načítám seznam…</translation>
    </message>
    <message>
        <source>{0} of {1} rows</source>
        <translation>{0} z {1} řádků</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) exported</source>
        <translation>
            <numerusform>Exportován %n řádek</numerusform>
            <numerusform>Exportovány %n řádky</numerusform>
            <numerusform>Exportováno %n řádků</numerusform>
        </translation>
    </message>
    <message>
        <source>The file could not be written: {0}</source>
        <translation>Soubor nelze zapsat: {0}</translation>
    </message>
</context>
<context>
    <name>Fields</name>
    <message>
        <source>On</source>
        <translation>Zapnuto</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Vypnuto</translation>
    </message>
</context>
<context>
    <name>Finder</name>
    <message>
        <source>Enter chooses, Escape closes</source>
        <translation>Enter vybere, Escape zavře</translation>
    </message>
</context>
<context>
    <name>Firms</name>
    <message>
        <source>New firm</source>
        <translation>Nová firma</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Název</translation>
    </message>
    <message>
        <source>&amp;Seats</source>
        <translation>&amp;Místa</translation>
    </message>
    <message>
        <source>Licence &amp;until</source>
        <translation>Licence &amp;do</translation>
    </message>
    <message>
        <source>&amp;Tenant in Microsoft 365 (can be added later)</source>
        <translation>&amp;Tenant v Microsoft 365 (lze doplnit později)</translation>
    </message>
    <message>
        <source>N&amp;ote (only you see it)</source>
        <translation>P&amp;oznámka (vidíte ji jen vy)</translation>
    </message>
    <message>
        <source>&amp;Add and set up</source>
        <translation>&amp;Přidat a zavést</translation>
    </message>
    <message>
        <source>Enter the name of the firm.</source>
        <translation>Zadejte název firmy.</translation>
    </message>
    <message>
        <source>Firm</source>
        <translation>Firma</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Zavřít</translation>
    </message>
    <message>
        <source>No firm yet</source>
        <translation>Zatím žádná firma</translation>
    </message>
    <message>
        <source>Add the first one; a guide leads through its set-up.</source>
        <translation>Přidejte první; zavedením provede průvodce.</translation>
    </message>
    <message>
        <source>Add a firm…</source>
        <translation>Přidat firmu…</translation>
    </message>
    <message>
        <source>&amp;Add…</source>
        <translation>&amp;Přidat…</translation>
    </message>
    <message>
        <source>&amp;Guide</source>
        <translation>&amp;Průvodce</translation>
    </message>
    <message>
        <source>&amp;Edit…</source>
        <translation>&amp;Upravit…</translation>
    </message>
    <message>
        <source>&amp;Pause or resume…</source>
        <translation>Po&amp;zastavit či obnovit…</translation>
    </message>
    <message>
        <source>Resume {0}?</source>
        <translation>Obnovit synchronizaci {0}?</translation>
    </message>
    <message>
        <source>Everything that changed meanwhile is carried over.</source>
        <translation>Vše, co se mezitím změnilo, se přenese.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Obnovit</translation>
    </message>
    <message>
        <source>Pause {0}?</source>
        <translation>Pozastavit {0}?</translation>
    </message>
    <message>
        <source>Nothing is read or written until it is resumed. Nothing is lost.</source>
        <translation>Do obnovení se nic nečte ani nezapisuje. Nic se neztratí.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pozastavit</translation>
    </message>
    <message>
        <source>Not set up yet</source>
        <translation>Nezavedeno</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pozastaveno</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Běží</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Název</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>Místa</translation>
    </message>
    <message>
        <source>Licence until</source>
        <translation>Licence do</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Poznámka</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Přidáno</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Číslo</translation>
    </message>
    <message>
        <source>All firms</source>
        <translation>Všechny firmy</translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} min</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} h</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n den</numerusform>
            <numerusform>%n dny</numerusform>
            <numerusform>%n dní</numerusform>
        </translation>
    </message>
    <message>
        <source>never</source>
        <translation>nikdy</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>právě teď</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>před %n dnem</numerusform>
            <numerusform>před %n dny</numerusform>
            <numerusform>před %n dny</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>před {0}</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>zbývá %n den</numerusform>
            <numerusform>zbývají %n dny</numerusform>
            <numerusform>zbývá %n dní</numerusform>
        </translation>
    </message>
    <message>
        <source>ends today</source>
        <translation>končí dnes</translation>
    </message>
    <message numerus="yes">
        <source>ended %n day(s) ago</source>
        <translation>
            <numerusform>skončilo před %n dnem</numerusform>
            <numerusform>skončilo před %n dny</numerusform>
            <numerusform>skončilo před %n dny</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Forms</name>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Uložit</translation>
    </message>
    <message>
        <source>Discard changes</source>
        <translation>Zahodit změny</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Uloženo</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Zkusit znovu</translation>
    </message>
    <message>
        <source>Nothing was saved. What you typed is still here.</source>
        <translation>Nic se neuložilo. Co jste napsali, je stále zde.</translation>
    </message>
    <message>
        <source>Code for support: {0}</source>
        <translation>Kód pro podporu: {0}</translation>
    </message>
    <message>
        <source>This value is not possible. Correct it.</source>
        <translation>Tato hodnota není přípustná. Opravte ji.</translation>
    </message>
    <message>
        <source>Somebody else saved: {0}</source>
        <translation>Někdo jiný uložil: {0}</translation>
    </message>
    <message>
        <source>Take theirs</source>
        <translation>Převzít cizí</translation>
    </message>
    <message>
        <source>Save mine</source>
        <translation>Uložit moje</translation>
    </message>
    <message>
        <source>Somebody changed this meanwhile</source>
        <translation>Mezitím to někdo změnil</translation>
    </message>
    <message>
        <source>Your values are still here. Choose which should stand.</source>
        <translation>Vaše hodnoty jsou stále zde. Vyberte, které mají platit.</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Ukládám…</translation>
    </message>
</context>
<context>
    <name>Health</name>
    <message>
        <source>nothing was carried over lately</source>
        <translation>v poslední době se nic nepřenášelo</translation>
    </message>
    <message>
        <source>slower than the promised {0}</source>
        <translation>pomalejší než slíbených {0}</translation>
    </message>
    <message>
        <source>typically {0}</source>
        <translation>obvykle {0}</translation>
    </message>
    <message>
        <source>Time to arrive</source>
        <translation>Doba přenosu</translation>
    </message>
    <message>
        <source>nothing waits</source>
        <translation>nic nečeká</translation>
    </message>
    <message>
        <source>oldest: {0}</source>
        <translation>nejstarší: {0}</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Fronta</translation>
    </message>
    <message numerus="yes">
        <source>%n with a problem</source>
        <translation>
            <numerusform>%n s potížemi</numerusform>
            <numerusform>%n s potížemi</numerusform>
            <numerusform>%n s potížemi</numerusform>
        </translation>
    </message>
    <message>
        <source>nobody has a seat yet</source>
        <translation>nikdo zatím nemá místo</translation>
    </message>
    <message numerus="yes">
        <source>%n not looked at yet</source>
        <translation>
            <numerusform>%n čeká na první čtení</numerusform>
            <numerusform>%n čekají na první čtení</numerusform>
            <numerusform>%n čeká na první čtení</numerusform>
        </translation>
    </message>
    <message>
        <source>all in order</source>
        <translation>vše v pořádku</translation>
    </message>
    <message>
        <source>Synchronised users</source>
        <translation>Synchronizovaní uživatelé</translation>
    </message>
    <message>
        <source>none</source>
        <translation>žádné</translation>
    </message>
    <message>
        <source>Held deletions</source>
        <translation>Zadržená mazání</translation>
    </message>
    <message>
        <source>wait for your decision</source>
        <translation>čekají na vaše rozhodnutí</translation>
    </message>
    <message>
        <source>Items set aside</source>
        <translation>Odložené položky</translation>
    </message>
    <message>
        <source>tried again by themselves</source>
        <translation>samy se zkoušejí znovu</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikty</translation>
    </message>
    <message>
        <source>a value lost, it can be restored</source>
        <translation>hodnota se ztratila, lze ji obnovit</translation>
    </message>
    <message>
        <source>Synchronised items</source>
        <translation>Synchronizované položky</translation>
    </message>
    <message>
        <source>last pass {0}</source>
        <translation>poslední průchod {0}</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>do {0}</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>Místa</translation>
    </message>
    <message>
        <source>Waits for its first pass</source>
        <translation>Čeká na první průchod</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>Secret of the app registration</source>
        <translation>Tajný klíč registrace aplikace</translation>
    </message>
    <message>
        <source>Certificate of the app registration</source>
        <translation>Certifikát registrace aplikace</translation>
    </message>
    <message>
        <source>Notifications from Microsoft</source>
        <translation>Oznámení z Microsoftu</translation>
    </message>
</context>
<context>
    <name>Holds</name>
    <message>
        <source>Nothing is held</source>
        <translation>Nic není zadrženo</translation>
    </message>
    <message>
        <source>No deletion waits for a decision.</source>
        <translation>Žádné mazání nečeká na rozhodnutí.</translation>
    </message>
    <message>
        <source>&amp;What is in it</source>
        <translation>&amp;Co obsahuje</translation>
    </message>
    <message>
        <source>&amp;Keep the items…</source>
        <translation>Ponec&amp;hat položky…</translation>
    </message>
    <message>
        <source>&amp;Delete them…</source>
        <translation>S&amp;mazat je…</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n item(s) on the other side?</source>
        <translation>
            <numerusform>Smazat %n položku na druhé straně?</numerusform>
            <numerusform>Smazat %n položky na druhé straně?</numerusform>
            <numerusform>Smazat %n položek na druhé straně?</numerusform>
        </translation>
    </message>
    <message>
        <source>They are gone from one side of {0} and will be removed from the other too.</source>
        <translation>Uživateli {0} zmizely na jedné straně a budou odstraněny i na druhé.</translation>
    </message>
    <message>
        <source>Delete them</source>
        <translation>Smazat</translation>
    </message>
    <message numerus="yes">
        <source>Keep %n item(s)?</source>
        <translation>
            <numerusform>Ponechat %n položku?</numerusform>
            <numerusform>Ponechat %n položky?</numerusform>
            <numerusform>Ponechat %n položek?</numerusform>
        </translation>
    </message>
    <message>
        <source>What is gone from one side of {0} is made again there from the other side.</source>
        <translation>Co uživateli {0} na jedné straně zmizelo, vytvoří se tam znovu podle druhé strany.</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>Ponechat</translation>
    </message>
    <message>
        <source>Decided; the next pass carries it out</source>
        <translation>Rozhodnuto; provede to další průchod</translation>
    </message>
    <message>
        <source>Held deletion</source>
        <translation>Zadržené mazání</translation>
    </message>
    <message>
        <source>In Raynet</source>
        <translation>V Raynetu</translation>
    </message>
    <message>
        <source>In Outlook</source>
        <translation>V Outlooku</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>{0}: {1} of {2} items</source>
        <translation>{0}: {1} z {2} položek</translation>
    </message>
    <message>
        <source>Waits for you</source>
        <translation>Čeká na vás</translation>
    </message>
    <message>
        <source>Deletion confirmed</source>
        <translation>Smazání potvrzeno</translation>
    </message>
    <message>
        <source>Items kept</source>
        <translation>Položky ponechány</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Uživatel</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Položky</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} z {1}</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Proč</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Od</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Čekající</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>Rozhodnuté</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Hotové</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Vše</translation>
    </message>
</context>
<context>
    <name>Items</name>
    <message>
        <source>title</source>
        <translation>název</translation>
    </message>
    <message>
        <source>time</source>
        <translation>čas</translation>
    </message>
    <message>
        <source>description</source>
        <translation>popis</translation>
    </message>
    <message>
        <source>place</source>
        <translation>místo</translation>
    </message>
    <message>
        <source>priority</source>
        <translation>priorita</translation>
    </message>
    <message>
        <source>categories</source>
        <translation>kategorie</translation>
    </message>
    <message>
        <source>participants</source>
        <translation>účastníci</translation>
    </message>
    <message>
        <source>privacy</source>
        <translation>soukromí</translation>
    </message>
    <message>
        <source>the whole item</source>
        <translation>celá položka</translation>
    </message>
    <message>
        <source>choices in the panel</source>
        <translation>volby v panelu</translation>
    </message>
    <message>
        <source>created in Outlook</source>
        <translation>vytvořeno v Outlooku</translation>
    </message>
    <message>
        <source>changed in Outlook</source>
        <translation>změněno v Outlooku</translation>
    </message>
    <message>
        <source>removed from Outlook</source>
        <translation>odstraněno z Outlooku</translation>
    </message>
    <message>
        <source>created in Raynet</source>
        <translation>vytvořeno v Raynetu</translation>
    </message>
    <message>
        <source>changed in Raynet</source>
        <translation>změněno v Raynetu</translation>
    </message>
    <message>
        <source>removed from Raynet</source>
        <translation>odstraněno z Raynetu</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>Zapsáno</translation>
    </message>
    <message>
        <source>Nothing to do</source>
        <translation>Není co dělat</translation>
    </message>
    <message>
        <source>Held</source>
        <translation>Zadrženo</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>Uvolněno</translation>
    </message>
    <message>
        <source>Outside the window</source>
        <translation>Mimo období</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Odloženo</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Uzavřeno</translation>
    </message>
    <message>
        <source>Matched</source>
        <translation>Spárováno</translation>
    </message>
    <message>
        <source>Kept in the journal</source>
        <translation>Uloženo do deníku</translation>
    </message>
    <message>
        <source>an event in Outlook</source>
        <translation>událost v Outlooku</translation>
    </message>
    <message>
        <source>by itself</source>
        <translation>samo</translation>
    </message>
    <message>
        <source>nightly comparison</source>
        <translation>noční porovnání</translation>
    </message>
    <message>
        <source>by an operator</source>
        <translation>provozovatelem</translation>
    </message>
    <message>
        <source>after a decision</source>
        <translation>po rozhodnutí</translation>
    </message>
    <message>
        <source>by an administrator</source>
        <translation>správcem</translation>
    </message>
    <message>
        <source>for a preview</source>
        <translation>pro náhled</translation>
    </message>
    <message>
        <source>matched {0}</source>
        <translation>spárováno {0}</translation>
    </message>
    <message>
        <source>created {0}</source>
        <translation>vytvořeno {0}</translation>
    </message>
    <message>
        <source>changed {0}</source>
        <translation>změněno {0}</translation>
    </message>
    <message>
        <source>removed {0}</source>
        <translation>odstraněno {0}</translation>
    </message>
    <message>
        <source>unclear {0}</source>
        <translation>nejasné {0}</translation>
    </message>
    <message>
        <source>held {0}</source>
        <translation>zadrženo {0}</translation>
    </message>
    <message>
        <source>conflicts {0}</source>
        <translation>konflikty {0}</translation>
    </message>
    <message>
        <source>errors {0}</source>
        <translation>chyby {0}</translation>
    </message>
    <message>
        <source>e-mails {0}</source>
        <translation>e-maily {0}</translation>
    </message>
    <message>
        <source>nothing to do</source>
        <translation>nebylo co dělat</translation>
    </message>
</context>
<context>
    <name>Licence</name>
    <message>
        <source>&amp;Seats</source>
        <translation>&amp;Místa</translation>
    </message>
    <message>
        <source>&amp;Valid until</source>
        <translation>&amp;Platí do</translation>
    </message>
    <message>
        <source>The last day, included.</source>
        <translation>Poslední den, včetně.</translation>
    </message>
    <message>
        <source>&amp;Grace</source>
        <translation>&amp;Ochranná lhůta</translation>
    </message>
    <message>
        <source>days</source>
        <translation>dní</translation>
    </message>
    <message>
        <source>For so long after the end everything still runs, with a warning.</source>
        <translation>Po konci ještě tak dlouho vše běží, s upozorněním.</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historie</translation>
    </message>
    <message>
        <source>until {0} ({1})</source>
        <translation>do {0} ({1})</translation>
    </message>
    <message>
        <source>{0} of {1} seats used</source>
        <translation>obsazeno {0} z {1} míst</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Kdy</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>Místa</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Platí do</translation>
    </message>
    <message>
        <source>Grace (days)</source>
        <translation>Ochranná lhůta (dny)</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Kdo</translation>
    </message>
</context>
<context>
    <name>Lists</name>
    <message>
        <source>Nothing here</source>
        <translation>Nic tu není</translation>
    </message>
    <message>
        <source>There is nothing of this kind yet.</source>
        <translation>Zatím tu nic takového není.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Hledat</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Sloupce</translation>
    </message>
    <message>
        <source>Export to CSV</source>
        <translation>Export do CSV</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Načíst znovu</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Seznam</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Načítám…</translation>
    </message>
    <message>
        <source>Updated {0}</source>
        <translation>Aktualizováno {0}</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} z {1}</translation>
    </message>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation>
            <numerusform>%n položka</numerusform>
            <numerusform>%n položky</numerusform>
            <numerusform>%n položek</numerusform>
        </translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>Zrušit filtr</translation>
    </message>
    <message>
        <source>Nothing fits</source>
        <translation>Nic nevyhovuje</translation>
    </message>
    <message>
        <source>Nothing corresponds to the search and the filters.</source>
        <translation>Hledání a filtrům nic neodpovídá.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Zkusit znovu</translation>
    </message>
    <message>
        <source>What you see is from the last successful loading.</source>
        <translation>Co vidíte, je z posledního úspěšného načtení.</translation>
    </message>
    <message>
        <source>Code for support: {0}</source>
        <translation>Kód pro podporu: {0}</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopírovat</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Firm</source>
        <translation>Firma</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Time to arrive</source>
        <translation>Doba přenosu</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Fronta</translation>
    </message>
    <message>
        <source>Held</source>
        <translation>Zadrženo</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Odloženo</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikty</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>Místa</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>Všechny stavy</translation>
    </message>
    <message>
        <source>Severity</source>
        <translation>Závažnost</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Co</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Od</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Co s tím</translation>
    </message>
    <message>
        <source>Carried over</source>
        <translation>Přeneseno</translation>
    </message>
    <message>
        <source>Period of the charts</source>
        <translation>Období grafů</translation>
    </message>
    <message>
        <source>Last 6 hours</source>
        <translation>Posledních 6 hodin</translation>
    </message>
    <message>
        <source>Last 24 hours</source>
        <translation>Posledních 24 hodin</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Posledních 7 dní</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Posledních 30 dní</translation>
    </message>
    <message>
        <source>From a change on one side to its arrival on the other.</source>
        <translation>Od změny na jedné straně po její příchod na druhou.</translation>
    </message>
    <message>
        <source>Changes written each way.</source>
        <translation>Změny zapsané oběma směry.</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>Grafy</translation>
    </message>
    <message>
        <source>Working now</source>
        <translation>Právě pracuje</translation>
    </message>
    <message>
        <source>{0} refuses us</source>
        <translation>{0} nás odmítá</translation>
    </message>
    <message>
        <source>The synchronisation is not set up yet</source>
        <translation>Synchronizace ještě není zavedena</translation>
    </message>
    <message>
        <source>The guide shows what is missing and starts it.</source>
        <translation>Průvodce ukáže, co chybí, a spustí ji.</translation>
    </message>
    <message>
        <source>The synchronisation is paused</source>
        <translation>Synchronizace je pozastavena</translation>
    </message>
    <message>
        <source>Nothing is read or written. The guide resumes it.</source>
        <translation>Nic se nečte ani nezapisuje. Obnoví ji průvodce.</translation>
    </message>
    <message>
        <source>Open the guide</source>
        <translation>Otevřít průvodce</translation>
    </message>
    <message>
        <source>promised {0}</source>
        <translation>slíbeno {0}</translation>
    </message>
    <message>
        <source>95 % of changes within</source>
        <translation>95 % změn do</translation>
    </message>
    <message>
        <source>median</source>
        <translation>medián</translation>
    </message>
    <message>
        <source>to Outlook</source>
        <translation>do Outlooku</translation>
    </message>
    <message>
        <source>to Raynet</source>
        <translation>do Raynetu</translation>
    </message>
    <message>
        <source>All firms</source>
        <translation>Všechny firmy</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Upozornění</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>Zdraví</translation>
    </message>
    <message>
        <source>No firm yet</source>
        <translation>Zatím žádná firma</translation>
    </message>
    <message>
        <source>Add the first one in the section Firms; a guide leads through its set-up.</source>
        <translation>Přidejte první v části Firmy; zavedením provede průvodce.</translation>
    </message>
    <message>
        <source>To the firms</source>
        <translation>Přejít na firmy</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>&amp;Otevřít</translation>
    </message>
    <message>
        <source>Nothing to do</source>
        <translation>Není co řešit</translation>
    </message>
    <message>
        <source>There is nothing that needs you.</source>
        <translation>Nic vás nepotřebuje.</translation>
    </message>
    <message>
        <source>&amp;Go to the remedy</source>
        <translation>&amp;Přejít k nápravě</translation>
    </message>
    <message>
        <source>I &amp;know of it</source>
        <translation>&amp;Vím o tom</translation>
    </message>
</context>
<context>
    <name>Passes</name>
    <message>
        <source>No pass yet</source>
        <translation>Zatím žádný průchod</translation>
    </message>
    <message>
        <source>A pass is recorded whenever it had something to do.</source>
        <translation>Průchod se zaznamená, kdykoli měl co dělat.</translation>
    </message>
    <message>
        <source>&amp;What it wrote</source>
        <translation>&amp;Co zapsal</translation>
    </message>
    <message>
        <source>&amp;Take it back…</source>
        <translation>&amp;Vrátit zpět…</translation>
    </message>
    <message>
        <source>Take back the pass of {0}?</source>
        <translation>Vrátit průchod z {0}?</translation>
    </message>
    <message>
        <source>Everything it wrote is written back on both sides, except for what somebody has changed since. It did: {0}.</source>
        <translation>Vše, co zapsal, se na obou stranách vrátí, kromě toho, co od té doby někdo změnil. Udělal: {0}.</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Vrátit zpět</translation>
    </message>
    <message>
        <source>It is being taken back</source>
        <translation>Vrací se zpět</translation>
    </message>
    <message>
        <source>Pass</source>
        <translation>Průchod</translation>
    </message>
    <message>
        <source>Nothing was written</source>
        <translation>Nic se nezapsalo</translation>
    </message>
    <message>
        <source>The pass only looked and compared.</source>
        <translation>Průchod jen četl a porovnával.</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>Vráceno</translation>
    </message>
    <message>
        <source>Being taken back</source>
        <translation>Vrací se</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Běží</translation>
    </message>
    <message>
        <source>With errors</source>
        <translation>S chybami</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Hotovo</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Začátek</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Trval</translation>
    </message>
    <message>
        <source>Started how</source>
        <translation>Spuštěn</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>Co udělal</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>Položka</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Co</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>Pole</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ano</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Kdy</translation>
    </message>
</context>
<context>
    <name>Password</name>
    <message>
        <source>Current password</source>
        <translation>Současné heslo</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>Nové heslo</translation>
    </message>
    <message>
        <source>New password again</source>
        <translation>Nové heslo znovu</translation>
    </message>
    <message>
        <source>&amp;Change the password</source>
        <translation>&amp;Změnit heslo</translation>
    </message>
    <message>
        <source>At least 15 characters; a sentence is easier to remember than a puzzle.</source>
        <translation>Nejméně 15 znaků; věta se pamatuje lépe než hádanka.</translation>
    </message>
    <message>
        <source>The new password was not typed twice in the same way.</source>
        <translation>Nové heslo není napsáno dvakrát stejně.</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Preview</source>
        <translation>Náhled</translation>
    </message>
    <message>
        <source>The whole plan of the next pass, before anything is written.</source>
        <translation>Celý plán příštího průchodu, než se cokoli zapíše.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Zavřít</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Průběh</translation>
    </message>
    <message>
        <source>&amp;Make the preview</source>
        <translation>&amp;Vytvořit náhled</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Zrušit</translation>
    </message>
    <message>
        <source>Nothing would be written</source>
        <translation>Nic by se nezapsalo</translation>
    </message>
    <message>
        <source>Both sides say the same already.</source>
        <translation>Obě strany už říkají totéž.</translation>
    </message>
    <message>
        <source>Both sides are being read…</source>
        <translation>Čtou se obě strany…</translation>
    </message>
    <message>
        <source>The preview was cancelled</source>
        <translation>Náhled byl zrušen</translation>
    </message>
    <message>
        <source>{0} of {1} users</source>
        <translation>{0} z {1} uživatelů</translation>
    </message>
    <message>
        <source>&amp;Make it again</source>
        <translation>&amp;Vytvořit znovu</translation>
    </message>
    <message>
        <source>The preview could not be made</source>
        <translation>Náhled se nepodařilo vytvořit</translation>
    </message>
    <message numerus="yes">
        <source>%n matched</source>
        <translation>
            <numerusform>%n spárována</numerusform>
            <numerusform>%n spárovány</numerusform>
            <numerusform>%n spárováno</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n created</source>
        <translation>
            <numerusform>%n vytvořena</numerusform>
            <numerusform>%n vytvořeny</numerusform>
            <numerusform>%n vytvořeno</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n změněna</numerusform>
            <numerusform>%n změněny</numerusform>
            <numerusform>%n změněno</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unclear</source>
        <translation>
            <numerusform>%n nejasná</numerusform>
            <numerusform>%n nejasné</numerusform>
            <numerusform>%n nejasných</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n e-mail(s)</source>
        <translation>
            <numerusform>%n e-mail</numerusform>
            <numerusform>%n e-maily</numerusform>
            <numerusform>%n e-mailů</numerusform>
        </translation>
    </message>
    <message>
        <source>Matched</source>
        <translation>Spárováno</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Vytvořeno</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Změněno</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Odstraněno</translation>
    </message>
    <message>
        <source>Unclear</source>
        <translation>Nejasné</translation>
    </message>
    <message>
        <source>E-mails</source>
        <translation>E-maily</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Kde</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Co</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>Položka</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>Pole</translation>
    </message>
</context>
<context>
    <name>Raynet</name>
    <message>
        <source>&amp;Region</source>
        <translation>&amp;Oblast</translation>
    </message>
    <message>
        <source>&amp;Instance</source>
        <translation>&amp;Instance</translation>
    </message>
    <message>
        <source>The name of your Raynet account: the part of the address in front of the slash.</source>
        <translation>Název vašeho účtu Raynet: část adresy hned za doménou.</translation>
    </message>
    <message>
        <source>&amp;User</source>
        <translation>Uživa&amp;tel</translation>
    </message>
    <message>
        <source>The login of the user for whom the key was made. A user of its own is best.</source>
        <translation>Přihlašovací jméno uživatele, pro kterého je klíč vytvořen. Nejlepší je samostatný uživatel.</translation>
    </message>
    <message>
        <source>API &amp;key</source>
        <translation>API &amp;klíč</translation>
    </message>
    <message>
        <source>Raynet: Settings – For developers – API keys. Left empty, the stored key stays.</source>
        <translation>Raynet: Nastavení – Pro vývojáře – API klíče. Prázdné pole ponechá uložený klíč.</translation>
    </message>
    <message>
        <source>&amp;Try it</source>
        <translation>&amp;Vyzkoušet</translation>
    </message>
    <message>
        <source>Connection to Raynet CRM</source>
        <translation>Připojení k Raynet CRM</translation>
    </message>
    <message>
        <source>Raynet refuses us since {0}</source>
        <translation>Raynet nás odmítá od {0}</translation>
    </message>
    <message>
        <source>Last read {0}.</source>
        <translation>Naposledy čteno {0}.</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Připojeno</translation>
    </message>
    <message>
        <source>Fill in the access and save it; Raynet is asked before anything is stored.</source>
        <translation>Vyplňte přístup a uložte; Raynetu se zeptáme dřív, než se cokoli uloží.</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>Zatím nepřipojeno</translation>
    </message>
    <message>
        <source>Raynet accepts this access</source>
        <translation>Raynet tento přístup přijímá</translation>
    </message>
    <message>
        <source>It does not work like this</source>
        <translation>Takto to nefunguje</translation>
    </message>
</context>
<context>
    <name>Rules</name>
    <message>
        <source>A change releases items or plans them anew. Nothing is ever deleted by changing a rule.</source>
        <translation>Změna položky uvolní, nebo znovu naplánuje. Změnou pravidla se nikdy nic nesmaže.</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Pravidla</translation>
    </message>
</context>
<context>
    <name>Sections</name>
    <message>
        <source>Overview</source>
        <translation>Přehled</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokol</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikty</translation>
    </message>
    <message>
        <source>Azure consent</source>
        <translation>Souhlas Azure</translation>
    </message>
    <message>
        <source>Firms</source>
        <translation>Firmy</translation>
    </message>
    <message>
        <source>Users and licence</source>
        <translation>Uživatelé a licence</translation>
    </message>
    <message>
        <source>Synchronisation</source>
        <translation>Synchronizace</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Nastavení</translation>
    </message>
    <message>
        <source>Set-up guide</source>
        <translation>Průvodce zavedením</translation>
    </message>
</context>
<context>
    <name>Server</name>
    <message>
        <source>Address of the server</source>
        <translation>Adresa serveru</translation>
    </message>
    <message>
        <source>Choose an own &amp;certificate file…</source>
        <translation>Vybrat vlastní soubor s &amp;certifikátem…</translation>
    </message>
    <message>
        <source>Do not use it</source>
        <translation>Nepoužívat</translation>
    </message>
    <message>
        <source>C&amp;ontinue</source>
        <translation>&amp;Pokračovat</translation>
    </message>
    <message>
        <source>&amp;Address of the server</source>
        <translation>&amp;Adresa serveru</translation>
    </message>
    <message>
        <source>File with the certificate of your authority</source>
        <translation>Soubor s certifikátem vaší certifikační autority</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer);;All files (*)</source>
        <translation>Certifikáty (*.pem *.crt *.cer);;Všechny soubory (*)</translation>
    </message>
    <message>
        <source>The file holds no certificate in the PEM form</source>
        <translation>V souboru není certifikát ve tvaru PEM</translation>
    </message>
    <message>
        <source>Ask your administrator for the certificate in Base-64 (PEM).</source>
        <translation>Vyžádejte si od správce certifikát ve tvaru Base-64 (PEM).</translation>
    </message>
    <message>
        <source>Also trusted: {0}</source>
        <translation>Důvěřuje se také: {0}</translation>
    </message>
    <message>
        <source>Nothing answers there. Check the address, the network and the VPN.</source>
        <translation>Na adrese nikdo neodpovídá. Zkontrolujte adresu, síť a VPN.</translation>
    </message>
    <message>
        <source>The server's certificate is not trusted</source>
        <translation>Certifikát serveru není důvěryhodný</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Ověřuji…</translation>
    </message>
    <message>
        <source>Issued to: {0}</source>
        <translation>Vydán pro: {0}</translation>
    </message>
    <message>
        <source>Issued by: {0}</source>
        <translation>Vydal: {0}</translation>
    </message>
    <message>
        <source>Valid: {0} – {1}</source>
        <translation>Platí: {0} – {1}</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint:</source>
        <translation>Otisk SHA-256:</translation>
    </message>
    <message>
        <source>Enter the address of the server.</source>
        <translation>Zadejte adresu serveru.</translation>
    </message>
    <message>
        <source>This is no address of a server.</source>
        <translation>Toto není adresa serveru.</translation>
    </message>
    <message>
        <source>The address must begin with https:// – passwords would travel readable.</source>
        <translation>Adresa musí začínat https:// – hesla by jinak cestovala čitelně.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Language</source>
        <translation>Jazyk</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Vzhled</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Podle systému</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Světlý</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Tmavý</translation>
    </message>
    <message>
        <source>This computer has no key store, so the sign-in lasts until the console is closed. On Linux, a running Secret Service (GNOME Keyring, KWallet) is enough.</source>
        <translation>Tento počítač nemá úložiště klíčů, přihlášení proto trvá do zavření konzole. V Linuxu stačí běžící Secret Service (GNOME Keyring, KWallet).</translation>
    </message>
    <message>
        <source>In the key store of this computer.</source>
        <translation>V úložišti klíčů tohoto počítače.</translation>
    </message>
    <message>
        <source>Language and appearance</source>
        <translation>Jazyk a vzhled</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Připojení</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Version of the server</source>
        <translation>Verze serveru</translation>
    </message>
    <message>
        <source>Version of the console</source>
        <translation>Verze konzole</translation>
    </message>
    <message>
        <source>The sign-in is kept</source>
        <translation>Přihlášení je uloženo</translation>
    </message>
    <message>
        <source>Raynet</source>
        <translation>Raynet</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Pravidla</translation>
    </message>
    <message>
        <source>Administrators</source>
        <translation>Správci</translation>
    </message>
    <message>
        <source>My account</source>
        <translation>Můj účet</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konzole</translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message>
        <source>Connect Raynet</source>
        <translation>Připojit Raynet</translation>
    </message>
    <message>
        <source>Consent of Microsoft 365</source>
        <translation>Souhlas Microsoft 365</translation>
    </message>
    <message>
        <source>Users and seats</source>
        <translation>Uživatelé a místa</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Pravidla</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Náhled</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Spuštění</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zpět</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Další</translation>
    </message>
    <message>
        <source>Give a seat to those who shall be synchronised. Proposals come from both sides; nobody is mailed.</source>
        <translation>Přidělte místa těm, kdo se mají synchronizovat. Návrhy pocházejí z obou stran; nikomu se nic neposílá.</translation>
    </message>
    <message>
        <source>Both sides are read and compared. You see what would be matched, made and changed; nothing is written.</source>
        <translation>Obě strany se přečtou a porovnají. Uvidíte, co by se spárovalo, vytvořilo a změnilo; nic se nezapíše.</translation>
    </message>
    <message>
        <source>done</source>
        <translation>hotovo</translation>
    </message>
    <message>
        <source>open</source>
        <translation>otevřeno</translation>
    </message>
    <message numerus="yes">
        <source>%n user(s) with a seat</source>
        <translation>
            <numerusform>%n uživatel s místem</numerusform>
            <numerusform>%n uživatelé s místem</numerusform>
            <numerusform>%n uživatelů s místem</numerusform>
        </translation>
    </message>
    <message>
        <source>Before that: {0}</source>
        <translation>Předtím: {0}</translation>
    </message>
    <message>
        <source>The synchronisation runs</source>
        <translation>Synchronizace běží</translation>
    </message>
    <message>
        <source>The first pass compares both sides; the overview shows how it goes.</source>
        <translation>První průchod porovná obě strany; jak postupuje, ukazuje přehled.</translation>
    </message>
    <message>
        <source>&amp;Start the synchronisation</source>
        <translation>&amp;Spustit synchronizaci</translation>
    </message>
    <message>
        <source>From now on changes are carried over both ways within seconds. What exists on both sides is matched, not duplicated; nobody receives an e-mail. It can be paused at any time, and every pass can be taken back.</source>
        <translation>Od této chvíle se změny přenášejí oběma směry během sekund. Co je na obou stranách, se spáruje, ne zdvojí; nikdo nedostane e-mail. Kdykoli lze synchronizaci pozastavit a každý průchod vrátit zpět.</translation>
    </message>
    <message>
        <source>The synchronisation runs already</source>
        <translation>Synchronizace už běží</translation>
    </message>
    <message>
        <source>Still to be done: {0}</source>
        <translation>Zbývá: {0}</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>Central administrator</source>
        <translation>Centrální správce</translation>
    </message>
    <message>
        <source>Auditor – reading only</source>
        <translation>Auditor – jen čtení</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>Správce</translation>
    </message>
    <message>
        <source>Choose a firm…</source>
        <translation>Vybrat firmu…</translation>
    </message>
    <message>
        <source>Which firm?</source>
        <translation>Která firma?</translation>
    </message>
    <message>
        <source>This section belongs to one firm. Choose it here or at the top of the window.</source>
        <translation>Tato část patří jedné firmě. Vyberte ji zde nebo nahoře v okně.</translation>
    </message>
    <message>
        <source>Go to…   Ctrl+K</source>
        <translation>Přejít…   Ctrl+K</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Připojeno</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Účet</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Jazyk</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Vzhled</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Podle systému</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Světlý</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Tmavý</translation>
    </message>
    <message>
        <source>My account</source>
        <translation>Můj účet</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Odhlásit se</translation>
    </message>
    <message>
        <source>Choose a firm</source>
        <translation>Výběr firmy</translation>
    </message>
    <message>
        <source>Firm: {0}</source>
        <translation>Firma: {0}</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Přejít</translation>
    </message>
    <message>
        <source>Firm {0}</source>
        <translation>Firma {0}</translation>
    </message>
    <message>
        <source>The server does not answer</source>
        <translation>Server neodpovídá</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>Zkusit teď</translation>
    </message>
    <message>
        <source>What you see may be old. The console keeps trying; nothing you typed is lost.</source>
        <translation>Co vidíte, může být staré. Konzole to zkouší dál; nic z napsaného se neztratí.</translation>
    </message>
    <message>
        <source>Sections</source>
        <translation>Části</translation>
    </message>
    <message>
        <source>Raynet ⇄ Outlook</source>
        <translation>Raynet ⇄ Outlook</translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation>Verze {0}</translation>
    </message>
    <message>
        <source>This computer has no key store: the next start will ask you to sign in.</source>
        <translation>Tento počítač nemá úložiště klíčů: při příštím spuštění se znovu přihlásíte.</translation>
    </message>
    <message>
        <source>Something is not saved</source>
        <translation>Něco není uloženo</translation>
    </message>
    <message>
        <source>Changes in {0} are not saved and would be lost.</source>
        <translation>Změny v části {0} nejsou uloženy a ztratily by se.</translation>
    </message>
    <message>
        <source>Discard them</source>
        <translation>Zahodit je</translation>
    </message>
    <message>
        <source>Raynet ⇄ Outlook – console</source>
        <translation>Raynet ⇄ Outlook – konzole</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <source>Sign in again</source>
        <translation>Přihlásit se znovu</translation>
    </message>
    <message>
        <source>Your session has ended</source>
        <translation>Vaše přihlášení skončilo</translation>
    </message>
    <message>
        <source>Sign in to go on where you were. Nothing of what you typed is lost.</source>
        <translation>Přihlaste se a pokračujte, kde jste byli. Nic z napsaného se neztratilo.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Teď ne</translation>
    </message>
    <message>
        <source>Another server…</source>
        <translation>Jiný server…</translation>
    </message>
    <message>
        <source>Console {0}</source>
        <translation>Konzole {0}</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Jazyk</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Připojování</translation>
    </message>
    <message>
        <source>Looking for the server…</source>
        <translation>Hledám server…</translation>
    </message>
    <message>
        <source>Which server?</source>
        <translation>Který server?</translation>
    </message>
    <message>
        <source>The address of your synchronisation server, as your administrator gave it to you.</source>
        <translation>Adresa vašeho synchronizačního serveru, jak vám ji sdělil správce.</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Přihlášení</translation>
    </message>
    <message>
        <source>Choose your password</source>
        <translation>Zvolte si heslo</translation>
    </message>
    <message>
        <source>The one you were given is for the first sign-in only.</source>
        <translation>Heslo, které jste dostali, platí jen pro první přihlášení.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Zkusit znovu</translation>
    </message>
    <message>
        <source>Login</source>
        <translation>Přihlašovací jméno</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Heslo</translation>
    </message>
    <message>
        <source>Verification code</source>
        <translation>Ověřovací kód</translation>
    </message>
    <message>
        <source>only if you use an authenticator</source>
        <translation>jen pokud používáte ověřovací aplikaci</translation>
    </message>
    <message>
        <source>&amp;Sign in</source>
        <translation>&amp;Přihlásit se</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Zrušit</translation>
    </message>
    <message>
        <source>Sign in with &amp;Microsoft Entra ID</source>
        <translation>Přihlásit se přes &amp;Microsoft Entra ID</translation>
    </message>
    <message>
        <source>or</source>
        <translation>nebo</translation>
    </message>
    <message>
        <source>&amp;Login</source>
        <translation>Přihlašovací &amp;jméno</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>&amp;Heslo</translation>
    </message>
    <message>
        <source>Verification &amp;code</source>
        <translation>Ověřovací &amp;kód</translation>
    </message>
    <message>
        <source>Enter the login and the password.</source>
        <translation>Zadejte přihlašovací jméno a heslo.</translation>
    </message>
    <message>
        <source>Continue in the browser</source>
        <translation>Pokračujte v prohlížeči</translation>
    </message>
    <message>
        <source>A window of your browser has opened. Sign in there, then come back.</source>
        <translation>Otevřelo se okno prohlížeče. Přihlaste se v něm a vraťte se.</translation>
    </message>
    <message>
        <source>The sign-in was not accepted</source>
        <translation>Přihlášení nebylo přijato</translation>
    </message>
    <message>
        <source>Check the login and the password. If you use an authenticator, enter its current code too.</source>
        <translation>Zkontrolujte jméno a heslo. Pokud používáte ověřovací aplikaci, zadejte i její aktuální kód.</translation>
    </message>
    <message>
        <source>Entra ID did not sign you in</source>
        <translation>Entra ID vás nepřihlásilo</translation>
    </message>
    <message>
        <source>It said: {0}. Try again, or use a local account.</source>
        <translation>Odpověď: {0}. Zkuste to znovu, nebo použijte místní účet.</translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation>Přihlašuji…</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>In order</source>
        <translation>V pořádku</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Pozor</translation>
    </message>
    <message>
        <source>Action needed</source>
        <translation>Nutný zásah</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pozastaveno</translation>
    </message>
    <message>
        <source>Not set up yet</source>
        <translation>Nezavedeno</translation>
    </message>
    <message>
        <source>Valid</source>
        <translation>Platí</translation>
    </message>
    <message>
        <source>Ends soon</source>
        <translation>Brzy končí</translation>
    </message>
    <message>
        <source>Grace period</source>
        <translation>Ochranná lhůta</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Skončila</translation>
    </message>
    <message>
        <source>Synchronised</source>
        <translation>Synchronizováno</translation>
    </message>
    <message>
        <source>Not looked at yet</source>
        <translation>Čeká na první čtení</translation>
    </message>
    <message>
        <source>Without a seat</source>
        <translation>Bez místa</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>Uvolněno</translation>
    </message>
    <message>
        <source>Not in Microsoft 365</source>
        <translation>Není v Microsoft 365</translation>
    </message>
    <message>
        <source>No mailbox</source>
        <translation>Bez schránky</translation>
    </message>
    <message>
        <source>No access</source>
        <translation>Bez přístupu</translation>
    </message>
    <message>
        <source>Not in Raynet</source>
        <translation>Není v Raynetu</translation>
    </message>
    <message>
        <source>Outside the window</source>
        <translation>Mimo období</translation>
    </message>
    <message>
        <source>Held</source>
        <translation>Zadrženo</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Odloženo</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Uzavřeno</translation>
    </message>
    <message>
        <source>Everything carried over</source>
        <translation>Vše přeneseno</translation>
    </message>
    <message>
        <source>Changes wait</source>
        <translation>Změny čekají</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Čeká</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>Pracuje</translation>
    </message>
    <message>
        <source>Without a licence</source>
        <translation>Bez licence</translation>
    </message>
    <message>
        <source>Access refused</source>
        <translation>Přístup odmítnut</translation>
    </message>
    <message>
        <source>Information</source>
        <translation>Informace</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Varování</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Chyba</translation>
    </message>
    <message>
        <source>Critical</source>
        <translation>Kritické</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Úkol</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Událost</translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation>Schůzka</translation>
    </message>
    <message>
        <source>Phone call</source>
        <translation>Telefonát</translation>
    </message>
    <message>
        <source>Letter</source>
        <translation>Dopis</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>E-mail</translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Item</source>
        <translation>Položka</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Uživatel</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Proč</translation>
    </message>
    <message>
        <source>Tries</source>
        <translation>Pokusy</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Od</translation>
    </message>
    <message>
        <source>Next try</source>
        <translation>Další pokus</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Kód</translation>
    </message>
    <message>
        <source>Nothing set aside</source>
        <translation>Nic není odloženo</translation>
    </message>
    <message>
        <source>Every item could be carried over.</source>
        <translation>Každou položku se podařilo přenést.</translation>
    </message>
    <message>
        <source>In Raynet</source>
        <translation>V Raynetu</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Last change</source>
        <translation>Poslední změna</translation>
    </message>
    <message>
        <source>In Outlook</source>
        <translation>V Outlooku</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Id of an activity or event</source>
        <translation>Id aktivity nebo události</translation>
    </message>
    <message>
        <source>No items yet</source>
        <translation>Zatím žádné položky</translation>
    </message>
    <message>
        <source>Items appear with the first pass of the synchronisation.</source>
        <translation>Položky se objeví s prvním průchodem synchronizace.</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>Kopírovat id</translation>
    </message>
    <message>
        <source>&amp;Why</source>
        <translation>Pro&amp;č</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>Všechny stavy</translation>
    </message>
    <message>
        <source>All kinds</source>
        <translation>Všechny druhy</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Druh</translation>
    </message>
    <message>
        <source>Held deletions</source>
        <translation>Zadržená mazání</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Odložené</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>Průchody</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Položky</translation>
    </message>
    <message>
        <source>Pre&amp;view…</source>
        <translation>&amp;Náhled…</translation>
    </message>
    <message>
        <source>&amp;Compare everything</source>
        <translation>&amp;Porovnat vše</translation>
    </message>
    <message>
        <source>Reads both sides whole instead of only what changed.</source>
        <translation>Přečte obě strany celé, ne jen to, co se změnilo.</translation>
    </message>
    <message>
        <source>&amp;Run now</source>
        <translation>&amp;Spustit teď</translation>
    </message>
    <message>
        <source>The worker has been told; the pass appears among the passes</source>
        <translation>Předáno; průchod se objeví mezi průchody</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Fronta</translation>
    </message>
    <message>
        <source>Writes under way</source>
        <translation>Rozpracované zápisy</translation>
    </message>
    <message>
        <source>Last pass</source>
        <translation>Poslední průchod</translation>
    </message>
    <message>
        <source>Calendars read the longest ago</source>
        <translation>Nejdéle nečtené kalendáře</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Oznámení</translation>
    </message>
    <message>
        <source>Waits for its first pass</source>
        <translation>Čeká na první průchod</translation>
    </message>
    <message>
        <source>oldest since {0}</source>
        <translation>nejstarší: {0}</translation>
    </message>
    <message>
        <source>nothing waits</source>
        <translation>nic nečeká</translation>
    </message>
    <message>
        <source>each is confirmed or looked up</source>
        <translation>každý se potvrdí, nebo dohledá</translation>
    </message>
    <message>
        <source>everything compared {0}</source>
        <translation>vše porovnáno {0}</translation>
    </message>
    <message>
        <source>Next try {0}</source>
        <translation>Další pokus {0}</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Odmítá</translation>
    </message>
    <message>
        <source>Waits until {0}</source>
        <translation>Čeká do {0}</translation>
    </message>
    <message>
        <source>Not read yet</source>
        <translation>Zatím nečteno</translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation>Dostupný</translation>
    </message>
    <message>
        <source>Last read {0}</source>
        <translation>Naposledy čteno {0}</translation>
    </message>
    <message>
        <source>No user has a seat yet.</source>
        <translation>Zatím nikdo nemá místo.</translation>
    </message>
    <message numerus="yes">
        <source>%n subscription(s) at Microsoft</source>
        <translation>
            <numerusform>%n odběr u Microsoftu</numerusform>
            <numerusform>%n odběry u Microsoftu</numerusform>
            <numerusform>%n odběrů u Microsoftu</numerusform>
        </translation>
    </message>
    <message>
        <source>{0}: ends {1}</source>
        <translation>{0}: končí {1}</translation>
    </message>
    <message>
        <source>Raynet notifies us.</source>
        <translation>Raynet nás upozorňuje na změny.</translation>
    </message>
    <message>
        <source>Raynet does not notify us yet.</source>
        <translation>Raynet nás zatím na změny neupozorňuje.</translation>
    </message>
    <message>
        <source>Raynet does not notify us: {0}</source>
        <translation>Raynet nás na změny neupozorňuje: {0}</translation>
    </message>
    <message>
        <source>Without notifications changes are looked for every few seconds.</source>
        <translation>Bez oznámení se změny hledají každých několik sekund.</translation>
    </message>
    <message>
        <source>not read yet</source>
        <translation>zatím nečten</translation>
    </message>
    <message>
        <source>read {0} ago</source>
        <translation>čten před {0}</translation>
    </message>
    <message>
        <source>The first pass compares both sides; it begins by itself or with “Run now”.</source>
        <translation>První průchod porovná obě strany; začne sám, nebo tlačítkem „Spustit teď“.</translation>
    </message>
    <message>
        <source>The first pass compares both sides; it begins by itself.</source>
        <translation>První průchod porovná obě strany; začne sám.</translation>
    </message>
    <message>
        <source>Calls today: {0}</source>
        <translation>Volání dnes: {0}</translation>
    </message>
    <message>
        <source>{0} of {1} calls left</source>
        <translation>zbývá {0} z {1} volání</translation>
    </message>
</context>
<context>
    <name>Trail</name>
    <message>
        <source>Why it is like this</source>
        <translation>Proč to tak je</translation>
    </message>
    <message>
        <source>Reading the trail…</source>
        <translation>Načítám příběh…</translation>
    </message>
    <message>
        <source>Trail</source>
        <translation>Příběh položky</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>In these calendars</source>
        <translation>V těchto kalendářích</translation>
    </message>
    <message>
        <source>What happened, the latest first</source>
        <translation>Co se dělo, od nejnovějšího</translation>
    </message>
    <message>
        <source>Nothing was decided about it yet.</source>
        <translation>Zatím se o ní nerozhodovalo.</translation>
    </message>
    <message>
        <source>Seen: {0}</source>
        <translation>Zjištěno: {0}</translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation>Zapsáno: {0}</translation>
    </message>
</context>
<context>
    <name>Troubles</name>
    <message>
        <source>The server's certificate is not trusted</source>
        <translation>Certifikát serveru není důvěryhodný</translation>
    </message>
    <message>
        <source>The console and the server do not understand each other</source>
        <translation>Konzole a server si nerozumějí</translation>
    </message>
    <message>
        <source>They are of versions that do not fit together. Update the console from your administrator's download page, or try again after the server was updated.</source>
        <translation>Jejich verze k sobě nepatří. Aktualizujte konzoli ze stránky svého správce, nebo to zkuste po aktualizaci serveru.</translation>
    </message>
    <message>
        <source>The console made a mistake</source>
        <translation>Konzole udělala chybu</translation>
    </message>
    <message>
        <source>Nothing was changed by it. Try again; if it comes back, tell support.</source>
        <translation>Nic se tím nezměnilo. Zkuste to znovu; bude-li se opakovat, řekněte to podpoře.</translation>
    </message>
    <message>
        <source>The connection broke before the answer came, so it is not known whether the change was saved. What you typed is still here; trying again is safe.</source>
        <translation>Spojení se přerušilo před odpovědí, není proto jisté, zda se změna uložila. Co jste napsali, je stále zde; zkusit to znovu je bezpečné.</translation>
    </message>
    <message>
        <source>It took too long to answer. Nothing was lost; try again.</source>
        <translation>Odpověď trvala příliš dlouho. Nic se neztratilo, zkuste to znovu.</translation>
    </message>
    <message>
        <source>Check the network, the VPN and the address of the server. The console keeps trying by itself.</source>
        <translation>Zkontrolujte síť, VPN a adresu serveru. Konzole to sama zkouší dál.</translation>
    </message>
    <message>
        <source>The server cannot be reached</source>
        <translation>Server není dostupný</translation>
    </message>
    <message>
        <source>Your session has ended</source>
        <translation>Vaše přihlášení skončilo</translation>
    </message>
    <message>
        <source>You have no rights to this</source>
        <translation>K tomu nemáte oprávnění</translation>
    </message>
    <message>
        <source>This is not here any more</source>
        <translation>Tohle tu už není</translation>
    </message>
    <message>
        <source>Somebody changed this meanwhile</source>
        <translation>Mezitím to někdo změnil</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>Příliš mnoho pokusů</translation>
    </message>
    <message>
        <source>This is not possible now</source>
        <translation>Teď to není možné</translation>
    </message>
    <message>
        <source>A value was not accepted</source>
        <translation>Hodnota nebyla přijata</translation>
    </message>
    <message>
        <source>The server has a problem</source>
        <translation>Server má potíže</translation>
    </message>
    <message>
        <source>The server refused</source>
        <translation>Server odmítl</translation>
    </message>
    <message>
        <source>Correct what you typed and try again.</source>
        <translation>Opravte zadání a zkuste to znovu.</translation>
    </message>
    <message>
        <source>It is signed by itself. If that is intended, compare the fingerprint with your administrator and choose the file with the certificate below.</source>
        <translation>Je podepsán sám sebou. Je-li to záměr, porovnejte otisk se svým správcem a níže vyberte soubor s certifikátem.</translation>
    </message>
    <message>
        <source>Its issuer is not known to this computer. If your company has an own authority, choose the file with its certificate below.</source>
        <translation>Jeho vydavatele tento počítač nezná. Má-li vaše společnost vlastní certifikační autoritu, vyberte níže soubor s jejím certifikátem.</translation>
    </message>
    <message>
        <source>It has expired. The administrator of the server must renew it.</source>
        <translation>Jeho platnost skončila. Obnovit jej musí správce serveru.</translation>
    </message>
    <message>
        <source>It is not valid yet. Check the clock of this computer.</source>
        <translation>Ještě neplatí. Zkontrolujte hodiny tohoto počítače.</translation>
    </message>
    <message>
        <source>It belongs to another name. Check the address; somebody may be standing in between.</source>
        <translation>Patří jinému jménu. Zkontrolujte adresu; někdo může stát mezi vámi a serverem.</translation>
    </message>
    <message>
        <source>It could not be verified.</source>
        <translation>Nepodařilo se jej ověřit.</translation>
    </message>
</context>
<context>
    <name>Users</name>
    <message>
        <source>No proposals</source>
        <translation>Žádné návrhy</translation>
    </message>
    <message>
        <source>Proposals come from Raynet and Microsoft 365, once both are connected.</source>
        <translation>Návrhy přicházejí z Raynetu a Microsoft 365, jakmile jsou oba připojeny.</translation>
    </message>
    <message>
        <source>E-mail addresses</source>
        <translation>E-mailové adresy</translation>
    </message>
    <message>
        <source>One address on a line; the Raynet person is found by it.</source>
        <translation>Jedna adresa na řádek; osoba v Raynetu se najde podle ní.</translation>
    </message>
    <message>
        <source>Add users</source>
        <translation>Přidání uživatelů</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>Návrhy</translation>
    </message>
    <message>
        <source>By address</source>
        <translation>Podle adresy</translation>
    </message>
    <message>
        <source>&amp;Add the chosen</source>
        <translation>&amp;Přidat vybrané</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Add %n user(s)</source>
        <translation>
            <numerusform>&amp;Přidat %n uživatele</numerusform>
            <numerusform>&amp;Přidat %n uživatele</numerusform>
            <numerusform>&amp;Přidat %n uživatelů</numerusform>
        </translation>
    </message>
    <message>
        <source>This is no address: {0}</source>
        <translation>Toto není adresa: {0}</translation>
    </message>
    <message numerus="yes">
        <source>%n done</source>
        <translation>
            <numerusform>%n hotov</numerusform>
            <numerusform>%n hotovi</numerusform>
            <numerusform>%n hotovo</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused</source>
        <translation>
            <numerusform>%n odmítnut</numerusform>
            <numerusform>%n odmítnuti</numerusform>
            <numerusform>%n odmítnuto</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>a %n další</numerusform>
            <numerusform>a %n další</numerusform>
            <numerusform>a %n dalších</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Zavřít</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Uživatel</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stav</translation>
    </message>
    <message>
        <source>Calendar read</source>
        <translation>Kalendář čten</translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>před {0}</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Položky</translation>
    </message>
    <message>
        <source>Last change</source>
        <translation>Poslední změna</translation>
    </message>
    <message>
        <source>Raynet person</source>
        <translation>Osoba v Raynetu</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Proč</translation>
    </message>
    <message>
        <source>no. {0}</source>
        <translation>č. {0}</translation>
    </message>
    <message>
        <source>{0} (chosen)</source>
        <translation>{0} (vybraná)</translation>
    </message>
    <message>
        <source>found by the e-mail address</source>
        <translation>nalezena podle e-mailové adresy</translation>
    </message>
    <message>
        <source>chosen by an administrator</source>
        <translation>vybral správce</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>Všechny stavy</translation>
    </message>
    <message>
        <source>Seat</source>
        <translation>Místo</translation>
    </message>
    <message>
        <source>With and without a seat</source>
        <translation>S místem i bez místa</translation>
    </message>
    <message>
        <source>With a seat</source>
        <translation>S místem</translation>
    </message>
    <message>
        <source>Without a seat</source>
        <translation>Bez místa</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Jméno</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>E-mail</translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Žádost</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>Rozhodnuto</translation>
    </message>
    <message>
        <source>Waits for you</source>
        <translation>Čeká na vás</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>Schváleno</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Zamítnuto</translation>
    </message>
    <message>
        <source>In Raynet</source>
        <translation>V Raynetu</translation>
    </message>
    <message>
        <source>In Microsoft 365</source>
        <translation>V Microsoft 365</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>Shoda</translation>
    </message>
    <message>
        <source>added already</source>
        <translation>už přidán</translation>
    </message>
    <message>
        <source>certain</source>
        <translation>jistá</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>pravděpodobná</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>nejistá</translation>
    </message>
    <message>
        <source>inactive</source>
        <translation>neaktivní</translation>
    </message>
    <message>
        <source>has a seat</source>
        <translation>má místo</translation>
    </message>
    <message>
        <source>Users</source>
        <translation>Uživatelé</translation>
    </message>
    <message>
        <source>Registrations</source>
        <translation>Registrace</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>Add users…</source>
        <translation>Přidat uživatele…</translation>
    </message>
    <message>
        <source>Nobody is synchronised yet</source>
        <translation>Zatím se nikdo nesynchronizuje</translation>
    </message>
    <message>
        <source>Give the first users a seat; their calendars are compared and nothing is duplicated.</source>
        <translation>Přidělte místo prvním uživatelům; jejich kalendáře se porovnají a nic se nezdvojí.</translation>
    </message>
    <message>
        <source>&amp;Add…</source>
        <translation>&amp;Přidat…</translation>
    </message>
    <message>
        <source>&amp;Give a seat</source>
        <translation>Přidělit &amp;místo</translation>
    </message>
    <message>
        <source>&amp;Take the seat</source>
        <translation>&amp;Odebrat místo</translation>
    </message>
    <message>
        <source>R&amp;emove…</source>
        <translation>Odstra&amp;nit…</translation>
    </message>
    <message>
        <source>Nobody asks</source>
        <translation>Nikdo nežádá</translation>
    </message>
    <message>
        <source>Requests come from the Outlook panel, when somebody without a seat registers.</source>
        <translation>Žádosti přicházejí z panelu v Outlooku, když se registruje někdo bez místa.</translation>
    </message>
    <message>
        <source>&amp;Approve</source>
        <translation>&amp;Schválit</translation>
    </message>
    <message>
        <source>Re&amp;ject</source>
        <translation>&amp;Zamítnout</translation>
    </message>
    <message numerus="yes">
        <source>Take the seat from %n user(s)?</source>
        <translation>
            <numerusform>Odebrat místo %n uživateli?</numerusform>
            <numerusform>Odebrat místo %n uživatelům?</numerusform>
            <numerusform>Odebrat místo %n uživatelům?</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is carried over for them any more. Both sides stay as they are; it can be given again.</source>
        <translation>Nic se pro ně už nebude přenášet. Obě strany zůstanou, jak jsou; místo lze přidělit znovu.</translation>
    </message>
    <message>
        <source>Take the seat</source>
        <translation>Odebrat místo</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n user(s)?</source>
        <translation>
            <numerusform>Odstranit %n uživatele?</numerusform>
            <numerusform>Odstranit %n uživatele?</numerusform>
            <numerusform>Odstranit %n uživatelů?</numerusform>
        </translation>
    </message>
    <message>
        <source>Their items are released: nothing is deleted on either side, but they no longer belong together. Adding the users again compares both sides anew.</source>
        <translation>Jejich položky se uvolní: na žádné straně se nic nesmaže, ale přestanou k sobě patřit. Po novém přidání se obě strany znovu porovnají.</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>Odstranit</translation>
    </message>
    <message numerus="yes">
        <source>%n user(s) changed</source>
        <translation>
            <numerusform>Změněn %n uživatel</numerusform>
            <numerusform>Změněni %n uživatelé</numerusform>
            <numerusform>Změněno %n uživatelů</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n registration(s) decided</source>
        <translation>
            <numerusform>Rozhodnuta %n registrace</numerusform>
            <numerusform>Rozhodnuty %n registrace</numerusform>
            <numerusform>Rozhodnuto %n registrací</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Zavřít</translation>
    </message>
    <message>
        <source>nobody with this e-mail address</source>
        <translation>nikdo s touto e-mailovou adresou</translation>
    </message>
    <message>
        <source>Calendar</source>
        <translation>Kalendář</translation>
    </message>
    <message>
        <source>Calendar last read</source>
        <translation>Kalendář naposledy čten</translation>
    </message>
    <message>
        <source>Last change to Outlook</source>
        <translation>Poslední změna do Outlooku</translation>
    </message>
    <message>
        <source>Last change to Raynet</source>
        <translation>Poslední změna do Raynetu</translation>
    </message>
    <message>
        <source>Failed readings</source>
        <translation>Neúspěšná čtení</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Items of this user (%n)</source>
        <translation>
            <numerusform>&amp;Položky uživatele (%n)</numerusform>
            <numerusform>&amp;Položky uživatele (%n)</numerusform>
            <numerusform>&amp;Položky uživatele (%n)</numerusform>
        </translation>
    </message>
    <message>
        <source>Choose the Raynet &amp;person…</source>
        <translation>Vybrat &amp;osobu v Raynetu…</translation>
    </message>
    <message>
        <source>Find &amp;by e-mail</source>
        <translation>Hledat podle &amp;e-mailu</translation>
    </message>
    <message>
        <source>{0}, next try {1}</source>
        <translation>{0}, další pokus {1}</translation>
    </message>
</context>
</TS>
