// The draft protocol without a browser: tables of events, and random histories against a small model of the server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CHOICES, type Choices, type EventRef, type Fingerprint } from "../../../addin/src/contract";
import { isUnsent, newDraft, resumed, step, type Draft, type DraftBody, type DraftEffect, type DraftEvent } from "../../../addin/src/draft";

const PACE = { debounceMs: 500, beatMs: 30_000, marksUnsaved: false };
const MEETING: Choices = { ...NO_CHOICES, type: "meeting" };
const TASK: Choices = { ...NO_CHOICES, type: "task" };
const PRINT: Fingerprint = { subject: "Porada", start: "2026-03-03T09:00:00Z", end: "2026-03-03T10:00:00Z" };
const EVENT: EventRef = { ews_id: "AAMk1" };

function run(events: readonly DraftEvent[], draft: Draft = newDraft("d", "s", PACE)): { draft: Draft; effects: DraftEffect[] } {
  const effects: DraftEffect[] = [];
  for (const event of events) {
    const next = step(draft, event);
    draft = next.draft;
    effects.push(...next.effects);
  }
  return { draft, effects };
}

const puts = (effects: readonly DraftEffect[]): DraftBody[] => effects.flatMap((effect) => (effect.kind === "put" ? [effect.body] : []));
const read = (at: number, fingerprint = PRINT): DraftEvent => ({ kind: "read", fingerprint, at });
const chosen = (at: number, choices = MEETING): DraftEvent => ({ kind: "chosen", choices, at });
const tick = (at: number): DraftEvent => ({ kind: "tick", at });
const taken = (rev: number, at: number): DraftEvent => ({ kind: "answered", rev, accepted: true, step: "open", at });

test("a panel that was only opened sends nothing, whatever the form says", () => {
  const { effects, draft } = run([read(0), read(10, { ...PRINT, subject: "Jinak" }), { kind: "saved", event: EVENT, at: 20 }, tick(5_000), { kind: "closing" }]);
  assert.deepEqual(effects, []);
  assert.equal(isUnsent(draft), false);
});

test("a choice goes out once after the pause, with what the form says", () => {
  const { effects } = run([read(0), chosen(100), tick(599), tick(600), tick(700)]);
  assert.deepEqual(puts(effects), [{ rev: 1, choices: MEETING, fingerprint: PRINT, event: null, secret: "s" }]);
});

test("choices made quickly one after another are one version", () => {
  const { effects } = run([read(0), chosen(0), chosen(200, TASK), tick(600), tick(700)]);
  assert.deepEqual(puts(effects).map((body) => [body.rev, body.choices.type]), [[1, "task"]]);
});

test("without the form's times nothing is sent; they are what the event is recognised by", () => {
  const { effects, draft } = run([chosen(0), tick(1_000)]);
  assert.deepEqual(effects, []);
  assert.equal(isUnsent(draft), true);
});

test("what changes while a version is on its way follows under the next number", () => {
  const { effects } = run([read(0), chosen(0), tick(500), chosen(600, TASK), tick(1_200), taken(1, 1_300)]);
  assert.deepEqual(puts(effects).map((body) => body.rev), [1, 2]);
  assert.equal(puts(effects)[1]?.choices.type, "task");
});

test("a failed delivery is repeated with the same number and content, ever more rarely", () => {
  const { effects, draft } = run([read(0), chosen(0), tick(500), { kind: "failed", at: 600 }, tick(2_599), tick(2_600), { kind: "failed", at: 2_700 }, tick(6_699), tick(6_700)]);
  const bodies = puts(effects);
  assert.equal(bodies.length, 3);
  assert.deepEqual(bodies[0], bodies[2]);
  assert.equal(draft.failures, 2);
});

test("a server that says when to come again is not asked before", () => {
  const { effects } = run([read(0), chosen(0), tick(500), { kind: "failed", at: 600, waitMs: 45_000 }, tick(45_599), tick(45_600)]);
  assert.equal(puts(effects).length, 2);
});

test("a choice made while waiting for a repetition is not sent early and not lost", () => {
  const { effects } = run([read(0), chosen(0), tick(500), { kind: "failed", at: 600 }, chosen(700, TASK), tick(1_300), tick(2_600)]);
  assert.deepEqual(puts(effects).map((body) => [body.rev, body.choices.type]), [[1, "meeting"], [2, "task"]]);
});

test("trying again at once is the person's right", () => {
  const { effects } = run([read(0), chosen(0), tick(500), { kind: "failed", at: 600 }, { kind: "retry", at: 650 }]);
  assert.equal(puts(effects).length, 2);
});

test("an id that appears is sent without any pause and then marked on the event once", () => {
  const { effects, draft } = run([read(0), chosen(0), tick(500), taken(1, 550), { kind: "saved", event: EVENT, at: 600 }, taken(2, 650), { kind: "saved", event: EVENT, at: 700 }]);
  assert.deepEqual(puts(effects).map((body) => body.event), [null, EVENT]);
  assert.equal(effects.filter((effect) => effect.kind === "mark").length, 1);
  assert.equal(draft.marked, "event");
});

test("an event that was renamed after the choice is described anew", () => {
  const { effects } = run([read(0), chosen(0), tick(500), taken(1, 550), read(3_000, { ...PRINT, subject: "Porada vedení" }), tick(3_500)]);
  assert.deepEqual(puts(effects).map((body) => [body.rev, body.fingerprint.subject]), [[1, "Porada"], [2, "Porada vedení"]]);
});

test("an open form gives a sign of life under the same number", () => {
  const { effects } = run([read(0), chosen(0), tick(500), taken(1, 600), tick(30_599), tick(30_600)]);
  assert.deepEqual(puts(effects).map((body) => body.rev), [1, 1]);
});

test("another window's newer version ends this one's sending until it is loaded", () => {
  const refused: DraftEvent = { kind: "answered", rev: 7, accepted: false, step: "open", at: 600 };
  const { draft, effects } = run([read(0), chosen(0), tick(500), refused, chosen(700, TASK), tick(9_000)]);
  assert.equal(draft.step, "elsewhere");
  assert.equal(puts(effects).length, 1);
  const again = run([chosen(10_000, TASK), tick(10_500)], resumed(draft, 7, MEETING));
  assert.deepEqual(puts(again.effects).map((body) => body.rev), [8]);
});

test("a panel that takes up an earlier one's draft is heard of at once", () => {
  const { effects } = run([read(0), tick(500)], resumed(newDraft("d", "s", PACE), 7, MEETING));
  assert.deepEqual(puts(effects).map((body) => body.rev), [8]);
});

test("a page that is seen again does not wait for its next beat", () => {
  const { effects } = run([read(0), chosen(0), tick(500), taken(1, 600), tick(700), { kind: "woken" }, tick(900)]);
  assert.deepEqual(puts(effects).map((body) => body.rev), [1, 1]);
  const silent = run([read(0), { kind: "woken" }, tick(900)]);
  assert.deepEqual(silent.effects, [], "a panel that was only opened says nothing, however often it is seen");
});

test("where the form keeps hidden properties the draft is marked before the event is saved, and again with its id", () => {
  const classic = newDraft("d", "s", { ...PACE, marksUnsaved: true });
  const first = run([read(0), chosen(0), tick(500), taken(1, 600), chosen(700, TASK), tick(1_200), taken(2, 1_300)], classic);
  assert.equal(first.effects.filter((effect) => effect.kind === "mark").length, 1);
  const saved = run([{ kind: "saved", event: EVENT, at: 2_000 }, taken(3, 2_100)], first.draft);
  assert.equal(saved.effects.filter((effect) => effect.kind === "mark").length, 1);
});

test("the last words go out when the server waits for this form, or would miss something, and knows the secret", () => {
  const early = run([read(0), chosen(0), { kind: "closing" }]);
  assert.deepEqual(early.effects, []);
  const quiet = run([read(0), chosen(0), tick(500), taken(1, 600), { kind: "closing" }]);
  const word = quiet.effects.find((effect) => effect.kind === "beacon");
  assert.equal(word?.kind === "beacon" && word.body.rev, 1, "nothing new but that it closes");
  const bound: DraftEvent = { kind: "answered", rev: 1, accepted: true, step: "applied", at: 600 };
  const done = run([read(0), chosen(0), tick(500), bound, { kind: "closing" }]);
  assert.equal(done.effects.filter((effect) => effect.kind === "beacon").length, 0);
  const late = run([read(0), chosen(0), tick(500), taken(1, 600), chosen(700, TASK), { kind: "closing" }]);
  const beacon = late.effects.find((effect) => effect.kind === "beacon");
  assert.equal(beacon?.kind === "beacon" && beacon.body.rev, 2);
});

test("an expired draft sends nothing more", () => {
  const { effects } = run([read(0), chosen(0), tick(500), { kind: "answered", rev: 1, accepted: true, step: "expired", at: 600 }, chosen(700, TASK), tick(2_000)]);
  assert.equal(puts(effects).length, 1);
});

/** The server of the contract: the highest number counts, the same again is harmless, a lower one is not taken. */
class Model {
  rev = 0;
  choices: Choices | null = null;
  put(body: DraftBody): boolean {
    if (body.rev < this.rev) return false;
    if (body.rev === this.rev) return JSON.stringify(this.choices) === JSON.stringify(body.choices);
    this.rev = body.rev;
    this.choices = body.choices;
    return true;
  }
}

/** mulberry32: repeatable from its seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("whatever is lost on the way, the server ends with the last choice", () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const next = random(seed);
    const server = new Model();
    let draft = newDraft("d", "s", PACE);
    let last: Choices | null = null;
    let at = 0;
    const deliver = (effects: readonly DraftEffect[]): void => {
      for (const body of puts(effects)) {
        const fate = next();
        // Lost on the way there, or on the way back: both look the same from here.
        if (fate < 0.25) apply({ kind: "failed", at });
        else {
          const accepted = server.put(body);
          if (fate < 0.4) server.put(body);
          apply(fate < 0.6 ? { kind: "failed", at } : { kind: "answered", rev: body.rev, accepted, step: "open", at });
        }
      }
    };
    const apply = (event: DraftEvent): void => {
      const result = step(draft, event);
      draft = result.draft;
      deliver(result.effects);
    };
    apply(read(0));
    for (let moves = 0; moves < 30; moves += 1) {
      at += Math.floor(next() * 2_000);
      const what = next();
      if (what < 0.3) apply(chosen(at, (last = { ...NO_CHOICES, type: next() < 0.5 ? "meeting" : "task", category: Math.floor(next() * 9) + 1 })));
      else if (what < 0.4) apply(read(at, { ...PRINT, subject: `Porada ${moves}` }));
      else apply(tick(at));
    }
    for (let rest = 0; rest < 60; rest += 1) apply(tick((at += 61_000)));
    assert.deepEqual(server.choices, last, `seed ${seed}`);
    assert.notEqual(draft.step, "elsewhere", `seed ${seed}`);
  }
});
