// Every page but the form: loading, sign-in, consent, registration, and the plain reasons why there is no form.

import type { Panel } from "../panel";
import type { Host } from "../ports";
import type { Phase, Trouble } from "../state";
import { h, type Child, type VNode } from "./dom";
import { icon } from "./icons";
import type { TextKey, Words } from "./words";

type Plain = Exclude<Phase, { kind: "form" }>;

export function page(words: Words, phase: Plain, panel: Panel, host: Host): readonly Child[] {
  switch (phase.kind) {
    case "loading":
      return [skeleton(words)];
    case "sign_in":
      return [signIn(words, phase, panel)];
    case "mismatch":
      return [
        notice(
          words.text("mismatch.title"),
          h("p", {}, words.text("mismatch.text", { account: phase.account, mailbox: phase.mailbox })),
          h("p", { class: "quiet" }, words.text("mismatch.help", { account: phase.account, mailbox: phase.mailbox })),
          button(words.text("trouble.again"), () => void panel.start(), "secondary"),
        ),
      ];
    case "consent":
      return [consent(words, phase, panel)];
    case "register":
      return [registration(words, phase, panel)];
    case "excluded":
      return [
        notice(
          words.text("excluded.title"),
          h("p", {}, words.text(`excluded.${phase.reason}`)),
          h("p", { class: "quiet" }, words.text(`excluded.${phase.reason}_help`)),
          phase.openUrl === null ? null : openLink(words, phase.openUrl, host),
        ),
      ];
    case "trouble":
      return [trouble(words, phase.trouble, phase.retrying, panel)];
  }
}

function skeleton(words: Words): VNode {
  return h("div", { class: "skeleton", role: "status" }, h("h1", { class: "unseen" }, words.text("loading")), ...Array.from({ length: 5 }, () => h("i")));
}

export function notice(title: string, ...children: readonly Child[]): VNode {
  return h("section", { class: "notice", "aria-labelledby": "page-title" }, h("h1", { id: "page-title", tabindex: -1, "data-home": true }, title), ...children);
}

export function button(text: string, work: () => void, kind = "primary", disabled = false): VNode {
  // A busy button keeps its focus: it says that it is disabled and does nothing.
  return h("button", { key: text, type: "button", class: kind, "aria-disabled": disabled ? "true" : null, onclick: () => (disabled ? undefined : work()) }, text);
}

/** null for an address that no browser should open from here. */
export function openLink(words: Words, url: string, host: Host): VNode | null {
  if (!/^https?:\/\//i.test(url)) return null;
  const open = (event: Event): void => {
    event.preventDefault();
    host.openOutside(url);
  };
  return h("a", { class: "crm", href: url, target: "_blank", rel: "noopener", onclick: open }, icon("open"), h("span", {}, words.text("form.open")));
}

/** What went wrong, and what to tell support. */
export function troubleText(words: Words, trouble: Trouble): readonly Child[] {
  const own = `problem.${trouble.code}`;
  const text = own === "problem.firm_unknown" || own === "problem.account_unsupported" ? words.text(own) : trouble.cause === "refused" && trouble.texts !== null ? trouble.texts[words.language] : words.text(`trouble.${trouble.cause}`);
  return [h("span", {}, text), trouble.supportCode === "" ? null : h("span", { class: "code" }, words.text("trouble.code", { code: trouble.supportCode }))];
}

function trouble(words: Words, what: Trouble, retrying: boolean, panel: Panel): VNode {
  return notice(
    words.text(what.code === "firm_unknown" ? "excluded.title" : "trouble.title"),
    h("p", { class: "message error", role: "alert" }, ...troubleText(words, what)),
    retrying ? h("p", { class: "quiet" }, words.text("trouble.retrying")) : null,
    button(words.text("trouble.again"), () => void panel.start()),
  );
}

function signIn(words: Words, phase: Extract<Plain, { kind: "sign_in" }>, panel: Panel): VNode {
  const problem = phase.problem === null || phase.problem === "needs_click" ? null : phase.problem;
  return notice(
    words.text("signin.title"),
    h("p", {}, words.text("signin.text")),
    problem === null ? null : h("p", { class: "message error", role: "alert" }, words.text(`signin.${problem}`)),
    button(words.text(phase.busy ? "signin.busy" : "signin.button"), () => void panel.signIn(), "primary", phase.busy),
  );
}

function consent(words: Words, phase: Extract<Plain, { kind: "consent" }>, panel: Panel): VNode {
  const text = words.language === "cs" ? phase.wording.text_cs : phase.wording.text_en;
  return notice(
    words.text("consent.title"),
    h("p", { class: "quiet" }, words.text("consent.account", { account: phase.account })),
    ...text.split(/\n+/).map((paragraph, number) => h("p", { key: number }, paragraph)),
    phase.trouble === null ? null : h("p", { class: "message error", role: "alert" }, ...troubleText(words, phase.trouble)),
    button(words.text("consent.button"), () => void panel.giveConsent(), "primary", phase.busy),
    h("p", { class: "quiet" }, words.text("consent.later")),
  );
}

const HELP: Readonly<Record<string, TextKey>> = {
  registration_waiting: "register.waiting_help",
  registration_rejected: "register.rejected_help",
  licence_expired: "register.licence_help",
};

function registration(words: Words, phase: Extract<Plain, { kind: "register" }>, panel: Panel): VNode {
  const state = phase.state === "ready" || phase.state === "consent_missing" ? "not_registered" : phase.state;
  const help = HELP[state];
  return notice(
    words.text(state === "licence_expired" ? "register.licence_title" : "register.title"),
    h("p", {}, words.text(`register.${state}`, { account: phase.account })),
    help === undefined ? null : h("p", { class: "quiet" }, words.text(help)),
    phase.trouble === null ? null : h("p", { class: "message error", role: "alert" }, ...troubleText(words, phase.trouble)),
    state === "not_registered"
      ? button(words.text("register.button"), () => void panel.register(), "primary", phase.busy)
      : button(words.text("trouble.again"), () => void panel.start(), "secondary"),
  );
}
