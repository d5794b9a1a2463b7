"""Checks a manifest without the internet: order of elements, limits, references, addresses, languages, icons.

What Microsoft's schema does not say is checked too: references that lead nowhere, addresses that are not https or not
ours, a missing language, icons of the wrong size. Findings are codes with the place, nothing is repaired.
"""

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from server.api.panel.manifest import ENGLISH, ICON_SIZES, NOTICE_SET, PANEL_SET
from server.api.panel.manifest_shape import (
    BASE,
    BT,
    FILE_BYTES,
    LONG_TEXT,
    REFERENCE,
    REFERENCES,
    SHAPES,
    SHORT_TEXT,
    TYPES,
    URL_TEXT,
    V1_0,
    V1_1,
    XSI,
    Child,
)
from server.domain.panel import ADDIN_ID

Element = ElementTree.Element
#: From the path of an address on our server to the file's bytes; None when there is no such file.
Icons = Callable[[str], bytes | None]
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION: Final = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){0,3}")
_LOCALE: Final = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_COMPULSORY_ICONS: Final = (16, 32, 80)
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """``code`` is stable, ``where`` the path of element names."""

    code: str
    where: str


def is_guid(text: str) -> bool:
    """With hyphens and nothing around it, as manifests want it."""
    return _GUID.fullmatch(text) is not None


def check_manifest(text: str, *, icons: Icons | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong, in the file's order; empty when nothing is. ``icons`` None leaves the pictures out."""
    if len(text.encode()) > FILE_BYTES:
        return (Finding("too_large", ""),)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return (Finding("doctype", ""),)
    try:
        root = ElementTree.fromstring(text.encode())  # noqa: S314  # no document type, so no entities to expand
    except ElementTree.ParseError:
        return (Finding("not_xml", ""),)
    if root.tag != f"{{{BASE}}}OfficeApp":
        return (Finding("not_a_manifest", _name(root)),)
    return tuple(dict.fromkeys(_Check(root, icons).findings()))


class _Check:
    def __init__(self, root: Element, icons: Icons | None) -> None:
        self._root = root
        self._icons = icons
        self._host = _host_of(root)

    def findings(self) -> Iterator[Finding]:
        yield from _shapes(self._root, BASE, "OfficeApp")
        yield from self._base()
        levels = [level for level in self._root.iter() if _name(level) == "VersionOverrides"]
        for level in levels:
            yield from self._level(level)
        yield from _requirement_split(self._root, levels)
        yield from self._addresses()
        if self._icons is not None:
            yield from self._pictures(self._icons)

    # --- the base part ---

    def _base(self) -> Iterator[Finding]:
        root = self._root
        if not is_guid(_text(root, "Id")):
            yield Finding("id_not_guid", "OfficeApp/Id")
        elif _text(root, "Id").lower() != ADDIN_ID:
            # The id names the hidden property in which clients keep our data.
            yield Finding("id_changed", "OfficeApp/Id")
        if not _VERSION.fullmatch(_text(root, "Version")):
            yield Finding("version_form", "OfficeApp/Version")
        if not _LOCALE.fullmatch(_text(root, "DefaultLocale")):
            yield Finding("locale_form", "OfficeApp/DefaultLocale")
        if _text(root, "Permissions") != "ReadWriteItem":
            yield Finding("permission", "OfficeApp/Permissions")
        for name, most in (("DisplayName", SHORT_TEXT), ("Description", LONG_TEXT)):
            for element in root.findall(f"{{{BASE}}}{name}"):
                yield from _texts(element, f"OfficeApp/{name}", most, _text(root, "DefaultLocale"))
        if not 1 <= len(_text(root, "ProviderName")) <= SHORT_TEXT:
            yield Finding("text_length", "OfficeApp/ProviderName")
        yield from (
            Finding("icon_missing", f"OfficeApp/{name}")
            for name in ("IconUrl", "HighResolutionIconUrl")
            if root.find(f"{{{BASE}}}{name}") is None
        )
        if [host.get("Name") for host in root.findall(f"{{{BASE}}}Hosts/{{{BASE}}}Host")] != ["Mailbox"]:
            yield Finding("host", "OfficeApp/Hosts")
        yield from self._activation()

    def _activation(self) -> Iterator[Finding]:
        rules = [rule for rule in self._root.iter(f"{{{BASE}}}Rule") if rule.get(f"{{{XSI}}}type") == "ItemIs"]
        if not any((rule.get("ItemType"), rule.get("FormType")) == ("Appointment", "Edit") for rule in rules):
            yield Finding("activation", "OfficeApp/Rule")
        for form in self._root.iter(f"{{{BASE}}}Form"):
            heights = list(form.iter(f"{{{BASE}}}RequestedHeight"))
            if heights and form.get(f"{{{XSI}}}type") != "ItemRead":
                yield Finding("height_in_edit_form", "OfficeApp/FormSettings/Form")

    # --- a level of overrides ---

    def _level(self, level: Element) -> Iterator[Finding]:
        space, where = _space(level), _name_of_level(level)
        resources = _resources(level, space)
        yield from _resource_texts(level, space, where, _text(self._root, "DefaultLocale"))
        own = [element for element in _within(level) if element.get("resid") is not None]
        for element in own:
            reference, kind = element.get("resid") or "", REFERENCES.get(_name(element))
            if len(reference) > REFERENCE:
                yield Finding("id_length", f"{where}/{_name(element)}")
            if kind is None or reference not in resources.get(kind, ()):
                yield Finding("resource_missing", f"{where}/{_name(element)}")
        yield from _ids(level, where)
        yield from _icon_sizes(level, space, where)
        yield from self._sign_on(level, where)
        for flag in ("SupportsPinning", "LaunchEvent"):
            if any(_name(element) == flag for element in _within(level)):
                yield Finding("without_effect", f"{where}/{flag}")
        if any(_name(e) == "SupportsSharedFolders" and (e.text or "").strip() != "false" for e in _within(level)):
            yield Finding("shared_folders", where)

    def _sign_on(self, level: Element, where: str) -> Iterator[Finding]:
        info = level.find(f"{{{V1_1}}}WebApplicationInfo")
        if info is None:
            return
        client, resource = _text(info, "Id", V1_1), _text(info, "Resource", V1_1)
        if not is_guid(client):
            yield Finding("client_not_guid", f"{where}/WebApplicationInfo/Id")
        if resource != f"api://{self._host}/{client}":
            yield Finding("resource_form", f"{where}/WebApplicationInfo/Resource")
        scopes = {(scope.text or "").strip() for scope in info.iter(f"{{{V1_1}}}Scope")}
        if not {"openid", "profile"} <= scopes:
            yield Finding("scopes", f"{where}/WebApplicationInfo/Scopes")

    # --- addresses and pictures ---

    def _addresses(self) -> Iterator[Finding]:
        domains = {(e.text or "").strip() for e in self._root.iter(f"{{{BASE}}}AppDomain")}
        for domain in sorted(domains):
            parts = urlsplit(domain)
            if parts.scheme != "https" or "*" in domain or parts.path.strip("/"):
                yield Finding("domain_form", "OfficeApp/AppDomains/AppDomain")
        for element, url in _urls(self._root):
            parts = urlsplit(url)
            if len(url) > URL_TEXT:
                yield Finding("url_length", _name(element))
            if parts.scheme != "https" or not parts.hostname:
                yield Finding("not_https", _name(element))
            elif f"https://{parts.netloc}" not in domains:
                yield Finding("foreign_host", _name(element))

    def _pictures(self, icons: Icons) -> Iterator[Finding]:
        wanted = {"IconUrl": 64, "HighResolutionIconUrl": 128}
        for element, url in _urls(self._root):
            size = wanted.get(_name(element))
            if _name(element) == "bt:Image":
                size = next((n for n in ICON_SIZES if element.get("id") in _ids_of_size(self._root, n)), None)
            if size is None:
                continue
            content = icons(urlsplit(url).path)
            if content is None:
                yield Finding("picture_missing", f"{_name(element)} {size}")
            elif picture_size(content) != (size, size):
                yield Finding("picture_size", f"{_name(element)} {size}")


# --- pieces ---------------------------------------------------------------------------------------------------------


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG; None when it is none."""
    if content[:8] != _PNG or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return int(width), int(height)


def _space(element: Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def _name(element: Element) -> str:
    """The element's own name, with ``bt:`` where it is of the basic types."""
    local = element.tag.rpartition("}")[2]
    return f"bt:{local}" if _space(element) == BT else local


def _name_of_level(level: Element) -> str:
    return "VersionOverrides 1.1" if _space(level) == V1_1 else "VersionOverrides 1.0"


def _text(parent: Element, name: str, space: str = BASE) -> str:
    found = parent.find(f"{{{space}}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _within(level: Element) -> Iterator[Element]:
    """The level's elements without those of the level inside it."""
    for child in level:
        if _name(child) != "VersionOverrides":
            yield child
            yield from _within(child)


def _shapes(element: Element, space: str, where: str) -> Iterator[Finding]:
    """Order and number of children, and the types of elements, all the way down."""
    wanted = TYPES.get((_space(element), _name(element)))
    if wanted is not None and element.get(f"{{{XSI}}}type") not in wanted:
        yield Finding("type", where)
    shape = SHAPES.get(space, {}).get(_name(element), ())
    yield from _order(element, shape, where) if _is_known(element, space) else ()
    for child in element:
        inner = _space(child) if _name(child) == "VersionOverrides" else space
        yield from _shapes(child, inner, f"{where}/{_name(child)}")


def _is_known(element: Element, space: str) -> bool:
    # An icon's picture refers, a resource's picture is one: only the latter has children.
    return _space(element) in (space, BT)


def _order(element: Element, shape: tuple[Child, ...], where: str) -> Iterator[Finding]:
    names = [_name(child) for child in element]
    places = {child.name: number for number, child in enumerate(shape)}
    for name in dict.fromkeys(names):
        if name not in places:
            yield Finding("unknown_child", f"{where}/{name}")
    known = [places[name] for name in names if name in places]
    if known != sorted(known):
        yield Finding("order", where)
    counts = Counter(names)
    for child in shape:
        if counts[child.name] < child.least:
            yield Finding("missing", f"{where}/{child.name}")
        if child.most is not None and counts[child.name] > child.most:
            yield Finding("repeated", f"{where}/{child.name}")


def _texts(element: Element, where: str, most: int, default: str) -> Iterator[Finding]:
    """Length in every language; each English locale once, the default one never."""
    overrides = [child for child in element if _name(child) in ("Override", "bt:Override")]
    for text in (element.get("DefaultValue"), *(one.get("Value") for one in overrides)):
        if not 1 <= len(text or "") <= most:
            yield Finding("text_length", where)
    locales = Counter(one.get("Locale") or "" for one in overrides)
    if any(count > 1 for count in locales.values()):
        yield Finding("locale_twice", where)
    if default in locales:
        yield Finding("locale_is_default", where)
    if any(not _LOCALE.fullmatch(locale) for locale in locales):
        yield Finding("locale_form", where)
    if not set(ENGLISH) <= set(locales):
        yield Finding("language_missing", where)


def _resource_texts(level: Element, space: str, where: str, default: str) -> Iterator[Finding]:
    for kind, most in (("ShortStrings", SHORT_TEXT), ("LongStrings", LONG_TEXT)):
        for text in level.findall(f"{{{space}}}Resources/{{{BT}}}{kind}/{{{BT}}}String"):
            yield from _texts(text, f"{where}/{kind}", most, default)


def _resources(level: Element, space: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for resources in level.findall(f"{{{space}}}Resources"):
        for kind in resources:
            found.setdefault(_name(kind), set()).update(child.get("id") or "" for child in kind)
    return found


def _ids(level: Element, where: str) -> Iterator[Finding]:
    ids = [element.get("id") or "" for element in _within(level) if element.get("id") is not None]
    if any(not 1 <= len(one) <= REFERENCE for one in ids):
        yield Finding("id_length", where)
    if len(set(ids)) != len(ids):
        yield Finding("id_twice", where)
    tabs = [e.get("id") for e in _within(level) if _name(e) == "OfficeTab"]
    if any(tab != "TabDefault" for tab in tabs):
        yield Finding("tab", where)


def _icon_sizes(level: Element, space: str, where: str) -> Iterator[Finding]:
    for icon in (element for element in _within(level) if element.tag == f"{{{space}}}Icon"):
        sizes = [image.get("size") or "" for image in icon]
        if not {str(size) for size in _COMPULSORY_ICONS} <= set(sizes):
            yield Finding("icon_missing", f"{where}/Icon")
        if any(size not in {str(known) for known in ICON_SIZES} for size in sizes) or len(set(sizes)) != len(sizes):
            yield Finding("icon_size", f"{where}/Icon")


def _ids_of_size(root: Element, size: int) -> set[str]:
    return {e.get("resid") or "" for e in root.iter(f"{{{BT}}}Image") if e.get("size") == str(size)}


def _requirement_split(root: Element, levels: list[Element]) -> Iterator[Finding]:
    """Old clients must fall through to the notice: the inner level asks for more than the outer one."""
    if [_space(level) for level in levels] != [V1_0, V1_1]:
        yield Finding("levels", "OfficeApp/VersionOverrides")
        return
    asked = [_least_set(root, f"{{{BASE}}}Requirements/{{{BASE}}}Sets/{{{BASE}}}Set")]
    asked += [_least_set(level, f"{{{_space(level)}}}Requirements/{{{BT}}}Sets/{{{BT}}}Set") for level in levels]
    if asked != [NOTICE_SET, NOTICE_SET, PANEL_SET]:
        yield Finding("requirements", "OfficeApp/Requirements")


def _least_set(parent: Element, path: str) -> str:
    # Fact: NestedAppAuth and IdentityAPI must not be declared, only tested in code [doc], outlook-addin §2.5.
    sets = [(one.get("Name"), one.get("MinVersion") or "") for one in parent.findall(path)]
    return sets[0][1] if len(sets) == 1 and sets[0][0] == "Mailbox" else ""


def _urls(root: Element) -> Iterator[tuple[Element, str]]:
    """Every address in the file with its element."""
    base = ("IconUrl", "HighResolutionIconUrl", "SupportUrl", "SourceLocation")
    for element in root.iter():
        value = element.get("DefaultValue")
        if value is not None and (_name(element) in base or _name(element) in ("bt:Image", "bt:Url")):
            yield element, value
            yield from ((element, child.get("Value") or "") for child in element)


def _host_of(root: Element) -> str:
    location = next(root.iter(f"{{{BASE}}}SourceLocation"), None)
    return urlsplit((location.get("DefaultValue") or "") if location is not None else "").netloc
