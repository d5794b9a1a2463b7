// What the panel needs from Outlook, from our server and from the sign-in, in its own terms.

import type {
  Bootstrap,
  Changes,
  Choices,
  ClientKind,
  Config,
  ConcernKind,
  DraftState,
  EventRef,
  EventState,
  Fingerprint,
  SearchResult,
  TrailEntry,
} from "./contract";
import type { DraftBody } from "./draft";

/** What support asks first. */
export interface ClientFacts {
  readonly kind: ClientKind;
  readonly host_version: string;
  readonly platform: string;
  readonly mailbox_set: string;
}

/** A host call that did not succeed. `code` is Office's own number, 0 for a call that never answered. */
export class HostFailure extends Error {
  constructor(
    readonly call: string,
    readonly code: number,
  ) {
    super(`${call}: ${code === 0 ? "no answer" : code}`);
  }
}

export interface Host {
  readonly facts: ClientFacts;
  readonly language: string;
  readonly timeZone: string;
  readonly address: string;
  /** `none`: there is no appointment to work with. */
  readonly form: "compose" | "read" | "none";
  /** null while the event is not saved. Fact: code 9046 says so, outlook-addin §0. */
  eventRef(): Promise<EventRef | null>;
  fingerprint(): Promise<Fingerprint>;
  isSeries(): Promise<boolean>;
  /** Address of the organizer; null where the client does not tell. */
  organizer(): Promise<string | null>;
  /** Addresses of those invited, as far as the client tells. */
  attendees(): Promise<readonly string[]>;
  isShared(): Promise<boolean>;
  /** Calls back when times or recurrence change; a change of the subject raises nothing. */
  onItemChanged(changed: () => void): void;
  readSession(name: string): Promise<string | null>;
  writeSession(name: string, value: string): Promise<void>;
  /** Puts the draft's id into the saved event's hidden properties. */
  mark(draftId: string): Promise<void>;
  openOutside(url: string): void;
  /** The page's background as the host wants it; null: the host says nothing, the system's preference holds. */
  background(): string | null;
  onThemeChanged(changed: () => void): void;
  /** One line above the event that stays when the panel closes. */
  warn(text: string): void;
}

/** A server call that did not succeed. */
export class ApiFailure extends Error {
  constructor(
    /** 0: no answer at all. */
    readonly status: number,
    readonly code: string,
    readonly requestId: string,
    readonly retryAfterMs = 0,
    readonly texts: { readonly cs: string; readonly en: string } | null = null,
  ) {
    super(`${status} ${code}`);
  }

  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** What a person reads to support. */
  get supportCode(): string {
    return this.requestId.slice(0, 8);
  }
}

export interface Api {
  config(): Promise<Config>;
  bootstrap(): Promise<Bootstrap>;
  giveConsent(version: string, language: "cs" | "en"): Promise<Bootstrap>;
  register(): Promise<Bootstrap>;
  search(kind: ConcernKind, query: string, attendees: readonly string[]): Promise<SearchResult>;
  readDraft(draftId: string): Promise<DraftState | null>;
  /** `ageSeconds`: how long ago the form was opened, so that a delivery that was held up still fits its event. */
  putDraft(draftId: string, body: DraftBody, client: ClientFacts, ageSeconds: number): Promise<DraftState>;
  lastWord(draftId: string, body: DraftBody, secret: string): void;
  readEvent(event: EventRef, formOpen?: boolean): Promise<EventState>;
  change(event: EventRef, changeId: string, changes: Changes): Promise<EventState>;
  unlink(event: EventRef, changeId: string): Promise<EventState>;
  relink(event: EventRef, changeId: string, choices: Choices | null): Promise<EventState>;
  syncNow(event: EventRef): Promise<EventState>;
  trail(event: EventRef): Promise<readonly TrailEntry[]>;
  restore(conflictId: string): Promise<EventState>;
}

export type SignInProblem = "needs_click" | "cancelled" | "failed" | "popup_blocked";

export class SignInFailure extends Error {
  constructor(
    readonly problem: SignInProblem,
    readonly detail: string,
  ) {
    super(`${problem}: ${detail}`);
  }
}

export interface Auth {
  /** A bearer token without any window; SignInFailure `needs_click` when a person has to act. */
  token(): Promise<string>;
  /** From a click only: windows may open. */
  signIn(language: string): Promise<void>;
  /** The server refused the token: never use it again. */
  forget(token: string): void;
}

export interface Timer {
  now(): number;
  /** Calls `work` after `ms`; the result cancels. */
  after(ms: number, work: () => void): () => void;
  newId(): string;
  newSecret(): string;
}
