// The form of an event: first the type, then two tabs; above them what needs a decision, below them how it stands.

import { ACTIVITY_TYPES, type ActivityStatus, type Priority } from "../contract";
import type { EventForm } from "../form";
import type { Host } from "../ports";
import { asksForType, isEditable, mayChoose, type Form } from "../state";
import { concernFields } from "./concerns";
import { confirmation, conflicts, history, reasonWhy, statusLine } from "./standing";
import { h, type Child, type VNode } from "./dom";
import { icon } from "./icons";
import { button, openLink } from "./pages";
import type { Words } from "./words";

export function formPage(words: Words, form: Form, act: EventForm, host: Host): readonly Child[] {
  const body = asksForType(form) ? chooseType(words, form, act) : isBare(form) ? bare(words) : tabs(words, form, act);
  return [
    h(
      "div",
      { class: "page" },
      form.activity === null ? null : h("div", { class: "top" }, openLink(words, form.activity.open_url, host)),
      confirmation(words, form, act),
      ...(isBare(form) ? body : []),
      reasonWhy(words, form),
      ...conflicts(words, form, act),
      ...(isBare(form) ? [] : body),
      history(words, form, act),
    ),
    statusLine(words, form, act),
  ];
}

/** Nothing is linked and nothing can be chosen: only the reason stands there. */
function isBare(form: Form): boolean {
  return form.activity === null && !mayChoose(form) && form.choices.type === null;
}

function bare(words: Words): readonly Child[] {
  return [h("h1", { class: "heading", id: "page-title", tabindex: -1, "data-home": true }, words.text("excluded.title"))];
}

// --- the type first --------------------------------------------------------------------------------------------------

function chooseType(words: Words, form: Form, act: EventForm): readonly Child[] {
  const types = ACTIVITY_TYPES.filter((type) => form.options.types.includes(type));
  return [
    h("h1", { class: "heading", id: "page-title", tabindex: -1, "data-home": true }, words.text("choose.title")),
    h("p", { class: "lead" }, words.text(form.isCopy ? "choose.copy" : "choose.text")),
    h(
      "div",
      { class: "types", role: "group", "aria-labelledby": "page-title" },
      ...types.map((type) =>
        h("button", { key: type, type: "button", class: "type", onclick: () => act.chooseType(type) }, icon(type), h("span", {}, words.text(`type.${type}`))),
      ),
    ),
    h("p", { class: "quiet" }, words.text("choose.default")),
    button(words.text("choose.without"), () => act.toggleLink(), "subtle"),
  ];
}

// --- tabs ------------------------------------------------------------------------------------------------------------

const TABS = ["basic", "detail"] as const;

function tabs(words: Words, form: Form, act: EventForm): readonly Child[] {
  const move = (event: Event): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1, End: 1 }[(event as KeyboardEvent).key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[step > 0 ? 1 : 0];
    act.chooseTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const tab = (name: Form["tab"]): VNode =>
    h(
      "button",
      {
        key: name,
        type: "button",
        id: `tab-${name}`,
        role: "tab",
        class: "tab",
        "aria-selected": String(form.tab === name),
        "aria-controls": "tab-page",
        tabindex: form.tab === name ? 0 : -1,
        onclick: () => act.chooseTab(name),
        onkeydown: move,
        ...(name === "basic" ? { "data-home": true } : {}),
      },
      words.text(`form.${name}`),
    );
  const page = form.tab === "basic" ? basic(words, form, act) : detail(words, form, act);
  return [
    h("h1", { class: "unseen" }, words.text("title")),
    h("div", { class: "tabs", role: "tablist", "aria-label": words.text("form.tabs") }, ...TABS.map(tab)),
    h("div", { key: form.tab, class: "fields", id: "tab-page", role: "tabpanel", "aria-labelledby": `tab-${form.tab}` }, ...page),
  ];
}

function basic(words: Words, form: Form, act: EventForm): readonly Child[] {
  const isOn = form.choices.linked;
  const rest = isOn || form.activity !== null ? [typeField(words, form, act), ...concernFields(words, form, act)] : [];
  return [linkSwitch(words, form, act), ...rest];
}

function linkSwitch(words: Words, form: Form, act: EventForm): VNode {
  const isOn = form.choices.linked;
  const isFixed = form.activity === null ? !mayChoose(form) : !form.can.includes("unlink") && !form.can.includes("relink");
  const hint = isOn ? null : words.text(form.activity === null ? "form.unlinked_new" : "form.unlinked");
  return h(
    "div",
    { class: "field" },
    h(
      "button",
      {
        type: "button",
        class: "switch",
        role: "switch",
        id: "linked",
        "aria-checked": String(isOn),
        "aria-disabled": isFixed ? "true" : null,
        "aria-describedby": hint === null ? null : "linked-hint",
        onclick: () => (isFixed ? undefined : act.toggleLink()),
      },
      h("span", { class: "switch-name" }, words.text("form.linked")),
      h("span", { class: "switch-state", "aria-hidden": "true" }, words.text(isOn ? "form.yes" : "form.no")),
      h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "thumb" })),
    ),
    hint === null ? null : h("p", { class: "hint", id: "linked-hint" }, hint),
  );
}

function typeField(words: Words, form: Form, act: EventForm): VNode {
  const type = form.choices.type;
  const label = h("label", { class: "label", for: "type" }, words.text("form.type"));
  if (!isEditable(form, "type")) {
    // One can stand on it and hear it, but not change it.
    const shown = type === null ? "" : words.text(`type.${type}`);
    return h(
      "div",
      { class: "field", key: "type-fixed" },
      label,
      h("input", { id: "type", class: "fixed", readonly: true, value: shown, "aria-describedby": "type-hint" }),
      h("p", { class: "hint", id: "type-hint" }, words.text("form.type_hint")),
    );
  }
  const changed = (event: Event): void => act.chooseType((event.target as HTMLSelectElement).value as (typeof ACTIVITY_TYPES)[number]);
  const types = ACTIVITY_TYPES.filter((one) => form.options.types.includes(one));
  return h(
    "div",
    { class: "field", key: "type-choice" },
    label,
    h("select", { id: "type", value: type ?? "", onchange: changed }, ...types.map((one) => h("option", { key: one, value: one }, words.text(`type.${one}`)))),
  );
}

// --- detail ----------------------------------------------------------------------------------------------------------

function detail(words: Words, form: Form, act: EventForm): readonly Child[] {
  return [category(words, form, act), priority(words, form, act), status(words, form, act)];
}

function category(words: Words, form: Form, act: EventForm): VNode {
  const chosen = form.choices.category;
  const known = form.options.categories.some((one) => one.id === chosen);
  // Raynet has no way to take a category away.
  const empty = form.activity === null || chosen === null;
  return h(
    "div",
    { class: "field" },
    h("label", { class: "label", for: "category" }, words.text("detail.category")),
    h(
      "select",
      {
        id: "category",
        disabled: !isEditable(form, "category"),
        value: chosen === null ? "" : String(chosen),
        onchange: (event) => act.chooseCategory(Number((event.target as HTMLSelectElement).value) || null),
      },
      empty ? h("option", { key: "", value: "" }, words.text("detail.no_category")) : null,
      ...form.options.categories.map((one) => h("option", { key: one.id, value: String(one.id) }, one.label)),
      chosen === null || known ? null : h("option", { key: chosen, value: String(chosen) }, `#${chosen}`),
    ),
  );
}

function priority(words: Words, form: Form, act: EventForm): VNode {
  return h(
    "div",
    { class: "field" },
    h("label", { class: "label", for: "priority" }, words.text("detail.priority")),
    h(
      "select",
      {
        id: "priority",
        disabled: !isEditable(form, "priority"),
        value: form.choices.priority ?? "DEFAULT",
        onchange: (event) => act.choosePriority((event.target as HTMLSelectElement).value as Priority),
      },
      ...form.options.priorities.map((one) => h("option", { key: one, value: one }, words.text(`priority.${one}`))),
    ),
  );
}

function status(words: Words, form: Form, act: EventForm): VNode {
  const now = form.choices.status ?? "SCHEDULED";
  const offered: readonly ActivityStatus[] = form.activity === null ? ["SCHEDULED", "COMPLETED"] : ["SCHEDULED", "COMPLETED", "CANCELLED"];
  const shown = offered.includes(now) ? offered : [now, ...offered];
  const disabled = !isEditable(form, "status");
  return h(
    "fieldset",
    { class: "field", disabled },
    h("legend", { class: "label" }, words.text("detail.status")),
    ...shown.map((one) =>
      h(
        "label",
        { key: one, class: "radio" },
        h("input", { type: "radio", name: "status", value: one, checked: now === one, onchange: () => act.chooseStatus(one) }),
        h("span", {}, words.text(`status.${one}`)),
      ),
    ),
    form.activity === null ? null : h("p", { class: "hint" }, words.text("detail.cancel_hint")),
  );
}
