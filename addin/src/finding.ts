// Search-as-you-type: asks after a pause, shows only the newest answer, walks the list by keys.

import type { ConcernKind, SearchHit } from "./contract";
import { ApiFailure, type Api, type Timer } from "./ports";
import type { Finder } from "./state";

const PAUSE_MS = 220;
/** A search that failed is asked again while its field stays open. */
const AGAIN_MS = [1_500, 4_000, 10_000] as const;

interface Question {
  readonly kind: ConcernKind;
  readonly query: string;
  readonly attendees: readonly string[];
}

export class Finding {
  private finder: Finder | null = null;
  private asked = 0;
  private cancel: (() => void) | null = null;

  constructor(
    private readonly api: Api,
    private readonly timer: Timer,
    private readonly show: (finder: Finder | null) => void,
  ) {}

  /** An empty query asks for suggestions at once. */
  ask(kind: ConcernKind, query: string, attendees: readonly string[]): void {
    const isSame = this.finder?.kind === kind;
    if (isSame && this.finder?.query === query && this.finder.state !== "failed") return;
    this.cancel?.();
    const number = ++this.asked;
    const items = isSame && this.finder !== null ? this.finder.items : [];
    this.set({ kind, query, items, complete: true, state: "asking", active: -1 });
    this.cancel = this.timer.after(query === "" ? 0 : PAUSE_MS, () => void this.fetch(number, { kind, query, attendees }, 0));
  }

  move(by: number): void {
    const { finder } = this;
    if (finder === null || finder.items.length === 0) return;
    const count = finder.items.length;
    this.set({ ...finder, active: by === 0 ? -1 : (finder.active + by + (finder.active < 0 && by < 0 ? 1 : 0) + count) % count });
  }

  end(): void {
    this.cancel?.();
    this.asked += 1;
    if (this.finder !== null) this.set(null);
  }

  private async fetch(number: number, question: Question, failures: number): Promise<void> {
    const { kind, query, attendees } = question;
    try {
      const { items, complete } = await this.api.search(kind, query, attendees);
      if (number !== this.asked) return;
      // A server that has just begun to read Raynet's records knows nothing yet, which is not "there is none".
      const wait = items.length === 0 && !complete ? AGAIN_MS[failures] : undefined;
      if (wait === undefined) this.set({ kind, query, items, complete, state: "found", active: this.standsOn(items) });
      else this.cancel = this.timer.after(wait, () => void this.fetch(number, question, failures + 1));
    } catch (failure) {
      if (number !== this.asked) return;
      this.set({ kind, query, items: [], complete: true, state: "failed", active: -1 });
      const wait = AGAIN_MS[failures];
      if (wait === undefined || (failure instanceof ApiFailure && !failure.isTransient)) return;
      const asked = failure instanceof ApiFailure ? failure.retryAfterMs : 0;
      this.cancel = this.timer.after(Math.max(wait, asked), () => void this.fetch(number, question, failures + 1));
    }
  }

  /** Who has walked down the list stays on the same record when the next answer still has it. */
  private standsOn(items: readonly SearchHit[]): number {
    const before = this.finder?.items[this.finder.active];
    return before === undefined ? -1 : items.findIndex((one) => one.kind === before.kind && one.id === before.id);
  }

  private set(finder: Finder | null): void {
    this.finder = finder;
    this.show(finder);
  }
}
