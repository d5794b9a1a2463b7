// The server's answers, or a failure that says what can be done about it. The only file that talks to the network.

import type { Bootstrap, Changes, Choices, Concern, Config, DraftState, EventRef, EventState, PanelToken, SearchResult, TrailEntry } from "./contract";
import type { DraftBody } from "./draft";
import { ApiFailure, type Api, type Auth, type ClientFacts } from "./ports";

declare const PANEL_VERSION: string;

const BASE = "/addin/v1";
const CALL_MS = 20_000;

interface Question {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly keepalive?: boolean;
}

/** One exchange. Raises ApiFailure for everything but an answer of the 200s. */
async function exchange(question: Question, headers: Readonly<Record<string, string>>): Promise<unknown> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), CALL_MS);
  try {
    const reply = await fetch(BASE + question.path, {
      method: question.method,
      headers: question.body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
      cache: "no-store",
      credentials: "omit",
      signal: giveUp.signal,
      ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
      ...(question.keepalive ? { keepalive: true } : {}),
    });
    const text = await reply.text();
    if (!reply.ok) throw refusal(reply, text);
    return text === "" ? null : JSON.parse(text);
  } catch (failure) {
    if (failure instanceof ApiFailure) throw failure;
    throw new ApiFailure(0, "no_answer", "");
  } finally {
    clearTimeout(timer);
  }
}

function refusal(reply: Response, text: string): ApiFailure {
  let problem: { code?: unknown; title_cs?: unknown; title_en?: unknown } = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // Something between us and the server answered in its place.
  }
  const wait = Number(reply.headers.get("Retry-After") ?? 0);
  const texts = typeof problem.title_cs === "string" && typeof problem.title_en === "string" ? { cs: problem.title_cs, en: problem.title_en } : null;
  const code = typeof problem.code === "string" ? problem.code : "http_error";
  return new ApiFailure(reply.status, code, reply.headers.get("X-Request-Id") ?? "", Number.isFinite(wait) ? wait * 1000 : 0, texts);
}

/** Before anybody has signed in. */
export const anonymous = {
  config: async (): Promise<Config> => (await exchange({ method: "GET", path: "/config" }, {})) as Config,
  exchange: async (code: string, verifier: string): Promise<PanelToken> =>
    (await exchange({ method: "POST", path: "/auth/exchange", body: { code, verifier } }, {})) as PanelToken,
};

export class ServerApi implements Api {
  constructor(
    private readonly auth: Auth,
    private readonly client: ClientFacts,
    private readonly language: "cs" | "en",
  ) {}

  config(): Promise<Config> {
    return anonymous.config();
  }

  bootstrap(): Promise<Bootstrap> {
    return this.ask({ method: "GET", path: "/bootstrap" });
  }

  giveConsent(version: string, language: "cs" | "en"): Promise<Bootstrap> {
    return this.ask({ method: "POST", path: "/consent", body: { version, language } });
  }

  register(): Promise<Bootstrap> {
    return this.ask({ method: "POST", path: "/register", body: {} });
  }

  search(kind: Concern["kind"], query: string, attendees: readonly string[]): Promise<SearchResult> {
    return this.ask({ method: "POST", path: "/search", body: { kinds: [kind], q: query.slice(0, 100), attendees: attendees.slice(0, 50) } });
  }

  async readDraft(draftId: string): Promise<DraftState | null> {
    try {
      return await this.ask({ method: "GET", path: `/drafts/${draftId}` });
    } catch (failure) {
      if (failure instanceof ApiFailure && failure.status === 404) return null;
      throw failure;
    }
  }

  putDraft(draftId: string, body: DraftBody, client: ClientFacts, ageSeconds: number): Promise<DraftState> {
    return this.ask({
      method: "PUT",
      path: `/drafts/${draftId}`,
      body: {
        rev: body.rev,
        age_seconds: Math.max(0, ageSeconds),
        choices: sent(body.choices),
        fingerprint: body.fingerprint,
        client: { ...client, panel_version: PANEL_VERSION },
        beacon_secret: body.secret,
        ...(body.event === null ? {} : { event: body.event }),
      },
    });
  }

  lastWord(draftId: string, body: DraftBody, secret: string): void {
    const { rev, choices, fingerprint } = body;
    navigator.sendBeacon(`${BASE}/drafts/${draftId}/beacon`, JSON.stringify({ secret, rev, choices: sent(choices), fingerprint }));
  }

  readEvent(event: EventRef, formOpen?: boolean): Promise<EventState> {
    const body = formOpen === undefined ? { event } : { event, form_open: formOpen };
    return this.ask({ method: "POST", path: "/events/state", body, keepalive: formOpen === false });
  }

  change(event: EventRef, changeId: string, changes: Changes): Promise<EventState> {
    const concerns = changes.concerns === undefined ? {} : { concerns: changes.concerns.map(bare) };
    return this.ask({ method: "POST", path: "/events/change", body: { event, change_id: changeId, changes: { ...changes, ...concerns } } });
  }

  unlink(event: EventRef, changeId: string): Promise<EventState> {
    return this.ask({ method: "POST", path: "/events/unlink", body: { event, change_id: changeId } });
  }

  relink(event: EventRef, changeId: string, choices: Choices | null): Promise<EventState> {
    const chosen = choices === null ? {} : { choices: sent(choices) };
    return this.ask({ method: "POST", path: "/events/relink", body: { event, change_id: changeId, ...chosen } });
  }

  syncNow(event: EventRef): Promise<EventState> {
    return this.ask({ method: "POST", path: "/events/sync-now", body: { event } });
  }

  async trail(event: EventRef): Promise<readonly TrailEntry[]> {
    const answer: { items: readonly TrailEntry[] } = await this.ask({ method: "POST", path: "/events/trail", body: { event } });
    return answer.items;
  }

  restore(conflictId: string): Promise<EventState> {
    return this.ask({ method: "POST", path: `/conflicts/${encodeURIComponent(conflictId)}/restore`, body: {} });
  }

  /** A token that the server no longer takes is replaced once, without a word to the user. */
  private async ask<T>(question: Question): Promise<T> {
    const token = await this.auth.token();
    try {
      return (await exchange(question, this.headers(token))) as T;
    } catch (failure) {
      if (!(failure instanceof ApiFailure) || failure.status !== 401) throw failure;
      this.auth.forget(token);
      return (await exchange(question, this.headers(await this.auth.token()))) as T;
    }
  }

  private headers(token: string): Record<string, string> {
    const { kind, host_version, platform, mailbox_set } = this.client;
    const client = [kind, host_version, platform, mailbox_set, PANEL_VERSION].join("/").replace(/[^\x20-\x7e]/g, "?");
    return { Authorization: `Bearer ${token}`, "Accept-Language": this.language, "X-Ros-Client": client };
  }
}

function bare(concern: Concern): Concern {
  return { kind: concern.kind, id: concern.id };
}

/** What the server takes: no labels, no status that only Raynet sets. */
function sent(choices: Choices): object {
  const status = choices.status === "SCHEDULED" || choices.status === "COMPLETED" ? choices.status : null;
  return { ...choices, concerns: choices.concerns.map(bare), status };
}
