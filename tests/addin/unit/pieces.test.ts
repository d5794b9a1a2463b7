// The panel's smaller parts without a browser: texts, zones, themes, changes on their way, search.

import assert from "node:assert/strict";
import { test } from "node:test";
import cs from "../../../addin/locales/cs.json";
import en from "../../../addin/locales/en.json";
import type { Changes, SearchResult } from "../../../addin/src/contract";
import { Finding } from "../../../addin/src/finding";
import { Outbox } from "../../../addin/src/outbox";
import { ApiFailure, type Api, type Timer } from "../../../addin/src/ports";
import type { Finder, Saving } from "../../../addin/src/state";
import { relativeLuminance } from "../../../addin/src/theme";
import { Words } from "../../../addin/src/view/words";
import { ianaZone } from "../../../addin/src/zones";

/** Time that passes when told. */
class Clock implements Timer {
  at = 0;
  private waiting: { at: number; work: () => void }[] = [];
  private ids = 0;
  now = (): number => this.at;
  newId = (): string => `id-${++this.ids}`;
  newSecret = (): string => "secret";
  after(ms: number, work: () => void): () => void {
    const entry = { at: this.at + ms, work };
    this.waiting.push(entry);
    return () => void (this.waiting = this.waiting.filter((one) => one !== entry));
  }
  async pass(ms: number): Promise<void> {
    const end = this.at + ms;
    for (;;) {
      const due = this.waiting.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.waiting = this.waiting.filter((one) => one !== due);
      this.at = due.at;
      due.work();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.at = end;
  }
}

test("both languages say the same things with the same values", () => {
  assert.deepEqual(Object.keys(en), Object.keys(cs));
  const values = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  for (const [key, text] of Object.entries(cs)) {
    assert.notEqual(text.trim(), "", key);
    assert.deepEqual(values(en[key as keyof typeof en]), values(text), key);
  }
});

test("Czech counts results as people do", () => {
  const words = new Words("cs", "");
  assert.deepEqual([0, 1, 3, 5].map((n) => words.count("results", n)), ["0 výsledků", "1 výsledek", "3 výsledky", "5 výsledků"]);
});

test("moments are told in the mailbox's zone, not the machine's", () => {
  const prague = new Words("cs", "Central Europe Standard Time").moment("2020-07-01T22:30:00Z");
  const tokyo = new Words("cs", "Tokyo Standard Time").moment("2020-07-01T22:30:00Z");
  assert.match(prague, /2\. 7\..*0?0:30/);
  assert.match(tokyo, /2\. 7\..*0?7:30/);
});

test("Windows zone names become IANA names, unknown ones none", () => {
  assert.equal(ianaZone("Central Europe Standard Time"), "Europe/Prague");
  assert.equal(ianaZone("Europe/Vienna"), "Europe/Vienna");
  assert.equal(ianaZone("Atlantis Standard Time"), null);
});

test("dark is told by luminance", () => {
  assert.ok((relativeLuminance("#1f1f1f") ?? 1) < 0.05);
  assert.ok((relativeLuminance("#FFFFFF") ?? 0) > 0.95);
  assert.equal(relativeLuminance("papayawhip"), null);
});

function outbox(clock: Clock, answers: (Error | null)[]) {
  const sent: [string, Changes][] = [];
  const states: Saving["kind"][] = [];
  let refused = 0;
  const box = new Outbox(clock, {
    send: async (changeId, changes) => {
      sent.push([changeId, changes]);
      const answer = answers.shift();
      if (answer) throw answer;
    },
    state: (saving) => void states.push(saving.kind),
    refused: () => void (refused += 1),
  });
  return { box, sent, states, refused: () => refused };
}

test("changes made together go together, later ones follow under an id of their own", async () => {
  const clock = new Clock();
  const { box, sent, states } = outbox(clock, []);
  box.add({ category: 2 });
  box.add({ priority: "CRITICAL" });
  await clock.pass(1_000);
  box.add({ category: 3 });
  await clock.pass(1_000);
  assert.deepEqual(sent, [["id-1", { category: 2, priority: "CRITICAL" }], ["id-2", { category: 3 }]]);
  assert.equal(states.at(-1), "rest");
});

test("an undelivered change is repeated under the same id until it arrives", async () => {
  const clock = new Clock();
  const { box, sent, states } = outbox(clock, [new ApiFailure(0, "no_answer", ""), new ApiFailure(503, "unavailable", "", 10_000)]);
  box.add({ category: 2 });
  await clock.pass(60_000);
  assert.deepEqual(sent.map(([id]) => id), ["id-1", "id-1", "id-1"]);
  assert.deepEqual(states, ["busy", "failed", "failed", "rest"]);
  assert.equal(box.isBusy, false);
});

test("a refused change is not repeated; what holds is shown", async () => {
  const clock = new Clock();
  const { box, sent, refused, states } = outbox(clock, [new ApiFailure(422, "invalid", "r")]);
  box.add({ category: 2 });
  await clock.pass(60_000);
  assert.equal(sent.length, 1);
  assert.equal(refused(), 1);
  assert.equal(states.at(-1), "failed");
});

test("a change that meets a signed-out user waits for the next sign-in", async () => {
  const clock = new Clock();
  const { box, sent, refused } = outbox(clock, [new ApiFailure(401, "token_expired", "r")]);
  box.add({ category: 2 });
  await clock.pass(60_000);
  assert.deepEqual([sent.length, refused(), box.isBusy], [1, 1, true]);
  box.again();
  await clock.pass(1_000);
  assert.deepEqual(sent.map(([id]) => id), ["id-1", "id-1"]);
  assert.equal(box.isBusy, false);
});

function finding(clock: Clock, search: (query: string) => Promise<SearchResult>) {
  const shown: (Finder | null)[] = [];
  const api = { search: (_kind: unknown, query: string) => search(query) } as unknown as Api;
  return { finding: new Finding(api, clock, (finder) => void shown.push(finder)), shown };
}

const hits = (...labels: string[]): SearchResult => ({ complete: true, items: labels.map((label, id) => ({ kind: "company" as const, id: id + 1, label, why: "match" as const })) });

test("typing asks once after a pause, and a late answer to an earlier question is dropped", async () => {
  const clock = new Clock();
  const asked: string[] = [];
  const answers = new Map<string, (result: SearchResult) => void>();
  const { finding: box, shown } = finding(clock, (query) => {
    asked.push(query);
    return new Promise((resolve) => void answers.set(query, resolve));
  });
  box.ask("company", "v", []);
  await clock.pass(100);
  box.ask("company", "vá", []);
  await clock.pass(300);
  box.ask("company", "vál", []);
  await clock.pass(300);
  answers.get("vál")?.(hits("Válcovna"));
  await new Promise((resolve) => setImmediate(resolve));
  answers.get("vá")?.(hits("Vápenka", "Váhy"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(asked, ["vá", "vál"]);
  assert.deepEqual(shown.at(-1)?.items.map((one) => one.label), ["Válcovna"]);
});

test("arrows walk the list around both ends", async () => {
  const clock = new Clock();
  const { finding: box, shown } = finding(clock, async () => hits("A", "B"));
  box.ask("company", "", []);
  await clock.pass(10);
  const walked = [1, 1, 1, -1].map((by) => (box.move(by), shown.at(-1)?.active));
  assert.deepEqual(walked, [0, 1, 0, 1]);
});

test("who has walked down the list stays on the same record when the next answer comes", async () => {
  const clock = new Clock();
  const answers = [hits("A", "B", "C"), { complete: true, items: hits("A", "B", "C").items.slice(1) }, hits("A")];
  const { finding: box, shown } = finding(clock, async () => answers.shift() ?? hits());
  box.ask("company", "", []);
  await clock.pass(10);
  const stood: (string | undefined)[] = [];
  for (const query of ["b", "bc"]) {
    box.ask("company", query, []);
    // What was found before is still listed.
    box.move(1);
    if (query === "b") box.move(1);
    await clock.pass(1_000);
    const last = shown.at(-1);
    stood.push(last?.items[last.active]?.label);
  }
  assert.deepEqual(stood, ["B", undefined]);
});

test("a search that failed is asked again while its field stays open", async () => {
  const clock = new Clock();
  let asked = 0;
  const { finding: box, shown } = finding(clock, async () => {
    asked += 1;
    if (asked < 3) throw new ApiFailure(503, "unavailable", "");
    return hits("Válcovna");
  });
  box.ask("company", "vál", []);
  await clock.pass(1_000);
  assert.equal(shown.at(-1)?.state, "failed");
  await clock.pass(20_000);
  assert.deepEqual([asked, shown.at(-1)?.state], [3, "found"]);
  box.ask("company", "váz", []);
  box.end();
  await clock.pass(60_000);
  assert.equal(asked, 3);
});

test("a server that has only begun to read is asked again before anybody says that there is nothing", async () => {
  const clock = new Clock();
  let asked = 0;
  const { finding: box, shown } = finding(clock, async () => ((asked += 1) < 3 ? { items: [], complete: false } : hits("Ocelárna")));
  box.ask("company", "oce", []);
  await clock.pass(1_000);
  assert.equal(shown.at(-1)?.state, "asking");
  await clock.pass(20_000);
  assert.deepEqual(shown.at(-1)?.items.map((one) => one.label), ["Ocelárna"]);
});

test("a moment of another year names it, one of today only the hour", () => {
  const words = new Words("cs", "Tokyo Standard Time");
  assert.match(words.moment("2020-07-01T22:30:00Z"), /2\. 7\. 2020/);
  assert.match(words.moment(new Date().toISOString()), /^\d{1,2}:\d{2}$/);
});
