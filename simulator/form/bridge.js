// The bridge over which Microsoft's sign-in library asks Outlook for tokens, as a program of a few lines.
// `window.simulatedBroker` decides: {token, idToken, account, silent, popup}; the last two are "good" or an error status.
// Fact: requests and answers as @azure/msal-browser 5.29 sends and takes them, outlook-addin §10 [tried].
(() => {
  const broker = window.simulatedBroker;
  const listeners = [];
  broker.asked = [];
  const account = { ...broker.account, environment: "login.microsoftonline.com" };
  const answer = (request) => {
    const base = { messageType: "NestedAppAuthResponse", requestId: request.requestId };
    if (request.method === "GetInitContext") {
      const accountContext = { homeAccountId: account.homeAccountId, environment: account.environment, tenantId: account.tenantId };
      return { ...base, success: true, initContext: { capabilities: { queryAccount: false }, sdkName: "simulated", sdkVersion: "1", accountContext } };
    }
    const fate = request.method === "GetTokenPopup" ? (broker.popup ?? "good") : (broker.silent ?? "good");
    if (fate !== "good") return { ...base, success: false, error: { status: fate, code: "simulated", description: "simulated" } };
    const token = { access_token: broker.token, id_token: broker.idToken, expires_in: 3600, scope: request.tokenParams.scope };
    return { ...base, success: true, token, account };
  };
  window.nestedAppAuthBridge = {
    addEventListener: (_kind, work) => void listeners.push(work),
    postMessage: (text) => {
      const request = JSON.parse(text);
      broker.asked.push([request.method, request.tokenParams?.scope ?? null, request.tokenParams?.forceRefresh ?? null]);
      setTimeout(() => listeners.forEach((work) => work({ data: JSON.stringify(answer(request)) })), 1);
    },
  };
})();
