"""Every section of the console, in the order of the sidebar. A new one is a line here."""

from collections.abc import Sequence

from console.context import Context
from console.i18n import translate
from console.views.audit.section import AuditSection
from console.views.conflicts.section import ConflictsSection
from console.views.consent.section import ConsentSection
from console.views.firms.section import FirmsSection
from console.views.overview.section import OverviewSection
from console.views.section import SectionKind
from console.views.settings.section import SettingsSection
from console.views.setup.section import SetupSection
from console.views.sync.section import SyncSection
from console.views.users.section import UsersSection

EVERY: Sequence[SectionKind] = (
    SectionKind(
        key="overview",
        icon="overview",
        title=lambda: translate("Sections", "Overview"),
        make=OverviewSection,
        needs_firm=False,
    ),
    SectionKind(
        key="firms",
        icon="firms",
        title=lambda: translate("Sections", "Firms"),
        make=FirmsSection,
        is_central=True,
        needs_firm=False,
    ),
    SectionKind(key="users", icon="users", title=lambda: translate("Sections", "Users and licence"), make=UsersSection),
    SectionKind(
        key="consent", icon="consent", title=lambda: translate("Sections", "Azure consent"), make=ConsentSection
    ),
    SectionKind(key="sync", icon="sync", title=lambda: translate("Sections", "Synchronisation"), make=SyncSection),
    SectionKind(
        key="conflicts", icon="conflicts", title=lambda: translate("Sections", "Conflicts"), make=ConflictsSection
    ),
    SectionKind(
        key="audit", icon="log", title=lambda: translate("Sections", "Log"), make=AuditSection, needs_firm=False
    ),
    SectionKind(
        key="settings",
        icon="settings",
        title=lambda: translate("Sections", "Settings"),
        make=SettingsSection,
        needs_firm=False,
    ),
    SectionKind(
        key="setup",
        icon="guide",
        title=lambda: translate("Sections", "Set-up guide"),
        make=SetupSection,
        is_guide=True,
    ),
)


def sections(context: Context) -> Sequence[SectionKind]:
    """Those that the signed-in person may see. A guide that changes things is nothing for a reader."""
    return [
        kind
        for kind in EVERY
        if (context.is_central or not kind.is_central) and (context.can_change or not kind.is_guide)
    ]
