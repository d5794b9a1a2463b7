// The form of an item. Beside an Outlook event stands the panel, in a frame as in Outlook on the web: the form is what
// the simulated office.js in that frame reads.

import { addDays } from "./calendar.js";
import { locale, text } from "./texts.js";

const KINDS = ["meeting", "task", "event", "phoneCall", "email", "letter"];
const byId = (id) => document.getElementById(id);
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** hooks: act(side, key, what, body) → whether it was done; user() → number of the person */
export class EventDialog {
  constructor(hooks) {
    this.hooks = hooks;
    this.root = byId("form");
    this.item = null;
    byId("f-allday").addEventListener("change", () => this.untimed());
    byId("f-cancel").addEventListener("click", () => this.root.close());
    this.root.addEventListener("close", () => byId("f-beside").replaceChildren());
    this.root.querySelector("form").addEventListener("submit", (event) => this.submit(event));
    this.root.querySelector("form").addEventListener("input", () => this.told());
  }

  create(side, day, minutes) {
    const end = Math.min(minutes + 60, 24 * 60 - 1);
    this.open(side, null, { title: "", day, from: clock(minutes), till: clock(end), allDay: false });
  }

  edit(item) {
    const times = item.all_day ? { from: "09:00", till: "10:00" } : { from: item.start.slice(11), till: item.end.slice(11) };
    this.open("outlook", item, { title: item.title, day: item.start.slice(0, 10), ...times, allDay: item.all_day });
  }

  open(side, item, values) {
    this.item = item;
    this.root.dataset.side = side;
    byId("form-title").textContent = text(item ? "edit.outlook" : `new.${side}`);
    byId("f-save").textContent = text(item ? "save" : "create");
    byId("f-kind").replaceChildren(...KINDS.map((kind) => new Option(text(`kind.${kind}`), kind)));
    byId("f-title").value = values.title;
    byId("f-day").value = values.day;
    byId("f-from").value = values.from;
    byId("f-till").value = values.till;
    byId("f-allday").checked = values.allDay;
    byId("f-private").checked = item?.private ?? false;
    byId("f-private").disabled = item !== null;
    byId("f-error").textContent = "";
    this.untimed();
    this.root.showModal();
    byId("f-title").focus();
    if (side === "outlook") this.beside(item);
  }

  untimed() {
    for (const id of ["f-from", "f-till"]) byId(id).disabled = byId("f-allday").checked;
  }

  /** The panel's frame, once the form knows who sits at it. */
  async beside(item) {
    const query = new URLSearchParams({ user: this.hooks.user(), key: item?.key ?? "" });
    const ask = async () => (await fetch(`/outlook/form?${query}`, { cache: "no-store" })).json();
    const known = await ask();
    if (!this.root.open) return;
    window.simulatedOutlook = {
      profile: "owa",
      language: locale(),
      address: known.address,
      displayName: known.name,
      item: { ...this.said(), id: known.id, ...(item?.recurring ? { seriesId: "series" } : {}) },
      officeSignIn: true,
      token: async () => (await ask()).token,
    };
    const frame = document.createElement("iframe");
    frame.title = text("panel");
    frame.src = "/addin/panel.html";
    byId("f-beside").replaceChildren(frame);
  }

  /** What the form says now, as Outlook would. */
  said() {
    const { start, end } = this.times();
    return { subject: byId("f-title").value, start: instant(start), end: instant(end) };
  }

  told() {
    if (!window.simulatedOutlook || this.root.dataset.side !== "outlook") return;
    Object.assign(window.simulatedOutlook.item, this.said());
    // The library in the frame may still be on its way; it reads the form when it is there.
    window.simulatedOutlook.fire?.("olkAppointmentTimeChanged");
  }

  times() {
    const allDay = byId("f-allday").checked;
    const day = byId("f-day").value;
    const end = allDay ? `${addDays(day, 1)}T00:00` : `${day}T${byId("f-till").value}`;
    return { start: `${day}T${allDay ? "00:00" : byId("f-from").value}`, end, all_day: allDay };
  }

  async submit(event) {
    event.preventDefault();
    const { side } = this.root.dataset;
    const title = byId("f-title").value;
    if (await (this.item ? this.save(this.item, title) : this.make(side, title))) this.root.close();
  }

  make(side, title) {
    const isPrivate = side === "outlook" && byId("f-private").checked;
    return this.hooks.act(side, "", "create", { title, kind: byId("f-kind").value, ...this.times(), private: isPrivate });
  }

  async save(item, title) {
    const times = this.times();
    const moved = times.start !== item.start || times.end !== item.end || times.all_day !== item.all_day;
    if (title.trim() !== item.title && !(await this.hooks.act(item.side, item.key, "title", { title }))) return false;
    return !moved || this.hooks.act(item.side, item.key, "move", times);
  }
}

/** A wall clock text of Prague as an instant, wherever the browser is. */
function instant(wall) {
  const guess = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(guess)) return new Date(0).toISOString();
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Prague", dateStyle: "short", timeStyle: "medium", hour12: false }).formatToParts(guess);
  const part = (name) => Number(parts.find((one) => one.type === name).value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour") % 24, part("minute"), part("second"));
  return new Date(guess - (shown - guess)).toISOString();
}
