"""What one is here, in words."""

from console.api.wire.session import CENTRAL_ADMIN, FIRM_AUDITOR
from console.i18n import translate


def role_text(role: str) -> str:
    """A firm's people never read that there are others."""
    if role == CENTRAL_ADMIN:
        return translate("Shell", "Central administrator")
    if role == FIRM_AUDITOR:
        return translate("Shell", "Auditor – reading only")
    return translate("Shell", "Administrator")
