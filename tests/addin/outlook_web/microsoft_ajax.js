// A stand-in for the dozen names of MicrosoftAjax.js that office.js of 2022 uses; nothing of the original.
(() => {
  const named = (name) => (message) => Object.assign(new Error(message ?? name), { name: `Sys.${name}` });
  for (const name of ["argument", "argumentNull", "argumentOutOfRange", "argumentType", "argumentUndefined", "invalidOperation", "notImplemented", "parameterCount"]) {
    Error[name] = named(name);
  }
  Error.create = (message, data) => Object.assign(new Error(message), data);
  Function._validateParams = () => null;
  Function.createDelegate = (object, method) => method.bind(object);
  Function.prototype.registerClass = function (name, base) {
    this.__typeName = name;
    if (base) Object.setPrototypeOf(this.prototype, base.prototype);
  };
  window.Type = Function;
  window.Type.registerNamespace = (path) => path.split(".").reduce((place, part) => (place[part] ??= {}), window);
  String.format = (text, ...values) => text.replace(/\{(\d+)\}/g, (_, n) => values[n]);
  Date.parseInvariant ??= (text) => new Date(text);
  window.Sys = {
    StringBuilder: class {
      parts = [];
      append(part) {
        this.parts.push(part);
        return this;
      }
      toString() {
        return this.parts.join("");
      }
    },
    Serialization: { JavaScriptSerializer: { serialize: JSON.stringify, deserialize: (text) => JSON.parse(text) } },
    Debug: { trace: () => undefined, assert: () => undefined, fail: () => undefined },
    EventHandlerList: class {},
  };
})();
