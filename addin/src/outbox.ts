// Changes of a linked activity on their way to the server: gathered briefly, sent once, repeated under the same id.

import type { Changes } from "./contract";
import { troubleOf } from "./panel";
import { ApiFailure, SignInFailure, type Timer } from "./ports";
import type { Saving } from "./state";

const PAUSE_MS = 300;
const BACKOFF_MS = [2_000, 4_000, 8_000, 16_000, 30_000, 60_000] as const;

export interface Carrier {
  readonly send: (changeId: string, changes: Changes) => Promise<void>;
  readonly state: (saving: Saving) => void;
  /** The server will never take them: show what stands there. */
  readonly refused: (failure: unknown) => void;
}

export class Outbox {
  private waiting: Changes | null = null;
  private sending: { readonly changeId: string; readonly changes: Changes } | null = null;
  private failures = 0;
  private cancel: (() => void) | null = null;
  private busy = false;
  private stopped = false;

  constructor(
    private readonly timer: Timer,
    private readonly carrier: Carrier,
  ) {}

  /** Something is not confirmed yet. */
  get isBusy(): boolean {
    return this.waiting !== null || this.sending !== null;
  }

  add(changes: Changes): void {
    this.waiting = { ...this.waiting, ...changes };
    this.carrier.state({ kind: "busy" });
    if (this.sending === null) this.in(PAUSE_MS);
  }

  again(): void {
    if (this.isBusy && !this.busy) this.in(0);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private in(ms: number): void {
    this.cancel?.();
    if (!this.stopped) this.cancel = this.timer.after(ms, () => void this.deliver());
  }

  private async deliver(): Promise<void> {
    if (this.busy) return;
    if (this.sending === null) {
      if (this.waiting === null) return;
      this.sending = { changeId: this.timer.newId(), changes: this.waiting };
      this.waiting = null;
    }
    const { changeId, changes } = this.sending;
    this.busy = true;
    try {
      await this.carrier.send(changeId, changes);
      this.done();
      if (this.waiting === null) this.carrier.state({ kind: "rest" });
      else this.in(0);
    } catch (failure) {
      this.failed(failure);
    } finally {
      this.busy = false;
    }
  }

  private done(): void {
    this.sending = null;
    this.failures = 0;
  }

  private failed(failure: unknown): void {
    const isTransient = failure instanceof ApiFailure && failure.isTransient;
    if (isSignedOut(failure)) {
      // Kept: it goes on when somebody has signed in.
      this.carrier.refused(failure);
      return;
    }
    if (!isTransient) {
      this.done();
      this.waiting = null;
      this.carrier.state({ kind: "failed", trouble: troubleOf(failure), retrying: false, isLost: true });
      this.carrier.refused(failure);
      return;
    }
    const wait = Math.max(BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] ?? 60_000, failure.retryAfterMs);
    this.failures += 1;
    this.carrier.state({ kind: "failed", trouble: troubleOf(failure), retrying: true, isLost: true });
    this.in(wait);
  }
}

/** Nobody is signed in, or somebody who may not. */
export function isRefusal(failure: unknown): boolean {
  return isSignedOut(failure) || (failure instanceof ApiFailure && failure.status === 403);
}

/** Whether a failure means that the person has to sign in again. */
export function isSignedOut(failure: unknown): boolean {
  return failure instanceof SignInFailure || (failure instanceof ApiFailure && failure.status === 401);
}
