"""Every section of the console, in the order of the sidebar. A new one is a line here."""

from collections.abc import Sequence

from console.context import Context
from console.i18n import translate
from console.views.overview.section import OverviewSection
from console.views.section import SectionKind
from console.views.settings.section import SettingsSection


def sections(context: Context) -> Sequence[SectionKind]:
    """Those that the signed-in person may see."""
    every = (
        SectionKind(
            key="overview",
            icon="overview",
            title=lambda: translate("Sections", "Overview"),
            make=OverviewSection,
            needs_firm=False,
        ),
        SectionKind(
            key="settings",
            icon="settings",
            title=lambda: translate("Sections", "Settings"),
            make=SettingsSection,
            needs_firm=False,
        ),
    )
    return [kind for kind in every if context.is_central or not kind.is_central]
