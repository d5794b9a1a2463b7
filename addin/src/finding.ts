// Search-as-you-type: asks after a pause, shows only the newest answer, walks the list by keys.

import type { ConcernKind } from "./contract";
import type { Api, Timer } from "./ports";
import type { Finder } from "./state";

const PAUSE_MS = 220;

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
    this.cancel = this.timer.after(query === "" ? 0 : PAUSE_MS, () => void this.fetch(number, kind, query, attendees));
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

  private async fetch(number: number, kind: ConcernKind, query: string, attendees: readonly string[]): Promise<void> {
    try {
      const { items, complete } = await this.api.search(kind, query, attendees);
      if (number === this.asked) this.set({ kind, query, items, complete, state: "found", active: -1 });
    } catch {
      if (number === this.asked) this.set({ kind, query, items: [], complete: true, state: "failed", active: -1 });
    }
  }

  private set(finder: Finder | null): void {
    this.finder = finder;
    this.show(finder);
  }
}
