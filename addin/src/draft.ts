// The protocol by which choices for an event that is not saved yet reach the server exactly once: a pure machine.
//
// An unsaved event has no id, and making it saved would leave a real event behind, so the choices wait on the server
// under an id made here, with the event's subject and times to recognise it by (outlook-addin §0, §5). Every version
// sent has a number; the server keeps the highest, so that repeating is harmless. Nothing is sent for a panel that was
// only opened. While the form stays open the same version is sent every few seconds, so that the server knows it is: as
// long as somebody may still say what an event is, a new event without a draft waits for it.

import type { Choices, EventRef, Fingerprint } from "./contract";

const LONG_AGO = Number.NEGATIVE_INFINITY;
const BACKOFF_MS = [2_000, 4_000, 8_000, 16_000, 30_000, 60_000] as const;

/** What one kind of Outlook needs, as the server says. */
export interface Pace {
  readonly debounceMs: number;
  readonly beatMs: number;
  /** This Outlook keeps hidden properties in the form and writes them with the event: they may be set before. */
  readonly marksUnsaved: boolean;
}

export interface DraftBody {
  readonly rev: number;
  readonly choices: Choices;
  readonly fingerprint: Fingerprint;
  readonly event: EventRef | null;
  /** Opens the one report that can carry no sign-in. */
  readonly secret: string;
}

export interface Draft {
  readonly draftId: string;
  readonly pace: Pace;
  readonly secret: string;
  readonly choices: Choices | null;
  readonly fingerprint: Fingerprint | null;
  readonly event: EventRef | null;
  /** The newest version that was sent at least once; `sent` is its content. */
  readonly rev: number;
  readonly sent: DraftBody | null;
  /** The newest version that the server took. */
  readonly stored: number;
  readonly inFlight: boolean;
  /** When the content last changed, until it is sent. */
  readonly changedAt: number | null;
  readonly heardAt: number;
  readonly failures: number;
  readonly retryAt: number | null;
  /** `elsewhere`: another window wrote another version. */
  readonly step: "open" | "bound" | "applied" | "expired" | "elsewhere";
  /** What the draft's id was written into. */
  readonly marked: "nothing" | "form" | "event";
}

export type DraftEvent =
  | { readonly kind: "chosen"; readonly choices: Choices; readonly at: number }
  | { readonly kind: "read"; readonly fingerprint: Fingerprint; readonly at: number }
  | { readonly kind: "saved"; readonly event: EventRef; readonly at: number }
  | {
      readonly kind: "answered";
      readonly rev: number;
      readonly accepted: boolean;
      readonly step: "open" | "bound" | "applied" | "expired";
      readonly at: number;
    }
  | { readonly kind: "failed"; readonly at: number; readonly waitMs?: number }
  | { readonly kind: "retry"; readonly at: number }
  | { readonly kind: "tick"; readonly at: number }
  /** The page is seen again: its timers may have slept. */
  | { readonly kind: "woken" }
  | { readonly kind: "closing" };

export type DraftEffect =
  | { readonly kind: "put"; readonly body: DraftBody }
  /** Write the draft's id into the event's hidden properties, where the client's policy allows. */
  | { readonly kind: "mark" }
  | { readonly kind: "beacon"; readonly body: DraftBody };

export interface Step {
  readonly draft: Draft;
  readonly effects: readonly DraftEffect[];
}

export function newDraft(draftId: string, secret: string, pace: Pace): Draft {
  return {
    draftId,
    pace,
    secret,
    choices: null,
    fingerprint: null,
    event: null,
    rev: 0,
    sent: null,
    stored: 0,
    inFlight: false,
    changedAt: null,
    heardAt: 0,
    failures: 0,
    retryAt: null,
    step: "open",
    marked: "nothing",
  };
}

/**
 * Takes up what an earlier panel in the same form, or another window, left on the server: the numbers go on. The server
 * hears of it at once: the earlier panel has said that it closes.
 */
export function resumed(draft: Draft, rev: number, choices: Choices): Draft {
  return { ...draft, rev, stored: rev, sent: null, choices, inFlight: false, changedAt: null, retryAt: null, heardAt: LONG_AGO, step: "open" };
}

export function step(draft: Draft, event: DraftEvent): Step {
  switch (event.kind) {
    case "chosen":
      return later({ ...draft, choices: event.choices }, event.at);
    case "read":
      return same(draft.fingerprint, event.fingerprint) ? still(draft) : later({ ...draft, fingerprint: event.fingerprint }, event.at);
    case "saved":
      // Binding by id needs no patience: whoever saved may close the form next.
      return same(draft.event, event.event) ? still(draft) : send(later({ ...draft, event: event.event }, event.at).draft, event.at);
    case "answered":
      return answered(draft, event);
    case "failed": {
      const wait = Math.max(event.waitMs ?? 0, BACKOFF_MS[Math.min(draft.failures, BACKOFF_MS.length - 1)] ?? 60_000);
      return still({ ...draft, inFlight: false, failures: draft.failures + 1, retryAt: event.at + wait });
    }
    case "retry":
      return send({ ...draft, retryAt: null }, event.at);
    case "tick":
      return due(draft, event.at) ? send(draft, event.at) : still(draft);
    case "woken":
      return still({ ...draft, heardAt: LONG_AGO });
    case "closing":
      return closing(draft);
  }
}

/** Whether something that the user chose has not reached the server yet. */
export function isUnsent(draft: Draft): boolean {
  return draft.choices !== null && isLive(draft) && (draft.inFlight || draft.changedAt !== null || draft.stored < draft.rev);
}

function isLive(draft: Draft): boolean {
  return draft.step === "open" || draft.step === "bound";
}

function still(draft: Draft): Step {
  return { draft, effects: [] };
}

function later(draft: Draft, at: number): Step {
  return still(draft.choices === null ? draft : { ...draft, changedAt: at });
}

function due(draft: Draft, at: number): boolean {
  if (draft.retryAt !== null) return at >= draft.retryAt;
  if (draft.changedAt !== null) return at >= draft.changedAt + draft.pace.debounceMs;
  return draft.stored > 0 && draft.step === "open" && at >= draft.heardAt + draft.pace.beatMs;
}

function send(draft: Draft, at: number): Step {
  if (draft.choices === null || draft.fingerprint === null || draft.inFlight || !isLive(draft)) return still(draft);
  if (draft.retryAt !== null && at < draft.retryAt) return still(draft);
  const body = nextBody(draft, draft.choices, draft.fingerprint);
  return {
    draft: { ...draft, rev: body.rev, sent: body, inFlight: true, changedAt: null, retryAt: null },
    effects: [{ kind: "put", body }],
  };
}

/** The same content keeps its number, whether it is sent again after a failure or as a sign of life. */
function nextBody(draft: Draft, choices: Choices, fingerprint: Fingerprint): DraftBody {
  const { sent } = draft;
  const isSame = sent !== null && same(sent.choices, choices) && same(sent.fingerprint, fingerprint) && same(sent.event, draft.event);
  return { rev: isSame ? draft.rev : draft.rev + 1, choices, fingerprint, event: draft.event, secret: draft.secret };
}

function answered(draft: Draft, event: Extract<DraftEvent, { kind: "answered" }>): Step {
  if (!event.accepted) return still({ ...draft, inFlight: false, step: "elsewhere", changedAt: null, retryAt: null });
  const known: Draft = {
    ...draft,
    inFlight: false,
    stored: Math.max(draft.stored, event.rev),
    heardAt: event.at,
    failures: 0,
    retryAt: null,
    step: event.step,
  };
  const marked = known.event !== null ? "event" : known.pace.marksUnsaved && known.marked === "nothing" ? "form" : known.marked;
  const marks = marked !== known.marked && event.step !== "expired";
  const told: Draft = marks ? { ...known, marked } : known;
  const more = told.changedAt !== null ? send(told, event.at) : still(told);
  return marks ? { draft: more.draft, effects: [{ kind: "mark" }, ...more.effects] } : more;
}

/** Also when all is said: nobody needs to wait for a panel that is gone, whether its event was saved or given up. */
function closing(draft: Draft): Step {
  if (draft.stored === 0 || draft.choices === null || draft.fingerprint === null) return still(draft);
  if (!isUnsent(draft) && draft.step !== "open") return still(draft);
  const body = nextBody(draft, draft.choices, draft.fingerprint);
  return { draft: { ...draft, rev: body.rev, sent: body }, effects: [{ kind: "beacon", body }] };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
