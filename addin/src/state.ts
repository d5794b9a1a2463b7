// Everything that the panel shows, as one value. The views draw it; nobody else reads the page back.

import {
  NO_CHOICES,
  type Action,
  type Bootstrap,
  type Choices,
  type ConcernKind,
  type ConflictShown,
  type ConsentWording,
  type LinkedActivity,
  type Options,
  type Said,
  type SearchHit,
  type StatusCode,
  type TrailEntry,
  type UserState,
} from "./contract";
import type { SignInProblem } from "./ports";

/** Reasons that the panel finds by itself, before any question to the server. */
export type LocalReason = "series" | "shared_calendar" | "not_organizer" | "unsupported_form";

/** A failed exchange as people are told of it. */
export interface Trouble {
  readonly cause: "offline" | "server" | "busy" | "refused";
  readonly code: string;
  readonly supportCode: string;
  readonly texts: { readonly cs: string; readonly en: string } | null;
}

export type Phase =
  | { readonly kind: "loading" }
  | { readonly kind: "sign_in"; readonly problem: SignInProblem | null; readonly busy: boolean }
  | { readonly kind: "mismatch"; readonly account: string; readonly mailbox: string }
  | { readonly kind: "consent"; readonly account: string; readonly wording: ConsentWording; readonly busy: boolean; readonly trouble: Trouble | null }
  | { readonly kind: "register"; readonly state: UserState; readonly account: string; readonly busy: boolean; readonly trouble: Trouble | null }
  | { readonly kind: "excluded"; readonly reason: LocalReason; readonly openUrl: string | null }
  | { readonly kind: "trouble"; readonly trouble: Trouble; readonly retrying: boolean }
  | { readonly kind: "form"; readonly form: Form };

export type Saving =
  | { readonly kind: "rest" }
  | { readonly kind: "busy" }
  /** Nothing is being saved: both sides are being looked at. */
  | { readonly kind: "asking" }
  /** `retrying`: the panel goes on by itself. `isLost`: something chosen is not saved; else only the state is unknown. */
  | { readonly kind: "failed"; readonly trouble: Trouble; readonly retrying: boolean; readonly isLost: boolean }
  | { readonly kind: "elsewhere" };

export interface Finder {
  readonly kind: ConcernKind;
  readonly query: string;
  readonly items: readonly SearchHit[];
  readonly complete: boolean;
  readonly state: "asking" | "found" | "failed";
  readonly active: number;
}

export interface Form {
  readonly tab: "basic" | "detail";
  readonly options: Options;
  readonly account: string;
  /** What is shown as chosen: of the draft, or of the activity with what is on its way to it. */
  readonly choices: Choices;
  readonly activity: LinkedActivity | null;
  readonly status: StatusCode;
  readonly reason: Said | null;
  /** Why the calendar as a whole is not synchronised; null: it is. */
  readonly calendar: Said | null;
  readonly can: readonly Action[];
  /** Something chosen has not reached the server. */
  readonly unsent: boolean;
  readonly pending: boolean;
  readonly saving: Saving;
  readonly refused: readonly string[];
  readonly isCopy: boolean;
  readonly conflicts: readonly ConflictShown[];
  readonly trail: readonly TrailEntry[] | null;
  readonly lastSync: string | null;
  readonly finder: Finder | null;
  /** A question that is asked in the panel before something is done. */
  readonly confirming: "unlink" | "cancel" | null;
  /** The client of Outlook does not answer: the event's times cannot be read. */
  readonly hostSilent: boolean;
}

export interface Shown {
  readonly language: "cs" | "en";
  readonly timeZone: string;
  readonly phase: Phase;
}

/** A form of which nothing is known but who opened it. */
export function beginning(options: Options, known: Bootstrap): Form {
  return {
    tab: "basic",
    options,
    account: known.account,
    choices: NO_CHOICES,
    activity: null,
    status: "unknown",
    reason: null,
    calendar: known.sync === null || known.sync.code === "sync_running" ? null : known.sync,
    can: ["choose"],
    unsent: false,
    pending: false,
    saving: { kind: "rest" },
    refused: [],
    isCopy: false,
    conflicts: [],
    trail: null,
    lastSync: known.last_sync_at,
    finder: null,
    confirming: null,
    hostSilent: false,
  };
}

export function isUnsaved(saving: Saving): boolean {
  return saving.kind === "failed" && saving.isLost;
}

/** What stays above the event when the panel is gone. */
export function lastWarning(language: string): string {
  const isCzech = /^(cs|sk)/i.test(language);
  return isCzech ? "Volby z panelu Raynet CRM se nepodařilo uložit." : "Choices of the Raynet CRM panel could not be saved.";
}

/** First the type, then the rest: while nothing is linked and no type was chosen. */
export function asksForType(form: Form): boolean {
  return form.activity === null && form.choices.type === null && form.choices.linked && mayChoose(form);
}

/** Whether choices for this event can be taken at all. */
export function mayChoose(form: Form): boolean {
  return form.can.includes("choose") || (form.activity === null && form.can.includes("relink"));
}

export function isEditable(form: Form, what: "type" | "concerns" | "category" | "priority" | "status"): boolean {
  if (form.activity === null) return mayChoose(form) && form.choices.linked;
  return what !== "type" && form.choices.linked && form.can.includes("change") && form.activity.editable.includes(what);
}
