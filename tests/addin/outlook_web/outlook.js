// The page of Outlook on the web around the panel, as far as office.js asks: messages of its protocol in and out.
// Fact: outlook-addin §10 [tried]. `form` is the event being edited; `asked` what the panel wanted of us.
(() => {
  const ADDRESS = "jana.mala@valce.example";
  const form = (window.form = { subject: "Jednání o ceně", start: Date.UTC(2026, 2, 3, 9), end: Date.UTC(2026, 2, 3, 10), id: null, session: {}, properties: {}, recurrence: null });
  window.asked = [];
  window.registered = {};
  const panel = new URL(document.body.dataset.panel);
  // The name has to stand before the frame is there: its document reads it once.
  const frame = document.createElement("iframe");
  Object.assign(frame, { id: "panel", title: "Raynet CRM", width: 320, height: 560 });
  const conversation = "conversation-1";
  frame.name = JSON.stringify({
    hostInfo: "Outlook|Web|16.01|cs-CZ|0f8fad5b-d9cb-469f-a165-70867728950e|||0",
    xdmInfo: `${conversation}|9e0f6a3b-54d7-4c1c-8f0e-6a2b7d1c93e5|${location.href}`,
    serializerVersion: "1",
  });
  frame.src = panel.href;
  document.body.append(frame);

  const person = { name: "Jana Malá", address: ADDRESS, displayName: "Jana Malá", emailAddress: ADDRESS };
  const context = {
    _id: "9e0f6a3b-54d7-4c1c-8f0e-6a2b7d1c93e5",
    _appName: 64,
    _appVersion: "16.1",
    _appUILocale: "cs-CZ",
    _dataLocale: "cs-CZ",
    _docUrl: location.href,
    _clientMode: 0,
    _settings: {},
    _reason: 0,
    _eToken: "",
    _correlationId: "0f8fad5b",
    _requirementMatrix: JSON.stringify({ Mailbox: "1.11", DialogApi: "1.2", react: "1.0" }),
  };
  const initial = () => ({
    itemType: 5,
    permissionLevel: 3,
    userDisplayName: person.name,
    userEmailAddress: ADDRESS,
    userTimeZone: "Central Europe Standard Time",
    userProfileType: "office365",
    hostVersion: "16.0.19127.20000",
    owaView: "OneColumn",
    isRead: false,
    timeZoneOffsets: [{ start: 0, end: Date.UTC(2100, 0), offset: 60 }],
    shouldRunNewCode: 1,
  });
  const good = (data) => ({ wasSuccessful: true, data });
  const bad = (errorCode) => ({ wasSuccessful: false, error: true, errorCode });

  function execute(id, given) {
    switch (id) {
      case 18:
        return good(form.subject);
      case 24:
        return good(given.TimeProperty === 1 ? form.start : form.end);
      case 164:
        return form.id ? good(form.id) : bad(9046);
      case 103:
        return good(form.recurrence);
      case 107:
        return good(person);
      case 15:
        return good([]);
      case 186:
        return given.name in form.session ? good(form.session[given.name]) : bad(9020);
      case 185:
        form.session[given.name] = given.value;
        return good(undefined);
      case 3:
        return { wasSuccessful: true, customProperties: JSON.stringify(form.properties) };
      case 4:
        form.properties = given.customProperties;
        return good(undefined);
      case 108:
      case 163:
        return bad(7000);
      default:
        return bad(5001);
    }
  }

  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== panel.origin) return;
    const message = JSON.parse(event.data);
    if (message._messageType !== 0) return;
    const reply = (data, kind = 0) =>
      frame.contentWindow.postMessage(
        JSON.stringify({ _messageType: 1, _actionName: message._actionName, _conversationId: message._conversationId, _correlationId: message._correlationId, _errorCode: 0, _responseType: kind, _data: data, _serializerVersion: 1 }),
        panel.origin,
      );
    if (message._actionType === 1) {
      window.registered[message._actionName] = (data) => reply(data, 1);
      reply({});
    } else if (message._actionName === "ContextActivationManager_getAppContextAsync") reply(context);
    else if (message._actionName === "GetInitialData") reply(initial());
    else if (message._actionName === "ExecuteMethod") {
      const { ApiParams, MethodData } = message._data;
      window.asked.push([MethodData.DispatchId, ApiParams]);
      reply(execute(MethodData.DispatchId, ApiParams ?? {}));
    } else reply({});
  });
})();
