// "Čeho se to týká": a field for each kind of record, with search-as-you-type in Raynet.

import { CONCERNS, type ConcernKind, type ConcernShown, type SearchHit } from "../contract";
import type { EventForm } from "../form";
import { isEditable, type Finder, type Form } from "../state";
import { h, type Child, type VNode } from "./dom";
import { icon } from "./icons";
import type { Words } from "./words";

/** Raynet takes these from an activity only by its own form. */
const KEPT: ReadonlySet<ConcernKind> = new Set(["company", "businessCase", "project", "offer", "salesOrder"]);
/** Kinds whose field is open for another record although one is chosen. */
let reopened: ConcernKind | null = null;

export function concernFields(words: Words, form: Form, act: EventForm): readonly Child[] {
  const kinds = CONCERNS.filter((kind) => form.options.concerns.includes(kind));
  const { type, concerns } = form.choices;
  const isAlone = type !== null && form.options.needs_concern.includes(type) && !concerns.some((one) => ["company", "lead", "person"].includes(one.kind));
  return [
    h(
      "div",
      { class: "concerns", role: "group", "aria-labelledby": "concerns-title" },
      h("h2", { class: "group", id: "concerns-title" }, words.text("form.concerns")),
      isAlone && isEditable(form, "concerns") ? h("p", { class: "hint" }, words.text("form.needs_concern")) : null,
      ...kinds.map((kind) => field(words, form, act, kind)),
    ),
  ];
}

function field(words: Words, form: Form, act: EventForm, kind: ConcernKind): VNode {
  const chosen = form.choices.concerns.filter((one) => one.kind === kind);
  const editable = isEditable(form, "concerns");
  const asks = editable && (chosen.length === 0 || kind === "person" || reopened === kind);
  const keeps = form.activity !== null && KEPT.has(kind);
  const name = words.text(`concern.${kind}`);
  const label = asks ? h("label", { class: "label", for: `find-${kind}` }, name) : h("span", { class: "label" }, name);
  return h(
    "div",
    { key: kind, class: "field" },
    label,
    ...chosen.map((one) => chip(words, act, one, { editable, keeps, field: name, asks })),
    !editable && chosen.length === 0 ? h("p", { class: "none" }, words.text("concern.none")) : null,
    asks ? combobox(words, form, act, kind) : null,
  );
}

interface ChipTraits {
  readonly editable: boolean;
  readonly keeps: boolean;
  readonly field: string;
  readonly asks: boolean;
}

function chip(words: Words, act: EventForm, one: ConcernShown, { editable, keeps, field: name, asks }: ChipTraits): VNode {
  const change = (): void => {
    reopened = one.kind;
    act.search(one.kind, "");
    document.getElementById(`find-${one.kind}`)?.focus();
  };
  const drop = (): void => {
    act.drop(one);
    document.getElementById(`find-${one.kind}`)?.focus();
  };
  return h(
    "div",
    { key: `${one.kind}-${one.id}`, class: "chip" },
    h("span", { class: "chip-text" }, h("span", {}, one.label), one.detail ? h("span", { class: "chip-detail" }, one.detail) : null),
    editable && keeps && !asks
      ? h("button", { type: "button", class: "subtle", "aria-label": words.text("concern.change_name", { field: name }), title: words.text("concern.cannot_clear"), onclick: change }, words.text("concern.change"))
      : null,
    editable && !keeps ? h("button", { type: "button", class: "remove", "aria-label": words.text("concern.remove", { name: one.label }), onclick: drop }, icon("close")) : null,
  );
}

function combobox(words: Words, form: Form, act: EventForm, kind: ConcernKind): VNode {
  const finder = form.finder?.kind === kind ? form.finder : null;
  const pick = (hit: SearchHit): void => {
    reopened = null;
    act.pick(hit);
    // A person can be followed by another one; a single record is done.
    if (kind === "person") document.getElementById("find-person")?.focus();
    else document.querySelector<HTMLElement>(`[data-kind="${kind}"] button`)?.focus();
  };
  const leave = (): void => {
    reopened = null;
    act.endSearch();
  };
  const ask = (event: Event): void => {
    // Whatever another window chooses meanwhile, nobody loses the field that is being typed in.
    reopened = kind;
    act.search(kind, (event.target as HTMLInputElement).value);
  };
  const isOpen = isListed(finder);
  return h(
    "div",
    { key: "combobox", class: "combobox", "data-kind": kind },
    h("input", {
      id: `find-${kind}`,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: words.text(kind === "person" ? "concern.add" : "concern.search"),
      value: finder?.query ?? "",
      "aria-autocomplete": "list",
      "aria-expanded": String(isOpen),
      "aria-controls": isOpen ? `list-${kind}` : null,
      "aria-activedescendant": isOpen && finder !== null && finder.active >= 0 ? `option-${kind}-${finder.active}` : null,
      oninput: ask,
      onfocus: ask,
      onblur: leave,
      onkeydown: (event) => keys(event as KeyboardEvent, finder, act, pick),
    }),
    ...results(words, finder, kind, pick),
  );
}

function keys(event: KeyboardEvent, finder: Finder | null, act: EventForm, pick: (hit: SearchHit) => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    act.moveInList(step);
    document.querySelector(".option.active")?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && finder !== null) {
    event.preventDefault();
    // Who walked to a record means it; the only one is meant when it is the answer to what was typed.
    const hit = finder.items[finder.active] ?? (finder.items.length === 1 && finder.state === "found" ? finder.items[0] : undefined);
    if (hit !== undefined && isListed(finder)) pick(hit);
  } else if (event.key === "Escape" && finder !== null) {
    event.preventDefault();
    event.stopPropagation();
    act.endSearch();
  }
}

/** What was found last stays while more is asked: a list that blinks at every key cannot be pressed. */
function isListed(finder: Finder | null): boolean {
  return finder !== null && finder.state !== "failed" && finder.items.length > 0;
}

function results(words: Words, finder: Finder | null, kind: ConcernKind, pick: (hit: SearchHit) => void): readonly Child[] {
  const said = finder === null ? "" : message(words, finder);
  return [
    finder !== null && isListed(finder)
      ? h(
          "ul",
          { key: "list", class: "list", id: `list-${kind}`, role: "listbox", "aria-label": words.text(`concern.${kind}`) },
          ...finder.items.map((hit, number) => option(words, finder, hit, number, pick)),
        )
      : null,
    // Always there, so that screen readers notice when it fills.
    h("p", { key: "count", class: said === "" ? "unseen" : "count", role: "status" }, said),
  ];
}

function option(words: Words, finder: Finder, hit: SearchHit, number: number, pick: (hit: SearchHit) => void): VNode {
  const isActive = number === finder.active;
  const why = hit.why === "match" ? null : h("span", { class: "why" }, words.text(`search.${hit.why}`));
  const detail = hit.detail || hit.company?.label || "";
  return h(
    "li",
    {
      key: `${hit.kind}-${hit.id}`,
      id: `option-${finder.kind}-${number}`,
      class: isActive ? "option active" : "option",
      role: "option",
      "aria-selected": String(isActive),
      // Pressing must not take the focus from the field first.
      onmousedown: (event) => event.preventDefault(),
      onclick: () => pick(hit),
    },
    h("span", { class: "option-name" }, hit.label, why),
    detail === "" ? null : h("span", { class: "option-detail" }, detail),
  );
}

function message(words: Words, finder: Finder): string {
  if (finder.state === "asking") return words.text("search.asking");
  if (finder.state === "failed") return words.text("search.failed");
  if (finder.items.length === 0) return finder.query === "" ? "" : words.text(finder.complete ? "search.none" : "search.more_words");
  const count = words.count("results", finder.items.length);
  return finder.complete ? count : `${count}. ${words.text("search.more")}`;
}
