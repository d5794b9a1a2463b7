// Draws what the panel shows. Focus stays where it was; when its place is gone it goes to the page's heading.

import type { Panel } from "../panel";
import type { Host } from "../ports";
import type { Shown } from "../state";
import { patch, type Child } from "./dom";
import { formPage } from "./form";
import { page } from "./pages";
import { Words } from "./words";

let words: Words | null = null;
let before = "";

export function drawn(place: HTMLElement, shown: Shown, panel: Panel, host: Host): void {
  if (words === null || words.language !== shown.language) words = new Words(shown.language, shown.timeZone);
  const { phase } = shown;
  document.documentElement.lang = shown.language;
  document.title = words.text("title");
  const held = document.activeElement;
  const hadFocus = held !== null && held !== document.body && place.contains(held);
  if (before !== phase.kind) for (const child of Array.from(place.childNodes)) if (!("drawnKey" in child)) child.remove();
  before = phase.kind;
  place.setAttribute("aria-busy", String(phase.kind === "loading"));
  const hadList = place.querySelector(".list") !== null;
  const wasAsking = place.querySelector(".ask") !== null;
  patch(place, pageOf(words, shown, panel, host));
  if (!hadList) place.querySelector(".list")?.scrollIntoView({ block: "nearest" });
  // A question takes the focus, on the answer that changes nothing.
  if (!wasAsking) place.querySelector<HTMLElement>(".ask .secondary")?.focus();
  // Chromium scrolls to what gets focus; the panel must not jump.
  if (hadFocus && !place.contains(document.activeElement)) place.querySelector<HTMLElement>("[data-home]")?.focus({ preventScroll: true });
}

function pageOf(texts: Words, { phase }: Shown, panel: Panel, host: Host): readonly Child[] {
  if (phase.kind !== "form") return page(texts, phase, panel, host);
  return panel.form === null ? [] : formPage(texts, phase.form, panel.form, host);
}
