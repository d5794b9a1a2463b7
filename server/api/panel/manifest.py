"""The add-in only manifest (XML) for one server, as a pure function.

Order of elements, limits and surfaces: outlook-addin §2. Two levels: clients with requirement set 1.8 get the panel,
older ones fall back to the outer level, whose page says what they need. Nothing runs by itself, nothing on shared
calendars or phones.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from server.domain.panel import ADDIN_ID

#: Raised with each change of what the manifest says; administrators upload the file again then.
MANIFEST_VERSION: Final = "1.0.0.0"
#: Stands where the registration is not known: the simulator's. ``/manifest.xml`` of a server names the real one.
UNKNOWN_CLIENT: Final = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"
PUBLIC_URL: Final = "https://ros.vitkovice.cz"
#: Requirement sets. Fact: 1.8 has getItemIdAsync; volume Outlook 2019 stops at 1.6, outlook-addin §2.5, §3 [doc].
NOTICE_SET: Final = "1.3"
PANEL_SET: Final = "1.8"
#: Ribbon icons; 16, 32 and 80 are compulsory [doc].
ICON_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 80)
#: Locales with English texts; all others get the default, Czech. Fact: one override per locale [doc], §2.10.
ENGLISH: Final = ("en-US", "en-GB")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestOf:
    """Whose manifest: ``public_url`` is an https origin, ``client_id`` the registration at Entra ID."""

    public_url: str = PUBLIC_URL
    client_id: str = UNKNOWN_CLIENT
    version: str = MANIFEST_VERSION


@dataclass(frozen=True, slots=True)
class _Text:
    """One resource string in both languages."""

    id: str
    cs: str
    en: str


_NAME: Final = _Text("name", "Raynet CRM", "Raynet CRM")
_DESCRIPTION: Final = _Text(
    "description",
    "Propojí událost kalendáře s aktivitou v Raynet CRM: typ aktivity, klient, obchodní případ a další údaje.",
    "Links a calendar event with an activity in Raynet CRM: type of activity, client, business case and more.",
)
_SHORT: Final = (
    _Text("group", "Raynet CRM", "Raynet CRM"),
    _Text("label", "Detail události", "Event details"),
    _Text("tipTitle", "Detail události v Raynet CRM", "Event details in Raynet CRM"),
)
_LONG: Final = (
    _Text(
        "tip",
        "Zvolte typ aktivity a čeho se událost týká, podívejte se, zda je propojena, a otevřete ji v Raynet CRM.",
        "Choose the type of activity and what the event concerns, see whether it is linked, open it in Raynet CRM.",
    ),
)


def manifest(of: ManifestOf) -> str:
    """The whole file, ending with a newline; equal input gives equal bytes. ValueError when the URL is no origin."""
    origin = _origin(of.public_url)
    host = urlsplit(origin).netloc
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xsi:type="MailApp">
  <Id>{ADDIN_ID}</Id>
  <Version>{escape(of.version)}</Version>
  <ProviderName>VITSOL</ProviderName>
  <DefaultLocale>cs-CZ</DefaultLocale>
  {_base_text("DisplayName", _NAME)}
  {_base_text("Description", _DESCRIPTION)}
  <IconUrl DefaultValue={_attribute(origin, "/addin/icons/icon-64.png")}/>
  <HighResolutionIconUrl DefaultValue={_attribute(origin, "/addin/icons/icon-128.png")}/>
  <SupportUrl DefaultValue={_attribute(origin, "/navody/")}/>
  <AppDomains>
    <AppDomain>{escape(origin)}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Mailbox"/>
  </Hosts>
  <Requirements>
    <Sets>
      <Set Name="Mailbox" MinVersion="{NOTICE_SET}"/>
    </Sets>
  </Requirements>
  <FormSettings>
    <Form xsi:type="ItemEdit">
      <DesktopSettings>
        <SourceLocation DefaultValue={_attribute(origin, "/addin/notice.html")}/>
      </DesktopSettings>
    </Form>
  </FormSettings>
  <Permissions>ReadWriteItem</Permissions>
  <Rule xsi:type="RuleCollection" Mode="Or">
    <Rule xsi:type="ItemIs" ItemType="Appointment" FormType="Edit"/>
  </Rule>
  <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides" xsi:type="VersionOverridesV1_0">
{_level(origin, NOTICE_SET, "/addin/notice.html", "    ")}
    <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides/1.1" \
xsi:type="VersionOverridesV1_1">
{_level(origin, PANEL_SET, "/addin/panel.html", "      ")}
      <WebApplicationInfo>
        <Id>{escape(of.client_id)}</Id>
        <Resource>{escape(f"api://{host}/{of.client_id}")}</Resource>
        <Scopes>
          <Scope>openid</Scope>
          <Scope>profile</Scope>
        </Scopes>
      </WebApplicationInfo>
    </VersionOverrides>
  </VersionOverrides>
</OfficeApp>
"""


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or not public_url.isascii()
    if parts.scheme != "https" or not parts.hostname or more:
        raise ValueError("the public URL is not an https origin")
    return f"https://{parts.netloc}"


def _level(origin: str, least: str, page: str, indent: str) -> str:
    """One level of version overrides: its own requirements, button and resources."""
    rows = [
        "<Requirements>",
        "  <bt:Sets>",
        f'    <bt:Set Name="Mailbox" MinVersion="{least}"/>',
        "  </bt:Sets>",
        "</Requirements>",
        *_button(least),
        "<Resources>",
        "  <bt:Images>",
        *(
            f'    <bt:Image id="icon{size}" DefaultValue={_attribute(origin, f"/addin/icons/icon-{size}.png")}/>'
            for size in ICON_SIZES
        ),
        "  </bt:Images>",
        "  <bt:Urls>",
        f'    <bt:Url id="page" DefaultValue={_attribute(origin, page)}/>',
        "  </bt:Urls>",
        "  <bt:ShortStrings>",
        *(row for text in _SHORT for row in _string(text)),
        "  </bt:ShortStrings>",
        "  <bt:LongStrings>",
        *(row for text in _LONG for row in _string(text)),
        "  </bt:LongStrings>",
        "</Resources>",
    ]
    return "\n".join(indent + row for row in rows)


def _button(least: str) -> tuple[str, ...]:
    """The button of the organizer's form. Attendees' forms may follow: another extension point with the same group.

    Fact: SupportsSharedFolders is known to 1.1 only [doc]; false is what both levels mean.
    """
    shared = ("      <SupportsSharedFolders>false</SupportsSharedFolders>",) if least == PANEL_SET else ()
    return (
        "<Hosts>",
        '  <Host xsi:type="MailHost">',
        "    <DesktopFormFactor>",
        *shared,
        '      <ExtensionPoint xsi:type="AppointmentOrganizerCommandSurface">',
        '        <OfficeTab id="TabDefault">',
        '          <Group id="rosGroup">',
        '            <Label resid="group"/>',
        '            <Control xsi:type="Button" id="rosOpen">',
        '              <Label resid="label"/>',
        "              <Supertip>",
        '                <Title resid="tipTitle"/>',
        '                <Description resid="tip"/>',
        "              </Supertip>",
        "              <Icon>",
        *(f'                <bt:Image size="{size}" resid="icon{size}"/>' for size in ICON_SIZES),
        "              </Icon>",
        '              <Action xsi:type="ShowTaskpane">',
        '                <SourceLocation resid="page"/>',
        "              </Action>",
        "            </Control>",
        "          </Group>",
        "        </OfficeTab>",
        "      </ExtensionPoint>",
        "    </DesktopFormFactor>",
        "  </Host>",
        "</Hosts>",
    )


def _string(text: _Text) -> tuple[str, ...]:
    overrides = (f'      <bt:Override Locale="{locale}" Value={quoteattr(text.en)}/>' for locale in ENGLISH)
    return (f'    <bt:String id="{text.id}" DefaultValue={quoteattr(text.cs)}>', *overrides, "    </bt:String>")


def _base_text(element: str, text: _Text) -> str:
    overrides = "".join(f'\n    <Override Locale="{locale}" Value={quoteattr(text.en)}/>' for locale in ENGLISH)
    return f"<{element} DefaultValue={quoteattr(text.cs)}>{overrides}\n  </{element}>"


def _attribute(origin: str, path: str) -> str:
    return quoteattr(origin + path)
