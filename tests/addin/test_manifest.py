"""The manifest of this repository, of another server, and what the offline check must refuse."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.api.panel.files import BUILT
from server.api.panel.manifest import ICON_SIZES, MANIFEST_VERSION, UNKNOWN_CLIENT, ManifestOf, manifest
from server.api.panel.manifest_check import check_manifest, picture_size
from server.cli.main import run
from tests.addin.conftest import ADDIN

ROOT = ADDIN.parent
COMMITTED = (ROOT / "manifest.xml").read_text(encoding="utf-8")
#: Version → SHA-256 of the committed file: a change of the manifest needs a higher version and a line here.
HISTORY: dict[str, str] = json.loads((Path(__file__).parent / "manifest_history.json").read_text(encoding="utf-8"))


def icon(path: str) -> bytes | None:
    file = ADDIN / path.removeprefix("/addin/")
    return file.read_bytes() if file.is_file() else None


def codes(text: str) -> set[str]:
    return {finding.code for finding in check_manifest(text, icons=icon)}


def test_the_committed_manifest_is_what_the_generator_makes_and_has_no_finding() -> None:
    assert manifest(ManifestOf()) == COMMITTED
    assert check_manifest(COMMITTED, icons=icon) == ()


def test_a_changed_manifest_has_a_version_of_its_own() -> None:
    digest = hashlib.sha256(COMMITTED.encode()).hexdigest()

    assert HISTORY.get(MANIFEST_VERSION) == digest, "raise MANIFEST_VERSION and add it to manifest_history.json"
    assert max(HISTORY, key=lambda version: [int(part) for part in version.split(".")]) == MANIFEST_VERSION


def test_another_server_gets_its_own_addresses_and_registration() -> None:
    client = "11111111-2222-4333-8444-555555555555"

    text = manifest(ManifestOf(public_url="https://sync.example:8443", client_id=client))

    assert check_manifest(text, icons=icon) == ()
    assert "ros.vitkovice.cz" not in text
    assert UNKNOWN_CLIENT not in text
    assert f"<Resource>api://sync.example:8443/{client}</Resource>" in text


@pytest.mark.parametrize(
    "url",
    [
        "http://ros.vitkovice.cz",
        "https://ros.vitkovice.cz/panel",
        "ros.vitkovice.cz",
        "",
        "https://user:password@ros.vitkovice.cz",
        "https://úřad.cz",
    ],
)
def test_an_address_that_outlook_would_refuse_has_no_manifest(url: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        manifest(ManifestOf(public_url=url))


def swap(old: str, new: str, count: int = -1) -> Callable[[str], str]:
    """The manifest with one thing changed; fails when that thing is not there."""

    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


def moved(line: str, after: str) -> Callable[[str], str]:
    """The first line with ``line`` in it, put behind the first one with ``after`` in it."""

    def change(text: str) -> str:
        lines = text.splitlines()
        taken = lines.pop(next(n for n, one in enumerate(lines) if line in one))
        lines.insert(next(n for n, one in enumerate(lines) if after in one) + 1, taken)
        return "\n".join(lines)

    return change


def cut(begin: str, end: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        start = text.index(begin)
        return text[:start] + text[text.index(end, start) + len(end) :]

    return change


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "not xml": (swap("</Hosts>", "</Host>", 1), "not_xml"),
    "another root": (swap("OfficeApp", "WordApp"), "not_a_manifest"),
    "a document type": (swap("<OfficeApp ", "<!DOCTYPE x []><OfficeApp ", 1), "doctype"),
    "too large": (lambda text: text + " " * 300_000, "too_large"),
    "no form settings": (cut("<FormSettings>", "</FormSettings>"), "missing"),
    "no rule": (cut('<Rule xsi:type="RuleCollection"', "  </Rule>"), "missing"),
    "no version": (cut("<Version>", "</Version>"), "missing"),
    "two permissions": (swap("<Permissions>", "<Permissions>x</Permissions><Permissions>", 1), "repeated"),
    "children in another order": (moved("<ProviderName>", "<DefaultLocale>"), "order"),
    "an unknown child": (swap("<Hosts>", "<Anything/><Hosts>", 1), "unknown_child"),
    "no supertip": (cut("<Supertip>", "</Supertip>"), "missing"),
    "an id that is no guid": (swap("<Id>9e0f6a3b", "<Id>x", 1), "id_not_guid"),
    "another add-in's id": (swap("<Id>9e0f6a3b", "<Id>00000000", 1), "id_changed"),
    "a version of five parts": (swap("<Version>1.0.0.0", "<Version>1.0.0.0.0", 1), "version_form"),
    "a version of six digits": (swap("<Version>1.0.0.0", "<Version>100000.0", 1), "version_form"),
    "a family as default locale": (swap("<DefaultLocale>cs-CZ", "<DefaultLocale>cz", 1), "locale_form"),
    "an override of the default locale": (swap('Locale="en-US"', 'Locale="cs-CZ"', 1), "locale_is_default"),
    "a locale twice": (swap('Locale="en-GB"', 'Locale="en-US"', 1), "locale_twice"),
    "a family as override": (swap('Locale="en-GB"', 'Locale="en"', 1), "locale_form"),
    "english missing": (cut('<bt:Override Locale="en-US"', "/>"), "language_missing"),
    "a label of 126 characters": (swap('DefaultValue="Detail události"', f'DefaultValue="{"x" * 126}"'), "text_length"),
    "an empty tooltip": (swap('DefaultValue="Zvolte typ', 'DefaultValue="" x="', 1), "text_length"),
    "a description of 251 characters": (swap("Propojí událost", "x" * 251, 1), "text_length"),
    "a permission for the whole mailbox": (swap("ReadWriteItem", "ReadWriteMailbox"), "permission"),
    "a resource that is not there": (swap('<Label resid="label"/>', '<Label resid="lable"/>', 1), "resource_missing"),
    "a picture as a page": (
        swap('<SourceLocation resid="page"/>', '<SourceLocation resid="icon16"/>', 1),
        "resource_missing",
    ),
    "an id of 33 characters": (swap('id="rosOpen"', f'id="{"r" * 33}"', 1), "id_length"),
    "two controls of one id": (swap('Group id="rosGroup"', 'Group id="rosOpen"', 1), "id_twice"),
    "a tab of its own": (swap('OfficeTab id="TabDefault"', 'OfficeTab id="TabMine"', 1), "tab"),
    "no icon of 80": (swap('<bt:Image size="80" resid="icon80"/>', "", 1), "icon_missing"),
    "an icon of 30": (swap('<bt:Image size="20"', '<bt:Image size="30"', 1), "icon_size"),
    "no large icon": (cut("<HighResolutionIconUrl", "/>"), "icon_missing"),
    "a page without https": (
        swap("https://ros.vitkovice.cz/addin/panel.html", "http://ros.vitkovice.cz/addin/panel.html"),
        "not_https",
    ),
    "a page on a foreign host": (
        swap("https://ros.vitkovice.cz/addin/panel.html", "https://elsewhere.example/addin/panel.html"),
        "foreign_host",
    ),
    "a wildcard domain": (
        swap("<AppDomain>https://ros.vitkovice.cz", "<AppDomain>https://*.vitkovice.cz"),
        "domain_form",
    ),
    "an address of 2,049 characters": (swap("/addin/panel.html", "/addin/" + "p" * 2049), "url_length"),
    "a panel for every client": (swap('MinVersion="1.8"', 'MinVersion="1.3"'), "requirements"),
    "a set that must not be declared": (
        swap(
            '<bt:Set Name="Mailbox" MinVersion="1.8"/>',
            '<bt:Set Name="Mailbox" MinVersion="1.8"/><bt:Set Name="NestedAppAuth" MinVersion="1.1"/>',
        ),
        "requirements",
    ),
    "no inner level": (
        cut(
            '<VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides/1.1"',
            "</VersionOverrides>",
        ),
        "levels",
    ),
    "shared calendars": (swap("<SupportsSharedFolders>false", "<SupportsSharedFolders>true"), "shared_folders"),
    "shared calendars in the older level": (
        swap("<DesktopFormFactor>", "<DesktopFormFactor><SupportsSharedFolders>false</SupportsSharedFolders>", 1),
        "unknown_child",
    ),
    "pinning": (
        swap('<SourceLocation resid="page"/>', '<SourceLocation resid="page"/><SupportsPinning>true</SupportsPinning>'),
        "without_effect",
    ),
    "a resource of another registration": (
        swap("<Resource>api://ros.vitkovice.cz/5b", "<Resource>api://ros.vitkovice.cz/6b"),
        "resource_form",
    ),
    "a registration that is no guid": (swap(f"<Id>{UNKNOWN_CLIENT}", "<Id>ros"), "client_not_guid"),
    "a scope missing": (swap("<Scope>profile</Scope>", ""), "scopes"),
    "a locale before the version": (moved("<DefaultLocale>", "<Id>"), "order"),
    "reading mails": (swap('ItemType="Appointment"', 'ItemType="Message"'), "activation"),
    "a height in an edit form": (
        swap("<DesktopSettings>", "<DesktopSettings><RequestedHeight>200</RequestedHeight>"),
        "unknown_child",
    ),
    "another surface": (swap("AppointmentOrganizerCommandSurface", "MessageReadCommandSurface", 1), "type"),
    "a control that is no button": (swap('Control xsi:type="Button"', 'Control xsi:type="Menu"', 1), "type"),
    "a picture that is not built": (swap("icon-48.png", "icon-49.png"), "picture_missing"),
    "a picture of another size": (swap("icons/icon-128.png", "icons/icon-64.png"), "picture_size"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_manifest_is_refused(name: str) -> None:
    change, code = BROKEN[name]

    assert code in codes(change(COMMITTED))


def test_every_icon_has_the_size_that_its_name_says() -> None:
    for size in (*ICON_SIZES, 128):
        assert picture_size((ADDIN / "icons" / f"icon-{size}.png").read_bytes()) == (size, size)
    assert picture_size(b"GIF89a") is None


def test_the_command_prints_and_checks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["manifest"], {}) == 0
    assert capsys.readouterr().out == COMMITTED

    broken = tmp_path / "broken.xml"
    broken.write_text(COMMITTED.replace("ReadWriteItem", "Restricted"), encoding="utf-8")
    assert run(["manifest", "--check", str(broken), "--json"], {}) == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found == {"findings": [{"code": "permission", "where": "OfficeApp/Permissions"}]}

    assert run(["manifest", "--public-url", "http://nowhere.example"], {}) == 1
    assert "https" in capsys.readouterr().err


def test_the_command_writes_the_manifest_of_another_host(capsys: pytest.CaptureFixture[str]) -> None:
    client = "11111111-2222-4333-8444-555555555555"
    other = ["manifest", "--public-url", "https://sync.example"]
    assert run([*other, "--client-id", client], {}) == 0
    assert f"api://sync.example/{client}" in capsys.readouterr().out
    for wrong in ("abc", f"{{{client}}}", client[:-1]):
        assert run([*other, "--client-id", wrong], {}) == 1
        told = capsys.readouterr()
        assert (told.out, "GUID" in told.err) == ("", True)


def test_the_command_takes_the_servers_own_settings(capsys: pytest.CaptureFixture[str]) -> None:
    client = "11111111-2222-4333-8444-555555555555"
    assert run(["manifest"], {"ROS_PUBLIC_URL": "https://sync.example", "ROS_CLIENT_ID": client}) == 0
    assert f"api://sync.example/{client}" in capsys.readouterr().out


def test_the_built_pages_are_those_that_the_manifest_names() -> None:
    for name in ("panel.html", "notice.html", "signed-in.html", "icons/icon-80.png"):
        assert (BUILT / name).is_file(), "make panel"
