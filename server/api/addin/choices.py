"""The panel's choices, checked against what the firm allows, in the words of the domain."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from server.api.addin import models
from server.api.addin.call import PanelCall
from server.domain.concern import Concern, ConcernKind
from server.domain.panel import Changes, Choices, Fingerprint
from server.errors import Invalid

_MOST_PERSONS: Final = 10


def choices_of(call: PanelCall, given: models.Choices) -> Choices:
    """Raises Invalid for a type the firm does not carry, or several records of a kind."""
    if given.type is not None and given.type not in call.firm.rules.types:
        raise Invalid(field="choices.type")
    return Choices(
        linked=given.linked,
        type=given.type,
        concerns=concerns_of(call, given.concerns),
        category=given.category,
        priority=given.priority,
        status=given.status,
        personal=given.personal,
    )


def changes_of(call: PanelCall, given: models.Changes) -> Changes:
    """Raises Invalid when nothing would change, or for several records of a kind."""
    changes = Changes(
        concerns=None if given.concerns is None else concerns_of(call, given.concerns),
        category=given.category,
        priority=given.priority,
        status=given.status,
        personal=given.personal,
    )
    if changes == Changes():
        raise Invalid(field="changes")
    return changes


def concerns_of(call: PanelCall, given: Iterable[models.Concern]) -> tuple[Concern, ...]:
    """With the names that are known, so that they can be shown again. Raises Invalid."""
    unique = list(dict.fromkeys((one.kind, one.id) for one in given))
    counts = Counter(kind for kind, _ in unique)
    if any(count > (_MOST_PERSONS if kind is ConcernKind.PERSON else 1) for kind, count in counts.items()):
        raise Invalid(field="concerns")
    return tuple(Concern(kind=kind, id=number, label=_label(call, kind, number)) for kind, number in unique)


def _label(call: PanelCall, kind: ConcernKind, number: int) -> str:
    known = call.desk.index.known(call.firm_id, kind, number)
    return known.label if known is not None else ""


def fingerprint_of(given: models.Fingerprint) -> Fingerprint:
    """Raises Invalid for a form that ends before it begins."""
    if given.end < given.start:
        raise Invalid(field="fingerprint.end")
    return Fingerprint(subject=given.subject, start=given.start, end=given.end)


def client_of(given: models.ClientInfo) -> str:
    """Which Outlook it was, for support: kind and versions."""
    parts = (given.kind.value, given.host_version, given.platform, given.mailbox_set, given.panel_version)
    return "/".join(parts)[:150]
