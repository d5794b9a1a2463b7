// How the event stands: the status line, what asks for a decision, and why something was not carried over.

import type { ConflictShown, TrailEntry } from "../contract";
import type { EventForm } from "../form";
import { asksForType, mayChoose, type Form } from "../state";
import { h, type Child, type VNode } from "./dom";
import { icon } from "./icons";
import { button, troubleText } from "./pages";
import type { TextKey, Words } from "./words";
import cs from "../../locales/cs.json";

type Tone = "good" | "busy" | "quiet" | "bad";

/** One truthful line, always in the same place. Never "saved" before the server said so. */
export function statusLine(words: Words, form: Form, act: EventForm): VNode {
  const [tone, key] = standing(form);
  const { saving } = form;
  return h(
    "footer",
    { class: "standing" },
    h(
      "div",
      { class: `line ${tone}`, role: "status" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", { class: "line-text", id: "standing" }, words.text(key)),
    ),
    saving.kind === "failed"
      ? h("div", { key: "failed", class: "message error", role: "alert" }, ...troubleText(words, saving.trouble), saving.retrying ? h("span", { class: "quiet" }, words.text("trouble.retrying")) : null)
      : null,
    saving.kind === "failed" ? button(words.text(saving.isLost ? "line.unsaved" : "trouble.again"), () => void act.again(), "secondary") : null,
    saving.kind === "elsewhere" ? button(words.text("line.elsewhere_button"), () => void act.again(), "secondary") : null,
    form.refused.length > 0 ? h("p", { class: "hint" }, words.text("line.refused_choices", { names: form.refused.map((name) => refusedName(words, name)).join(", ") })) : null,
    form.hostSilent ? h("p", { class: "message warning", role: "alert" }, words.text("line.host")) : null,
    lastSync(words, form, act),
  );
}

function lastSync(words: Words, form: Form, act: EventForm): VNode {
  const text = form.lastSync === null ? words.text("line.never") : words.text("line.last", { at: words.moment(form.lastSync) });
  const sync = { type: "button", class: "icon-button", "aria-label": words.text("line.sync"), title: words.text("line.sync"), onclick: () => void act.syncNow() };
  return h("div", { class: "last" }, h("span", {}, text), form.can.includes("sync_now") ? h("button", sync, icon("sync")) : null);
}

function standing(form: Form): readonly [Tone, TextKey] {
  const { saving, status } = form;
  if (saving.kind === "elsewhere") return ["bad", "line.elsewhere"];
  if (saving.kind === "failed") return ["bad", saving.isLost ? "line.unsaved_plain" : "line.stale"];
  // What the form says cannot be read, so nothing can be on its way.
  if (form.hostSilent && form.unsent) return ["bad", "line.unsaved_plain"];
  if (saving.kind === "busy" || form.unsent) return ["busy", "line.busy"];
  if (saving.kind === "asking") return ["busy", "line.asking"];
  // The event is held for what will be chosen; nothing is saved yet.
  if (asksForType(form) && status === "saving") return ["quiet", "line.waits_choice"];
  if (form.pending || status === "saving") return ["busy", "line.saving"];
  switch (status) {
    case "linked":
      return ["good", "line.linked"];
    case "waiting_for_save":
      // Saving will link nothing where nobody wants it, or where the reason says so.
      return ["quiet", form.choices.linked && form.reason === null ? "line.waiting_for_save" : "line.not_linked"];
    case "not_linked":
      return ["quiet", "line.not_linked"];
    case "refused":
      return ["bad", "line.refused"];
    case "unknown":
      return ["quiet", form.choices.type === null ? "line.nothing" : "line.unknown"];
  }
}

function refusedName(words: Words, name: string): string {
  const key = `refused.${name}`;
  return key in cs ? words.text(key as TextKey) : name;
}

// --- decisions -------------------------------------------------------------------------------------------------------

export function confirmation(words: Words, form: Form, act: EventForm): Child {
  const what = form.confirming;
  if (what === null) return null;
  return h(
    "section",
    { key: "confirm", class: "card ask", role: "alertdialog", "aria-labelledby": "confirm-text" },
    h("p", { id: "confirm-text" }, words.text(`confirm.${what}`)),
    h("div", { class: "buttons" }, button(words.text(`confirm.${what}_yes`), () => act.confirm(true), "danger"), button(words.text("confirm.no"), () => act.confirm(false), "secondary")),
  );
}

export function conflicts(words: Words, form: Form, act: EventForm): readonly Child[] {
  return form.conflicts.map((one) => {
    const side = words.text(one.lost_side === "graph" ? "side.raynet" : "side.graph");
    const row = (name: TextKey, value: string): readonly Child[] => [h("dt", { key: `${name}-name` }, words.text(name)), h("dd", { key: name }, readable(words, one, value))];
    return h(
      "section",
      { key: one.id, class: "card", "aria-labelledby": `conflict-${one.id}` },
      h("h2", { class: "card-title", id: `conflict-${one.id}` }, words.text("conflict.title")),
      h("p", {}, words.text("conflict.text", { field: fieldName(words, one.field), side })),
      h("dl", { class: "values" }, ...row("conflict.kept", one.kept), ...row("conflict.lost", one.lost)),
      one.restore_requested
        ? h("p", { class: "hint", role: "status" }, words.text("conflict.requested"))
        : form.can.includes("restore")
          ? button(words.text("conflict.button"), () => void act.restore(one.id), "secondary")
          : null,
    );
  });
}

function fieldName(words: Words, field: string): string {
  const key = `field.${field}`;
  return words.text(key in cs ? (key as TextKey) : "field.other");
}

/** Times are journalled as two instants, a priority as its code. */
function readable(words: Words, conflict: ConflictShown, value: string): string {
  if (value === "") return words.text("conflict.empty");
  if (conflict.field === "when") return value.split("/").map((one) => (Number.isNaN(Date.parse(one)) ? one : words.moment(one))).join(" – ");
  const priority = `priority.${value}`;
  return conflict.field === "priority" && priority in cs ? words.text(priority as TextKey) : value;
}

// --- why not ---------------------------------------------------------------------------------------------------------

/** The reason stands on top: whoever looks for it must not scroll. */
export function reasonWhy(words: Words, form: Form): Child {
  // Linking again is on its way: why it was not linked is over.
  const own = form.activity?.reason ?? (form.pending && form.choices.linked && form.status === "not_linked" ? null : form.reason);
  const reason = own ?? form.calendar;
  if (reason === null) return null;
  // What is linked is not asked why not.
  const title = words.text(form.status === "linked" ? "why.note" : "why.title");
  return h("section", { key: "reason", class: "message info", "aria-labelledby": "reason-title" }, h("h2", { class: "group", id: "reason-title" }, title), h("p", {}, words.said(reason)));
}

export function history(words: Words, form: Form, act: EventForm): Child {
  const isKnown = form.activity !== null || !mayChoose(form) || form.status === "saving";
  if (!isKnown) return null;
  const isOpen = form.trail !== null;
  const toggle = {
    type: "button",
    class: "subtle disclosure",
    "aria-expanded": String(isOpen),
    "aria-controls": isOpen ? "trail" : null,
    onclick: () => void act.showTrail(!isOpen),
  };
  return h("section", { class: "history" }, h("button", toggle, words.text("why.trail")), form.trail === null ? null : trail(words, form.trail));
}

function trail(words: Words, entries: readonly TrailEntry[]): VNode {
  if (entries.length === 0) return h("p", { class: "hint", id: "trail" }, words.text("why.empty"));
  return h(
    "ol",
    { class: "trail", id: "trail" },
    ...entries.map((entry, number) => h("li", { key: number }, h("time", { datetime: entry.at }, words.moment(entry.at)), h("span", {}, words.said(entry.why)))),
  );
}
