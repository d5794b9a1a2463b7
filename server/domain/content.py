"""What both records have in common, field by field, in normal form: the only thing the merge compares."""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.activity import Priority
from server.domain.html import RichText
from server.domain.when import When


class FieldName(StrEnum):
    """Rows of the correspondence table. The first five are merged; the others go one way."""

    TITLE = "title"
    WHEN = "when"
    DESCRIPTION = "description"
    PLACE = "place"
    PRIORITY = "priority"
    #: Outlook's type and done categories follow Raynet.
    CATEGORIES = "categories"
    #: Raynet's participants follow Outlook's attendees.
    PARTICIPANTS = "participants"
    #: Raynet's personal flag follows Outlook's sensitivity.
    PERSONAL = "personal"
    #: Whether the item exists, counts as planned and is not cancelled.
    EXISTENCE = "existence"
    #: What a user chose in the panel: category, what it concerns, status. Carried to Raynet only.
    CHOICES = "choices"


MERGED_FIELDS = (FieldName.TITLE, FieldName.WHEN, FieldName.DESCRIPTION, FieldName.PLACE, FieldName.PRIORITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One side's values. None = that side does not carry the field for this pair (no place, masked text)."""

    title: str | None = None
    when: When | None = None
    description: RichText | None = None
    place: str | None = None
    priority: Priority | None = None
