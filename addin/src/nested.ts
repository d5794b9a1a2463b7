// Nested sign-in by Microsoft's library, in a file of its own: fetched after the first paint, where Outlook offers it.

import { BrowserAuthError, InteractionRequiredAuthError, createNestablePublicClientApplication } from "@azure/msal-browser";
import type { IPublicClientApplication } from "@azure/msal-browser";
import { SignInFailure } from "./ports";

export interface Nested {
  token(fresh: boolean): Promise<string>;
  signIn(): Promise<string>;
}

/** To be called after Outlook is ready: made earlier, the library turns into an ordinary browser client. */
export async function nestedSignIn(clientId: string, authority: string, scope: string): Promise<Nested> {
  const application = await createNestablePublicClientApplication({
    auth: { clientId, authority },
    cache: { cacheLocation: "sessionStorage" },
    system: { loggerOptions: { loggerCallback: () => undefined, piiLoggingEnabled: false } },
  });
  return {
    token: (fresh) => asked(() => silent(application, scope, fresh)),
    signIn: () => asked(async () => (await application.acquireTokenPopup({ scopes: [scope] })).accessToken),
  };
}

async function silent(application: IPublicClientApplication, scope: string, fresh: boolean): Promise<string> {
  const account = application.getActiveAccount() ?? application.getAllAccounts()[0];
  const request = { scopes: [scope], forceRefresh: fresh, ...(account ? { account } : {}) };
  return (await application.acquireTokenSilent(request)).accessToken;
}

async function asked(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof InteractionRequiredAuthError) throw new SignInFailure("needs_click", failure.errorCode);
    if (failure instanceof BrowserAuthError && failure.errorCode === "user_cancelled") throw new SignInFailure("cancelled", failure.errorCode);
    const code = failure instanceof Error && "errorCode" in failure ? String(failure.errorCode) : "unknown";
    throw new SignInFailure("failed", code);
  }
}
