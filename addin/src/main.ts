// The panel's page: Outlook, server and sign-in put together, and what they come to drawn.

import { anonymous, ServerApi } from "./api";
import { SignIn } from "./auth";
import { outlook } from "./office";
import { Panel } from "./panel";
import type { Host, Timer } from "./ports";
import { applyTheme } from "./theme";
import { drawn, standStillWhilePressed } from "./view/draw";

declare global {
  interface Window {
    rosGate: { readonly blocked: boolean; alive(): void };
  }
}

const timer: Timer = {
  now: () => Date.now(),
  after: (ms, work) => {
    const id = window.setTimeout(work, ms);
    return () => window.clearTimeout(id);
  },
  newId: () => uuid(),
  newSecret: () => base64url(crypto.getRandomValues(new Uint8Array(48))),
};

/** Fact: randomUUID exists only in secure contexts of engines since 2021 [doc]; older WebView2 lacks it. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function started(host: Host): Panel {
  const language = /^(cs|sk)/i.test(host.language) ? "cs" : "en";
  const place = document.getElementById("panel");
  if (place === null) throw new Error("no place to draw");
  standStillWhilePressed(place);
  const panel: Panel = new Panel(
    {
      host,
      timer,
      connect: async () => {
        const config = await anonymous.config();
        const auth = new SignIn(config, anonymous.exchange, timer);
        return { auth, api: new ServerApi(auth, host.facts, language), policies: config.carriers };
      },
    },
    (shown) => drawn(place, shown, panel, host),
  );
  return panel;
}

async function main(): Promise<void> {
  if (window.rosGate.blocked) return;
  const host = await outlook();
  window.rosGate.alive();
  applyTheme(host.background());
  host.onThemeChanged(() => applyTheme(host.background()));
  const panel = started(host);
  // Some clients only hide the page; both come when the form goes away, as far as anything comes.
  window.addEventListener("pagehide", () => panel.close());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && panel.woken());
  // A page that comes back from the browser's cache has said its last word already.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  performance.mark("ros-office-ready");
  await panel.start();
  performance.mark("ros-usable");
}

// Outside of Outlook nothing answers: the watchdog of the first script says so.
main().catch((failure: unknown) => console.error(failure instanceof Error ? failure.message : "panel"));
