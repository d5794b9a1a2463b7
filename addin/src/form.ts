// The form of one event: a draft while Outlook has no id for it, the event itself afterwards. No DOM.

import {
  type ActivityType,
  type Bootstrap,
  type CarrierPolicy,
  type Changes,
  type Choices,
  type ConcernShown,
  type DraftState,
  type EventRef,
  type EventState,
  type Options,
  type SearchHit,
} from "./contract";
import { choicesOf, policyFor, withHit, withLabels } from "./choices";
import { isUnsent, newDraft, resumed, step, type Draft, type DraftEffect, type DraftEvent } from "./draft";
import { Finding } from "./finding";
import { isRefusal, isSignedOut, Outbox } from "./outbox";
import { troubleOf } from "./panel";
import { ApiFailure, HostFailure, type Api, type Host, type Timer } from "./ports";
import { beginning, isUnsaved, lastWarning, type Form, type LocalReason, type Saving } from "./state";

const TICK_MS = 250;
const SESSION_KEY = "draftId";

export interface FormParts {
  readonly host: Host;
  readonly api: Api;
  readonly timer: Timer;
  readonly policies: readonly CarrierPolicy[];
}

interface Screen {
  readonly draw: (form: Form) => void;
  readonly excluded: (reason: LocalReason) => void;
  readonly failed: (failure: unknown) => void;
}

export class EventForm {
  private form: Form;
  private draft: Draft;
  private event: EventRef | null = null;
  private readonly policy: CarrierPolicy;
  private readonly finding: Finding;
  private readonly outbox: Outbox;
  /** Everything that was known before is on the screen. */
  private opened = false;
  private closed = false;
  /** Nobody is signed in: nothing is asked and nothing is drawn, and what was chosen is kept. */
  private asleep = false;
  private looking = false;
  private cancelTick: () => void = () => undefined;
  private lookAt = 0;
  private beatAt = 0;
  private attendees: readonly string[] = [];
  private readonly openedAt: number;
  /** Counts what was done here: what was asked before it is no answer any more. */
  private deeds = 0;
  /** An act of the user's that did not get through; repeated under its own id. */
  private undone: (() => Promise<EventState>) | null = null;

  constructor(
    private readonly parts: FormParts,
    options: Options,
    known: Bootstrap,
    private readonly screen: Screen,
  ) {
    const { host, timer } = parts;
    this.openedAt = timer.now();
    this.policy = policyFor(parts.policies, host.facts.kind);
    const { debounce_ms, beat_seconds, draft_beat_seconds, custom_properties } = this.policy;
    const pace = { debounceMs: debounce_ms, beatMs: (draft_beat_seconds ?? beat_seconds) * 1000, marksUnsaved: custom_properties === "always" };
    this.draft = newDraft(timer.newId(), timer.newSecret(), pace);
    this.finding = new Finding(parts.api, timer, (finder) => this.put({ finder }));
    this.outbox = new Outbox(timer, {
      send: (changeId, changes) => this.sendChanges(changeId, changes),
      state: (saving) => this.put({ saving }),
      refused: (failure) => (isSignedOut(failure) ? this.trouble(failure) : void this.look(true)),
    });
    this.form = beginning(options, known);
  }

  /** Finds out what this event is, and goes on looking until closed. Raises ApiFailure and SignInFailure. */
  async open(): Promise<void> {
    const { host } = this.parts;
    const event = await host.eventRef().catch(() => null);
    if (event !== null) {
      this.event = event;
      this.draft = { ...this.draft, event };
      await this.lookAtServer(event, true);
    } else {
      await this.resume();
    }
    this.opened = true;
    this.put({});
    host.onItemChanged(() => void this.look(true));
    this.tick();
    void this.look(true);
  }

  /** The last words; the page is going away. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.outbox.stop();
    if (isUnsent(this.draft) && this.draft.failures > 0) this.parts.host.warn(lastWarning(this.parts.host.language));
    this.advance({ kind: "closing" });
    if (this.opened && this.event !== null) void this.parts.api.readEvent(this.event, false).catch(() => undefined);
  }

  /** The page is seen again. A browser lets the timers of a hidden one sleep for up to a minute. */
  woken(): void {
    if (this.closed || !this.opened) return;
    this.draft = step(this.draft, { kind: "woken" }).draft;
    void this.look(true);
  }

  /** After another sign-in of the same account: goes on where it stopped. False when this form is over, or never began. */
  carryOn(account: string): boolean {
    if (this.closed || !this.opened || account !== this.form.account) return false;
    this.asleep = false;
    this.put({ saving: { kind: this.outbox.isBusy ? "busy" : "rest" } });
    this.outbox.again();
    if (this.undone !== null) void this.acting(this.undone);
    if (isUnsent(this.draft)) this.advance({ kind: "retry", at: this.parts.timer.now() });
    this.tick();
    void this.look(true);
    return true;
  }

  // --- what the user does ---

  chooseTab(tab: Form["tab"]): void {
    this.finding.end();
    this.put({ tab });
  }

  chooseType(type: ActivityType): void {
    this.choose({ ...this.form.choices, type, linked: true });
  }

  choosePriority(priority: Choices["priority"]): void {
    this.choose({ ...this.form.choices, priority }, priority === null ? {} : { priority });
  }

  chooseCategory(category: number | null): void {
    this.choose({ ...this.form.choices, category }, category === null ? {} : { category });
  }

  chooseStatus(status: NonNullable<Choices["status"]>, confirmed = false): void {
    if (status === "CANCELLED" && !confirmed) return this.put({ confirming: "cancel" });
    this.put({ confirming: null });
    this.choose({ ...this.form.choices, status }, { status });
  }

  search(kind: ConcernShown["kind"], query: string): void {
    this.finding.ask(kind, query, this.attendees);
  }

  moveInList(by: number): void {
    this.finding.move(by);
  }

  endSearch(): void {
    this.finding.end();
  }

  pick(hit: SearchHit): void {
    this.finding.end();
    this.chooseConcerns(withHit(this.form.choices.concerns, hit));
  }

  drop(concern: ConcernShown): void {
    this.chooseConcerns(this.form.choices.concerns.filter((one) => one.kind !== concern.kind || one.id !== concern.id));
  }

  toggleLink(): void {
    const { activity, choices, can } = this.form;
    if (activity === null || this.event === null) {
      this.choose({ ...choices, linked: !choices.linked });
    } else if (can.includes("unlink")) {
      this.put({ confirming: this.form.confirming === "unlink" ? null : "unlink" });
    } else if (can.includes("relink")) {
      this.put({ choices: { ...choices, linked: true } });
      void this.relink(null);
    }
  }

  confirm(yes: boolean): void {
    const { confirming } = this.form;
    this.put({ confirming: null });
    const { event } = this;
    if (!yes) return;
    if (confirming === "cancel") this.chooseStatus("CANCELLED", true);
    if (confirming === "unlink" && event !== null) {
      const changeId = this.parts.timer.newId();
      this.put({ choices: { ...this.form.choices, linked: false } });
      void this.acting(() => this.parts.api.unlink(event, changeId));
    }
  }

  async syncNow(): Promise<void> {
    const { event } = this;
    if (event === null) return;
    // What is on its way is said first.
    if (!this.isOwing) this.put({ saving: { kind: "asking" } });
    try {
      this.take(await this.parts.api.syncNow(event));
      if (this.form.saving.kind === "asking") this.put({ saving: { kind: "rest" } });
      this.lookAt = this.parts.timer.now() + 1000;
    } catch (failure) {
      this.unknown(failure);
    }
  }

  async restore(conflictId: string): Promise<void> {
    await this.acting(() => this.parts.api.restore(conflictId));
  }

  async showTrail(open: boolean): Promise<void> {
    const { event } = this;
    if (!open || event === null) return this.put({ trail: null });
    this.put({ trail: [] });
    try {
      this.put({ trail: await this.parts.api.trail(event) });
    } catch (failure) {
      this.put({ trail: null });
      this.unknown(failure);
    }
  }

  /** After *Neuloženo – zkusit znovu*, and after another window wrote. */
  async again(): Promise<void> {
    if (this.form.saving.kind === "elsewhere" || this.draft.step === "elsewhere") {
      try {
        if (this.event !== null) await this.lookAtServer(this.event, true);
        if (this.draft.step === "elsewhere") await this.resume();
        this.put({ saving: { kind: "rest" } });
      } catch (failure) {
        this.unknown(failure);
      }
    } else if (this.undone !== null) {
      await this.acting(this.undone);
    } else if (this.event !== null && !isUnsent(this.draft)) {
      this.outbox.again();
      await this.look(true);
    } else {
      this.advance({ kind: "retry", at: this.parts.timer.now() });
    }
  }

  // --- choices on their way ---

  private choose(choices: Choices, changes: Changes = {}): void {
    const { event, form } = this;
    this.deeds += 1;
    this.undone = null;
    if (form.activity !== null && event !== null) {
      this.put({ choices });
      if (Object.keys(changes).length > 0) this.outbox.add(changes);
      return;
    }
    this.put({ choices });
    if (event !== null && !form.can.includes("choose") && choices.linked) {
      void this.relink(choices);
      return;
    }
    this.advance({ kind: "chosen", choices, at: this.parts.timer.now() });
  }

  private chooseConcerns(concerns: readonly ConcernShown[]): void {
    this.choose({ ...this.form.choices, concerns }, { concerns });
  }

  private async relink(choices: Choices | null): Promise<void> {
    const { event } = this;
    const changeId = this.parts.timer.newId();
    if (event !== null) await this.acting(() => this.parts.api.relink(event, changeId, choices));
  }

  private async sendChanges(changeId: string, changes: Changes): Promise<void> {
    if (this.event === null) return;
    const known = await this.parts.api.change(this.event, changeId, changes);
    this.deeds += 1;
    this.take(known);
  }

  private async acting(work: () => Promise<EventState>): Promise<void> {
    const { choices } = this.form;
    this.deeds += 1;
    this.undone = null;
    this.put({ saving: { kind: "busy" } });
    try {
      const known = await work();
      this.deeds += 1;
      this.take(known);
      this.put({ saving: { kind: "rest" } });
      this.lookAt = this.parts.timer.now() + 1000;
    } catch (failure) {
      // The switch shows what holds, not what was wished.
      const linked = this.form.activity === null ? choices.linked : !this.form.can.includes("relink");
      this.put({ choices: { ...this.form.choices, linked } });
      if (!(failure instanceof ApiFailure) || failure.isTransient) this.undone = work;
      this.trouble(failure);
    }
  }

  /** Something chosen is not known to be saved. */
  private get isOwing(): boolean {
    return this.outbox.isBusy || this.undone !== null || isUnsent(this.draft);
  }

  // --- the draft ---

  private async resume(): Promise<void> {
    const { host, api, timer } = this.parts;
    const kept = this.policy.session_data ? await host.readSession(SESSION_KEY).catch(() => null) : null;
    const draftId = this.draft.rev > 0 ? this.draft.draftId : kept;
    const known = draftId === null ? null : await api.readDraft(draftId);
    if (known !== null && known.step !== "expired") {
      this.draft = resumed({ ...this.draft, draftId: known.draft_id }, known.rev, known.choices);
      this.takeDraft(known);
    } else if (draftId !== null) {
      this.draft = newDraft(timer.newId(), timer.newSecret(), this.draft.pace);
    }
  }

  private advance(event: DraftEvent): void {
    const { draft, effects } = step(this.draft, event);
    const begins = this.draft.choices === null && draft.choices !== null;
    this.draft = draft;
    if (begins && this.policy.session_data) void this.parts.host.writeSession(SESSION_KEY, draft.draftId).catch(() => undefined);
    for (const effect of effects) this.perform(effect);
    this.put({});
  }

  private perform(effect: DraftEffect): void {
    switch (effect.kind) {
      case "put":
        void this.sendDraft(effect.body);
        return;
      case "mark":
        // A second way only: the server has the id already. Some clients fail here (outlook-addin §4).
        if (this.policy.custom_properties !== "never") void this.parts.host.mark(this.draft.draftId).catch(() => undefined);
        return;
      case "beacon":
        if (this.policy.beacon) this.parts.api.lastWord(this.draft.draftId, effect.body, effect.body.secret);
    }
  }

  private async sendDraft(body: Extract<DraftEffect, { kind: "put" }>["body"]): Promise<void> {
    const { api, host, timer } = this.parts;
    try {
      const answer = await api.putDraft(this.draft.draftId, body, host.facts, (timer.now() - this.openedAt) / 1000);
      this.advance({ kind: "answered", rev: body.rev, accepted: answer.accepted, step: answer.step, at: timer.now() });
      if (answer.accepted) this.takeDraft(answer);
      this.put({ saving: answer.accepted ? { kind: "rest" } : { kind: "elsewhere" } });
    } catch (failure) {
      const isFinal = failure instanceof ApiFailure && !failure.isTransient;
      this.advance({ kind: "failed", at: timer.now(), waitMs: failure instanceof ApiFailure ? failure.retryAfterMs : 0 });
      if (failure instanceof ApiFailure && failure.code === "draft_finished") {
        this.draft = { ...newDraft(timer.newId(), timer.newSecret(), this.draft.pace), choices: body.choices, fingerprint: body.fingerprint, event: body.event, changedAt: timer.now() };
        return;
      }
      if (isFinal) this.draft = { ...this.draft, retryAt: Number.MAX_SAFE_INTEGER };
      this.trouble(failure, !isFinal);
    }
  }

  private takeDraft(known: DraftState): void {
    const { step: at, choices } = known;
    this.put({
      // What was chosen since this version went out stays on the screen.
      ...(this.draft.changedAt === null && !this.draft.inFlight ? { choices: withLabels(choices, this.form.choices) } : {}),
      status: known.status,
      reason: known.reason,
      refused: known.refused,
      isCopy: known.is_copy,
      activity: known.activity,
    });
    if ((at === "bound" || at === "applied") && this.event !== null) void this.look(true);
  }

  // --- looking ---

  private tick(): void {
    if (this.closed || this.asleep) return;
    const { timer } = this.parts;
    this.advanceQuietly({ kind: "tick", at: timer.now() });
    if (timer.now() >= this.lookAt) void this.look(false);
    this.cancelTick();
    this.cancelTick = timer.after(TICK_MS, () => this.tick());
  }

  /** As `advance`, drawing only when something happens. */
  private advanceQuietly(event: DraftEvent): void {
    if (step(this.draft, event).effects.length > 0) this.advance(event);
  }

  private async look(now: boolean): Promise<void> {
    const { timer, host } = this.parts;
    if (this.closed || this.asleep || (this.looking && !now)) return;
    this.looking = true;
    this.lookAt = timer.now() + this.policy.poll_seconds * 1000;
    try {
      await this.lookAtHost(host);
      if (this.event !== null) await this.lookAtServer(this.event, now);
      this.put({ hostSilent: false });
    } catch (failure) {
      if (failure instanceof HostFailure) this.put({ hostSilent: failure.code === 0 });
      else this.unknown(failure, true);
    } finally {
      this.looking = false;
    }
  }

  private async lookAtHost(host: Host): Promise<void> {
    if (await host.isSeries().catch(() => false)) {
      this.close();
      this.screen.excluded("series");
      return;
    }
    const at = this.parts.timer.now();
    if (this.form.activity === null) this.advanceIfNew({ kind: "read", fingerprint: await host.fingerprint(), at });
    this.attendees = await host.attendees().catch(() => this.attendees);
    if (this.event !== null) return;
    const event = await host.eventRef();
    if (event === null) return;
    this.event = event;
    if (this.draft.choices !== null) this.advance({ kind: "saved", event, at });
  }

  private advanceIfNew(event: Extract<DraftEvent, { kind: "read" }>): void {
    if (JSON.stringify(event.fingerprint) !== JSON.stringify(this.draft.fingerprint)) this.advance(event);
  }

  private async lookAtServer(event: EventRef, now: boolean): Promise<void> {
    const at = this.parts.timer.now();
    const isMoving = this.form.pending || this.form.status === "saving" || this.form.status === "waiting_for_save" || this.form.status === "unknown";
    if (!now && !isMoving && at < this.beatAt) return;
    this.beatAt = at + this.policy.beat_seconds * 1000;
    const { deeds } = this;
    try {
      const known = await this.parts.api.readEvent(event, true);
      // What was asked before somebody chose is no answer: on a slow line it would take the choice back from the screen.
      if (deeds === this.deeds) this.take(known);
      else this.beatAt = this.lookAt = this.parts.timer.now();
    } catch (failure) {
      // Outlook gave the id before Exchange knows the event (cached mode); it will.
      if (!(failure instanceof ApiFailure) || (failure.code !== "event_not_saved" && failure.code !== "not_found")) throw failure;
    }
  }

  private take(known: EventState): void {
    // Perhaps only the answer was lost.
    if (known.pending || known.status !== this.form.status) this.undone = null;
    const isSettling = this.outbox.isBusy || isUnsent(this.draft) || (known.pending && this.form.activity !== null);
    const { draft, activity } = known;
    // The event got what another form chose: nothing comes of this one's draft any more.
    const isOthers = draft !== null && !draft.is_copy && draft.draft_id !== this.draft.draftId;
    if (isOthers && this.draft.rev > 0) this.draft = { ...this.draft, step: "applied" };
    const shown = activity !== null ? choicesOf(activity, !known.can.includes("relink")) : (draft?.choices ?? null);
    this.put({
      activity,
      status: known.status,
      reason: known.reason,
      can: known.can,
      pending: known.pending,
      conflicts: known.conflicts,
      lastSync: known.last_sync_at,
      refused: draft?.refused ?? [],
      isCopy: draft?.is_copy ?? false,
      ...(isSettling || shown === null ? {} : { choices: withLabels(shown, this.form.choices) }),
      ...(this.form.saving.kind === "failed" && !isSettling && this.undone === null ? { saving: { kind: "rest" } as Saving } : {}),
    });
  }

  // --- showing ---

  private trouble(failure: unknown, retrying = false): void {
    if (isRefusal(failure)) {
      if (!this.asleep) this.screen.failed(failure);
      this.asleep = true;
      return;
    }
    this.put({ saving: { kind: "failed", trouble: troubleOf(failure), retrying, isLost: true } });
  }

  /** A question without an answer. Nothing is lost by it, and what was said to be lost is still. */
  private unknown(failure: unknown, retrying = false): void {
    if (isRefusal(failure) || this.isOwing || isUnsaved(this.form.saving)) this.trouble(failure, retrying);
    else this.put({ saving: { kind: "failed", trouble: troubleOf(failure), retrying, isLost: false } });
  }

  private put(changes: Partial<Form>): void {
    this.form = { ...this.form, ...changes, unsent: isUnsent(this.draft) };
    if (!this.closed && !this.asleep) this.screen.draw(this.form);
  }
}
