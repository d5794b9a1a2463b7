// Choices between the server's words and the form's.

import type { CarrierPolicy, Choices, ConcernShown, LinkedActivity, SearchHit } from "./contract";

/** What the server allows in this kind of Outlook; the most careful way for one it does not name. */
export function policyFor(policies: readonly CarrierPolicy[], kind: CarrierPolicy["client"]): CarrierPolicy {
  const careful: CarrierPolicy = {
    client: kind,
    custom_properties: "never",
    session_data: true,
    poll_seconds: 3,
    debounce_ms: 500,
    beat_seconds: 30,
    draft_beat_seconds: 5,
    beacon: true,
  };
  return policies.find((one) => one.client === kind) ?? careful;
}

/** What an activity says, as if it had been chosen. */
export function choicesOf(activity: LinkedActivity, linked: boolean): Choices {
  const { type, concerns, category, priority, status, personal } = activity;
  return { linked, type, concerns, category, priority, status, personal };
}

/** The server may know only ids of what was just chosen; what was shown stays readable. */
export function withLabels(choices: Choices, before: Choices): Choices {
  const named = (one: ConcernShown): ConcernShown =>
    one.label ? one : (before.concerns.find((known) => known.kind === one.kind && known.id === one.id) ?? { ...one, label: `#${one.id}` });
  return { ...choices, concerns: choices.concerns.map(named) };
}

function shownOf(hit: SearchHit): ConcernShown {
  const { kind, id, label, detail, open_url } = hit;
  return { kind, id, label, detail: detail ?? "", open_url: open_url ?? null };
}

/** The record that was found in the place of the one of its kind, with its client where none is chosen; people gather. */
export function withHit(concerns: readonly ConcernShown[], hit: SearchHit): readonly ConcernShown[] {
  const others = concerns.filter((one) => (one.kind === "person" ? !(hit.kind === "person" && one.id === hit.id) : one.kind !== hit.kind));
  const client = hit.company && !others.some((one) => one.kind === "company") && hit.kind !== "company" ? [hit.company] : [];
  return [...others, ...client, shownOf(hit)];
}
