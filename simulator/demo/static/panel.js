// What stands under the calendars: the selected item with what can be done, its trail, and the changes.

import { known, locale, number, outcome, reason, text } from "./texts.js";

const make = (tag, name, content = "") => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = content;
  return element;
};

function actionsFor(item) {
  if (item.side === "outlook") {
    return ["edit", item.private ? "open" : "private", ...(item.online ? [] : ["teams"]), "delete"];
  }
  if (item.status === "SCHEDULED") return ["complete", "cancel", "delete"];
  return ["reopen", "delete"];
}

function field(label, input) {
  const wrap = make("label");
  wrap.append(make("span", "", label), input);
  return wrap;
}

function input(type, value, id) {
  const element = document.createElement("input");
  element.type = type;
  element.id = id;
  if (type === "checkbox") element.checked = value;
  else element.value = value;
  return element;
}

/** The form of the selected item; hooks.act(item, what, body). Rebuilt only when the item is another or was changed. */
export function showDetails(root, item, hooks) {
  const shape = JSON.stringify([item, locale()]);
  if (root.dataset.shape === shape) return;
  // What somebody is typing must not vanish under their hands.
  const typing = root.contains(document.activeElement) && document.activeElement.matches("input") && root.dataset.key === item?.key;
  if (typing) return;
  root.dataset.shape = shape;
  root.dataset.key = item?.key ?? "";
  if (!item) {
    root.replaceChildren(make("p", "hint", text("nothing")));
    return;
  }
  const head = make("p", "facts");
  head.append(make("span", `tag ${item.side}`, text(`in.${item.side}`)));
  if (item.side === "raynet") head.append(make("span", "tag", text(`kind.${item.kind}`)));
  if (known(`status.${item.status}`)) head.append(make("span", "tag", text(`status.${item.status}`)));
  if (item.client) head.append(make("span", "tag", `${text("client")}: ${item.client}`));
  const state = item.partner ? text(item.agrees ? "agrees" : "differs") : text(known(`pair.${item.pair}`) ? `pair.${item.pair}` : "partner.none");
  head.append(make("span", item.agrees ? "tag good" : "tag", state));
  root.replaceChildren(head, editing(item, hooks), buttons(item, hooks));
}

function editing(item, hooks) {
  const form = make("form", "edit");
  const title = input("text", item.title, "e-title");
  const day = input("date", item.start.slice(0, 10), "e-day");
  const from = input("time", item.start.slice(11), "e-from");
  const till = input("time", item.end.slice(11), "e-till");
  const allDay = input("checkbox", item.all_day, "e-allday");
  title.required = day.required = from.required = till.required = true;
  const timed = () => {
    from.disabled = till.disabled = allDay.checked;
    if (!allDay.checked && from.value === till.value) [from.value, till.value] = ["09:00", "10:00"];
  };
  allDay.addEventListener("change", timed);
  timed();
  const check = make("label", "check");
  check.append(allDay, make("span", "", text("allday")));
  const save = make("button", "strong", text("save"));
  const row = make("div", "row");
  row.append(field(text("day"), day), field(text("from"), from), field(text("till"), till), check);
  const first = make("div", "row");
  first.append(field(text("title"), title), save);
  form.append(first, row);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    save.focus();
    const start = `${day.value}T${allDay.checked ? "00:00" : from.value}`;
    const end = allDay.checked ? `${item.all_day ? item.end.slice(0, 10) : day.value}T00:00` : `${day.value}T${till.value}`;
    const moved = start !== item.start || allDay.checked !== item.all_day || (!allDay.checked && end !== item.end);
    if (title.value.trim() !== item.title) await hooks.act(item, "title", { title: title.value });
    if (moved) await hooks.act(item, "move", { start, end, all_day: allDay.checked });
  });
  return form;
}

function buttons(item, hooks) {
  const row = make("div", "buttons");
  for (const what of actionsFor(item)) {
    const button = make("button", what === "delete" ? "danger" : "plain", text(`do.${what}`));
    button.type = "button";
    button.addEventListener("click", () => (what === "edit" ? hooks.edit(item) : hooks.act(item, what, {})));
    row.append(button);
  }
  return row;
}

export function showTrail(root, item, why) {
  if (!item) {
    root.replaceChildren(make("li", "hint", text("nothing.why")));
    return;
  }
  if (!why || !why.trail.length) {
    root.replaceChildren(make("li", "hint", text("nothing.trail")));
    return;
  }
  root.replaceChildren(
    ...[...why.trail].reverse().map((entry) => {
      const row = make("li");
      const at = new Date(entry.at).toLocaleTimeString(locale());
      row.append(make("time", "", at), make("b", "", reason(entry.rule)), make("span", "outcome", outcome(entry.outcome)));
      if (entry.seen.length) row.append(make("code", "", entry.seen.join(", ")));
      if (entry.writes.length) row.append(make("code", "writes", `→ ${entry.writes.join(", ")}`));
      return row;
    }),
  );
}

export function showChanges(root, changes) {
  if (!changes.length) {
    root.replaceChildren(make("li", "hint", text("nothing.changes")));
    return;
  }
  root.replaceChildren(
    ...changes.slice(0, 30).map((change) => {
      const row = make("li", change.seconds === null && !change.superseded ? "waiting" : "arrived");
      row.append(make("span", `tag ${change.side}`, text(`in.${change.side}`)));
      row.append(make("b", "", `${text(`what.${change.what}`)}: ${change.title}`));
      row.append(make("span", "outcome", fate(change)));
      return row;
    }),
  );
}

function fate(change) {
  if (change.superseded) return text("superseded");
  if (change.seconds === null) return text("waiting", { seconds: number(change.waiting) });
  if (change.what === "teams") return text("here");
  return `${text("arrived", { seconds: number(change.seconds) })} · ${text("calls", change.calls)}`;
}
