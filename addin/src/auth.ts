// Who is signed in: nested sign-in first, then Office's older one, then a window in which our server signs in.
//
// Each way that fails hands over to the next, because a way that a client announces may still refuse to work
// (outlook-addin §6). No window opens but from a click. No cookies: the panel is a third party in its frame.

import { askInWindow, officeToken, supports } from "./office";
import type { Config, PanelToken } from "./contract";
import { HostFailure, SignInFailure, type Auth, type Timer } from "./ports";
import type { Nested } from "./nested";

const WINDOW_CLOSED = 12006;
const BLOCKED = new Set([12009, 12011]);
/** Codes of getAccessToken that a click can mend. Fact: 13001 not signed in, 13002 cancelled, 13006… [doc]. */
const OFFICE_NEEDS_CLICK = new Set([13001, 13002]);
const LEAST_LIFE_MS = 60_000;

interface Session {
  readonly token: string;
  readonly until: number;
}

type Exchange = (code: string, verifier: string) => Promise<PanelToken>;

export class SignIn implements Auth {
  private nested: Promise<Nested> | null = null;
  /** In memory only: whoever can read a frame's storage must not find a token there. */
  private session: Session | null = null;
  private nestedWorks: boolean;
  private officeWorks: boolean;
  private readonly refused = new Set<string>();

  constructor(
    private readonly config: Config,
    private readonly exchange: Exchange,
    private readonly timer: Timer,
  ) {
    this.nestedWorks = config.sign_in.includes("nested") && supports("NestedAppAuth", "1.1");
    this.officeWorks = config.sign_in.includes("office_sso") && supports("IdentityAPI", "1.3");
  }

  async token(): Promise<string> {
    const kept = this.kept();
    if (kept !== null) return kept;
    let needsClick = "window";
    if (this.nestedWorks) {
      try {
        return await this.nestedToken();
      } catch (failure) {
        if (problemOf(failure) === "needs_click") needsClick = "nested";
        else this.nestedWorks = false;
      }
    }
    if (this.officeWorks && needsClick === "window") {
      try {
        return this.unlessRefused(await officeToken(false));
      } catch (failure) {
        if (failure instanceof HostFailure || OFFICE_NEEDS_CLICK.has(codeOf(failure))) needsClick = "office";
        if (!OFFICE_NEEDS_CLICK.has(codeOf(failure))) this.officeWorks = false;
      }
    }
    throw new SignInFailure("needs_click", needsClick);
  }

  async signIn(language: string): Promise<void> {
    if (this.nestedWorks) {
      try {
        this.unlessRefused(await (await this.nestedOnce()).signIn());
        return;
      } catch (failure) {
        if (problemOf(failure) === "cancelled") throw failure;
        this.nestedWorks = false;
      }
    }
    if (this.officeWorks) {
      try {
        this.unlessRefused(await officeToken(true));
        return;
      } catch {
        this.officeWorks = false;
      }
    }
    await this.inWindow(language);
  }

  forget(token: string): void {
    this.refused.add(token);
    if (this.session?.token === token) this.session = null;
  }

  private async nestedToken(): Promise<string> {
    const nested = await this.nestedOnce();
    const token = await nested.token(false);
    return this.refused.has(token) ? this.unlessRefused(await nested.token(true)) : token;
  }

  private nestedOnce(): Promise<Nested> {
    this.nested ??= import("./nested").then((module) =>
      module.nestedSignIn(this.config.client_id, this.config.authority, this.config.scope),
    );
    return this.nested;
  }

  private unlessRefused(token: string): string {
    if (this.refused.has(token)) throw new SignInFailure("failed", "refused_again");
    return token;
  }

  /** Our server signs in; the one-time code it returns is worth nothing without the verifier that stays here. */
  private async inWindow(language: string): Promise<void> {
    const verifier = this.timer.newSecret();
    const challenge = await digest(verifier);
    let message: string;
    try {
      message = await askInWindow(`${location.origin}/addin/v1/auth/start?challenge=${challenge}&lang=${language}`);
    } catch (failure) {
      const code = codeOf(failure);
      throw new SignInFailure(BLOCKED.has(code) ? "popup_blocked" : code === WINDOW_CLOSED ? "cancelled" : "failed", String(code));
    }
    const answer = parsed(message);
    if (!answer.code) throw new SignInFailure(answer.error === "access_denied" ? "cancelled" : "failed", answer.error ?? "no_code");
    const { token, expires_at } = await this.exchange(answer.code, verifier);
    this.session = { token, until: Date.parse(expires_at) };
  }

  private kept(): string | null {
    const { session } = this;
    return session !== null && session.until - LEAST_LIFE_MS > this.timer.now() ? session.token : null;
  }
}

async function digest(verifier: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function problemOf(failure: unknown): string {
  return failure instanceof SignInFailure ? failure.problem : "failed";
}

function codeOf(failure: unknown): number {
  return typeof failure === "object" && failure !== null && "code" in failure ? Number(failure.code) : 0;
}

function parsed(message: string): { code?: string; error?: string } {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
