// The first script of every page, in the oldest JavaScript there is: an engine that cannot run the panel gets a
// readable notice instead of a blank frame, and so does everybody whose office.js never becomes ready.
// Fact: volume-licensed Outlook 2019 renders panels in Internet Explorer's engine, outlook-addin §3 [seen].
(function () {
  var WATCHDOG_MS = 12000;
  var TEXTS = {
    cs: {
      old: "Tato verze Outlooku není podporována",
      oldWhy: "Panel Raynet CRM potřebuje Outlook z Microsoft 365, Outlook 2021 nebo novější, nový Outlook pro Windows, Outlook pro Mac nebo Outlook na webu. Synchronizace sama běží dál i bez panelu.",
      web: "Otevřít Outlook na webu",
      late: "Outlook se s panelem nespojil",
      lateWhy: "Nenačetly se soubory, bez kterých panel nemůže začít. Správce sítě musí povolit adresy appsforoffice.microsoft.com a ajax.aspnetcdn.com. Synchronizace sama běží dál.",
      again: "Zkusit znovu"
    },
    en: {
      old: "This version of Outlook is not supported",
      oldWhy: "The Raynet CRM panel needs Outlook of Microsoft 365, Outlook 2021 or newer, new Outlook for Windows, Outlook for Mac or Outlook on the web. The synchronisation itself goes on without the panel.",
      web: "Open Outlook on the web",
      late: "Outlook did not connect to the panel",
      lateWhy: "Files that the panel needs to start did not load. The network administrator has to allow appsforoffice.microsoft.com and ajax.aspnetcdn.com. The synchronisation itself goes on.",
      again: "Try again"
    }
  };
  function language() {
    // The host's own language stands in the address it opened: _host_Info=Outlook$Web$16.01$cs-CZ$…
    var asked = /[?&]_host_Info=[^&]*?(?:\$|%24|\|)([a-z]{2})-[a-z]{2}/i.exec(location.href);
    var tag = asked ? asked[1] : navigator.language || navigator.userLanguage || "cs";
    tag = String(tag).toLowerCase().slice(0, 2);
    return tag === "cs" || tag === "sk" ? "cs" : "en";
  }
  function isOld() {
    var agent = navigator.userAgent;
    return (
      agent.indexOf("Trident") >= 0 ||
      agent.indexOf("MSIE ") >= 0 ||
      agent.indexOf("Edge/") >= 0 ||
      typeof Promise === "undefined" ||
      typeof window.fetch !== "function" ||
      !("noModule" in document.createElement("script"))
    );
  }
  function add(parent, tag, text) {
    var element = document.createElement(tag);
    if (text) element.appendChild(document.createTextNode(text));
    parent.appendChild(element);
    return element;
  }
  function show(what) {
    var t = TEXTS[language()];
    document.documentElement.lang = language();
    document.title = t[what];
    var place = document.getElementById("panel");
    while (place.firstChild) place.removeChild(place.firstChild);
    place.removeAttribute("aria-busy");
    var box = add(place, "section");
    box.className = "notice";
    box.setAttribute("role", "alert");
    add(box, "h1", t[what]);
    add(box, "p", t[what + "Why"]);
    var way;
    if (what === "old") {
      way = add(box, "a", t.web);
      way.href = "https://outlook.office.com/calendar";
      way.target = "_blank";
      way.rel = "noopener";
    } else {
      way = add(box, "button", t.again);
      way.type = "button";
      way.onclick = function () {
        location.reload();
      };
    }
    way.className = "primary";
  }
  function ready(work) {
    if (document.readyState === "loading" && document.addEventListener) document.addEventListener("DOMContentLoaded", work);
    else if (document.readyState === "loading") window.attachEvent("onload", work);
    else work();
  }
  var page = document.documentElement.getAttribute("data-page");
  var blocked = page === "notice" || isOld();
  window.rosGate = {
    blocked: blocked,
    /** The panel says that Outlook answered; without it the watchdog explains the silence. */
    alive: function () {
      window.clearTimeout(window.rosGate.timer);
    }
  };
  document.documentElement.lang = language();
  if (blocked) {
    ready(function () {
      show("old");
    });
  } else if (page === "panel") {
    window.rosGate.timer = window.setTimeout(function () {
      ready(function () {
        show("late");
      });
    }, Number(document.documentElement.getAttribute("data-watchdog")) || WATCHDOG_MS);
  }
})();
