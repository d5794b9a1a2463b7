// Draws what the panel shows. Focus stays where it was; when its place is gone it goes to the page's heading.

import type { Panel } from "../panel";
import type { Host } from "../ports";
import type { Shown } from "../state";
import { patch, type Child } from "./dom";
import { formPage } from "./form";
import { page } from "./pages";
import { Words } from "./words";

/** Longer than a click takes. Fact: some engines keep the release over a list of choices to themselves [seen]. */
const LONGEST_PRESS_MS = 1_000;

let words: Words | null = null;
let drawing = false;
let pressed = false;
let waiting: (() => void) | null = null;

/** While something is pressed the page stands still: what the pointer went down on is there when it comes up. */
export function standStillWhilePressed(place: HTMLElement): void {
  let end = 0;
  const release = (): void => {
    window.clearTimeout(end);
    if (!pressed) return;
    pressed = false;
    // The click comes first.
    end = window.setTimeout(goOn, 0);
  };
  place.addEventListener(
    "pointerdown",
    () => {
      window.clearTimeout(end);
      pressed = true;
      end = window.setTimeout(release, LONGEST_PRESS_MS);
    },
    { capture: true },
  );
  for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, release, { capture: true });
}

export function drawn(place: HTMLElement, shown: Shown, panel: Panel, host: Host): void {
  waiting = () => draw(place, shown, panel, host);
  if (!pressed) goOn();
}

/** Taking away what has the focus is an event by itself, whose answer may be drawn only after this drawing. */
function goOn(): void {
  if (drawing) return;
  drawing = true;
  try {
    for (let next = waiting; next !== null; next = waiting) {
      waiting = null;
      next();
    }
  } finally {
    drawing = false;
  }
}

function draw(place: HTMLElement, shown: Shown, panel: Panel, host: Host): void {
  if (words === null || words.language !== shown.language) words = new Words(shown.language, shown.timeZone);
  const { phase } = shown;
  document.documentElement.lang = shown.language;
  document.title = words.text("title");
  const held = document.activeElement;
  const hadFocus = held !== null && held !== document.body && place.contains(held);
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
