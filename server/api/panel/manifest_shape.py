"""What an add-in only manifest for mail may consist of: elements in their order, as tables. Source: outlook-addin §2.

Microsoft's own schemas are not ours to keep, and its validator needs the internet; this is what we use of them. An
element that is valid for Microsoft but not modelled here is refused, so that nobody ships what nobody looked at.
"""

from dataclasses import dataclass
from typing import Final

BASE: Final = "http://schemas.microsoft.com/office/appforoffice/1.1"
V1_0: Final = "http://schemas.microsoft.com/office/mailappversionoverrides"
V1_1: Final = "http://schemas.microsoft.com/office/mailappversionoverrides/1.1"
BT: Final = "http://schemas.microsoft.com/office/officeappbasictypes/1.0"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class Child:
    """One place in a sequence. ``most`` None: as many as one likes."""

    name: str
    least: int = 1
    most: int | None = 1


def one(name: str) -> Child:
    return Child(name)


def maybe(name: str) -> Child:
    return Child(name, least=0)


def some(name: str) -> Child:
    return Child(name, most=None)


def any_number(name: str) -> Child:
    return Child(name, least=0, most=None)


_OVERRIDDEN: Final = (any_number("Override"),)

#: Children of the base part, by the element's own name.
BASE_SHAPE: Final[dict[str, tuple[Child, ...]]] = {
    "OfficeApp": (
        one("Id"),
        maybe("AlternateId"),
        one("Version"),
        one("ProviderName"),
        one("DefaultLocale"),
        one("DisplayName"),
        one("Description"),
        maybe("IconUrl"),
        maybe("HighResolutionIconUrl"),
        maybe("SupportUrl"),
        maybe("AppDomains"),
        one("Hosts"),
        one("Requirements"),
        one("FormSettings"),
        one("Permissions"),
        one("Rule"),
        maybe("DisableEntityHighlighting"),
        maybe("VersionOverrides"),
    ),
    "DisplayName": _OVERRIDDEN,
    "Description": _OVERRIDDEN,
    "IconUrl": _OVERRIDDEN,
    "HighResolutionIconUrl": _OVERRIDDEN,
    "SupportUrl": _OVERRIDDEN,
    "AppDomains": (some("AppDomain"),),
    "Hosts": (some("Host"),),
    "Requirements": (one("Sets"),),
    "Sets": (some("Set"),),
    "FormSettings": (some("Form"),),
    "Form": (one("DesktopSettings"),),
    "DesktopSettings": (one("SourceLocation"),),
    "SourceLocation": _OVERRIDDEN,
    "Rule": (any_number("Rule"),),
}

_COMMON: Final[dict[str, tuple[Child, ...]]] = {
    "Requirements": (one("bt:Sets"),),
    "bt:Sets": (some("bt:Set"),),
    "Hosts": (some("Host"),),
    "ExtensionPoint": (some("OfficeTab"),),
    "OfficeTab": (some("Group"),),
    "Group": (one("Label"), some("Control")),
    "Control": (one("Label"), one("Supertip"), one("Icon"), one("Action")),
    "Supertip": (one("Title"), one("Description")),
    "Icon": (some("bt:Image"),),
    "Action": (one("SourceLocation"), maybe("SupportsPinning")),
    "Resources": (maybe("bt:Images"), maybe("bt:Urls"), maybe("bt:ShortStrings"), maybe("bt:LongStrings")),
    "bt:Images": (any_number("bt:Image"),),
    "bt:Urls": (any_number("bt:Url"),),
    "bt:ShortStrings": (any_number("bt:String"),),
    "bt:LongStrings": (any_number("bt:String"),),
    "bt:Image": (any_number("bt:Override"),),
    "bt:Url": (any_number("bt:Override"),),
    "bt:String": (any_number("bt:Override"),),
}
_START: Final = (maybe("Description"), maybe("Requirements"), maybe("Hosts"), maybe("Resources"))
V1_0_SHAPE: Final[dict[str, tuple[Child, ...]]] = _COMMON | {
    "VersionOverrides": (*_START, maybe("VersionOverrides")),
    "Host": (maybe("DesktopFormFactor"),),
    "DesktopFormFactor": (maybe("FunctionFile"), some("ExtensionPoint")),
}
V1_1_SHAPE: Final[dict[str, tuple[Child, ...]]] = _COMMON | {
    "VersionOverrides": (*_START, maybe("WebApplicationInfo")),
    "Host": (maybe("DesktopFormFactor"),),
    "DesktopFormFactor": (maybe("SupportsSharedFolders"), maybe("FunctionFile"), some("ExtensionPoint")),
    "WebApplicationInfo": (one("Id"), one("Resource"), one("Scopes")),
    "Scopes": (some("Scope"),),
}
SHAPES: Final = {BASE: BASE_SHAPE, V1_0: V1_0_SHAPE, V1_1: V1_1_SHAPE}

#: xsi:type that an element must have, where it must.
TYPES: Final = {
    (BASE, "OfficeApp"): ("MailApp",),
    (BASE, "Form"): ("ItemEdit", "ItemRead"),
    (BASE, "Rule"): ("RuleCollection", "ItemIs"),
    (V1_0, "VersionOverrides"): ("VersionOverridesV1_0",),
    (V1_1, "VersionOverrides"): ("VersionOverridesV1_1",),
    **{(space, "Host"): ("MailHost",) for space in (V1_0, V1_1)},
    **{(space, "Control"): ("Button",) for space in (V1_0, V1_1)},
    **{(space, "Action"): ("ShowTaskpane",) for space in (V1_0, V1_1)},
    **{
        (space, "ExtensionPoint"): ("AppointmentOrganizerCommandSurface", "AppointmentAttendeeCommandSurface")
        for space in (V1_0, V1_1)
    },
}
#: Which kind of resource an element's ``resid`` names.
REFERENCES: Final = {
    "Label": "bt:ShortStrings",
    "Title": "bt:ShortStrings",
    "Description": "bt:LongStrings",
    "SourceLocation": "bt:Urls",
    "FunctionFile": "bt:Urls",
    "bt:Image": "bt:Images",
}
#: Longest texts. Fact: outlook-addin §2.3 [doc].
SHORT_TEXT, LONG_TEXT, URL_TEXT, REFERENCE = 125, 250, 2048, 32
FILE_BYTES: Final = 256 * 1024
