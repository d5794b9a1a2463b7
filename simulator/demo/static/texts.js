// Everything people read, in both languages; codes of the product have a sentence where visitors meet them.

import { OUTCOMES, REASONS } from "./reasons.js";

const CS = {
  skip: "Přejít na vybranou položku",
  people: "Čí kalendáře",
  week: "Týden",
  earlier: "Předchozí týden",
  later: "Další týden",
  today: "Dnes",
  board: "Oba kalendáře",
  outlook: "Kalendář Outlook",
  add: "+ Nová",
  selected: "Vybraná položka",
  why: "Proč to tak je",
  changes: "Co se děje",
  title: "Název",
  kind: "Typ aktivity",
  day: "Den",
  from: "Od",
  till: "Do",
  allday: "Celý den",
  private: "Soukromá",
  back: "Zpět",
  create: "Vytvořit",
  save: "Uložit",
  "new.raynet": "Nová aktivita v Raynetu",
  "new.outlook": "Nová událost v Outlooku",
  beside: "Vpravo je panel Raynet CRM, jak ho vidí uživatel Outlooku. Zvolte typ a čeho se událost týká; uloží se to až s událostí.",
  panel: "Panel Raynet CRM",
  "edit.outlook": "Událost v Outlooku",
  "do.edit": "Otevřít v Outlooku",
  client: "Klient",
  "do.complete": "Dokončit",
  "do.reopen": "Vrátit mezi plánované",
  "do.cancel": "Zrušit",
  "do.delete": "Smazat",
  "do.private": "Označit jako soukromou",
  "do.open": "Zrušit soukromí",
  "do.teams": "Přidat schůzku Teams",
  nothing: "Vyberte položku v kalendáři, přetáhněte ji jinam, nebo klepněte na volné místo a přidejte novou.",
  "nothing.why": "Tady uvidíte, co synchronizace u vybrané položky viděla, rozhodla a zapsala.",
  "nothing.changes": "Změňte cokoli na jedné straně a sledujte druhou.",
  "nothing.trail": "Synchronizace o položce zatím nic neví.",
  partner: "Protějšek",
  "partner.none": "zatím žádný",
  "partner.raynet": "v Raynetu",
  "partner.outlook": "v Outlooku",
  agrees: "obě strany souhlasí",
  differs: "změna je na cestě",
  arrived: "dorazilo za {seconds} s",
  here: "hotovo na místě, nic se nepřenáší",
  waiting: "na cestě {seconds} s…",
  superseded: "nahrazeno další změnou",
  calls: "{raynet}× Raynet, {graph}× Microsoft",
  totals: "Volání celkem: Raynet {raynet}, Microsoft {graph} · odeslané maily: {mails}",
  starting: "Synchronizace poprvé porovnává obě strany…",
  running: "Synchronizace běží",
  lost: "Ukázka neodpovídá. Neukončili jste ji v terminálu?",
  failed: "Nešlo to provést.",
  "in.raynet": "Raynet",
  "in.outlook": "Outlook",
  "what.create": "nová",
  "what.title": "přejmenování",
  "what.move": "přesun",
  "what.complete": "dokončení",
  "what.reopen": "znovu plánovaná",
  "what.cancel": "zrušení",
  "what.delete": "smazání",
  "what.private": "soukromí",
  "what.open": "konec soukromí",
  "what.teams": "Teams",
  "kind.task": "Úkol",
  "kind.meeting": "Schůzka",
  "kind.event": "Událost",
  "kind.phoneCall": "Telefonát",
  "kind.email": "E-mail",
  "kind.letter": "Dopis",
  "status.COMPLETED": "dokončeno",
  "status.CANCELLED": "zrušeno",
  "pair.live": "propojeno",
  "pair.released": "bez propojení: synchronizace se položky nedotýká",
  "pair.frozen": "mimo sledované období",
  "pair.held": "čeká na správce",
  "pair.parked": "odloženo po chybě",
  "pair.closed": "propojení skončilo",
  "language.other": "English",
};

const EN = {
  skip: "Go to the selected item",
  people: "Whose calendars",
  week: "Week",
  earlier: "Previous week",
  later: "Next week",
  today: "Today",
  board: "Both calendars",
  outlook: "Outlook calendar",
  add: "+ New",
  selected: "Selected item",
  why: "Why it is so",
  changes: "What is happening",
  title: "Title",
  kind: "Type of activity",
  day: "Day",
  from: "From",
  till: "Till",
  allday: "All day",
  private: "Private",
  back: "Back",
  create: "Create",
  save: "Save",
  "new.raynet": "New activity in Raynet",
  "new.outlook": "New event in Outlook",
  beside: "On the right is the Raynet CRM panel as an Outlook user sees it. Choose the type and what the event concerns; it is saved with the event.",
  panel: "Raynet CRM panel",
  "edit.outlook": "Event in Outlook",
  "do.edit": "Open in Outlook",
  client: "Client",
  "do.complete": "Complete",
  "do.reopen": "Plan again",
  "do.cancel": "Cancel",
  "do.delete": "Delete",
  "do.private": "Make private",
  "do.open": "Make public",
  "do.teams": "Add a Teams meeting",
  nothing: "Choose an item, drag it elsewhere, or click a free place to add a new one.",
  "nothing.why": "Here you see what the sync saw, decided and wrote for the selected item.",
  "nothing.changes": "Change anything on one side and watch the other.",
  "nothing.trail": "The sync knows nothing of this item yet.",
  partner: "Partner",
  "partner.none": "none yet",
  "partner.raynet": "in Raynet",
  "partner.outlook": "in Outlook",
  agrees: "both sides agree",
  differs: "a change is on its way",
  arrived: "arrived in {seconds} s",
  here: "done in place, nothing travels",
  waiting: "on its way for {seconds} s…",
  superseded: "replaced by a later change",
  calls: "{raynet}× Raynet, {graph}× Microsoft",
  totals: "Calls so far: Raynet {raynet}, Microsoft {graph} · mails sent: {mails}",
  starting: "The sync compares both sides for the first time…",
  running: "The sync is running",
  lost: "The demo does not answer. Was it ended in the terminal?",
  failed: "That could not be done.",
  "in.raynet": "Raynet",
  "in.outlook": "Outlook",
  "what.create": "new",
  "what.title": "renamed",
  "what.move": "moved",
  "what.complete": "completed",
  "what.reopen": "planned again",
  "what.cancel": "cancelled",
  "what.delete": "deleted",
  "what.private": "made private",
  "what.open": "made public",
  "what.teams": "Teams",
  "kind.task": "Task",
  "kind.meeting": "Meeting",
  "kind.event": "Event",
  "kind.phoneCall": "Phone call",
  "kind.email": "E-mail",
  "kind.letter": "Letter",
  "status.COMPLETED": "completed",
  "status.CANCELLED": "cancelled",
  "pair.live": "linked",
  "pair.released": "not linked: the sync leaves the item alone",
  "pair.frozen": "outside of the period",
  "pair.held": "waits for an administrator",
  "pair.parked": "set aside after failures",
  "pair.closed": "the link has ended",
  "language.other": "Čeština",
};

const stored = () => {
  try {
    return localStorage.getItem("language");
  } catch {
    return null;
  }
};

let language = stored() === "en" ? "en" : "cs";

export const locale = () => (language === "en" ? "en-GB" : "cs-CZ");

/** The text of a key with its values filled in; an unknown key is shown as it is. */
export function text(key, values = {}) {
  const found = (language === "en" ? EN : CS)[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** What the product's codes mean. */
const coded = (table, code) => table[code]?.[language === "en" ? 1 : 0] ?? code.replaceAll("_", " ");
export const reason = (code) => coded(REASONS, code);
export const outcome = (code) => coded(OUTCOMES, code);

export const known = (key) => key in CS;

/** Numbers with the reader's decimal mark. */
export const number = (value) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);

export function switchLanguage() {
  language = language === "en" ? "cs" : "en";
  try {
    localStorage.setItem("language", language);
  } catch {
    // A browser that stores nothing starts in Czech next time.
  }
  translate();
}

/** Puts the language into the document: texts by data-t, names for screen readers by data-label. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = text(element.dataset.t);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
  const button = document.getElementById("language");
  button.textContent = text("language.other");
  button.lang = language === "en" ? "cs" : "en";
}
