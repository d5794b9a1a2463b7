// From opening to the form: who is here, may they, and what is this event. No DOM.

import type { Bootstrap, CarrierPolicy, EventRef } from "./contract";
import { EventForm } from "./form";
import { ApiFailure, HostFailure, SignInFailure, type Api, type Auth, type Host, type Timer } from "./ports";
import type { LocalReason, Phase, Shown, Trouble } from "./state";

const RETRY_MS = [3_000, 6_000, 12_000, 30_000, 60_000] as const;
/** Refusals that the first page explains better than any message: a seat or a licence that went while the form was open. */
const EXPLAINED: ReadonlySet<string> = new Set(["not_registered", "registration_waiting", "registration_rejected", "consent_missing", "licence_expired"]);
const EXPLAIN_EVERY_MS = 10_000;

export interface Parts {
  readonly host: Host;
  readonly timer: Timer;
  /** Made once the server has said how to sign in. */
  readonly connect: () => Promise<Connection>;
}

export interface Connection {
  readonly api: Api;
  readonly auth: Auth;
  readonly policies: readonly CarrierPolicy[];
}

export class Panel {
  shown: Shown;
  form: EventForm | null = null;
  private connection: Connection | null = null;
  private attempts = 0;
  private cancelRetry: (() => void) | null = null;
  private explainedAt = Number.NEGATIVE_INFINITY;
  private watches = false;

  constructor(
    private readonly parts: Parts,
    private readonly draw: (shown: Shown) => void,
  ) {
    const { language, timeZone } = parts.host;
    this.shown = { language: /^(cs|sk)/i.test(language) ? "cs" : "en", timeZone, phase: { kind: "loading" } };
  }

  async start(): Promise<void> {
    this.cancelRetry?.();
    this.cancelRetry = null;
    const { host } = this.parts;
    try {
      const reason = await localReason(host);
      if (reason !== null) {
        this.exclude(reason);
        if (reason === "not_organizer") await this.offerLink();
        return;
      }
      const { api } = await this.connected();
      await this.enter(await api.bootstrap());
      this.attempts = 0;
    } catch (failure) {
      this.failed(failure);
    }
  }

  async signIn(): Promise<void> {
    if (this.connection === null) return this.start();
    this.show({ kind: "sign_in", problem: null, busy: true });
    try {
      await this.connection.auth.signIn(this.shown.language);
    } catch (failure) {
      this.show({ kind: "sign_in", problem: failure instanceof SignInFailure ? failure.problem : "failed", busy: false });
      return;
    }
    await this.start();
  }

  async giveConsent(): Promise<void> {
    const { phase } = this.shown;
    if (phase.kind !== "consent" || phase.busy) return;
    await this.answering(phase, (api) => api.giveConsent(phase.wording.version, this.shown.language));
  }

  async register(): Promise<void> {
    const { phase } = this.shown;
    if (phase.kind !== "register" || phase.busy) return;
    await this.answering(phase, (api) => api.register());
  }

  close(): void {
    this.form?.close();
  }

  woken(): void {
    this.form?.woken();
  }

  // --- within ---

  private async connected(): Promise<Connection> {
    this.connection ??= await this.parts.connect();
    return this.connection;
  }

  private async answering(phase: Extract<Phase, { kind: "consent" | "register" }>, ask: (api: Api) => Promise<Bootstrap>): Promise<void> {
    this.show({ ...phase, busy: true, trouble: null });
    try {
      const { api } = await this.connected();
      await this.enter(await ask(api));
    } catch (failure) {
      if (failure instanceof ApiFailure && failure.status === 412) return this.start();
      if (failure instanceof ApiFailure) this.show({ ...phase, busy: false, trouble: troubleOf(failure) });
      else this.failed(failure);
    }
  }

  private async enter(known: Bootstrap): Promise<void> {
    const { host } = this.parts;
    if (!sameMailbox(known, host.address)) {
      this.show({ kind: "mismatch", account: known.account, mailbox: host.address });
    } else if (known.state === "consent_missing") {
      this.show({ kind: "consent", account: known.account, wording: known.consent, busy: false, trouble: null });
    } else if (known.state !== "ready" || known.options === null) {
      this.show({ kind: "register", state: known.state, account: known.account || host.address, busy: false, trouble: null });
      // An administrator may decide while the panel is open.
      if (known.state === "registration_waiting") this.later(() => void this.start());
    } else {
      const { api, policies } = await this.connected();
      if (this.form?.carryOn(known.account)) return;
      this.form?.close();
      this.form = new EventForm({ ...this.parts, api, policies }, known.options, known, {
        draw: (form) => this.show({ kind: "form", form }),
        excluded: (reason) => this.exclude(reason),
        failed: (failure) => this.failed(failure),
      });
      await this.form.open();
    }
  }

  private exclude(reason: LocalReason): void {
    this.show({ kind: "excluded", reason, openUrl: null });
    if (reason !== "series" || this.watches) return;
    // A recurrence can be turned off again in the same form.
    this.watches = true;
    this.parts.host.onItemChanged(() => {
      const { phase } = this.shown;
      if (phase.kind === "excluded" && phase.reason === "series") void this.start();
    });
  }

  /** Somebody else's meeting may still be in Raynet: show the way there, quietly. */
  private async offerLink(): Promise<void> {
    try {
      const event: EventRef | null = await this.parts.host.eventRef();
      const { api } = await this.connected();
      const activity = event === null ? null : (await api.readEvent(event)).activity;
      if (activity !== null) this.show({ kind: "excluded", reason: "not_organizer", openUrl: activity.open_url });
    } catch (failure) {
      if (!(failure instanceof ApiFailure || failure instanceof SignInFailure || failure instanceof HostFailure)) throw failure;
    }
  }

  private failed(failure: unknown): void {
    if (failure instanceof SignInFailure) {
      this.show({ kind: "sign_in", problem: failure.problem === "needs_click" ? null : failure.problem, busy: false });
      return;
    }
    if (failure instanceof ApiFailure && failure.status === 401) {
      this.show({ kind: "sign_in", problem: "failed", busy: false });
      return;
    }
    const now = this.parts.timer.now();
    if (failure instanceof ApiFailure && EXPLAINED.has(failure.code) && now - this.explainedAt >= EXPLAIN_EVERY_MS) {
      this.explainedAt = now;
      void this.start();
      return;
    }
    const trouble = troubleOf(failure);
    const retrying = trouble.cause !== "refused";
    this.show({ kind: "trouble", trouble, retrying });
    if (retrying) this.later(() => void this.start(), failure instanceof ApiFailure ? failure.retryAfterMs : 0);
  }

  private later(work: () => void, atLeast = 0): void {
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)] ?? 60_000;
    this.attempts += 1;
    this.cancelRetry?.();
    this.cancelRetry = this.parts.timer.after(Math.max(wait, atLeast), work);
  }

  private show(phase: Phase): void {
    this.shown = { ...this.shown, phase };
    this.draw(this.shown);
  }
}

export function troubleOf(failure: unknown): Trouble {
  if (failure instanceof ApiFailure) {
    const cause = failure.status === 0 ? "offline" : failure.status === 429 ? "busy" : failure.isTransient ? "server" : "refused";
    return { cause, code: failure.code, supportCode: failure.supportCode, texts: failure.texts };
  }
  const code = failure instanceof HostFailure ? `office_${failure.code}` : "panel";
  return { cause: "server", code, supportCode: code, texts: null };
}

async function localReason(host: Host): Promise<LocalReason | null> {
  if (host.form === "none") return "unsupported_form";
  // What the client does not answer is no reason to refuse; the server looks again when the event arrives.
  const [series, shared, organizer] = await Promise.all([
    host.isSeries().catch(() => false),
    host.form === "compose" ? host.isShared().catch(() => false) : false,
    host.organizer().catch(() => null),
  ]);
  if (series) return "series";
  if (shared) return "shared_calendar";
  const foreign = organizer !== null && organizer !== "" && host.address !== "" && organizer.toLowerCase() !== host.address.toLowerCase();
  if (host.form === "read") return "not_organizer";
  return foreign ? "shared_calendar" : null;
}

function sameMailbox(known: Bootstrap, mailbox: string): boolean {
  const addresses = (known.addresses ?? []).map((one) => one.toLowerCase());
  return mailbox === "" || addresses.length === 0 || addresses.includes(mailbox.toLowerCase());
}
